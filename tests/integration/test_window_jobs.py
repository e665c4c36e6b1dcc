"""The samples over the local interface: listed, heard, looked at, by the number of their job alone."""

from __future__ import annotations

import http.client
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import soundfile

from support.audio import tone, write, write_tone
from support.house import House, tree
from support.packs import make_pack, tones
from support.visitor import Answer, Visitor
from wavized.domain.job import Job, JobState
from wavized.errors import WavizedError
from wavized.services.describe import describe_job
from wavized.window.app import build_app
from wavized.window.jobs import LONGEST_SEARCH, MOST_JOBS, routes
from wavized.window.previews import Previews, default_command
from wavized.window.server import LocalServer
from wavized.window.streaming import wanted_part

SECRET = b"-----BEGIN OPENSSH PRIVATE KEY-----"


class FileManager:
    """Notes what it was asked to show; `trouble` is raised instead where it is set."""

    def __init__(self) -> None:
        self.shown: list[Path] = []
        self.trouble: WavizedError | None = None

    def show(self, folder: Path) -> None:
        if self.trouble:
            raise self.trouble
        self.shown.append(folder)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as made:
        yield made


@pytest.fixture
def manager() -> FileManager:
    return FileManager()


class Page:
    """A program of the user that asks as a page does."""

    def __init__(self, server: LocalServer) -> None:
        self._visitor = Visitor(server.port)
        self._token = server.token

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        return self._visitor.ask(method, path, **self._with_token(headers))

    def post(self, path: str, body: object) -> Answer:
        return self._visitor.ask("POST", path, body, **self._with_token({}))

    def leave_early(self, path: str) -> None:
        """Read the first bytes of an answer and hang up."""
        connection = http.client.HTTPConnection("127.0.0.1", self._visitor.port, timeout=120)
        connection.request("GET", path, headers=self._with_token({}))
        answer = connection.getresponse()
        assert len(answer.read(1000)) == 1000
        answer.close()
        connection.close()

    def _with_token(self, headers: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}", **headers}


@pytest.fixture
def page(house: House, manager: FileManager, tmp_path: Path) -> Iterator[Page]:
    previews = Previews(default_command(), tmp_path / "cache", timeout_s=300.0)
    server = LocalServer()
    served = routes(
        house.journal,
        describe=describe_job,
        previews=previews,
        lend=house.archives.lend,
        open_folder=manager.show,
    )
    server.start(build_app(served))
    try:
        yield Page(server)
    finally:
        server.stop()
        previews.close()


def of(job: Job, what: str = "") -> str:
    return f"/api/jobs/{job.id}" + (f"/{what}" if what else "")


def decoded(answer: Answer) -> tuple[int, int]:
    """Rate and length in frames of the sound in an answer."""
    with soundfile.SoundFile(io.BytesIO(answer.body)) as sound:
        return sound.samplerate, sound.frames


def test_the_list_is_asked_for_in_words(house: House, page: Page) -> None:
    """States, search, category, order and page narrow it; the total is told."""
    house.file("reese 1.wav", "reese quux.wav", "acid 3.wav", "acid or growl.wav", "drum.wav")
    told = page.get("/api/jobs?states=filed&order=name&limit=2").json
    assert (told["total"], told["offset"]) == (3, 0)
    assert [Path(job["path"]).name for job in told["jobs"]] == ["acid 3.wav", "reese 1.wav"]
    alone = page.get(f"/api/jobs/{told['jobs'][0]['id']}").json
    assert alone == told["jobs"][0] | {"here": True}
    assert page.get("/api/jobs?category=acid").json["total"] == 2
    assert page.get("/api/jobs?search=REESE%20QUUX").json["total"] == 1
    assert page.get("/api/jobs?states=filed,skipped&offset=3").json["offset"] == 3
    assert page.get("/api/jobs?states=skipped&why=not_bass").json["total"] == 1
    assert page.get("/api/jobs").json["total"] == 5


@pytest.mark.parametrize(
    "asked",
    [
        "states=lost", "order=best", "why=so", "limit=-1", "limit=ten", "limit=%C2%B2", "offset=1e3",
        f"limit={MOST_JOBS + 1}", f"offset={2**63}", f"offset={'9' * 5000}",
        f"search={'x' * (LONGEST_SEARCH + 1)}",
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_words(page: Page, asked: str) -> None:
    """Each is a 400 that says what is wrong, and never a fault."""
    answer = page.get(f"/api/jobs?{asked}")
    assert answer.status == 400
    assert answer.json["error"]


@pytest.mark.parametrize("what", ["", "/audio", "/waveform", "/spectrogram"])
@pytest.mark.parametrize("number", ["7", str(2**63), "9" * 400])
def test_what_is_not_in_the_journal_is_not_served(page: Page, what: str, number: str) -> None:
    """Any number that is no job's is a 404 in JSON."""
    answer = page.get(f"/api/jobs/{number}{what}")
    assert answer.status == 404
    assert answer.json["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/jobs/..%2f..%2fetc%2fpasswd/audio",
        "/api/jobs/1.wav/audio",
        "/api/jobs/-1/audio",
        "/api/jobs//audio",
    ],
)
def test_a_path_reaches_nothing(house: House, page: Page, path: str) -> None:
    """Only the number of a job names a file."""
    house.file("reese.wav")
    assert page.get(path).status == 404


def test_the_library_sample_is_heard_once_it_is_filed(house: House, page: Page) -> None:
    """What is filed is played from the library, all else from where it lies; byte for byte."""
    [filed, unsure] = house.file("reese.wav", "acid or sub.wav")
    assert filed.target is not None
    filed.source.unlink()
    for job, path in ((filed, filed.target), (unsure, unsure.source)):
        answer = page.get(of(job, "audio"))
        assert (answer.status, answer.headers["content-type"]) == (200, "audio/wav")
        assert answer.body == path.read_bytes()
        assert page.get(of(job)).json["here"] is True


def test_a_sample_that_was_taken_out_again_is_heard_where_it_was(house: House, page: Page) -> None:
    """After an undo the original is played."""
    [job] = house.file("reese.wav")
    house.reviewing.undo(job.id)
    assert page.get(of(job, "audio")).body == job.source.read_bytes()


def test_parts_are_served_as_a_player_asks_for_them(house: House, page: Page) -> None:
    """Ranges from the middle, to the end and of the end; what lies outside is a 416 with the size."""
    [job] = house.file("reese.wav")
    whole = job.source.read_bytes()
    size = len(whole)
    full = page.get(of(job, "audio"))
    assert (full.status, full.headers["accept-ranges"], full.headers["content-length"]) == (
        200,
        "bytes",
        str(size),
    )
    for asked, part in (
        ("0-0", whole[:1]),
        ("100-199", whole[100:200]),
        ("1000-", whole[1000:]),
        ("-50", whole[-50:]),
    ):
        answer = page.get(of(job, "audio"), Range=f"bytes={asked}")
        assert (answer.status, answer.body) == (206, part)
        first = whole.index(part) if asked != "-50" else size - 50
        assert answer.headers["content-range"].endswith(f"/{size}")
        if asked in ("1000-", "-50"):
            assert answer.headers["content-range"] == f"bytes {first}-{size - 1}/{size}"
    beyond = page.get(of(job, "audio"), Range=f"bytes={size}-")
    assert (beyond.status, beyond.headers["content-range"], beyond.body) == (416, f"bytes */{size}", b"")
    head = page.get(of(job, "audio"), "HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, str(size), b"")


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, None), ("bytes=0-", range(10)), ("bytes=3-5", range(3, 6)), ("bytes=3-99", range(3, 10)),
        ("bytes=-4", range(6, 10)), ("bytes=-99", range(10)), ("bytes=-0", range(10, 10)),
        ("bytes=10-", range(0)), (f"bytes={'9' * 5000}-", range(0)), ("bytes=5-3", None), ("bytes=-", None),
        ("bytes=0-1,3-4", None), ("lines=0-1", None), ("bytes=a-b", None), ("bytes=\u0663-", None),
    ],
)  # fmt: skip
def test_ranges(header: str | None, part: range | None) -> None:
    """Of ten bytes; what is not understood, or asks for several parts, gets the whole."""
    assert wanted_part(header, 10) == part


def test_nothing_is_in_an_empty_file() -> None:
    """Every range of nothing is outside it."""
    assert wanted_part("bytes=0-", 0) == range(0)
    assert wanted_part("bytes=-5", 0) == range(0)


@pytest.mark.parametrize(("format", "subtype"), [("AIFF", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "DOUBLE")])
def test_what_browsers_cannot_play_is_converted(house: House, page: Page, format: str, subtype: str) -> None:
    """It comes as a plain WAV of the same sound, in parts too; the file stays as it is."""
    path = write(house.inbox / "reese.wav", tone(seconds=0.4), 44_100, format=format, subtype=subtype)
    before = path.read_bytes()
    [job] = house.take_in(path)
    house.work()
    answer = page.get(of(job, "audio"))
    assert (answer.status, answer.headers["content-type"]) == (200, "audio/wav")
    assert decoded(answer) == (44_100, 17_640)
    part = page.get(of(job, "audio"), Range="bytes=44-143")
    assert (part.status, part.body) == (206, answer.body[44:144])
    assert path.read_bytes() == before
    assert tree(house.library) == {"Reese": ["reese.wav"]}


def test_what_is_served_can_do_nothing(house: House, page: Page) -> None:
    """Opened by itself an answer is sound, a picture or numbers: no page, whatever the file is called."""
    [job] = house.file("<img src=x onerror=alert(1)> reese.html.wav")
    for what, kind in (
        ("audio", "audio/wav"),
        ("waveform", "application/json"),
        ("spectrogram", "image/png"),
    ):
        answer = page.get(of(job, what))
        assert (answer.status, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["content-disposition"] == "inline"


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\3\4zip",
        SECRET,
        b"RIFF1234WAVE",
    ],
)
def test_what_is_no_sound_is_never_served(house: House, page: Page, data: bytes) -> None:
    """A failed sample that is something else gets words instead, for its sound and its pictures."""
    path = house.inbox / "reese.wav"
    path.write_bytes(data)
    [job] = house.take_in(path)
    for what in ("audio", "waveform", "spectrogram"):
        answer = page.get(of(job, what))
        assert answer.status == 415
        assert "reese.wav" in answer.json["error"]
        assert data not in answer.body


def test_what_took_a_sample_s_place_is_not_served(house: House, page: Page, tmp_path: Path) -> None:
    """A link put there leads nowhere, a folder and a pipe are no sample; none of them blocks."""
    [job] = house.file("reese.wav")
    assert job.target is not None
    elsewhere = write_tone(tmp_path / "private.wav")
    for replace_it in (lambda p: p.symlink_to(elsewhere), Path.mkdir, os.mkfifo):
        if job.target.is_dir() and not job.target.is_symlink():
            job.target.rmdir()
        else:
            job.target.unlink()
        replace_it(job.target)
        for what in ("audio", "waveform", "spectrogram"):
            answer = page.get(of(job, what))
            assert answer.status in (404, 415)
            assert answer.json["error"]


def test_a_sample_that_is_gone_is_said_to_be(house: House, page: Page) -> None:
    """404, with its name and where it was."""
    [job] = house.file("reese.wav")
    assert job.target is not None
    job.target.unlink()
    assert page.get(of(job)).json["here"] is False
    for what in ("audio", "waveform", "spectrogram"):
        answer = page.get(of(job, what))
        assert answer.status == 404
        assert "not there any more" in answer.json["error"] and str(job.target) in answer.json["error"]


def test_a_sample_that_was_changed_since_is_played_and_drawn_anew(house: House, page: Page) -> None:
    """The journal's digest no longer fits; what is shown is what is there."""
    [job] = house.file("reese.wav")
    assert job.target is not None
    before = page.get(of(job, "waveform")).json
    write_tone(job.target, seconds=0.8)
    after = page.get(of(job, "waveform")).json
    assert (before["seconds"], after["seconds"]) == (0.3, 0.8)
    assert page.get(of(job, "audio")).body == job.target.read_bytes()


def test_a_file_without_a_digest_is_drawn_too(house: House, page: Page) -> None:
    """What was turned away unread, as too long, can still be looked at and heard."""
    [job] = house.take_in(house.tone("reese.wav", seconds=14.0))
    assert (job.state, job.digest) == (JobState.SKIPPED, "")
    assert page.get(of(job, "waveform")).json["seconds"] == 14.0
    assert decoded(page.get(of(job, "audio")))[1] == 14 * 44_100


def test_the_same_content_is_drawn_once(house: House, page: Page, tmp_path: Path) -> None:
    """Original and library copy share what was made of them."""
    [job] = house.file("reese.wav")
    first = page.get(of(job, "waveform")).body
    house.reviewing.undo(job.id)
    assert page.get(of(job, "waveform")).body == first
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_a_name_of_stray_bytes_is_listed_and_played(house: House, page: Page) -> None:
    """A file name need not be text for its sample to be heard."""
    path = house.tone("plain reese.wav")
    odd = path.rename(path.with_name(os.fsdecode(b"reese \xff\xe9.wav")))
    [job] = house.take_in(odd)
    house.work()
    [told] = page.get("/api/jobs?search=reese").json["jobs"]
    assert os.fsencode(told["path"]).endswith(b"reese \xff\xe9.wav")
    assert page.get(of(job, "audio")).status == 200
    assert page.get(of(job, "waveform")).status == 200


def test_folders_are_shown(house: House, page: Page, manager: FileManager) -> None:
    """The sample's folder in the library, or its original's."""
    [job, unsure] = house.file("reese.wav", "acid or sub.wav")
    assert page.post(of(job, "open"), {"what": "target"}).status == 200
    assert page.post(of(job, "open"), {"what": "source"}).status == 200
    assert manager.shown == [house.library / "Reese", house.inbox]
    assert page.post(of(unsure, "open"), {"what": "target"}).status == 409
    for body in ({"what": "home"}, {"what": ["target"]}, {"what": "/etc"}):
        assert page.post(of(job, "open"), body).status == 400
    manager.trouble = WavizedError("No file manager", hint="Install one")
    answer = page.post(of(job, "open"), {})
    assert (answer.status, answer.json) == (409, {"error": "No file manager", "hint": "Install one"})
    assert len(manager.shown) == 2


def test_a_sample_in_an_archive_is_heard_and_shown_where_it_is(
    house: House, page: Page, manager: FileManager
) -> None:
    """One that was left alone is read from its archive again; without that it is gone."""
    files = tones(house.inbox.parent, "Bass/drum.wav", "reese.wav")
    archive = make_pack(house.inbox / "Neuro.zip", files)
    house.unpacking.add(house.arrival(archive))
    while house.unpacking.busy:
        house.unpacking.step(house.library)
        house.work()
    left_alone = next(job for job in house.journal.find() if job.source.name == "drum.wav")
    house.archives.release(left_alone)
    assert not left_alone.source.exists()
    told = page.get(of(left_alone)).json
    assert (told["here"], told["from"]) == (True, "Neuro.zip › Bass")
    assert page.get(of(left_alone, "audio")).body == files[0][1]
    assert page.get(of(left_alone, "waveform")).status == 200
    assert page.post(of(left_alone, "open"), {"what": "source"}).status == 200
    assert manager.shown == [house.inbox]
    house.archives.release(left_alone)
    archive.unlink()
    assert page.get(of(left_alone)).json["here"] is False
    gone = page.get(of(left_alone, "audio"))
    assert gone.status == 404 and b"Neuro.zip" in gone.body


def test_changing_needs_a_post(house: House, page: Page, manager: FileManager) -> None:
    """A link or a picture that names the address opens nothing."""
    [job] = house.file("reese.wav")
    assert page.get(of(job, "open")).status == 405
    assert manager.shown == []


def test_a_reader_that_leaves_does_not_keep_the_file_open(
    house: House, page: Page, wait_for: Callable[..., None]
) -> None:
    """A player that breaks off what it was reading leaves no descriptor behind, and the next is served."""
    path = write(
        house.inbox / "sub.wav", tone(seconds=20.0, channels=2, rate=192_000), 192_000, subtype="PCM_24"
    )
    [job] = house.take_in(path)

    def held() -> int:
        return sum(Path(file.path) == path for file in psutil.Process().open_files())

    for _ in range(5):
        page.leave_early(of(job, "audio"))
    wait_for(lambda: held() == 0)
    assert page.get(of(job, "audio"), Range="bytes=0-3").body == b"RIFF"
    wait_for(lambda: held() == 0)
