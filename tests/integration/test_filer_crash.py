"""A process that files is killed before each of its acts on the disk; recovery then makes everything whole.

The child is forked and counts its own acts through an audit hook: Python reports each opening, linking,
renaming and removing before it happens, and at the chosen one the child kills itself with SIGKILL.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.filing import SOUND, Filing, read_tree
from wavized.domain.job import Job, Placed, Placement
from wavized.domain.sample import FilingMode
from wavized.library import noclobber

ACTS = frozenset(
    {"open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.utime", "os.chmod", "os.scandir"}
)
WARP = b"warp markers"
every_mode = pytest.mark.parametrize("mode", list(FilingMode))
Announce = Callable[[Path], None]


@pytest.fixture(params=["one disk", "two disks"])
def filing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Filing]:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        if request.param == "two disks":
            pytest.skip("this machine has no second filesystem to write to")
        memory = tmp_path
    quick = Path(tempfile.mkdtemp(prefix="wavized-test-", dir=memory))  # where syncing costs nothing
    downloads = (quick if request.param == "one disk" else tmp_path) / "downloads"
    yield Filing(downloads, quick / "library")
    clear(quick)


def clear(folder: Path) -> None:
    """Remove a folder with all it holds."""
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    if folder.exists():
        folder.rmdir()


def fresh(filing: Filing) -> None:
    """Both folders anew: a name that is taken, a sample and its sidecar."""
    for folder in (filing.downloads, filing.library):
        clear(folder)
        folder.mkdir()
    (filing.library / "808").mkdir()
    (filing.library / "808" / "kick.wav").write_bytes(b"other")
    filing.sample()
    filing.sample("kick.wav.asd", WARP)


def killed_at(act: int, work: Callable[[Announce], None]) -> tuple[bool, list[Path]]:
    """Run `work` in a child that dies before its act number `act`; whether it did, and what it announced."""
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        _die_before(act)
        try:
            work(lambda target: _tell(told, target))
        except BaseException:  # noqa: BLE001  # whatever it is, the parent must hear of it
            os._exit(1)  # a child of the test runner must not go on as a second one
        os._exit(0)
    os.close(told)
    _, status = os.waitpid(child, 0)
    with os.fdopen(heard, "rb") as lines:
        announced = [Path(json.loads(line)) for line in lines]
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.waitstatus_to_exitcode(status) == 0
    return killed, announced


def _die_before(act: int) -> None:
    acts = 0

    def hook(event: str, _: tuple[object, ...]) -> None:
        nonlocal acts
        if event in ACTS:
            acts += 1
            if acts > act:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def _tell(pipe: int, target: Path) -> None:
    os.write(pipe, json.dumps(str(target)).encode() + b"\n")


def contents(filing: Filing) -> list[bytes]:
    """What every file holds, downloads and library together."""
    return [*read_tree(filing.downloads).values(), *read_tree(filing.library).values()]


def assert_no_part(filing: Filing) -> None:
    """No temporary file and no placeholder is left anywhere."""
    trees = {**read_tree(filing.downloads), **read_tree(filing.library)}
    assert not [name for name in trees if ".part" in name]
    assert b"" not in trees.values()


def each_crash(
    filing: Filing, prepare: Callable[[], object], work: Callable[[Announce], None]
) -> Iterator[list[Path]]:
    """Every crash there can be: yields what was announced before it, until the work gets done."""
    for act in range(400):
        fresh(filing)
        prepare()
        killed, announced = killed_at(act, work)
        assert SOUND in contents(filing), f"the sample was lost at act {act}"
        yield announced
        if not killed:
            assert act > 4
            return
    raise AssertionError("the work never came to its end")


@every_mode
def test_placing_survives_a_kill_at_any_moment(filing: Filing, mode: FilingMode) -> None:
    """After a kill while placing, recovery has the sample filed as if nothing was, or not at all."""
    outcomes = set()
    fresh(filing)
    placement = filing.plan(filing.downloads / "kick.wav", mode)
    for announced in each_crash(filing, lambda: None, lambda tell: place(filing, placement, tell)):
        job = filing.job(placement)
        placed = filing.filer.recover(replace(job, target=announced[-1] if announced else None))
        outcomes.add(placed is not None)
        assert_no_part(filing)
        if placed is None:
            assert read_tree(filing.library) == {"808/kick.wav": b"other"}
            assert read_tree(filing.downloads) == {"kick.wav": SOUND, "kick.wav.asd": WARP}
            placed = place(filing, placement, lambda _: None)
        assert_filed(filing, mode, placed)
    assert outcomes == {True, False}


def place(filing: Filing, placement: Placement, tell: Announce) -> Placed:
    return filing.filer.place(placement, tell)


def assert_filed(filing: Filing, mode: FilingMode, placed: Placed, folder: str = "808") -> None:
    """The sample and its sidecar lie in the folder, once; a move left nothing behind."""
    name = "kick (2).wav" if folder == "808" else "kick.wav"
    target = filing.library / folder / name
    sidecar = target.with_name(name + ".asd")
    assert (placed.target, placed.duplicate) == (target, False)
    assert [(one.source.name, one.target) for one in placed.sidecars] == [("kick.wav.asd", sidecar)]
    assert read_tree(filing.library) == {
        "808/kick.wav": b"other",
        f"{folder}/{name}": SOUND,
        f"{folder}/{name}.asd": WARP,
    }
    left = {} if mode is FilingMode.MOVE else {"kick.wav": SOUND, "kick.wav.asd": WARP}
    assert read_tree(filing.downloads) == left


@every_mode
def test_recovery_survives_a_kill_too(filing: Filing, mode: FilingMode) -> None:
    """A kill during recovery itself is recovered from by the next."""
    fresh(filing)
    placement = filing.plan(filing.downloads / "kick.wav", mode)
    target = filing.library / "808" / "kick (2).wav"
    job = replace(filing.job(placement), target=target)

    def whole_but_unfinished() -> None:
        target.write_bytes(SOUND)
        (target.parent / f".wavized-{job.digest[:16]}-1.part").write_bytes(SOUND[:100])

    for _ in each_crash(filing, whole_but_unfinished, lambda _: filing.filer.recover(job)):
        placed = filing.filer.recover(job)
        assert placed is not None
        assert_no_part(filing)
        assert_filed(filing, mode, placed)


def filed_by(filing: Filing, mode: FilingMode) -> Job:
    """The row of the sample once it is filed; all times and names are the same on every run."""
    fresh(filing)
    return filing.filed(filing.downloads / "kick.wav", mode)


@every_mode
def test_a_correction_survives_a_kill_at_any_moment(filing: Filing, mode: FilingMode) -> None:
    """After a kill while relocating, the sample lies in the old folder or the new one, never in both."""
    outcomes = set()
    job = filed_by(filing, mode)
    fresh(filing)
    placement = filing.plan(filing.downloads / "kick.wav", mode, "Acid")

    def work(tell: Announce) -> None:
        filing.filer.relocate(job, placement, tell)

    for announced in each_crash(filing, lambda: filing.place(filing.downloads / "kick.wav", mode), work):
        running = replace(
            filing.job(placement), previous_target=job.target, sidecars=job.sidecars,
            target=announced[-1] if announced else None,
        )  # fmt: skip
        placed = filing.filer.recover(running)
        outcomes.add(placed is not None)
        assert_no_part(filing)
        if placed is None:
            assert job.target is not None
            assert_filed(filing, mode, Placed(job.target, job.sidecars))
            placed = filing.filer.relocate(job, placement, lambda _: None)
        assert_filed(filing, mode, placed, "Acid")
    assert outcomes == {True, False}


@every_mode
def test_an_undo_survives_a_kill_at_any_moment(filing: Filing, mode: FilingMode) -> None:
    """An undo that was killed can be asked for again, or is found to be done; the original is back, once."""
    job = filed_by(filing, mode)
    target = job.target
    assert target is not None
    crashes = each_crash(
        filing,
        lambda: filing.place(filing.downloads / "kick.wav", mode),
        lambda _: filing.filer.take_back(job),
    )
    for _ in crashes:
        if target.exists():
            filing.filer.take_back(job)
        assert_no_part(filing)
        assert read_tree(filing.library) == {"808/kick.wav": b"other"}
        assert read_tree(filing.downloads) == {"kick.wav": SOUND, "kick.wav.asd": WARP}


def test_a_placeholder_of_ours_is_cleared(filing: Filing) -> None:
    """An empty file that claimed the announced name is removed; an older one is somebody's and stays."""
    fresh(filing)
    job = filing.job(filing.plan(filing.downloads / "kick.wav"))
    target = filing.library / "808" / "claimed.wav"
    target.touch()
    later = target.stat().st_ctime + 60
    assert filing.filer.recover(replace(job, target=target, updated_at=later)) is None
    assert target.exists()
    assert filing.filer.recover(replace(job, target=target)) is None
    assert not target.exists()


@every_mode
def test_recovery_touches_nothing_else(filing: Filing, mode: FilingMode) -> None:
    """Another file under the announced name, parts of other samples and look-alikes all stay."""
    fresh(filing)
    job = filing.job(filing.plan(filing.downloads / "kick.wav", mode))
    folder = filing.library / "808"
    (folder / f".wavized-{'0' * 16}-1.part").write_bytes(b"another job's")
    (folder / f".wavized-{job.digest[:16]}-notes.txt").write_bytes(b"someone's")
    (folder / f".wavized-{job.digest[:16]}-7.part").write_bytes(b"ours")
    before = read_tree(filing.library)
    assert filing.filer.recover(replace(job, target=folder / "kick.wav")) is None
    assert filing.filer.recover(job) is None
    del before[f"808/.wavized-{job.digest[:16]}-7.part"]
    assert read_tree(filing.library) == before
    assert read_tree(filing.downloads) == {"kick.wav": SOUND, "kick.wav.asd": WARP}


@every_mode
def test_a_file_that_lay_there_before_is_a_duplicate(filing: Filing, mode: FilingMode) -> None:
    """If the announced name was taken all along by the same content, recovery leaves source and file."""
    fresh(filing)
    job = filing.job(filing.plan(filing.downloads / "kick.wav", mode))
    target = filing.library / "808" / "mine.wav"
    target.write_bytes(SOUND)
    later = target.stat().st_ctime + 60
    placed = filing.filer.recover(replace(job, target=target, updated_at=later))
    assert placed == Placed(target, duplicate=True)
    assert read_tree(filing.downloads) == {"kick.wav": SOUND, "kick.wav.asd": WARP}
    old = filing.library / "808" / "old.wav"
    old.write_bytes(SOUND)
    moving = replace(job, target=target, previous_target=old, updated_at=later)
    assert filing.filer.recover(moving) is None
    assert old.read_bytes() == target.read_bytes() == SOUND


def test_a_rename_over_a_placeholder_survives_a_kill(filing: Filing) -> None:
    """On filesystems that can do no better, a kill leaves the part whole and at most an empty name."""
    fresh(filing)
    job = filing.job(filing.plan(filing.downloads / "kick.wav"))
    part = filing.library / "808" / f".wavized-{job.digest[:16]}-1.part"
    target = filing.library / "808" / "claimed.wav"
    for act in range(5):
        part.write_bytes(SOUND)
        killed, _ = killed_at(act, lambda _: noclobber.rename_over_placeholder(part, target))
        placed = filing.filer.recover(replace(job, target=target))
        assert (placed is None) == (killed is True)
        assert_no_part(filing)
        assert target.exists() == (not killed)
        target.unlink(missing_ok=True)
