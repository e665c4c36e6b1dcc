"""What `wavized uninstall` tells: what goes, what stays and why, and how the program itself goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from wavized.checkup.inotify import SETTINGS_FILE
from wavized.cli.output import printable
from wavized.config.installation import installation
from wavized.removal import Item, Part, Plan, Stay

_KEPT = {
    Part.JOURNAL: "the journal: with it, and only with it, filings can be undone",
    Part.SETTINGS: "your settings",
}
_FEW = 12
"""More files of one folder than this are counted after the fact, not named."""


@dataclass(slots=True)
class Farewell:
    """`stopped` is the daemon's process; with `done` false all of it is only what would happen."""

    stopped: int | None
    at_login: list[str]
    removed: list[Path]
    guarded: tuple[Path, ...]
    done: bool
    failed: list[tuple[Path, str]] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)

    @property
    def is_something(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.removed or self.at_login or self.stopped)

    def stay(self, plan: Plan, kept: Iterable[Part]) -> None:
        """Note what is left: kept parts, what is not ours, the library and the watched folders."""
        self.stays = [Stay(item.path, _KEPT.get(item.part, "")) for item in plan.of(kept)]
        self.stays += plan.stays
        limits = Path(SETTINGS_FILE)
        if limits.exists():
            self.stays.append(Stay(limits, f"set by hand where doctor advised it: sudo rm {limits}"))
        for number, path in enumerate(self.guarded):
            self.stays.append(Stay(path, "a watched folder" if number else "your library"))


def as_json(told: Farewell) -> dict[str, object]:
    """All of it for programs."""
    program = installation()
    return {
        "dry_run": not told.done,
        "stopped": told.stopped,
        "autostart": told.at_login,
        "removed": [str(path) for path in told.removed],
        "failed": [{"path": str(path), "why": why} for path, why in told.failed],
        "stays": [{"path": str(stay.path), "why": stay.why} for stay in told.stays],
        "program": {**asdict(program), "place": str(program.place)},
    }


def print_plan(told: Farewell, items: Iterable[Item]) -> None:
    """What is about to go, before a person says yes."""
    size = sum(item.size for item in items)
    _print_effects(told, "will be")
    print(f"These go ({size / 1e6:.1f} MB), and no sample is touched:")
    _print_paths(told.removed)


def print_farewell(told: Farewell) -> None:
    """What went, or with a dry run what would."""
    _print_effects(told, "was" if told.done else "would be")
    if told.removed:
        print("Removed:" if told.done else "Would be removed:")
        _print_paths(told.removed, all_of_them=not told.done)
    else:
        print("There is nothing to remove.")
    if told.failed:
        print("Could not be removed:")
        for path, why in told.failed:
            print(f"  {printable(str(path))}: {printable(why)}")
    if told.stays:
        print("Stays as it is:")
        for stay in told.stays:
            print(f"  {printable(str(stay.path))}{f'  ({stay.why})' if stay.why else ''}")
        if any(stay.why in _KEPT.values() for stay in told.stays):
            print("  wavized uninstall --all takes journal and settings away too.")
    program = installation()
    print(f"{'Last' if told.done else 'Then'}, the program itself. {program.words}:")
    print(f"  {program.command or program.place}")


def _print_effects(told: Farewell, verb: str) -> None:
    if told.stopped is not None:
        print(f"Wavized (process {told.stopped}) {verb} stopped.")
    for detail in told.at_login:
        print(f"Starting at login {verb} switched off: {printable(detail)}")


def _print_paths(paths: list[Path], *, all_of_them: bool = False) -> None:
    beside = Counter(path.parent for path in paths)
    many = {folder for folder, count in beside.items() if count > _FEW and not all_of_them}
    for path in paths:
        if path.parent not in many:
            print(f"  {printable(str(path))}")
    for folder in sorted(many):
        print(f"  {beside[folder]} files in {printable(str(folder))}")
