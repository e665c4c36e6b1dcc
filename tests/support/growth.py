"""Measures a process and all below it as time goes by, and judges whether any of it grows.

The sampler runs on a thread of the test's own; the judge is pure. Memory is in MiB, CPU time in seconds.
"""

from __future__ import annotations

import csv
import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median

import psutil

MEBIBYTE = 1024.0 * 1024.0


@dataclass(frozen=True, slots=True)
class Reading:
    """All figures at one instant; `at` counts seconds from the begin. `phase` is "busy" or "quiet"."""

    at: float
    phase: str
    rss: float
    """The first process alone, like `uss`, `descriptors`, `threads` and `cpu`."""
    uss: float
    descriptors: int
    threads: int
    cpu: float
    children: int
    tree_rss: float
    tree_pss: float
    worker_uss: float
    """Of the largest child; 0 where there is none, like `worker_pid`."""
    worker_pid: int
    worker_descriptors: int
    disk: float
    """What the program keeps on disk for itself."""


class Sampler:
    """Context manager that takes a reading every so many seconds; the test says what phase it is."""

    def __init__(self, pid: int, *, every: float, own_files: Path | None = None) -> None:
        self._process = psutil.Process(pid)
        self._every = every
        self._own_files = own_files
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sampler")
        self._began = time.monotonic()
        self.phase = "busy"
        self.readings: list[Reading] = []

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def seconds(self) -> float:
        """Since the begin."""
        return time.monotonic() - self._began

    def children(self) -> int:
        """How many processes there are below the first one just now."""
        return sum(_look(child) is not None for child in self._process.children(recursive=True))

    def _run(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            phase = self.phase
            try:
                reading = self._read(phase)
            except psutil.NoSuchProcess:
                return
            if phase == self.phase:  # or else it belongs to neither
                self.readings.append(reading)
            self._stop.wait(max(0.0, self._every - (time.monotonic() - began)))

    def _read(self, phase: str) -> Reading:
        memory = self._process.memory_full_info()
        times = self._process.cpu_times()
        children = [found for child in self._process.children(recursive=True) if (found := _look(child))]
        largest = max(children, key=lambda child: child[2], default=(0, 0.0, 0.0, 0.0, 0))
        return Reading(
            at=round(self.seconds, 2),
            phase=phase,
            rss=memory.rss / MEBIBYTE,
            uss=memory.uss / MEBIBYTE,
            descriptors=self._process.num_fds(),
            threads=self._process.num_threads(),
            cpu=times.user + times.system,
            children=len(children),
            tree_rss=memory.rss / MEBIBYTE + sum(child[1] for child in children),
            tree_pss=memory.pss / MEBIBYTE + sum(child[3] for child in children),
            worker_uss=largest[2],
            worker_pid=largest[0],
            worker_descriptors=largest[4],
            disk=_size(self._own_files) / MEBIBYTE,
        )


def _look(child: psutil.Process) -> tuple[int, float, float, float, int] | None:
    """Number, RSS, USS, PSS and descriptors of a child; None where it is leaving."""
    try:
        memory = child.memory_full_info()
        if child.status() == psutil.STATUS_ZOMBIE:
            return None
        return (
            child.pid,
            memory.rss / MEBIBYTE,
            memory.uss / MEBIBYTE,
            memory.pss / MEBIBYTE,
            child.num_fds(),
        )
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None


def _size(folder: Path | None) -> int:
    total = 0
    for path in folder.rglob("*") if folder else ():
        try:
            total += path.lstat().st_size
        except FileNotFoundError:  # a passing copy
            pass
    return total


# --- the judge ------------------------------------------------------------------------------------------

Points = Sequence[tuple[float, float]]
"""Time in seconds and value."""


def slope(points: Points) -> float:
    """The median of the slopes of all pairs, per second (Theil 1950, Sen 1968); of many points 300 count."""
    step = max(1, len(points) // 300)
    kept = points[::step]
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for index, earlier in enumerate(kept)
        for later in kept[index + 1 :]
        if later[0] > earlier[0]
    ]
    return median(slopes) if slopes else 0.0


@dataclass(frozen=True, slots=True)
class Growth:
    """How a figure went: its median early and late, and what its slope makes of the time between them."""

    early: float
    late: float
    by_slope: float

    @property
    def most(self) -> float:
        """The larger of the two measures: either would show a leak."""
        return max(self.late - self.early, self.by_slope)


def growth(points: Points) -> Growth | None:
    """Compare the second quarter of the points with the last one; the first is warming up.

    None where they are so few that nothing can be said.
    """
    quarter = len(points) // 4
    if not quarter:
        return None
    early, late = points[quarter : 2 * quarter], points[-quarter:]
    seconds = median(at for at, _ in late) - median(at for at, _ in early)
    return Growth(
        median(value for _, value in early),
        median(value for _, value in late),
        slope(points[quarter:]) * seconds,
    )


def complaints(
    readings: Sequence[Reading], bounds: Mapping[str, float], *, phase: str = "quiet"
) -> tuple[list[str], dict[str, Growth]]:
    """What grew beyond its bound between the second and the last quarter, and how everything went.

    Only readings of one phase are compared. `bounds` names figures of a Reading; "cpu" is judged by its rate,
    in seconds of CPU time per minute.
    """
    chosen = [reading for reading in readings if reading.phase == phase]
    found: list[str] = []
    went: dict[str, Growth] = {}
    for name, bound in bounds.items():
        how = growth(cpu_rate(readings, phase) if name == "cpu" else series(chosen, name))
        if how is None:
            found.append(f"{name}: too few readings to judge")
            continue
        went[name] = how
        if how.most > bound:
            found.append(
                f"{name} grew from {how.early:.2f} to {how.late:.2f} (by its slope {how.by_slope:+.2f}); "
                f"{bound:g} is the bound"
            )
    return found, went


def series(readings: Sequence[Reading], name: str) -> list[tuple[float, float]]:
    """One figure over time."""
    return [(reading.at, float(getattr(reading, name))) for reading in readings]


def cpu_rate(readings: Sequence[Reading], phase: str) -> list[tuple[float, float]]:
    """Seconds of CPU time per minute in every unbroken stretch of a phase."""
    found: list[tuple[float, float]] = []
    stretch: list[Reading] = []
    for reading in [*readings, None]:
        if reading is not None and reading.phase == phase:
            stretch.append(reading)
            continue
        if len(stretch) > 1:
            first, last = stretch[0], stretch[-1]
            minutes = (last.at - first.at) / 60.0
            found.append(((first.at + last.at) / 2.0, (last.cpu - first.cpu) / minutes))
        stretch = []
    return found


# --- what is kept of it ---------------------------------------------------------------------------------


def write_csv(readings: Sequence[Reading], path: Path) -> None:
    """One line a reading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(Reading)])
        writer.writeheader()
        for reading in readings:
            writer.writerow(
                {key: round(v, 3) if isinstance(v, float) else v for key, v in asdict(reading).items()}
            )


PANELS: Mapping[str, Mapping[str, Callable[[Reading], float]]] = {
    "memory (MiB)": {
        "all processes, PSS": lambda r: r.tree_pss,
        "daemon, RSS": lambda r: r.rss,
        "daemon, USS": lambda r: r.uss,
        "largest child, USS": lambda r: r.worker_uss,
    },
    "count": {
        "daemon's descriptors": lambda r: r.descriptors,
        "daemon's threads": lambda r: r.threads,
        "child processes": lambda r: r.children,
    },
    "daemon's CPU time (s)": {"": lambda r: r.cpu},
    "own files on disk (MiB)": {"": lambda r: r.disk},
}


def plot(readings: Sequence[Reading], path: Path, title: str) -> None:
    """Everything over time; quiet stretches are shaded."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 11), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(PANELS), 1, sharex=True)
    minutes = [reading.at / 60.0 for reading in readings]
    for axes, (label, lines) in zip(panels, PANELS.items(), strict=True):
        for name, value in lines.items():
            axes.plot(minutes, [value(reading) for reading in readings], label=name, linewidth=1.0)
        for earlier, later in itertools.pairwise(readings):
            if earlier.phase == later.phase == "quiet":
                axes.axvspan(earlier.at / 60.0, later.at / 60.0, color="0.93", linewidth=0)
        axes.set_ylabel(label)
        axes.set_ylim(bottom=0)
        if len(lines) > 1:
            axes.legend(loc="upper left", fontsize=8)
    panels[0].set_title(title)
    panels[-1].set_xlabel("minutes (shaded: quiet)")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
