"""Uninstalling: what Wavized made goes, whatever else lies there stays byte for byte."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from platformdirs.macos import MacOS

from support.audio import write_tone
from wavized.archives.store import ArchiveStore
from wavized.archives.zipped import Rules
from wavized.config import paths
from wavized.domain.job import Job, JobState, NewJob, Origin
from wavized.domain.sample import FileStat, FilingMode
from wavized.journal.store import SqliteJournal
from wavized.library.digest import sha256_of
from wavized.removal import EVERYTHING, UNASKED, Part, carry_out, look
from wavized.removal.packs import ONLY_COPY, UNSURE
from wavized.removal.plan import FOREIGN, LINKED, TRAINING

KEY = "0" * 64


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user whose folders all lie below one."""
    use(tmp_path, monkeypatch.setenv)
    return tmp_path


def use(home, setenv) -> None:
    setenv("HOME", str(home / "home"))
    (home / "home").mkdir(exist_ok=True)
    for key in ("CONFIG", "STATE", "CACHE", "DATA"):
        setenv(f"XDG_{key}_HOME", str(home / "own" / key.lower()))


def fill() -> dict[Part, set[Path]]:
    """One file of each kind that the program makes, by what it is for."""
    state, cache, log = (
        paths.state_dir(create=True),
        paths.cache_dir(create=True),
        paths.log_dir(create=True),
    )
    (cache / "previews").mkdir(exist_ok=True)
    paths.config_file().parent.mkdir(parents=True, exist_ok=True)
    made = {
        Part.CACHE: {cache / "doctor.txt"}
        | {cache / "previews" / f"{KEY}.1{end}" for end in (".json", ".png", ".wav", ".wav.part")},
        Part.LOG: {log / name for name in ("wavized.log", "wavized.log.3", "worker.log", "worker.log.1")},
        Part.TRACE: {
            state / name
            for name in ("runtime.json", "runtime.json.77", "sessions.json", "sessions.json.5", "window-port")
        },
        Part.LOCK: {state / "daemon.lock", state / "sort.lock"},
        Part.JOURNAL: {state / f"journal.db{end}" for end in ("", "-wal", "-shm")},
        Part.SETTINGS: {paths.config_file(), paths.config_file().with_name(".config.yaml.0a1b2c3d")},
    }
    for path in (path for group in made.values() for path in group):
        path.write_bytes(b"x")
    return made


def files(root: Path) -> dict[Path, bytes]:
    """Every file below, links not followed."""
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file() and not path.is_symlink()}


def test_everything_that_the_program_makes_is_known(home):
    """Each file is found for what it is, and with all of them gone no folder of ours is left."""
    made = fill()
    plan = look()
    assert {part: {item.path for item in plan.of([part])} for part in Part} == made
    assert not plan.stays
    outcome = carry_out(plan, EVERYTHING)
    assert not outcome.failed
    assert files(home / "own") == {}
    assert not any(path.name == "wavized" for path in (home / "own").rglob("*"))


def test_journal_and_settings_stay_unless_asked_for(home):
    """What undo needs, and what a person wrote."""
    made = fill()
    carry_out(look(), UNASKED)
    assert set(files(home / "own")) == made[Part.JOURNAL] | made[Part.SETTINGS]


class WindowsDirs:
    """As platformdirs has it there: settings, journal, cache and logs in one folder."""

    def __init__(self, *_: object, **__: object) -> None:
        base = Path(os.environ["HOME"]) / "AppData" / "Local" / "wavized"
        self.user_config_path = self.user_state_path = base
        self.user_cache_path, self.user_log_path = base / "Cache", base / "Logs"


@pytest.mark.parametrize("dirs", [MacOS, WindowsDirs])
def test_folders_that_hold_several_things(home, monkeypatch, dirs):
    """macOS and Windows keep settings and journal together: each file is still told for what it is."""
    monkeypatch.setattr(paths, "PlatformDirs", dirs)
    made = fill()
    plan = look()
    assert {part: {item.path for item in plan.of([part])} for part in Part} == made and not plan.stays
    carry_out(plan, UNASKED)
    assert set(files(home)) == made[Part.JOURNAL] | made[Part.SETTINGS]
    carry_out(look(), EVERYTHING)
    assert not [path for path in home.rglob("*") if "wavized" in path.name.casefold()]


def test_a_second_time_there_is_nothing_to_do(home):
    """Nothing is made by looking either."""
    fill()
    carry_out(look(), EVERYTHING)
    before = sorted(home.rglob("*"))
    plan = look()
    assert plan.items == plan.stays == ()
    assert carry_out(plan, EVERYTHING).removed == ()
    assert sorted(home.rglob("*")) == before


def test_what_is_told_before_is_what_goes(home):
    """Files and folders, for either scope."""
    fill()
    (paths.cache_dir() / "mine.wav").touch()
    for scope in (UNASKED, EVERYTHING):
        plan = look()
        told = plan.gone(scope)
        assert set(carry_out(plan, scope).removed) == set(told)
        assert not any(os.path.lexists(path) for path in told)


NAMES = st.sampled_from(
    [
        "kick.wav", "Reese Bass #1.WAV", "journal.wav", "journal.db.wav", "wavized.log.wav",
        "config.yaml.bak",
        "x.wav.part", f"{KEY}.wav", "0123.1.wav", "worker.log.mp3", "sessions.json.wav", "config.yml",
        "Zoë.aif",
        ".hidden.wav", "runtime.json.x", "daemon.lock.wav", "window-port.flac", "journal.db2", "a b'c\".ogg",
    ]
)  # fmt: skip
PLACES = st.sampled_from(
    [
        "own/state/wavized", "own/state/wavized/log", "own/state/wavized/log/mine", "own/cache/wavized",
        "own/cache/wavized/previews", "own/cache/wavized/previews/deep", "own/cache/wavized/packs",
        "own/cache/wavized/packs/watch/0123456789abcdef/Neuro.zip", "own/cache/wavized/packs/sort",
        "own/config/wavized", "own/config/wavized/presets", "own/state", "own/cache", "own/config",
        "own/data", "home", "home/Music/Wavized/Reese", "home/Downloads",
    ]
)  # fmt: skip


@given(
    samples=st.lists(st.tuples(PLACES, NAMES, st.binary(max_size=20)), max_size=12),
    scope=st.sampled_from((UNASKED, EVERYTHING)),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_samples_anywhere_survive_byte_for_byte(tmp_path_factory, samples, scope):
    """Also in the folders of the program, where they are named as what stays."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        use(home, patch.setenv)
        ours = {path for group in fill().values() for path in group}
        for place, name, content in samples:
            (home / place).mkdir(parents=True, exist_ok=True)
            (home / place / name).write_bytes(content)
        theirs = {path: content for path, content in files(home).items() if path not in ours}
        plan = look([home / "home/Music/Wavized", home / "home/Downloads"])
        carry_out(plan, scope)
        left = files(home)
        assert {path: left.get(path) for path in theirs} == theirs
        assert scope == UNASKED or set(left) == set(theirs)
        named = {stay.path for stay in plan.stays}
        for path in theirs:
            if any(folder in path.parents for folder in (paths.state_dir(), paths.cache_dir())):
                assert named & {path, *path.parents}, f"{path} stays without being named"


@pytest.mark.parametrize("folder", ["state_dir", "cache_dir", "log_dir"])
def test_a_linked_folder_is_not_followed(home, folder):
    """What a link leads to may be anything; the link stays too."""
    fill()
    linked, elsewhere = getattr(paths, folder)(), home / "elsewhere"
    linked.rename(elsewhere)
    linked.symlink_to(elsewhere)
    before = files(elsewhere)
    plan = look()
    carry_out(plan, EVERYTHING)
    assert files(elsewhere) == before and linked.is_symlink()
    assert (linked, LINKED) in {(stay.path, stay.why) for stay in plan.stays}


def test_linked_previews_and_files_are_not_followed(home):
    """Nor is anything deeper."""
    fill()
    samples = home / "home/Samples"
    samples.mkdir()
    (samples / f"{KEY}.1.wav").write_bytes(b"mine")
    for path in (paths.cache_dir() / "previews").iterdir():
        path.unlink()
    (paths.cache_dir() / "previews").rmdir()
    (paths.cache_dir() / "previews").symlink_to(samples)
    paths.journal_file().unlink()
    paths.journal_file().symlink_to(samples / f"{KEY}.1.wav")
    carry_out(look(), EVERYTHING)
    assert files(samples) == {samples / f"{KEY}.1.wav": b"mine"}
    assert paths.journal_file().is_symlink()


def test_folders_turned_into_links_after_the_look_are_left(home):
    """Between being told and being done."""
    fill()
    plan = look()
    previews, elsewhere = paths.cache_dir() / "previews", home / "elsewhere"
    previews.rename(elsewhere)
    previews.symlink_to(elsewhere)
    carry_out(plan, EVERYTHING)
    assert len(files(elsewhere)) == 4


@pytest.mark.parametrize("odd", ["library", "home", "inbox"])
def test_state_in_an_odd_place_takes_no_more_than_known_names(home, monkeypatch, odd):
    """XDG_STATE_HOME may name the very folder in which the samples lie, or the one above it."""
    place = home / ("home" if odd == "home" else f"home/{odd}")
    for root in (place, place.parent):
        monkeypatch.setenv("XDG_STATE_HOME", str(root))
        monkeypatch.setenv("XDG_CACHE_HOME", str(root))
        made = fill()
        (place / "808").mkdir(parents=True, exist_ok=True)
        (place / "808/a.wav").write_bytes(b"sample")
        (paths.state_dir() / "Reese").mkdir(exist_ok=True)
        (paths.state_dir() / "Reese" / "b.wav").write_bytes(b"sample")
        plan = look([place, paths.state_dir()])
        assert {item.path for item in plan.items} == {path for group in made.values() for path in group}
        carry_out(plan, EVERYTHING)
        assert (
            (place / "808/a.wav").read_bytes()
            == (paths.state_dir() / "Reese/b.wav").read_bytes()
            == b"sample"
        )


def test_what_a_training_worked_out_is_left_with_a_word(home):
    """Hours of work in a folder of ours."""
    (paths.cache_dir() / "training").mkdir(parents=True)
    (paths.cache_dir() / "training" / "bank.npz").write_bytes(b"x")
    plan = look()
    carry_out(plan, EVERYTHING)
    assert (paths.cache_dir() / "training" / "bank.npz").exists()
    assert [stay.why for stay in plan.stays] == [TRAINING]


def test_a_guarded_folder_stays_even_empty(home):
    """The library may be the very folder of the state."""
    fill()
    (home / "link").symlink_to(paths.state_dir())
    carry_out(look([home / "link", paths.cache_dir()]), EVERYTHING)
    assert paths.state_dir().is_dir() and paths.cache_dir().is_dir()
    assert not paths.config_file().parent.exists()


# --- samples from archives that lie open in the cache ------------------------------------------------------


@pytest.fixture
def pack(home):
    """An archive of which two samples lie open: one waits, one is filed; a stranger's lies beside them."""
    archive = home / "home" / "Neuro.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for name in ("waits.wav", "filed.wav"):
            made.write(write_tone(home / "tone.wav"), name)
    status = archive.stat()
    stat = FileStat(status.st_size, status.st_mtime_ns)
    paths.state_dir(create=True)
    with SqliteJournal(paths.journal_file()) as journal:
        store = ArchiveStore(paths.cache_dir() / "packs", journal, sha256_of, Rules(10**9))
        root = store.folder_for(archive, stat, Origin.WATCH)
        root.mkdir(parents=True)
        new = []
        for name in ("waits.wav", "filed.wav"):
            source = write_tone(root / name)
            own = FileStat(source.stat().st_size, source.stat().st_mtime_ns)
            new.append(NewJob(Origin.WATCH, root, source, own, sha256_of(source), FilingMode.COPY, archive))
        journal.open_jobs(new, 0.0)
    (root / "stranger.wav").write_bytes(b"mine")
    (root / ".0a_b1c2d.part").write_bytes(b"broken off")
    return archive, root


def test_passing_copies_go_while_their_archive_is_there(pack):
    """The archive holds them; what nobody knows of stays."""
    archive, root = pack
    content = archive.read_bytes()
    plan = look()
    carry_out(plan, UNASKED)
    assert {path.name for path in root.iterdir()} == {"stranger.wav"}
    assert (root / "stranger.wav", FOREIGN) in {(stay.path, stay.why) for stay in plan.stays}
    assert archive.read_bytes() == content


@pytest.mark.parametrize("change", ["deleted", "changed", "no journal"])
def test_copies_stay_where_they_may_be_the_only_ones(pack, change):
    """The archive was deleted or replaced, or nothing tells what they are."""
    archive, root = pack
    if change == "deleted":
        archive.unlink()
    elif change == "changed":
        archive.write_bytes(b"another")
    else:
        paths.journal_file().unlink()
    before = files(root)
    plan = look()
    carry_out(plan, EVERYTHING)
    sounds = {path: data for path, data in before.items() if path.suffix == ".wav"}
    assert {path: data for path, data in files(root).items() if path.suffix == ".wav"} == sounds
    whys = {stay.path.name: stay.why for stay in plan.stays}
    assert whys["waits.wav"] == (UNSURE if change == "no journal" else ONLY_COPY)


def test_an_emptied_store_leaves_no_folder(pack):
    """Once the stranger's file is gone, all goes."""
    _, root = pack
    (root / "stranger.wav").unlink()
    carry_out(look(), EVERYTHING)
    assert not paths.cache_dir().exists()


def test_looking_leaves_the_journal_as_it_is(pack):
    """Also its permissions; no side file is made."""
    paths.journal_file().chmod(0o640)
    before = {path: (path.stat(), path.read_bytes()) for path in paths.state_dir().iterdir()}
    look()
    after = {path: (path.stat(), path.read_bytes()) for path in paths.state_dir().iterdir()}
    assert {path: (s.st_mode, s.st_mtime_ns, data) for path, (s, data) in after.items()} == {
        path: (s.st_mode, s.st_mtime_ns, data) for path, (s, data) in before.items()
    }


def test_a_damaged_journal_takes_no_sample_with_it(pack):
    """It cannot tell anything."""
    _, root = pack
    paths.journal_file().write_bytes(b"no database" * 999)
    carry_out(look(), UNASKED)
    assert {path.name for path in root.iterdir()} == {"waits.wav", "filed.wav", "stranger.wav"}


def test_a_sample_sorted_from_the_cache_is_no_passing_copy(pack, home):
    """Somebody put it there himself and had it copied into the library: his own stays."""
    _, root = pack
    mine, target = root / "stranger.wav", home / "home/Library/808/stranger.wav"
    target.parent.mkdir(parents=True)
    target.write_bytes(mine.read_bytes())
    stat = FileStat(mine.stat().st_size, mine.stat().st_mtime_ns)
    with SqliteJournal(paths.journal_file()) as journal:
        new = NewJob(Origin.SORT, root, mine, stat, sha256_of(mine), FilingMode.COPY)
        file_as(journal, journal.open_jobs([new], 0.0)[0], target)
    carry_out(look(), EVERYTHING)
    assert mine.read_bytes() == b"mine"


def file_as(journal: SqliteJournal, job: Job, target: Path) -> None:
    for state in (JobState.CLASSIFYING, JobState.DECIDED, JobState.FILING, JobState.FILED):
        (job,) = journal.advance([replace(job, state=state, target=target)], 0.0)


@pytest.mark.parametrize("edited", [False, True])
def test_a_filed_sample_s_copy_goes_without_its_archive(pack, home, edited):
    """It is in the library, unless it was edited there: then the copy is the only one as it was."""
    archive, root = pack
    target = home / "home/Library/808/filed.wav"
    write_tone(target)
    with SqliteJournal(paths.journal_file()) as journal:
        (job,) = [job for job in journal.find() if job.source.name == "filed.wav"]
        file_as(journal, job, target)
    archive.unlink()
    if edited:
        target.write_bytes(b"edited" + target.read_bytes())
    carry_out(look(), EVERYTHING)
    left = {"filed.wav"} if edited else set()
    assert {path.name for path in root.iterdir()} == {"waits.wav", "stranger.wav"} | left
    assert target.exists()
