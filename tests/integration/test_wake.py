"""After the computer slept every folder is looked through at once, and no worker is blamed for the time."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from support.audio import write_tone
from support.watching import Watch, wait_until, wav_bytes
from wavized.config.model import WatchFolder
from wavized.domain.hearing import Scored
from wavized.inference.client import WorkerClassifier, default_command
from wavized.watch.hints import HintBox


class Silence:
    """Listens to nothing: as a drive that was away while the computer slept."""

    def __init__(self, hints: HintBox) -> None:
        self._roots: set[Path] = set()

    def watch(self, root, real, recursive):
        self._roots.add(root)

    def unwatch(self, root):
        self._roots.discard(root)

    def is_listening(self, root):
        return root in self._roots

    def check_headroom(self): ...

    def close(self): ...


def test_what_came_while_the_computer_slept_is_found_on_waking(tmp_path):
    """No event told of it and the next scan is far off; the rest of the program is told, once."""
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    asleep = [0.0]
    woken = []
    watch = Watch(
        tmp_path / "library",
        WatchFolder(path=downloads),
        listen=Silence,
        rescan_seconds=3600.0,
        real=lambda: time.monotonic() + asleep[0],
        woken=lambda: woken.append(threading.current_thread().name),
    )
    with watch:
        watch.until_open()
        sample = downloads / "bass.wav"
        sample.write_bytes(wav_bytes())
        time.sleep(1.0)
        assert not watch.paths() and not woken
        asleep[0] = 8 * 3600.0
        watch.until_delivered(sample)
        wait_until(lambda: bool(woken), "the program to hear of it")
        assert woken == ["watch"]


def test_the_watch_thread_answers_without_anything_to_do(tmp_path):
    """Whoever asks whether it lives hears from it, and afterwards no more."""
    with Watch(tmp_path / "library") as watch:
        watch.watcher.wait_until_ready(60.0)
        for _ in range(3):
            watch.watcher.answer().result(60.0)


class SleepyClock:
    """Goes on by eight hours at every fifth look: a lid that is closed again and again."""

    def __init__(self) -> None:
        self._looks = 0

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        self._looks += 1
        return time.monotonic() + 8 * 3600.0 * (self._looks // 5)


def test_a_worker_is_not_taken_for_hung_because_the_computer_slept(tmp_path, eager_model):
    """Where the clock goes on meanwhile (Windows): while it loads its model, and while it hears."""
    samples = [write_tone(tmp_path / f"{number}.wav", frequency=50.0 + number) for number in range(6)]
    with WorkerClassifier(
        default_command(), eager_model, clock=SleepyClock(), timeout_s=60.0, batch_size=2
    ) as classifier:
        answers = classifier.classify(samples)
    assert all(isinstance(answer, Scored) for answer in answers), answers
