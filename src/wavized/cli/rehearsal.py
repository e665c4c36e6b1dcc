"""`wavized sort --dry-run`: what would be filed where. Reads a journal that is there; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from wavized.cli.classify import judge_files
from wavized.cli.opened import Found
from wavized.cli.output import console, print_json, table
from wavized.cli.progress import Progress
from wavized.cli.settings import journal_to_read
from wavized.cli.sources import NOTHING_THERE
from wavized.config import paths
from wavized.config.model import Config
from wavized.domain.hearing import Fail, FileIt, Judgement, Review, Skip
from wavized.domain.job import Job, JobState, Origin
from wavized.domain.sample import FileStat, FilingMode, Kind
from wavized.errors import FilingError
from wavized.journal.store import SqliteJournal
from wavized.library.digest import sha256_of
from wavized.logic import placement
from wavized.ports import Classifier
from wavized.services.describe import describe_judgement
from wavized.services.filing import Shelves
from wavized.services.intake import describe_twin, find_twin


def rehearse(
    files: Sequence[tuple[Path, FileStat]],
    total: int,
    config: Config,
    mode: FilingMode,
    classifier: Classifier,
    *,
    as_json: bool,
) -> int:
    """Print the plan; 1 where a file could not be read."""
    rows: list[tuple[str, ...]] = []
    failed = False
    with _journal() as journal, Progress("Listening", total=total, quiet=as_json) as progress:
        plans = _Plans(config, mode, journal)
        for file, heard in judge_files(files, config, classifier, progress):
            judgement, target = plans.make(file, heard)
            failed |= isinstance(judgement.decision, Fail)
            described = describe_judgement(file.shown, judgement)
            if as_json:
                where = None if target is None else str(target)
                print_json({**described, "target": where, "mode": plans.how(file).value})
            else:
                shown = f"{target.parent.name}/{target.name}" if target else ""
                rows.append((str(described["verdict"]), file.shown.name, shown, judgement.decision.reason))
    if rows:
        table(("would", "file", "to", "why"), rows)
    if not as_json:
        console().print("Nothing was changed (--dry-run)." if rows else NOTHING_THERE)
    return 1 if failed else 0


@contextmanager
def _journal() -> Iterator[SqliteJournal | None]:
    """None where nothing was ever filed: a dry run makes no journal."""
    if not paths.journal_file().exists():
        yield None
        return
    with journal_to_read() as journal:
        yield journal


class _Plans:
    """Where each sample would go, knowing what is in the library and what would be by then."""

    def __init__(self, config: Config, mode: FilingMode, journal: SqliteJournal | None) -> None:
        self._config = config
        self._mode = mode
        self._journal = journal
        self._shelves = Shelves(config.library, config.folders)
        self._planned: dict[str, str] = {}

    def how(self, file: Found) -> FilingMode:
        """What comes out of an archive is copied, whatever the mode."""
        return self._mode if file.path == file.shown else FilingMode.COPY

    def make(self, file: Found, heard: Judgement) -> tuple[Judgement, Path | None]:
        """What is decided once duplicates are known, and the target where it would be filed."""
        if not isinstance(heard.decision, FileIt | Review):
            return heard, None
        digest = self._digest(file.path)
        reason = self._duplicate(file, digest)
        if reason is not None:
            return replace(heard, decision=Skip(Kind.ONE_SHOT, reason)), None
        if not isinstance(heard.decision, FileIt):
            return heard, None
        folder = self._shelves.folder_for(heard.decision.category)
        plan = placement.plan(file.path, self._config.library, folder, self.how(file), "", file.stat)
        if digest is not None:
            self._planned[digest] = file.shown.name
        return heard, plan.folder / f"{plan.stem}{plan.suffix}"

    def _digest(self, path: Path) -> str | None:
        try:
            return sha256_of(path)
        except (OSError, FilingError):
            return None  # it went meanwhile; the sort itself would say so

    def _duplicate(self, file: Found, digest: str | None) -> str | None:
        if digest is None:
            return None
        if digest in self._planned:
            return f"duplicate: the same content as {self._planned[digest]}"
        if self._journal is None:
            return None
        job = Job(
            0, Origin.SORT, file.path.parent, file.path, file.stat, digest,
            self._mode, JobState.QUEUED, 0.0, 0.0,
        )  # fmt: skip
        twin = find_twin(self._journal, sha256_of, job, self._config.library)
        return None if twin is None else describe_twin(twin)
