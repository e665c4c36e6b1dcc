"""From an archive into the library on real services: every sound once, nothing lost, nothing left about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.house import House, ScriptedEar, tree
from support.packs import files_below, make_pack, patched, tones
from wavized.archives.zipped import Rules
from wavized.config.model import Config, WatchFolder
from wavized.domain.events import JobChanged
from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import FilingMode
from wavized.errors import ChangedByUserError, FilingError, UsageError
from wavized.logic.origins import named_path, origin_folder, origin_path, origin_words
from wavized.services.describe import describe_job
from wavized.services.unpacking import Unpacking


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as made:
        yield made


def pack(house: House, *names: str, name: str = "Neuro Vol 2.zip") -> Path:
    """A pack in the inbox with a tone of its own for each name."""
    return make_pack(house.inbox / name, tones(house.inbox.parent, *names))


def read(house: House, path: Path, unpacking: Unpacking | None = None) -> None:
    """Take an archive in and work off what was in it, as the pipeline does."""
    reading = unpacking or house.unpacking
    reading.add(house.arrival(path))
    while reading.busy:
        for job in reading.step(house.library):
            house.log.publish(JobChanged(job))
        house.work()


def job_of(house: House, name: str) -> Job:
    (job,) = (job for job in house.journal.find() if job.source.name == name)
    return job


def test_a_pack_is_filed_and_its_archive_stays(house: House) -> None:
    """Each sound by what it is; the row names the archive; no passing copy is left of what is at rest."""
    path = pack(house, "Bass/reese 1.wav", "Bass/acid 2.wav", "drum.wav", "sub or growl.wav")
    before, stat = path.read_bytes(), path.stat()
    read(house, path)
    assert tree(house.library) == {"Acid": ["acid 2.wav"], "Reese": ["reese 1.wav"]}
    assert house.states() == {
        "reese 1.wav": "filed",
        "acid 2.wav": "filed",
        "drum.wav": "skipped",
        "sub or growl.wav": "awaiting_review",
    }
    filed = job_of(house, "reese 1.wav")
    assert filed.archive == path and filed.mode is FilingMode.COPY
    assert origin_words(filed) == "Neuro Vol 2.zip › Bass/reese 1.wav"
    assert origin_folder(filed) == "Neuro Vol 2.zip › Bass"
    assert origin_path(filed) == path / "Bass/reese 1.wav"
    assert named_path(filed) == path.with_suffix("") / "Bass/reese 1.wav"
    assert describe_job(filed)["path"] == str(path / "Bass/reese 1.wav")
    assert [Path(left).name for left in files_below(house.packs)] == ["sub or growl.wav"]
    assert house.packs.stat().st_mode & 0o777 == 0o700, "others could look in"
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, stat.st_mtime_ns)
    assert house.journal.is_known(path, house.arrival(path).stat)
    target = filed.target
    assert target is not None
    assert target.stat().st_mtime == house.job(filed.id).stat.mtime_ns / 1e9


def test_move_never_touches_the_archive(house: House) -> None:
    """A folder whose samples are moved keeps its archives; their sounds are copied."""
    path = pack(house, "reese 1.wav")
    house.unpacking.add(replace(house.arrival(path), mode=FilingMode.MOVE))
    while house.unpacking.busy:
        house.unpacking.step(house.library)
        house.work()
    assert path.exists()
    assert tree(house.library) == {"Reese": ["reese 1.wav"]}


def test_pages_find_a_sample_by_its_pack(house: House) -> None:
    """The pack's name is searched like any folder's."""
    read(house, pack(house, "reese 1.wav"))
    house.file("acid.wav")
    total, (found,) = house.journal.browse(search="neuro vol 2.zip")
    assert total == 1 and found.source.name == "reese 1.wav"


def test_names_of_pack_and_folders_are_heard_by_the_witnesses(house: House) -> None:
    """They are told the path as if the pack lay unpacked beside its archive, never that of a passing copy."""
    told: list[tuple[Path, Path | None]] = []

    class Listener:
        def about(self, path: Path, named: Path | None = None) -> tuple[()]:
            told.append((path, named))
            return ()

    house.sorting.witnesses = Listener()
    path = pack(house, "Reese/x.wav")
    read(house, path)
    ((copy, named),) = told
    assert copy.is_relative_to(house.packs)
    assert named == house.inbox / "Neuro Vol 2/Reese/x.wav"


def test_undo_reads_the_original_again_first(house: House) -> None:
    """The library's copy goes only once the archive has proved to hold the same sound."""
    path = pack(house, "Bass/reese 1.wav")
    read(house, path)
    undone = house.reviewing.undo(job_of(house, "reese 1.wav").id)
    assert undone.state is JobState.REVERTED
    assert not tree(house.library) and not files_below(house.packs)
    again = house.correct(undone.id, "growl")
    assert again.state is JobState.FILED and tree(house.library) == {"Growl": ["reese 1.wav"]}
    assert not files_below(house.packs)


@pytest.mark.parametrize("harm", ["gone", "other", "damaged"])
def test_undo_never_removes_the_only_copy(house: House, harm: str) -> None:
    """Where the archive is gone or holds something else by now, the library's copy stays; this is said."""
    path = pack(house, "reese 1.wav")
    read(house, path)
    job = job_of(house, "reese 1.wav")
    if harm == "gone":
        path.unlink()
    elif harm == "other":
        make_pack(path, tones(house.inbox.parent, "0.wav", "reese 1.wav"))
    else:
        patched(path, b"reese 1.wav", 16, b"\1\2\3\4")
    with pytest.raises(FilingError, match=r"Neuro Vol 2\.zip"):
        house.reviewing.undo(job.id)
    assert house.job(job.id).state is JobState.FILED
    assert tree(house.library) == {"Reese": ["reese 1.wav"]}


def test_a_smaller_limit_hinders_no_undo(house: House) -> None:
    """What was read once is read again, whatever `max_megabytes` says by now."""
    read(house, pack(house, "reese 1.wav"))
    house.archives.rules = Rules(10)
    house.reviewing.undo(job_of(house, "reese 1.wav").id)
    assert not tree(house.library)


def test_what_was_left_alone_can_still_be_filed(house: House) -> None:
    """It is read from the archive again; without the archive the answer says so and nothing changes hands."""
    path = pack(house, "drum.wav", "drum 2.wav")
    read(house, path)
    done = house.correct(job_of(house, "drum.wav").id, "sub")
    assert done.state is JobState.FILED and tree(house.library) == {"Sub": ["drum.wav"]}
    path.unlink()
    with pytest.raises(FilingError, match="again: the archive is not there any more") as refused:
        house.correct(job_of(house, "drum 2.wav").id, "sub")
    assert "stays" not in str(refused.value), "with its archive the sample is gone too"
    assert not files_below(house.packs)


def test_what_waits_for_an_answer_outlives_its_archive(house: House) -> None:
    """Once the archive is gone the passing copy is the only one: it is filed, or kept, and never removed."""
    path = pack(house, "sub or growl.wav", "reese or acid.wav")
    read(house, path)
    path.unlink()
    house.archives.tidy(Origin.WATCH)
    filed = house.correct(job_of(house, "sub or growl.wav").id, "growl")
    assert filed.state is JobState.FILED and tree(house.library) == {"Growl": ["sub or growl.wav"]}
    rejected = house.correct(job_of(house, "reese or acid.wav").id, "not_bass")
    house.archives.tidy(Origin.WATCH)
    assert rejected.state is JobState.SKIPPED and rejected.source.exists()
    with pytest.raises(FilingError):
        house.reviewing.undo(filed.id)


def test_a_lost_passing_copy_comes_back(house: House) -> None:
    """Somebody cleared the cache while samples waited: they are read again."""
    path = pack(house, "sub or growl.wav", "reese 1.wav")
    house.unpacking.add(house.arrival(path))
    house.unpacking.step(house.library)
    house.unpacking.step(house.library)
    for copy in house.packs.rglob("*.wav"):
        copy.unlink()
    heard: list[bool] = []
    by_name, house.ear.ear = (
        house.ear.ear,
        lambda heard_path: heard.append(heard_path.exists()) or by_name(heard_path),
    )
    house.work()
    assert heard == [True, True]
    assert house.states() == {"sub or growl.wav": "awaiting_review", "reese 1.wav": "filed"}


def test_an_unchanged_sound_beside_its_archive_is_a_duplicate(house: House) -> None:
    """Who unpacked a pack already gets no sample twice, and the same pack once more adds nothing."""
    ((name, content),) = tones(house.inbox.parent, "reese 1.wav")
    loose = house.inbox / name
    loose.write_bytes(content)
    house.take_in(loose)
    house.work()
    for archive in ("a.zip", "b.zip"):
        read(house, make_pack(house.inbox / archive, [(name, content)]))
    assert tree(house.library) == {"Reese": ["reese 1.wav"]}
    assert sorted(job.state for job in house.journal.find()) == ["filed", "skipped", "skipped"]
    assert not files_below(house.packs)


def test_a_refused_archive_has_a_row_that_says_why(house: House) -> None:
    """Left alone where it may not be read, failed where it cannot be; no sample, and not read twice."""
    path = patched(pack(house, "a.wav", name="secret.zip"), b"a.wav", 8, b"\1\0")
    cut = house.inbox / "cut.zip"
    cut.write_bytes(path.read_bytes()[:-10])
    for archive in (path, cut):
        read(house, archive)
        read(house, archive)
    secret, broken = house.journal.find()
    assert (secret.state, secret.source) == (JobState.SKIPPED, path)
    assert secret.reason.startswith("archive: it is protected by a password (Unpack it yourself")
    assert (broken.state, broken.reason) == (JobState.FAILED, "archive: it is cut off or no zip archive")
    for ask in (lambda: house.correct(secret.id, "sub"), lambda: house.reviewing.retry(broken.id)):
        with pytest.raises(UsageError, match="is an archive and no sample"):
            ask()
    assert not tree(house.library)


def test_an_archive_without_sounds_passes_in_silence(house: House) -> None:
    """Downloads hold many; they are known and nothing is said, unless somebody named one."""
    path = make_pack(house.inbox / "photos.zip", [("a.jpg", b"x")])
    read(house, path)
    assert not house.journal.find()
    assert house.journal.is_known(path, house.arrival(path).stat)


def test_what_was_left_out_is_said_once(house: House) -> None:
    """The sounds are filed, and a row of the archive tells of the rest."""
    files = [*tones(house.inbox.parent, "reese 1.wav", "bad.wav"), ("Inner.zip", b"PK"), ("../x.wav", b"x")]
    path = patched(make_pack(house.inbox / "p.zip", files), b"bad.wav", 16, b"\1\2\3\4")
    read(house, path)
    row = job_of(house, "p.zip")
    assert row.state is JobState.SKIPPED and row.archive is None
    assert row.reason == (
        "archive: 1 sound read from it; left out: 1 with an unsafe name, "
        "1 as an archive inside the archive, 1 damaged"
    )
    assert tree(house.library) == {"Reese": ["reese 1.wav"]}


def test_an_archive_whose_disk_went_away_is_found_again(house: House) -> None:
    """What cannot be read any more is not said to be damaged, and the archive is not taken as known."""
    files = tones(house.inbox.parent, *(f"reese {n}.wav" for n in range(40)), "bad.wav")
    path = patched(make_pack(house.inbox / "p.zip", files), b"bad.wav", 16, b"\1\2\3\4")
    arrival, aside = house.arrival(path), house.inbox.parent / "aside.zip"
    house.unpacking.add(arrival)
    house.unpacking.step(house.library)
    house.unpacking.step(house.library)
    path.rename(aside)
    house.unpacking.step(house.library)
    assert not house.unpacking.busy
    assert not house.journal.is_known(path, arrival.stat)
    aside.rename(path)
    read(house, path)
    assert len(tree(house.library)["Reese"]) == 40
    assert "1 damaged" in job_of(house, "p.zip").reason


def test_archives_that_are_dropped_stay_unknown(house: House) -> None:
    """Turned off in the middle, no more is read, and nothing is said to be done that is not."""
    first, second = (pack(house, *(f"reese {n}.wav" for n in range(40)), name=f"{n}.zip") for n in "ab")
    for path in (first, second):
        house.unpacking.add(house.arrival(path))
    house.unpacking.step(house.library)
    house.unpacking.step(house.library)
    house.unpacking.drop()
    assert not house.unpacking.busy and house.unpacking.left == 0
    assert not any(house.journal.is_known(path, house.arrival(path).stat) for path in (first, second))


def test_an_empty_and_a_long_sound_are_turned_away_like_any_other(house: House) -> None:
    """Each has its row and its reason."""
    read(house, make_pack(house.inbox / "p.zip", [("empty.wav", b""), ("text.wav", b"no sound at all")]))
    assert set(house.states().values()) == {"failed"}
    assert not files_below(house.packs)


def test_killed_anywhere_each_sound_is_filed_once(tmp_path: Path) -> None:
    """Stopped after any number of steps, with what lay about then, and begun anew: no double, no loss."""
    names = [f"reese {n}.wav" for n in range(40)]
    for stop in range(5):
        place = tmp_path / str(stop)
        place.mkdir()
        with House(place) as house:
            path = pack(house, *names)
            house.unpacking.add(house.arrival(path))
            for step in range(stop):
                house.unpacking.step(house.library)
                if step % 2:
                    house.sorting.step()
            house.unpacking.let_go()
        with House(place) as house:
            half = house.archives.folder_for(path, house.arrival(path).stat, Origin.WATCH) / "reese 39.wav"
            half.parent.mkdir(parents=True, exist_ok=True)
            half.write_bytes(b"cut short by the kill")
            house.recover()
            house.archives.tidy(Origin.WATCH)
            read(house, path)
            assert sorted(tree(house.library)["Reese"]) == sorted(names)
            assert [job.state for job in house.journal.find()] == [JobState.FILED] * len(names)
            assert not files_below(house.packs)


def test_tidying_keeps_what_is_still_to_be_read(house: House) -> None:
    """Only what nobody waits for goes; folders that are empty then go too."""
    path = pack(house, "sub or growl.wav", "reese 1.wav")
    read(house, path)
    orphan = house.packs / "watch/0123456789abcdef/Old.zip/x.wav"
    other = house.packs / "sort/0123456789abcdef/Old.zip/y.wav"
    for one in (orphan, other):
        one.parent.mkdir(parents=True)
        one.write_bytes(b"x")
    house.archives.tidy(Origin.WATCH)
    assert sorted(Path(left).name for left in files_below(house.packs)) == ["sub or growl.wav", "y.wav"]
    assert not orphan.parent.parent.exists()


def test_tidying_keeps_what_goes_along_with_what_waits(house: House) -> None:
    """Whatever its ending: also one of two parts."""
    house.archives.rules = Rules(10_000_000, (".meta.json",))
    files = [*tones(house.inbox.parent, "sub or growl.wav"), ("sub or growl.wav.meta.json", b"{}")]
    read(house, make_pack(house.inbox / "p.zip", files))
    house.archives.tidy(Origin.WATCH)
    left = {Path(one).name for one in files_below(house.packs)}
    assert left == {"sub or growl.wav", "sub or growl.wav.meta.json"}


def test_few_are_kept_to_be_listened_to(house: House) -> None:
    """A sample left alone is read again to be played; after many others its copy goes."""
    names = [f"drum {n}.wav" for n in range(40)]
    path = pack(house, *names)
    read(house, path)
    assert not files_below(house.packs)
    jobs = house.journal.find()
    for job in jobs:
        house.archives.lend(job)
        assert job.source.exists()
    assert len(files_below(house.packs)) == 32
    path.unlink()
    with pytest.raises(FilingError):
        house.archives.lend(jobs[0])


def test_sidecars_go_along_and_come_back(house: House) -> None:
    """Ableton's analysis is filed with its sample and taken back with it."""
    files = [*tones(house.inbox.parent, "reese 1.wav"), ("reese 1.wav.asd", b"warp")]
    read(house, make_pack(house.inbox / "p.zip", files))
    assert tree(house.library) == {"Reese": ["reese 1.wav", "reese 1.wav.asd"]}
    house.reviewing.undo(job_of(house, "reese 1.wav").id)
    assert not tree(house.library) and not files_below(house.packs)


def test_an_altered_library_copy_is_not_taken_back(house: House) -> None:
    """The user's change stays."""
    read(house, pack(house, "reese 1.wav"))
    job = job_of(house, "reese 1.wav")
    assert job.target is not None
    job.target.write_bytes(b"mine now")
    with pytest.raises(ChangedByUserError):
        house.reviewing.undo(job.id)


def test_patterns_of_a_folder_hold_inside_its_archives(tmp_path: Path) -> None:
    """An archive counts as a folder of its name."""
    from wavized.assembly import wanted_in_archives

    folder = WatchFolder(path=tmp_path, include=("*.wav",), exclude=("Drums", "Some*.zip/FX/**"))
    wanted = wanted_in_archives(Config(library=tmp_path / "library", watch=(folder,)))
    inside = Path("Some Pack.zip")
    assert wanted(tmp_path, inside / "Bass/x.wav")
    assert not wanted(tmp_path, inside / "Drums/x.wav")
    assert not wanted(tmp_path, inside / "FX/x.wav")
    assert not wanted(tmp_path, inside / "Bass/x.aif")


def test_a_sort_reads_what_it_is_told_to_again(tmp_path: Path) -> None:
    """Whoever names an archive a second time gets an answer a second time: duplicates."""
    with House(tmp_path, origin=Origin.SORT, ear=ScriptedEar()) as house:
        path = pack(house, "reese 1.wav")
        read(house, path)
        read(house, path)
        assert sorted(job.state for job in house.journal.find()) == ["filed", "skipped"]
        read(house, make_pack(house.inbox / "photos.zip", [("a.jpg", b"x")]))
        assert house.journal.find()[-1].reason == "archive: it holds no sound"


@pytest.mark.parametrize("change", ["gone", "other"])
def test_a_sort_is_told_of_an_archive_that_changed_meanwhile(tmp_path: Path, change: str) -> None:
    """Nobody delivers it again, so that silence would look like success."""
    with House(tmp_path, origin=Origin.SORT) as house:
        path = pack(house, "reese 1.wav")
        house.unpacking.add(house.arrival(path))
        if change == "gone":
            path.unlink()
        else:
            make_pack(path, tones(house.inbox.parent, "reese 1.wav", "reese 2.wav"))
        while house.unpacking.busy:
            house.unpacking.step(house.library)
        (row,) = house.journal.find()
        assert row.state is JobState.FAILED
        assert row.reason.startswith("archive: it ")
        assert not tree(house.library)


def test_an_archive_that_is_delivered_again_waits_once(house: House) -> None:
    """The watch names it at each look until it is known."""
    path = pack(house, *(f"reese {n}.wav" for n in range(40)))
    house.unpacking.add(house.arrival(path))
    house.unpacking.add(house.arrival(path))
    assert house.unpacking.left == 1
    house.unpacking.step(house.library)
    house.unpacking.add(house.arrival(path))
    assert house.unpacking.left == 40
    house.unpacking.let_go()


def test_the_pipeline_reads_archives_between_other_work(house: House, wait_for: Callable[..., None]) -> None:
    """Loose samples come first, a pause holds archives too, and an end in the middle is made up for."""
    path = pack(house, *(f"reese {n}.wav" for n in range(40)))
    pipeline = house.pipeline()
    pipeline.set_paused(True)
    pipeline.start()
    pipeline.deliver([house.arrival(path), house.arrival(house.tone("acid.wav"))])
    wait_for(lambda: len(house.journal.find()) == 1)
    assert house.states() == {"acid.wav": "queued"}
    assert house.unpacking.left == 1
    pipeline.set_paused(False)
    wait_for(lambda: house.journal.counts().get(JobState.FILED) == 41)
    pipeline.stop()
    assert not files_below(house.packs)
