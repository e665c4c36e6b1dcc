"""The client with worker processes: scripted ones that misbehave, and the real one with a tiny model."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from support import rogue_worker
from support.audio import tone, write, write_tone
from support.tiny_model import make_paper_model, make_tiny_model, write_manifest
from support.watching import RealClock, wait_until
from wavized.domain.hearing import Answer, Refused, Scored, Unanswered
from wavized.domain.sample import Kind
from wavized.errors import ModelUnusableError
from wavized.inference.client import FRUITLESS_LIMIT, WorkerClassifier, default_command
from wavized.inference.log import BoundedLog
from wavized.logic.backoff import Backoff

Make = Callable[..., WorkerClassifier]


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def ear(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerClassifier]:
    """The real worker, started once for the tests that leave it alive."""
    log = tmp_path_factory.mktemp("log") / "worker.log"
    with WorkerClassifier(default_command(), tiny_model, clock=RealClock(), log_path=log) as classifier:
        yield classifier


@pytest.fixture
def rogue(tmp_path: Path) -> Iterator[Make]:
    """Makes clients of scripted workers, and closes them."""
    made: list[WorkerClassifier] = []

    def make(start: str = "well", only_first: Path | None = None, **options) -> WorkerClassifier:
        options = {"timeout_s": 2.0, "start_timeout_s": 20.0, "backoff": Backoff(first_s=0.01)} | options
        command = rogue_worker.command(start, only_first)
        model = make_paper_model(tmp_path / "model")
        made.append(WorkerClassifier(command, model, clock=RealClock(), **options))
        return made[-1]

    yield make
    for classifier in made:
        classifier.close()


def verdicts(answers: list[Answer]) -> list[str]:
    """Each answer in one word."""
    words = {True: "suspect", False: "unanswered"}
    return [
        words[answer.suspect] if isinstance(answer, Unanswered) else type(answer).__name__.lower()
        for answer in answers
    ]


def hear(classifier: WorkerClassifier, *names: str) -> list[str]:
    return verdicts(classifier.classify([Path(name) for name in names]))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("a", "crash-opening", "b"), ["unanswered", "suspect", "unanswered"]),
        (("a", "killed", "b"), ["unanswered", "suspect", "unanswered"]),
        (("a", "hang", "b"), ["unanswered", "suspect", "unanswered"]),
        (("unreadable", "hang", "b"), ["refused", "suspect", "unanswered"]),
        (("a", "flood", "b"), ["unanswered", "suspect", "unanswered"]),
        (("a", "endless-line", "b"), ["unanswered", "suspect", "unanswered"]),
        (("a", "clinging-child", "b"), ["unanswered", "suspect", "unanswered"]),
        (("a", "crash-listening", "b"), ["scored", "suspect", "suspect"]),
        (("mute", "a", "b"), ["unanswered", "unanswered", "unanswered"]),
        (("a", "babble", "b"), ["scored", "scored", "scored"]),
        (("a", "wrong", "b"), ["scored", "scored", "scored"]),
        (("slow-1", "slow-2", "slow-3"), ["scored", "scored", "scored"]),  # longer than a time-out in all
    ],
)
def test_misbehaviour(rogue: Make, names: tuple[str, ...], expected: list[str]):
    """Whatever a worker does, answers given are kept, blame falls where it may, and the next is heard."""
    classifier = rogue()
    assert hear(classifier, *names) == expected
    assert hear(classifier, "c", "d") == ["scored", "scored"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_worker_asked_to_leave_blames_nobody(rogue: Make):
    """A worker that was sent SIGTERM, as at log-out, leaves files unanswered and none suspect."""
    assert hear(rogue(), "a", "dismissed", "b") == ["unanswered"] * 3


def test_a_worker_lost_while_idle_is_replaced(rogue: Make):
    """A worker killed between questions costs no answer."""
    classifier = rogue()
    assert hear(classifier, "a") == ["scored"]
    worker = classifier.worker_pid
    assert worker is not None
    psutil.Process(worker).kill()
    wait_until(lambda: not psutil.pid_exists(worker) or is_zombie(worker), "the worker to die")
    answers = hear(classifier, "b")
    if answers == ["unanswered"]:  # the end of its pipe had not been noticed yet
        answers = hear(classifier, "b")
    assert answers == ["scored"]


def is_zombie(pid: int) -> bool:
    return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("start", ["exit", "babble", "hang"])
def test_a_bad_start_is_tried_again(rogue: Make, tmp_path: Path, start: str):
    """A worker that fails to start once is started again."""
    classifier = rogue(start, tmp_path / "flag", start_timeout_s=5.0)
    assert hear(classifier, "a") == ["scored"]
    assert classifier.state() == "ready"


def test_a_worker_that_never_starts_makes_the_model_unusable(rogue: Make, tmp_path: Path):
    """After a few fruitless starts the program stops trying and says where to look."""
    log = tmp_path / "logs" / "worker.log"
    classifier = rogue("exit", log_path=log)
    with pytest.raises(ModelUnusableError) as caught:
        hear(classifier, "a")
    assert str(log) in caught.value.hint
    assert log.read_text().count("no libraries here") == FRUITLESS_LIMIT
    assert classifier.state() == "off"


def test_a_worker_that_dies_before_every_file_makes_the_model_unusable(rogue: Make):
    """Workers that load well but never touch a file do not go round for ever."""
    classifier = rogue()
    with pytest.raises(ModelUnusableError):
        for _ in range(FRUITLESS_LIMIT):
            hear(classifier, "mute")


def test_an_unusable_model_is_told_in_its_own_words(rogue: Make):
    """What the worker says of its model reaches the caller."""
    classifier = rogue("unusable")
    with pytest.raises(ModelUnusableError) as caught:
        hear(classifier, "a")
    assert (caught.value.message, caught.value.hint) == ("The model is damaged", "Install it again")
    assert classifier.state() == "off"


def test_a_program_that_is_not_there(tmp_path: Path):
    """A command that cannot be started makes the model unusable."""
    classifier = WorkerClassifier(
        [str(tmp_path / "nothing")], make_paper_model(tmp_path / "model"), clock=RealClock()
    )
    with pytest.raises(ModelUnusableError):
        classifier.classify([Path("a")])


@pytest.mark.parametrize(
    ("name", "state", "expected"),
    [("crash-opening", "off", ["suspect", "unanswered"]), ("hang", "ready", ["unanswered", "unanswered"])],
)
def test_stop_ends_every_wait(rogue: Make, name: str, state: str, expected: list[str]):
    """A stop ends waiting for the next start and for answers; it blames nobody."""
    stop = threading.Event()
    classifier = rogue(stop=stop, backoff=Backoff(first_s=600.0, most_s=600.0), timeout_s=600.0, batch_size=1)
    hear(classifier, "a")
    heard: list[str] = []
    thread = threading.Thread(target=lambda: heard.extend(hear(classifier, name, "b")))
    thread.start()
    wait_until(lambda: classifier.state() == state, f"the worker to be {state}")
    stop.set()
    thread.join(120.0)
    assert not thread.is_alive()
    assert heard == expected


def test_close_leaves_nothing_behind(rogue: Make, tmp_path: Path):
    """After starts, crashes, hangs and close no thread, descriptor or child is left."""
    this = psutil.Process()
    measure = this.num_handles if sys.platform == "win32" else this.num_fds
    rogue().close()
    before = (threading.active_count(), measure(), this.children())
    classifier = rogue(log_path=tmp_path / "worker.log")
    hear(classifier, "a", "crash-opening")
    hear(classifier, "a", "hang")
    hear(classifier, "a")
    classifier.close()
    assert (threading.active_count(), measure(), this.children()) == before


@pytest.mark.skipif(os.name == "nt", reason="processes of a group are killed on POSIX")
def test_children_of_a_worker_go_with_it(rogue: Make):
    """What a worker has started does not outlive it."""
    classifier = rogue()
    hear(classifier, "a")
    worker = classifier.worker_pid
    assert worker is not None
    assert hear(classifier, "clinging-child") == ["suspect"]
    wait_until(lambda: not group_of(worker), "the worker's group to be gone")


def group_of(leader: int) -> list[int]:
    members = []
    for pid in psutil.pids():
        try:
            if os.getpgid(pid) == leader and not is_zombie(pid):
                members.append(pid)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return members


def test_the_log_is_bounded(tmp_path: Path):
    """A worker that writes without end to its standard error fills two files and no more."""
    path = tmp_path / "logs" / "worker.log"
    script = "import sys\nfor _ in range(2000): sys.stderr.write('x' * 999 + chr(10))"
    with subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        BoundedLog(path, limit=200_000).drain(process.stderr)
    sizes = {file.name: file.stat().st_size for file in path.parent.iterdir()}
    assert sizes.keys() == {"worker.log", "worker.log.1"}
    assert max(sizes.values()) <= 200_000


def test_the_daemons_side_is_light():
    """The client can be imported without any of the heavy libraries."""
    code = (
        "import sys, wavized.inference.client;"
        "assert not {'torch', 'transformers', 'numpy', 'soundfile'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_frozen_program_calls_itself(monkeypatch: pytest.MonkeyPatch):
    """In a frozen build the program is its own worker; otherwise Python runs the package."""
    options = ["--threads", "2", "--max-seconds", "12.0"]
    assert default_command() == [sys.executable, "-P", "-m", "wavized", "_worker"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert default_command(threads=2, max_seconds=12.0) == [sys.executable, "_worker", *options]


def test_odd_files_are_refused(ear: WorkerClassifier, tmp_path: Path):
    """What cannot be heard is refused with a reason: junk, silence, folders, missing files, pipes."""
    junk = tmp_path / "junk.wav"
    junk.write_bytes(b"no audio at all")
    silent = tmp_path / "silent.wav"
    write(silent, tone(amplitude=0.0))
    paths = [junk, silent, tmp_path, tmp_path / "missing.wav", write_tone(tmp_path / "good.wav")]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.wav")
        paths.append(tmp_path / "pipe.wav")
    answers = ear.classify(paths)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert verdicts(answers[:5]) == ["refused"] * 4 + ["scored"]
    assert [answer.kind for answer in refused] == [Kind.UNREADABLE, Kind.NOT_BASS] + [Kind.UNREADABLE] * (
        len(paths) - 3
    )
    assert all(answer.reason for answer in refused)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are free bytes on Linux only")
@pytest.mark.parametrize("name", [b"\xff\xfe.wav", b"new\nline.wav", "🎹 é.wav".encode(), b'"#$.wav'])
def test_odd_names_are_heard(ear: WorkerClassifier, tmp_path: Path, name: bytes):
    """A file is found by exactly its name, and left as it was."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    before = write_tone(path).read_bytes()
    stat = path.stat()
    assert verdicts(ear.classify([path])) == ["scored"]
    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == stat.st_mtime_ns


NOISY = """
import os, sys
from wavized.cli.main import main

class Noisy:
    def find_spec(self, name, *_):
        if name == "torch":
            print("{}\\n" * 500, flush=True)
            os.write(1, b"native noise\\n" * 500)

sys.meta_path.insert(0, Noisy())
sys.exit(main(sys.argv[1:]))
"""


def test_libraries_may_print(tiny_model: Path, tmp_path: Path):
    """What libraries print, from Python or below it, lands in the log and leaves the protocol whole."""
    log = tmp_path / "worker.log"
    command = [sys.executable, "-c", NOISY, "_worker"]
    with WorkerClassifier(command, tiny_model, clock=RealClock(), log_path=log) as classifier:
        assert hear(classifier, str(write_tone(tmp_path / "a.wav"))) == ["scored"]
    assert log.read_text().count("{}") == 500
    assert log.read_text().count("native noise") == 500


def test_company_does_not_change_an_answer(ear: WorkerClassifier, tmp_path: Path):
    """A file gets the same scores alone as in a batch."""
    paths = [write_tone(tmp_path / f"{pitch}.wav", frequency=pitch) for pitch in (55, 110, 220)]
    together = ear.classify(paths)
    for path, answer in zip(paths, together, strict=True):
        (alone,) = ear.classify([path])
        assert isinstance(alone, Scored) and isinstance(answer, Scored)
        assert alone.scores == pytest.approx(answer.scores, abs=1e-5)


def test_the_rhythm_is_heard_beyond_the_window(ear: WorkerClassifier, tmp_path: Path):
    """A line of five seconds speaks for a loop, a long tone for one sound; a window would hold one second."""
    beat = np.concatenate([tone(110, seconds=0.15), tone(amplitude=0.0, seconds=0.1)])
    weak = np.concatenate([0.2 * tone(330, seconds=0.1), tone(amplitude=0.0, seconds=0.4)])
    line = write(tmp_path / "line.wav", np.concatenate([beat, beat, weak, beat, weak] * 3))
    answers = ear.classify([line, write_tone(tmp_path / "tone.wav", seconds=5.0)])
    heard = [answer.evidence[0] for answer in answers if isinstance(answer, Scored)]
    assert [witness.source for witness in heard] == ["rhythm", "rhythm"]
    assert heard[0].scores["loop"] > 2 * heard[0].scores["808"]
    assert heard[1].scores["loop"] < heard[1].scores["808"]
    assert "onsets in 5.2 s" in heard[0].detail
    assert heard[1].detail == "1 onset in 5.0 s"


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_is_not_for_the_worker(ear: WorkerClassifier, tmp_path: Path):
    """A worker that gets SIGINT goes on."""
    path = write_tone(tmp_path / "a.wav")
    ear.classify([path])
    worker = ear.worker_pid
    assert worker is not None
    os.kill(worker, signal.SIGINT)
    assert verdicts(ear.classify([path])) == ["scored"]
    assert ear.worker_pid == worker


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_sigkill_in_the_middle_of_a_batch(ear: WorkerClassifier, tmp_path: Path):
    """A worker killed in the middle of its work is replaced; asked again, every file has its answer."""
    paths = [write_tone(tmp_path / f"{number}.wav", seconds=2.0) for number in range(20)] * 6
    ear.classify(paths[:1])
    worker = ear.worker_pid
    assert worker is not None
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.extend(ear.classify(paths)))
    idle = psutil.Process(worker).cpu_times().user
    thread.start()
    wait_until(lambda: psutil.Process(worker).cpu_times().user > idle + 0.1, "the worker to be at work")
    os.kill(worker, signal.SIGKILL)
    thread.join(120.0)
    assert len(answers) == len(paths)
    left = [path for path, answer in zip(paths, answers, strict=True) if isinstance(answer, Unanswered)]
    assert 1 <= len(left) <= 16
    assert verdicts(ear.classify(left)) == ["scored"] * len(left)
    assert ear.worker_pid != worker


def test_a_closed_client_starts_nothing(rogue: Make):
    """After close a question is left unanswered, blames nobody and starts no worker."""
    classifier = rogue()
    classifier.close()
    assert hear(classifier, "a") == ["unanswered"]
    assert classifier.state() == "off"


def test_damage_is_told_by_the_worker(tiny_model: Path, tmp_path: Path):
    """A model damaged behind the client's back is refused by the worker, and stays as it is."""
    folder = tmp_path / "model"
    folder.mkdir()
    for file in tiny_model.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    weights = folder / "model.safetensors"
    with WorkerClassifier(default_command(), folder, clock=RealClock()) as classifier:
        classifier.info()
        weights.write_bytes(weights.read_bytes()[:-100])
        with pytest.raises(ModelUnusableError, match="damaged"):
            classifier.classify([tmp_path / "a.wav"])
        with pytest.raises(ModelUnusableError, match="damaged"):
            classifier.info()
        write_manifest(folder)  # now the damage is declared, and only loading can tell
        with pytest.raises(ModelUnusableError, match="cannot be loaded"):
            classifier.classify([tmp_path / "a.wav"])
    assert weights.exists()


PARENT = """
import sys, threading, time
from pathlib import Path
from wavized.clock import SystemClock
from wavized.inference.client import WorkerClassifier, default_command
classifier = WorkerClassifier(default_command(), Path(sys.argv[1]), clock=SystemClock())
threading.Thread(target=classifier.classify, args=([Path("nothing.wav")],), daemon=True).start()
while classifier.worker_pid is None or classifier.state() != sys.argv[2]:
    time.sleep(0.01)
print(classifier.worker_pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("state", ["starting", "ready"])
def test_no_worker_outlives_its_parent(tiny_model: Path, state: str):
    """When the parent is killed the worker leaves too, be it idle or loading its model."""
    command = [sys.executable, "-c", PARENT, str(tiny_model), state]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert psutil.pid_exists(worker)
        parent.kill()
    wait_until(lambda: not psutil.pid_exists(worker) or is_zombie(worker), "the worker to leave")
