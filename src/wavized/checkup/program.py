"""The model, the running daemon and its journal. Loads no weights, starts nothing."""

from __future__ import annotations

from collections.abc import Iterator

from wavized.assembly import model_folder
from wavized.checkup.finding import Finding, note, ok
from wavized.config import paths
from wavized.config.model import Config
from wavized.control.client import DaemonClient
from wavized.errors import NotRunningError
from wavized.inference.manifest import check_files, read_manifest
from wavized.journal.store import SqliteJournal


def model(config: Config | None) -> Iterator[Finding]:
    """Its files against their digests; raises ModelUnusableError."""
    folder = model_folder(config)
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    yield ok("model", f"{manifest.info.model_id} at {folder}")


def journal() -> Iterator[Finding]:
    """Can it be opened?"""
    paths.state_dir(create=True)
    with SqliteJournal(paths.journal_file()) as opened:
        count = sum(opened.counts().values())
    yield ok("journal", f"{count} samples in {paths.journal_file()}")


def daemon() -> Iterator[Finding]:
    """Does it run, and how is it?"""
    try:
        status = DaemonClient.find(paths.runtime_file()).get("/api/status")
    except NotRunningError:
        yield note("daemon", "not running", "Start it with:", "wavized run")
        return
    yield ok("daemon", f"{status['state']} (process {status['pid']})")
