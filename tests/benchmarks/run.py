"""`make bench`: how fast samples are heard and filed, as ratios taken side by side in one run.

Machines are noisy, so every figure stands beside what it is compared with: a bare decoding loop over the same
files, and a plain copy of them. Prints a table; `--json FILE` keeps the figures for comparison.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from rich.console import Console
from rich.table import Table

from support.audio import write
from support.program import Program
from wavized.audio import decode
from wavized.clock import SystemClock
from wavized.config import paths
from wavized.inference.client import WorkerClassifier, default_command
from wavized.inference.manifest import read_manifest
from wavized.training.synthesis import LABELS, render

RATE = 44_100


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100, help="how many samples (default 100)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wavized-bench-") as name:
        place = Path(name)
        samples = make_samples(place / "samples", args.files)
        figures = {**measure_hearing(samples), **measure_filing(place, samples)}
    show(figures, args.files)
    if args.json:
        args.json.write_text(json.dumps({"files": args.files, **figures}, indent=1) + "\n", encoding="utf-8")
    return 0


def make_samples(folder: Path, count: int) -> list[Path]:
    """Sounds of all labels from the project's own generator, 16-bit WAV."""
    made = []
    for n in range(count):
        rng = np.random.default_rng(7_000_000 + n)
        sound = render(LABELS[n % len(LABELS)], rng, sample_rate=RATE)
        made.append(write(folder / f"sample {n}.wav", sound.T, RATE))
    return made


def measure_hearing(samples: list[Path]) -> dict[str, float]:
    """Seconds for all files: decoding alone, one question per file, and one question for all."""
    model = paths.bundled_model()
    info = read_manifest(model).info
    with WorkerClassifier(default_command(), model, clock=SystemClock()) as worker:
        cold = timed(lambda: worker.classify(samples[:1]))
        singles: list[float] = []

        def one_by_one() -> None:
            singles.extend(timed(lambda path=path: worker.classify([path])) for path in samples)

        return {
            "worker cold start, first answer (s)": cold,
            "decode only (s)": timed(lambda: decode_all(samples, info.sample_rate, info.window_s)),
            "heard one by one, warm (s)": timed(one_by_one),
            "heard in batches, warm (s)": timed(lambda: worker.classify(samples)),
            "one file, median (ms)": 1000 * statistics.median(singles),
            "one file, 99th percentile (ms)": 1000 * float(np.percentile(singles, 99)),
        }


def decode_all(samples: list[Path], rate: int, window_s: float) -> None:
    """What hearing cannot do without."""
    for path in samples:
        clip = decode.load(path, sample_rate=rate, window_s=window_s)
        decode.to_model_input(clip.samples, sample_rate=rate, window_s=window_s)


def measure_filing(place: Path, samples: list[Path]) -> dict[str, float]:
    """Seconds from dropping all files at once until each is dealt with; a plain copy beside it."""
    copied = timed(lambda: shutil.copytree(samples[0].parent, place / "copied"))
    daemon_place = place / "daemon"
    daemon_place.mkdir()
    with Program(daemon_place, paths.bundled_model()) as program:
        program.start()
        cold = timed(lambda: drop(program, samples, "first", 0, len(samples)))
        warm = timed(lambda: drop(program, samples, "second", 1, 2 * len(samples)))
        packed = timed(lambda: drop_archive(program, samples, 2, 3 * len(samples)))
        program.stop()
    return {
        "plain copy (s)": copied,
        "dropped at once, worker cold (s)": cold,
        "dropped again, worker warm (s)": warm,
        "dropped as one archive, worker warm (s)": packed,
    }


def drop(program: Program, samples: list[Path], name: str, flip: int, at_rest: int) -> None:
    """A pack arrives; `flip` changes the last bit of each sound, so that none is a duplicate."""
    pack = program.inbox / name
    pack.mkdir()
    for path in samples:
        content = bytearray(path.read_bytes())
        content[-1] ^= flip
        (pack / path.name).write_bytes(content)
    program.wait_until_at_rest(at_rest)


def drop_archive(program: Program, samples: list[Path], flip: int, at_rest: int) -> None:
    """The same pack as one zip file."""
    with zipfile.ZipFile(program.inbox / "third.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in samples:
            content = bytearray(path.read_bytes())
            content[-1] ^= flip
            archive.writestr(f"third/{path.name}", bytes(content))
    program.wait_until_at_rest(at_rest)


def timed(act: Callable[[], object]) -> float:
    """Seconds that `act` took."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def show(figures: dict[str, float], files: int) -> None:
    """The table, with each duration over its yardstick."""
    yardstick = {
        "heard one by one, warm (s)": "decode only (s)",
        "heard in batches, warm (s)": "decode only (s)",
        "dropped at once, worker cold (s)": "plain copy (s)",
        "dropped again, worker warm (s)": "plain copy (s)",
        "dropped as one archive, worker warm (s)": "plain copy (s)",
    }
    table = Table(title=f"{files} samples", box=None, pad_edge=False)
    for heading in ("what", "measured", "ratio"):
        table.add_column(heading)
    for what, value in figures.items():
        base = yardstick.get(what)
        ratio = f"{value / figures[base]:.1f} x {base.removesuffix(' (s)')}" if base else ""
        table.add_row(what, f"{value:.2f}", ratio)
    Console(width=120).print(table)


if __name__ == "__main__":
    sys.exit(main())
