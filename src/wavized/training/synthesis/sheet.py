"""Draw what the generator makes: spectrograms per family, and its measures beside those of recorded clips.

`python -m wavized.training.synthesis.sheet --out DIR [--corpus DIR]`. A corpus is a folder with a
`manifest.csv`; only rows whose `use` is `train` are read. Writes a page per label and `measures.txt` into
the folder given as `--out`, nothing else.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib
import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from wavized.training.synthesis.catalogue import LABELS, families, render, render_family
from wavized.training.synthesis.measures import FRAME, NAMES, Measures, measure, power_frames, quantiles

matplotlib.use("Agg")
from matplotlib import pyplot as plt

RATE = 22050
COLUMNS = 8

Clip = npt.NDArray[np.float32]


def picture(clip: Clip) -> npt.NDArray[np.float64]:
    """Levels in dB below the peak: 96 rows evenly spaced in pitch from 30 Hz to 11 kHz, up to 2 s."""
    mono = clip.mean(axis=0)[: 2 * RATE].astype(np.float64)
    mono = np.pad(mono, (0, 2 * RATE - len(mono)))
    power = power_frames(mono)
    rows = np.geomspace(30.0, 10900.0, 96) * FRAME / RATE
    strips = np.stack([np.interp(rows, np.arange(power.shape[1]), frame) for frame in power], axis=1)
    return np.asarray(10.0 * np.log10(strips / (power.max() + 1e-12) + 1e-9), dtype=np.float64)


def draw_page(rows: list[tuple[str, list[Clip]]], target: Path) -> None:
    """One spectrogram per clip (70 dB deep), a row per family."""
    figure, axes = plt.subplots(len(rows), COLUMNS, figsize=(2.1 * COLUMNS, 1.5 * len(rows)), squeeze=False)
    for axis_row, (name, clips) in zip(axes, rows, strict=True):
        axis_row[0].set_ylabel(name, fontsize=9)
        for axis in axis_row:
            axis.set_xticks([])
            axis.set_yticks([])
        for axis, clip in zip(axis_row, clips, strict=False):
            axis.imshow(picture(clip), origin="lower", aspect="auto", cmap="magma", vmin=-70, vmax=0)
            axis.set_title(f"{clip.shape[1] / RATE:.2f} s", fontsize=6, pad=1)
    figure.subplots_adjust(0.03, 0.01, 0.995, 1.0 - 0.2 / (1.5 * len(rows)), 0.03, 0.2)
    figure.savefig(target, dpi=70)
    plt.close(figure)


def read_corpus(folder: Path, most: int, rng: np.random.Generator) -> dict[tuple[str, str], list[Clip]]:
    """Up to `most` training clips per (label, kind) at 22050 Hz, drawn at random."""
    by_kind: dict[tuple[str, str], list[str]] = defaultdict(list)
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["use"] == "train" and row["label"] in LABELS:
                by_kind[row["label"], "renders" if row["kind"] == "synth_render" else "real"].append(
                    row["file"]
                )
    clips: dict[tuple[str, str], list[Clip]] = {}
    for key, files in by_kind.items():
        chosen = rng.permutation(np.array(files))[:most]
        clips[key] = [_read(folder / str(name)) for name in chosen]
    return clips


def _read(path: Path) -> Clip:
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.ascontiguousarray(soxr.resample(samples, rate, RATE).T)


HEADER = f"{'label':9}{'source':14}{'n':>4} | " + " | ".join(f"{name:^20}" for name in NAMES)


def table_line(label: str, source: str, measured: list[Measures]) -> str:
    """One row: count, then the 10th, 50th and 90th percentile of each measure."""
    cells = [" ".join(f"{_short(value):>6}" for value in column) for column in quantiles(measured).T]
    return f"{label:9}{source:14}{len(measured):4} | " + " | ".join(cells)


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _label(label: str, count: int, corpus: dict[tuple[str, str], list[Clip]], out: Path) -> list[str]:
    """Draw the pages of one label and give its rows: all it generates, the corpus, then family by family."""
    made = {
        name: [render_family(label, name, np.random.default_rng(100 * k + i), RATE) for i in range(COLUMNS)]
        for k, name in enumerate(families(label))
    }
    draw_page(list(made.items()), out / f"{label}.png")
    mixed = [measure(render(label, np.random.default_rng(seed), RATE), RATE) for seed in range(count)]
    lines = [table_line(label, "generated", mixed)]
    for kind in ("renders", "real"):
        clips = corpus.get((label, kind), [])
        if clips:
            lines.append(table_line(label, kind, [measure(clip, RATE) for clip in clips]))
            shown = range(0, min(len(clips), 40), COLUMNS)
            draw_page([(f"{kind} {i}", clips[i : i + COLUMNS]) for i in shown], out / f"{label}-{kind}.png")
    lines += [table_line(label, f"  {n}", [measure(c, RATE) for c in clips]) for n, clips in made.items()]
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Write a page per label and `measures.txt`; print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--count", type=int, default=150, help="clips measured per label and source")
    parser.add_argument("--labels", nargs="*", default=list(LABELS), choices=LABELS)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    corpus = read_corpus(options.corpus, options.count, np.random.default_rng(0)) if options.corpus else {}
    lines = [HEADER]
    for label in options.labels:
        lines += _label(label, options.count, corpus, options.out)
    (options.out / "measures.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
