"""Floods: the real daemon under very many files, its worker a light ear (and once the real one)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.checker import Before, complaints, losses, tree
from support.flood import Flooded, Meter, Use, header, high_water, pour, sink, wav
from support.torture import Trial

NOTHING_LEAKED_MIB = 64.0
"""A flood may cost the daemon this much over what a tenth of it does: there is a bound on all that waits."""
LONG_MIB = 200.0
"""The most that the daemon may use at all, whatever comes; a list of 100,000 files would be beyond it."""

Start = Callable[..., Flooded]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: it is the program that is tried, not the disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="wavized-", dir=memory if memory.is_dir() else tmp_path) as name:
        yield Path(name)


@pytest.fixture
def flooded(place: Path) -> Iterator[Start]:
    """Makes the program; it is gone at the end."""
    with ExitStack() as stack:
        yield lambda **how: stack.enter_context(Flooded(place, **how))


def check(program: Flooded, before: Before, *, at_rest: bool = True) -> None:
    """Stop it, then let the checker, which shares no code with it, compare the world with what there was."""
    assert program.stop() == 0
    found = complaints(
        before,
        inbox=program.inbox,
        library=program.library,
        state_db=program.state_db,
        mode="copy",
        at_rest=at_rest,
    )
    assert not found, "\n".join(found[:20])


def meter(program: Flooded) -> Meter:
    assert program.daemon is not None
    return Meter(program.daemon.pid)


def filed(program: Flooded) -> int:
    return program.ledger.states()["filed"]


def test_dropped_at_once(flooded: Start, trial: Trial) -> None:
    """Very many files are dropped at once, after a tenth of that; memory does not follow"""
    few, many = trial.times(40, 2_000), trial.times(400, 20_000)
    program = flooded()
    program.start()
    program.watching()
    first = meter(program)
    with first.running():
        pour(program.inbox, range(few))
        program.at_rest(few)
    flood = meter(program)
    with flood.running() as use:
        pour(program.inbox / "flood", range(few, few + many))
        program.at_rest(few + many)
    trial.note(f"{few:,} files: {first.use}; {many:,} files: {use}")
    assert use.peak < first.use.peak + NOTHING_LEAKED_MIB
    assert use.descriptors <= first.use.descriptors + 20
    assert use.threads <= first.use.threads + 8
    assert filed(program) == few + many
    check(program, Before.of(program.inbox))
    trial.count(few + many)


def test_every_event_is_lost(flooded: Start, trial: Trial) -> None:
    """Every event of the system is lost while files arrive; the scans find them all"""
    count = trial.times(200, 2_000)
    program = flooded(settings="rescan_seconds: 1\n", FLOOD_DEAF="1")
    program.start()
    program.watching()
    pour(program.inbox, range(count), a_folder=50)
    program.at_rest(count)
    assert filed(program) == count
    check(program, Before.of(program.inbox))
    trial.count(count)


def test_the_queue_of_the_system_overflows(flooded: Start, trial: Trial) -> None:
    """The daemon is held (SIGSTOP) until the kernel's queue overflows; what it then drops is found"""
    limit = Path("/proc/sys/fs/inotify/max_queued_events")
    if not limit.exists():
        pytest.skip("only inotify has such a queue")
    count = trial.times(60, 5_000)
    program = flooded(settings="rescan_seconds: 86400\n")
    program.start()
    program.watching()
    assert program.daemon is not None
    program.daemon.send_signal(signal.SIGSTOP)
    try:
        noise = [program.inbox / "noise one", program.inbox / "noise two"]
        noise[0].touch()
        for turn in range(int(limit.read_text(encoding="ascii")) // 2 + 100):  # two events each
            noise[turn % 2].rename(noise[1 - turn % 2])
        pour(program.inbox, range(count), a_folder=50)  # nobody will be told of these
    finally:
        program.daemon.send_signal(signal.SIGCONT)
    program.at_rest(count)
    assert filed(program) == count
    check(program, Before.of(program.inbox))
    trial.count(count)


def test_the_limit_of_watches_is_reached(flooded: Start, trial: Trial) -> None:
    """The system lets the daemon watch 40 folders and files arrive in many more"""
    prefix = ["unshare", "--user", "--map-root-user", "sh", "-c"]
    prefix += ['echo 40 > /proc/sys/user/max_inotify_watches && exec "$@"', "sh"]
    if not shutil.which("unshare") or subprocess.run([*prefix, "true"], capture_output=True).returncode:
        pytest.skip("this system gives no user name space in which to set a limit")
    count = trial.times(50, 2_000)
    program = flooded(prefix=prefix)
    pour(program.inbox, range(100_000, 100_000 + count), a_folder=1)  # old: the folders are there
    old = Before.of(program.inbox)
    program.start()
    program.watching()
    pour(program.inbox / "later", range(count), a_folder=2)
    for number in range(count):
        (program.inbox / f"pack {100_000 + number}" / "new.wav").write_bytes(wav(200_000 + number))
    program.at_rest(2 * count)
    assert filed(program) == 2 * count
    assert b"max_user_watches" in program.log.read_bytes()
    assert program.stop() == 0
    taken = {file.digest for file in tree([program.library]).values()}
    assert not taken & {file.digest for file in old.files.values()}, "an old file was filed"
    assert len(taken) == 2 * count
    trial.count(2 * count)


def test_old_files_are_left(flooded: Start, trial: Trial) -> None:
    """A folder with very many old files is watched for the first time; only a new one is filed"""
    count = trial.times(3_000, 100_000)
    program = flooded()
    program.start()
    program.watching()
    idle = high_water(program.daemon.pid) if program.daemon else 0.0
    assert program.stop() == 0
    shutil.rmtree(program.state_db.parent)
    pour(program.inbox, range(count))
    program.start()
    program.go_on(lambda: program.ledger.known() > 0, "the first of the old files")
    began = time.monotonic()
    assert program.stop() == 0  # in the middle
    stopped = time.monotonic() - began
    program.start()
    began = time.monotonic()
    with meter(program).running() as use:
        program.watching()
        trial.note(f"{count:,} files: {use}; stopped in the middle in {stopped:.1f} s")
        (program.inbox / "new.wav").write_bytes(wav(count))
        program.at_rest(1)
    assert program.ledger.states() == {"filed": 1}
    assert program.ledger.known() == count + 1
    assert use.peak < idle + NOTHING_LEAKED_MIB
    assert program.stop() == 0
    assert [path.read_bytes() for path in program.library.rglob("*.wav")] == [wav(count)]
    trial.count(count)


def test_old_files_are_wanted(flooded: Start, trial: Trial) -> None:
    """The same with `existing: file`, the daemon stopped and killed in the middle"""
    count, enough = trial.times(800, 100_000), trial.times(60, 2_000)
    program = flooded()
    program.wants_what_is_there()
    pour(program.inbox, range(count))
    before = Before.of(program.inbox)
    peaks: list[Use] = []
    for life in range(1, 4):
        program.start()
        watch = meter(program)
        with watch.running():
            program.go_on(lambda: filed(program) >= life * enough, "samples to be filed")  # noqa: B023 # used at once
        peaks.append(watch.use)
        if life == 2:
            program.kill()
        else:
            began = time.monotonic()
            assert program.stop() == 0
            trial.note(f"life {life}: {watch.use}, stopped in {time.monotonic() - began:.1f} s")
    found = losses(
        before, inbox=program.inbox, library=program.library, state_db=program.state_db, mode="copy"
    )
    assert not found, "\n".join(found[:20])
    digests = [file.digest for path, file in tree([program.library]).items() if not path.name.startswith(".")]
    assert len(set(digests)) == len(digests) >= 3 * enough
    assert all(use.peak < LONG_MIB for use in peaks), peaks
    sources = program.ledger.ask("SELECT count(*), count(DISTINCT source) FROM jobs")[0]
    assert sources[0] == sources[1], "a file got two jobs"
    trial.count(count)


def test_a_start_with_much_to_do(flooded: Start, trial: Trial) -> None:
    """Very many samples wait in the journal, paused, and the daemon is started anew"""
    count = trial.times(400, 20_000)
    program = flooded()
    program.start()
    program.watching()
    idle = high_water(program.daemon.pid) if program.daemon else 0.0
    assert program.run("pause").returncode == 0
    pour(program.inbox, range(count))
    program.go_on(lambda: program.ledger.states()["queued"] >= count, "everything to be taken in")
    assert program.stop() == 0
    program.start()
    with meter(program).running() as use:
        program.go_on(lambda: program.log.read_bytes().count(b"Watching") > 1, "the second start")
    trial.note(f"{count:,} waiting: {use.peak:.0f} MiB at most, without any {idle:.0f} MiB")
    assert use.peak < idle + NOTHING_LEAKED_MIB / 2
    assert program.run("resume").returncode == 0
    first = trial.times(count, 2_000)  # the rest is that of a flood
    program.go_on(lambda: filed(program) >= first, "what had waited to be filed")
    check(program, Before.of(program.inbox), at_rest=not trial.full)
    trial.count(count)


def test_files_that_grow_and_files_that_are_touched(flooded: Start, trial: Trial) -> None:
    """Files grow for minutes with pauses longer than it takes to settle; others are touched all the time"""
    growing, turns = 20, trial.times(6, 600)
    program = flooded()
    program.start()
    program.watching()
    # a second's noise for every turn would be too long for a one-shot: the sizes are those of 5 s at most
    whole = {program.inbox / f"slow {n}.wav": wav(n, 40_000) for n in range(growing)}
    touched = [program.inbox / f"touched {n}.wav" for n in range(3)]
    for n, path in enumerate(touched):
        path.write_bytes(wav(1_000 + n))
    step = len(header(0)) + 80_000 // turns
    for turn in range(turns + 1):
        for path, content in whole.items():
            with path.open("ab") as file:
                file.write(content[file.tell() :][: step if turn < turns else None])
        for n in range(5):
            os.utime(touched[0], ns=(0, time.time_ns() + n))
            touched[1].write_bytes(wav(1_001))
            with touched[2].open("r+b"):
                pass
        time.sleep(0.2 if turn % 10 else 1.2)
    program.at_rest(len(whole) + len(touched))
    time.sleep(1.0)
    program.at_rest(len(whole) + len(touched))
    check(program, Before.of(program.inbox))
    assert filed(program) == len(whole) + len(touched)
    asked = "SELECT count(*) FROM jobs WHERE CAST(source AS TEXT) LIKE '%touched%'"
    jobs = int(str(program.ledger.ask(asked)[0][0]))
    assert len(touched) <= jobs <= len(touched) * (turns // 10 + 3), "a pause may give a job, not each touch"
    trial.note(f"{growing} files grown in {turns} steps; 3 touched {5 * turns:,} times gave {jobs} jobs")
    trial.count(len(whole) + len(touched))


def test_a_folder_moved_in_and_one_deleted_meanwhile(place: Path, flooded: Start, trial: Trial) -> None:
    """Folders full of samples come by one rename; the second is deleted while it is worked through"""
    count = trial.times(250, 20_000)
    program = flooded()
    outside = place / "outside"
    pour(outside, range(count))
    pour(place / "doomed", range(count, 2 * count))
    content = {file.digest for file in Before.of(outside, place / "doomed").files.values()}
    program.start()
    program.watching()
    outside.rename(program.inbox / "pack")
    program.at_rest(count)
    assert filed(program) == count
    (place / "doomed").rename(program.inbox / "doomed")
    program.go_on(lambda: filed(program) > count + 20, "the first of the second pack")
    shutil.rmtree(program.inbox / "doomed")
    program.go_on(lambda: program.ledger.at_rest() > count, "the rest to be given up")
    assert program.stop() == 0
    inside = [file.digest for file in tree([program.library]).values()]
    assert len(inside) == len(set(inside)) and set(inside) <= content
    assert len(inside) == filed(program)
    trial.note(f"{len(inside) - count:,} of the deleted were filed before")
    trial.count(2 * count)


def test_faster_than_they_are_heard(flooded: Start, trial: Trial) -> None:
    """Files keep arriving several times as fast as they can be heard; filing goes on all the while"""
    seconds = trial.times(6, 120)
    program = flooded(FLOOD_EAR_SECONDS="0.02")
    program.start()
    program.watching()
    began, count, seen = time.monotonic(), 0, []
    with meter(program).running() as use:
        while time.monotonic() - began < seconds:
            pour(program.inbox / f"wave {count}", range(count, count + 20))
            count += 20
            seen.append(filed(program))
            time.sleep(0.3)
        waiting = program.ledger.states()["queued"]
        program.at_rest(count)
    assert seen[-1] > 0, "nothing was filed as long as files arrived"
    trial.note(f"{count:,} files, {waiting:,} waiting when the last had come: {use}")
    assert use.peak < LONG_MIB
    assert filed(program) == count
    check(program, Before.of(program.inbox))
    trial.count(count)


def test_very_many_and_very_deep_folders(place: Path, flooded: Start, trial: Trial) -> None:
    """Trees 300 and 1,100 folders deep and very many empty folders come; samples around them are filed"""
    empty = trial.times(400, 20_000)
    program = flooded(settings="rescan_seconds: 86400\n")
    program.start()
    program.watching()
    with meter(program).running() as use:
        for number in range(empty):
            (program.inbox / "empty" / f"{number % 100}" / f"{number}").mkdir(parents=True)
        (program.inbox / "empty" / "0" / "0" / "first.wav").write_bytes(wav(1))
        bottom = program.inbox.joinpath(*["deep"] * 300)
        bottom.mkdir(parents=True)
        (bottom / "second.wav").write_bytes(wav(2))
        program.at_rest(2)
        if trial.full:  # more than watchdog can walk before Python 3.12; takes a minute
            sink(place / "abyss", 1_100)
            (place / "abyss").rename(program.inbox / "abyss")
        (program.inbox / "third.wav").write_bytes(wav(3))
        program.at_rest(3)
        time.sleep(trial.times(0, 6))  # until the folder was looked after once more
        (program.inbox / "fourth.wav").write_bytes(wav(4))
        program.at_rest(4)
    trial.note(f"{empty:,} empty folders: {use}")
    subprocess.run(["rm", "-rf", program.inbox / "abyss", place / "abyss"], check=True)  # Python cannot
    assert filed(program) == 4
    check(program, Before.of(program.inbox))
    trial.count(empty + 1_400)


def test_one_content_under_very_many_names(flooded: Start, trial: Trial) -> None:
    """One content comes under very many names, and another one that the ear is not sure of"""
    count = trial.times(80, 1_000)
    program = flooded()
    program.start()
    program.watching()
    for number in range(count):
        (program.inbox / f"same {number}.wav").write_bytes(wav(1))
        (program.inbox / f"unsure {number}.wav").write_bytes(wav(2))
    program.at_rest(2 * count)
    assert program.ledger.states() == {"filed": 1, "awaiting_review": 1, "skipped": 2 * count - 2}
    check(program, Before.of(program.inbox))
    trial.count(2 * count)


def test_with_the_real_ear(program: Flooded, trial: Trial) -> None:
    """Many files are dropped at once, and a real network hears them in the real worker"""
    count = trial.times(20, 800)
    program.start()
    before = {}
    for number in range(count):
        path = program.inbox / f"take {1000 + number}.wav"  # "303" or "808" would say something
        path.write_bytes(wav(number, 8_000))
        before[path.name] = path.read_bytes()
    with meter(program).running() as use:
        program.wait_until_at_rest(count)
    trial.note(f"{count:,} files: {use}")
    assert program.filed() == before
    assert program.stop() == 0
    trial.count(count)


def test_the_meter_sees_memory_threads_and_descriptors() -> None:
    """A process that takes 80 MiB, a thread and ten descriptors is seen to do so."""
    before = high_water(os.getpid())
    own = Meter(os.getpid())
    own.look()
    use = Use(own.use.peak, own.use.tree_peak, own.use.descriptors, own.use.threads)
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    with ExitStack() as stack:
        held = [stack.enter_context(open(os.devnull, encoding="ascii")) for _ in range(10)]  # noqa: PTH123 # a device
        much = bytearray(os.urandom(1)) * (int(before) + 80) * 2**20
        own.look()
        stop.set()
        thread.join()
    assert held and much
    assert own.use.peak >= use.peak + 79
    assert own.use.descriptors >= use.descriptors + 10
    assert own.use.threads >= use.threads + 1
