"""The journal is damaged in every way: it is kept aside, and one that is begun anew knows the library."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.audio import write_tone
from support.house import House, tree
from support.packs import make_pack, tones
from support.program import Program
from support.torture import Trial
from wavized.assembly import open_journal
from wavized.checkup import running
from wavized.config import paths
from wavized.config.model import Config, Existing, WatchFolder
from wavized.control.instance import InstanceLock
from wavized.domain.job import JobState, NewJob, Origin
from wavized.domain.sample import FileStat, FilingMode
from wavized.errors import JournalDamagedError, JournalError, LibraryUnavailableError
from wavized.journal import SqliteJournal
from wavized.journal.aside import find_damage, kept_journals, set_aside
from wavized.library.digest import sha256_of
from wavized.services.filing import Shelves
from wavized.services.rebuilding import FOUND, LOST, Rebuilding

Damage = Callable[[Path, random.Random], None]


def _garbage(path: Path, chance: random.Random) -> None:
    path.write_bytes(chance.randbytes(chance.choice((1, 100, 4096, 60_000))))


def _truncated(path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.randrange(path.stat().st_size))


def _overwritten(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    start = chance.randrange(len(content))
    run = chance.choice((1, 8, 500, 4096, 40_000))
    content[start : start + run] = chance.randbytes(len(content[start : start + run]))
    path.write_bytes(content)


def _zeroed(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    start = chance.randrange(0, len(content), 4096)
    content[start : start + 4096] = bytes(len(content[start : start + 4096]))
    path.write_bytes(content)


def _shuffled(path: Path, chance: random.Random) -> None:
    content = path.read_bytes()
    pages = [content[at : at + 4096] for at in range(0, len(content), 4096)]
    one, other = chance.randrange(len(pages)), chance.randrange(len(pages))
    pages[one], pages[other] = pages[other], pages[one]
    path.write_bytes(b"".join(pages))


def _strange_log(path: Path, chance: random.Random) -> None:
    Path(f"{path}-wal").write_bytes(chance.randbytes(chance.choice((1, 32, 5000, 40_000))))
    if chance.random() < 0.5:
        Path(f"{path}-shm").write_bytes(chance.randbytes(32768))


DAMAGES: tuple[Damage, ...] = (_garbage, _truncated, _overwritten, _zeroed, _shuffled, _strange_log)


@pytest.fixture(scope="module")
def sound_journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal with jobs in several states, closed."""
    place = tmp_path_factory.mktemp("sound")
    with House(place) as house:
        house.file(
            *(f"{name} {number}.wav" for name in ("reese", "acid or growl", "drum") for number in range(20))
        )
    return place / "journal.db"


def use(path: Path) -> None:
    """Ask and write all that the program asks and writes."""
    with SqliteJournal(path) as journal:
        jobs = journal.find()
        journal.counts()
        for state in JobState:
            journal.browse(states=(state,), search="reese")
        for job in jobs[:5]:
            journal.get(job.id)
            journal.find(digest=job.digest)
            journal.is_known(job.source, job.stat)
        journal.put_setting("a", "b")
        stat = FileStat(1, 2)
        new = NewJob(Origin.WATCH, Path("/in"), Path("/in/new.wav"), stat, "ab", FilingMode.COPY)
        (job,) = journal.open_jobs([new], 1.0)
        journal.is_adopted(Path("/in"))


def test_damage_of_every_kind(trial: Trial, sound_journal: Path, tmp_path: Path) -> None:
    """A journal is truncated, overwritten or shuffled: it is told, kept byte for byte and begun anew."""
    seed = int(os.environ.get("WAVIZED_SEED", "0")) or random.randrange(1 << 32)
    told = 0
    for number in range(trial.times(120, 6000)):
        chance = random.Random(seed + number)
        damage = DAMAGES[(seed + number) % len(DAMAGES)]
        path = tmp_path / str(number) / "journal.db"
        path.parent.mkdir()
        shutil.copy(sound_journal, path)
        damage(path, chance)
        before = path.read_bytes()
        try:
            told += _comes_round(path, before)
        except Exception as error:
            raise AssertionError(f"{damage.__name__}, WAVIZED_SEED={seed + number}") from error
        shutil.rmtree(path.parent)
        trial.count()
    assert told
    trial.note(f"{told:,} were told and set aside, the others did no harm to what is asked")


def _comes_round(path: Path, before: bytes) -> bool:
    """The journal works, or is told damaged at the start or at a question; at the next start all is well."""
    for _ in range(2):
        if find_damage(path):
            kept = set_aside(path)
            assert kept.read_bytes() == before
            assert kept_journals(path) == [kept]
            use(path)
            return True
        try:
            use(path)
        except JournalDamagedError:
            before = path.read_bytes()
            continue
        except JournalError as error:
            assert "newer Wavized" in error.message  # four bytes alone can make it seem so: it is left alone
        return False
    raise AssertionError("told damaged at a question, but not at the next start")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's own folders below one of the test; the journal's path."""
    for key in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{key}_HOME", str(tmp_path / "own" / key.lower()))
    paths.state_dir(create=True)
    return paths.journal_file()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    for name in ("inbox", "library"):
        (tmp_path / name).mkdir()
    watch = (WatchFolder(path=tmp_path / "inbox", existing=Existing.FILE),)
    return Config(library=tmp_path / "library", watch=watch)


def sort_lock() -> InstanceLock:
    return InstanceLock(paths.state_dir() / "sort.lock", runtime=paths.runtime_file())


def opened(config: Config) -> str:
    """Open and close as the daemon does; what there is to say."""
    journal, said = open_journal(config, keep_out=sort_lock())
    journal.close()
    return said


def _make_folder(path: Path) -> None:
    path.mkdir()
    (path / "something.txt").write_text("of somebody")


WRONG = {
    "zero bytes": lambda path: path.write_bytes(b""),
    "a sentence": lambda path: path.write_text("no journal at all"),
    "a folder": _make_folder,
    "zeros": lambda path: path.write_bytes(bytes(50_000)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_journal_is_kept_and_told_once(own: Path, config: Config, wrong: str) -> None:
    """Whatever lies in the journal's place goes aside whole; it is said, and at the next start not again."""
    WRONG[wrong](own)
    was = read(own)
    said = opened(config)
    (kept,) = kept_journals(own)
    assert str(kept) in said and "damaged" in said
    assert any(str(kept) in finding.found for finding in running.journal()), "doctor does not tell of it"
    assert read(kept) == was
    assert opened(config) == ""
    own.unlink()
    own.write_bytes(b"again")
    assert "damaged" in opened(config)
    assert len(kept_journals(own)) == 2


def read(path: Path) -> object:
    return path.read_bytes() if path.is_file() else sorted(one.name for one in path.iterdir())


def test_a_loss_that_was_cut_short_is_told_at_the_next_start(own: Path, config: Config) -> None:
    """A kill right after the damaged journal went aside: the next start tells of it all the same."""
    own.write_bytes(b"no journal")
    set_aside(own)
    assert "damaged" in opened(config)


def test_a_journal_in_use_is_not_pulled_away(own: Path, config: Config) -> None:
    """While a sort is at work a damaged journal stays where it is, and the start says why."""
    own.write_bytes(b"no journal")
    with sort_lock(), pytest.raises(JournalDamagedError, match="another Wavized"):
        opened(config)
    assert own.read_bytes() == b"no journal"
    assert kept_journals(own) == []


def test_a_log_without_its_journal_is_not_read_into_the_next(own: Path, config: Config) -> None:
    """Somebody removes the journal alone: what SQLite left beside it goes aside, and the new one is empty."""
    with SqliteJournal(own) as journal:
        journal.put_setting("a", "b")
        wal = Path(f"{own}-wal").read_bytes()
    own.unlink()
    Path(f"{own}-wal").write_bytes(wal)
    with SqliteJournal(own) as journal:
        assert journal.setting("a") is None
    assert [kept.read_bytes() for kept in own.parent.glob("*.damaged-*-wal")] == [wal]


def test_a_locked_journal_is_no_damaged_one(own: Path, config: Config) -> None:
    """Another process holds it for good: that is said, and nothing is set aside."""
    opened(config)
    with closing(sqlite3.connect(own, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE settings SET value = 'x'")
        assert find_damage(own) == ""
    assert kept_journals(own) == []


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path) as made:
        yield made


def lose(house: House, place: Path) -> House:
    """The same house with a new journal in place of a damaged one."""
    house.journal.close()
    (place / "journal.db").write_bytes(b"no journal")
    kept = set_aside(place / "journal.db")
    anew = House(place)
    anew.journal.put_setting(LOST, kept.name)
    return anew


def rebuilding(house: House) -> Rebuilding:
    shelves: Shelves = house.filing.shelves
    return Rebuilding(
        journal=house.journal,
        digest=sha256_of,
        clock=house.clock,
        origin=Origin.WATCH,
        library=lambda: house.filing.shelves.library,
        folders=lambda: {shelves.folder_for(one): one for one in house.ear.info().categories},
    )


def test_what_was_filed_is_not_filed_again(house: House, tmp_path: Path) -> None:
    """After a loss the library's samples are known by their content, under whatever name they come again."""
    house.file("reese 1.wav", "sub 2.wav")
    before = tree(house.library)
    with lose(house, tmp_path) as anew:
        work = rebuilding(anew)
        assert work.is_due
        while work.step():
            pass
        assert not work.is_due and not rebuilding(anew).is_due
        assert {job.reason for job in anew.journal.find(states=(JobState.FILED,))} == {FOUND}
        shutil.copy(anew.inbox / "reese 1.wav", anew.inbox / "growl like.wav")
        (job,) = anew.take_in(anew.inbox / "growl like.wav")
        assert job.state is JobState.SKIPPED and "duplicate" in job.reason
        assert tree(anew.library) == before


def test_the_pipeline_looks_through_the_library_before_it_takes_anything_in(
    house: House, tmp_path: Path, wait_for: Callable[..., None]
) -> None:
    """What arrives while the library is looked through waits, and a library that is away is waited for."""
    (job,) = house.file("reese 1.wav")
    with lose(house, tmp_path) as anew:
        away = anew.library.with_name("away")
        anew.library.rename(away)
        pipeline = anew.pipeline(rebuilding=rebuilding(anew))
        pipeline.start()
        try:
            shutil.copy(job.source, anew.inbox / "growl.wav")
            pipeline.deliver([anew.arrival(anew.inbox / "growl.wav")])
            wait_for(lambda: "looked through" in pipeline.health.waiting)
            assert anew.states() == {}
            away.rename(anew.library)
            pipeline.wake()
            wait_for(lambda: anew.states() == {"reese 1.wav": "filed", "growl.wav": "skipped"})
            assert not pipeline.health.waiting
        finally:
            pipeline.stop()


def test_what_was_found_can_be_corrected_and_is_never_removed(house: House, tmp_path: Path) -> None:
    """What the library alone knows may be put elsewhere; an undo refuses, it is the only copy."""
    house.file("reese 1.wav", mode=FilingMode.MOVE)
    with lose(house, tmp_path) as anew:
        work = rebuilding(anew)
        while work.step():
            pass
        (job,) = anew.journal.find()
        with pytest.raises(Exception, match="only copy"):
            anew.reviewing.undo(job.id)
        anew.correct(job.id, "growl")
        assert tree(anew.library) == {"Growl": ["reese 1.wav"]}


def test_a_library_that_cannot_be_listed_is_waited_for(house: House, tmp_path: Path) -> None:
    """Nothing is taken for looked through that was not."""
    house.library.rmdir()
    with lose(house, tmp_path) as anew:
        shutil.rmtree(anew.library)
        with pytest.raises(LibraryUnavailableError):
            rebuilding(anew).step()
        assert rebuilding(anew).is_due


def test_copies_from_archives_outlive_the_journal(house: House, tmp_path: Path) -> None:
    """What waited for an answer may be the only copy once its archive is gone: no tidying takes it."""
    path = make_pack(house.inbox / "p.zip", tones(house.inbox.parent, "sub or growl.wav"))
    house.unpacking.add(house.arrival(path))
    while house.unpacking.busy:
        house.unpacking.step(house.library)
        house.work()
    path.unlink()
    (job,) = house.journal.find(states=(JobState.AWAITING_REVIEW,))
    content = job.source.read_bytes()
    with lose(house, tmp_path) as anew:
        anew.archives.tidy(Origin.WATCH)
        assert hashlib.sha256(job.source.read_bytes()).digest() == hashlib.sha256(content).digest()


def test_watched_folders_are_not_swept_up(program: Program) -> None:
    """The daemon says it, files nothing that was there, knows the library, and files what comes next."""
    text = program.config.read_text().replace("- path:", "- existing: file\n    path:")
    program.config.write_text(text)
    write_tone(program.inbox / "one.wav", frequency=50.0, seconds=0.4)
    program.start()
    program.wait_until_at_rest(1)
    library = program.filed()
    program.stop()
    write_tone(program.inbox / "two.wav", frequency=70.0, seconds=0.4)
    journal = program.place / "own" / "state" / "wavized" / "journal.db"
    journal.write_bytes(b"garbage" * 1000)
    program.start()
    program.wait(lambda: "damaged" in program.status()["detail"], "it is not said")
    write_tone(program.inbox / "three.wav", frequency=90.0, seconds=0.4)
    shutil.copy(program.inbox / "one.wav", program.inbox / "again.wav")
    program.wait_until_at_rest(len(library) + 2)
    states = program.states()
    assert "two.wav" not in states and "three.wav" in states
    if library:
        assert states["again.wav"] == ["skipped"]
    assert "damaged" in program.log.read_text()
    assert kept_journals(journal)[0].read_bytes() == b"garbage" * 1000
    program.stop()
