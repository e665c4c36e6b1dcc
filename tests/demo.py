"""`make demo`: start the real daemon on a temporary inbox and library, drop samples in, show what it does.

Everything happens in a temporary folder, which is left for a look; nothing of the user's is touched. It shows
the program of the Python that runs this, or the one that is named with `--program`, a packaged one say.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

DATA = Path(__file__).parent / "data"
PATIENCE_SECONDS = 240.0
AT_REST = {"filed", "awaiting_review", "skipped", "failed"}
WORDS = {
    "filed": "[green]filed[/]",
    "awaiting_review": "[yellow]asks[/]",
    "skipped": "[bright_black]left alone[/]",
    "failed": "[red]failed[/]",
}


def main() -> int:
    """Run the demonstration; 1 where a sample was lost, changed or never came to rest."""
    program = program_named()
    out = Console(highlight=False, width=None if sys.stdout.isatty() else 150)
    place = Path(tempfile.mkdtemp(prefix="wavized-demo-"))
    inbox, library = place / "Downloads", place / "Library"
    inbox.mkdir()
    library.mkdir()
    config = place / "config.yaml"
    config.write_text(f"library: {library}\nwatch:\n  - path: {inbox}\nsettle_seconds: 1\n", encoding="utf-8")
    meant = json.loads((DATA / "demo.json").read_text(encoding="utf-8"))
    out.print("[bold]Wavized demonstration[/]")
    out.print(f"  watches    {inbox}\n  files into {library}\n", markup=False)
    with Daemon(program, config, place) as daemon:
        daemon.wait_until_watching()
        out.print(f"The daemon watches. Dropping {len(meant)} files into the download folder ...\n")
        drop(inbox)
        rested = show_live(out, daemon, inbox, meant)
    return conclude(out, program, inbox, library, rested, meant)


def program_named() -> list[str]:
    """The words that start Wavized."""
    parser = argparse.ArgumentParser(description="Show what Wavized does, on a folder of its own.")
    parser.add_argument(
        "--program", type=Path, help="an installed `wavized` to show instead of this Python's"
    )
    named = parser.parse_args().program
    return [str(named.absolute())] if named else [sys.executable, "-m", "wavized"]


class Daemon:
    """The real program in a process of its own, with its state inside the demonstration's folder."""

    def __init__(self, program: list[str], config: Path, place: Path) -> None:
        self._program = program
        self._config = config
        names = {"CONFIG": "config", "STATE": "state", "CACHE": "cache", "DATA": "data"}
        self._environment = os.environ | {f"XDG_{key}_HOME": str(place / name) for key, name in names.items()}
        self._log = place / "daemon.log"

    def __enter__(self) -> Daemon:
        command = [*self._program, "run", "--no-tray", "--config", str(self._config)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, env=self._environment, stderr=log)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE_SECONDS)

    def ask(self, *words: str) -> list[dict]:
        """Run a command beside the daemon; its JSON lines."""
        command = [*self._program, *words, "--json"]
        run = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def wait_until_watching(self) -> None:
        """Until the daemon answers and has taken its folder on."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.ask("status")[0]["state"] != "watching":
            if self._process.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"The daemon did not start:\n{self._log.read_text(errors='replace')}")
            time.sleep(0.2)


def drop(inbox: Path) -> None:
    """Copy the demonstration set as a browser would: under a temporary name first."""
    for source in sorted(DATA.rglob("*")):
        if source.is_dir() or source.name == "demo.json":
            continue
        target = inbox / source.relative_to(DATA)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(target.name + ".crdownload")
        shutil.copyfile(source, partial)
        partial.rename(target)


def show_live(out: Console, daemon: Daemon, inbox: Path, meant: dict) -> dict[str, dict]:
    """Print each sample as it comes to rest, until all have."""
    shown: dict[str, dict] = {}
    deadline = time.monotonic() + PATIENCE_SECONDS
    table = new_table()
    while len(shown) < len(meant) and time.monotonic() < deadline:
        time.sleep(0.5)
        for job in reversed(daemon.ask("history", "--limit", "0")):
            name = str(Path(job["path"]).relative_to(inbox))
            if job["state"] in AT_REST and name not in shown:
                shown[name] = job
                add_row(table, name, job, meant)
                out.print(f"  {WORDS[job['state']]}: {escape(Path(name).name)}", soft_wrap=True)
    out.print()
    out.print(table)
    return shown


def new_table() -> Table:
    """Headings of the result."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("outcome", "file", "to", "meant as", "why"):
        table.add_column(heading, overflow="fold")
    return table


def add_row(table: Table, name: str, job: dict, meant: dict) -> None:
    """One sample."""
    target = Path(job["target"]) if job["target"] else None
    where = f"{target.parent.name}/{target.name}" if target else ""
    intended = meant.get(name, {}).get("label", "?")
    table.add_row(
        WORDS[job["state"]], escape(Path(name).name), escape(where), intended, escape(job["reason"])
    )


def conclude(
    out: Console, program: list[str], inbox: Path, library: Path, rested: dict[str, dict], meant: dict
) -> int:
    """Count, check that nothing was lost or changed, and say how to start for real."""
    states = Counter(job["state"] for job in rested.values())
    filed = [(name, job) for name, job in rested.items() if job["state"] == "filed"]
    right = sum(Path(job["target"]).parent.name.lower() == meant[name]["label"] for name, job in filed)
    lost = [name for name in meant if not same(DATA / name, inbox / name)]
    altered = [name for name, job in filed if not same(DATA / name, Path(job["target"]))]
    stuck = sorted(set(meant) - set(rested))
    out.print(
        f"\nFiled {states['filed']} ({right} where they were meant to go), "
        f"asks about {states['awaiting_review']}, "
        f"left alone {states['skipped']}, could not read {states['failed']}."
    )
    for complaint, names in (("lost or changed", lost), ("altered", altered), ("never decided", stuck)):
        if names:
            out.print(f"[red]{complaint}:[/] {escape(', '.join(names))}")
    out.print(f"Look around: {library}", soft_wrap=True)
    out.print("\n[bold]Start for real[/]")
    command = program[0] if len(program) == 1 else Path(sys.executable).with_name("wavized")
    out.print(f"  {command} config init     writes a commented configuration; finds your download folders")
    out.print(f"  {command} run             watches and files, until you stop it")
    out.print(f"  {command} sort FOLDER     files a folder once, now (--dry-run to see what it would do)")
    return 1 if lost or altered or stuck else 0


def same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes."""
    return other.is_file() and one.read_bytes() == other.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
