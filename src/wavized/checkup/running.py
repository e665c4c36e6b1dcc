"""What the running daemon says of itself, and the state of its journal. Starts nothing, writes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from wavized.checkup.finding import Finding, note, ok, problem
from wavized.checkup.settings import named
from wavized.config import paths
from wavized.control.client import DaemonClient
from wavized.errors import NotRunningError
from wavized.journal.aside import CHECK_SECONDS, kept_journals, quick_check
from wavized.journal.connections import ANEW
from wavized.journal.glance import open_to_look
from wavized.journal.migrations import MIGRATIONS

_TROUBLED = ("error", "missing")


def daemon(config_path: Path) -> Iterator[Finding]:
    """Does it run, and what does it complain of?"""
    try:
        status = DaemonClient.find(paths.runtime_file()).get("/api/status")
    except NotRunningError:
        yield note("daemon", "not running", "Start it with:", f"wavized run{named(config_path)}")
        return
    yield from judge_status(status)


def judge_status(status: Mapping[str, object]) -> Iterator[Finding]:
    """The daemon's own word on its state and on its folders."""
    state, detail, pid = status.get("state"), status.get("detail") or "", status.get("pid")
    if state == "degraded":
        log = paths.log_dir() / "worker.log"
        yield problem(
            "daemon", f"cannot hear samples: {detail}", f"They wait meanwhile. More is told in {log}"
        )
    elif detail:
        yield note("daemon", f"{state}, but: {detail}", "It goes on by itself once that is mended")
    else:
        yield ok("daemon", f"{state} (process {pid})")
    folders = status.get("folders")
    for folder in folders if isinstance(folders, list) else []:
        hint = folder.get("hint")
        if folder.get("state") in _TROUBLED or (folder.get("state") == "polling" and hint):
            yield note("daemon", f"{folder.get('path')}: {folder.get('detail')}", str(hint or ""))


def journal() -> Iterator[Finding]:
    """Is it whole, and of this version?"""
    path = paths.journal_file()
    yield from _kept(path)
    try:
        path.stat()
    except FileNotFoundError:
        yield ok("journal", "none yet; it is begun with the first start")
        return
    try:
        with closing(open_to_look(path, CHECK_SECONDS)) as connection:
            yield _judge(connection, path)
    except sqlite3.OperationalError as error:
        yield problem(
            "journal", f"{path} cannot be read: {error}", "Check that its disk is there and readable"
        )
    except sqlite3.DatabaseError as error:
        yield problem("journal", f"{path} is damaged: {error}", ANEW)


def _kept(path: Path) -> Iterator[Finding]:
    """Journals that were damaged and are kept; what they told of samples is lost until somebody looks."""
    for kept in kept_journals(path):
        yield note(
            "journal",
            f"an earlier one was damaged and is kept: {kept}",
            "Delete it if nobody is to repair it; until then it is told here",
        )


def _judge(connection: sqlite3.Connection, path: Path) -> Finding:
    (format_now,) = connection.execute("PRAGMA user_version").fetchone()
    if format_now > len(MIGRATIONS):
        return problem("journal", f"{path} was written by a newer Wavized", "Update this one")
    (jobs,) = connection.execute("SELECT count(*) FROM jobs").fetchone()
    said = quick_check(connection, CHECK_SECONDS)
    if said not in ("ok", ""):
        return problem("journal", f"{path} is damaged: {said}", ANEW)
    partly = "" if said else ", too many to check them all here"
    return ok("journal", f"{jobs} samples in {path}{partly}")
