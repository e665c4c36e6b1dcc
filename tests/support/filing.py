"""A downloads folder and a library on a real disk, and the short words for filing from one into the other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from wavized.domain.job import Job, JobState, Origin, Placed, Placement
from wavized.domain.sample import FileStat, FilingMode
from wavized.library import LibraryFiler, sha256_of
from wavized.logic.placement import plan

SOUND = b"RIFF" + bytes(range(256)) * 40
MTIME_NS = 1_600_000_000_123_456_789


def stat_of(path: Path) -> FileStat:
    """Size and mtime as the program sees them."""
    found = path.stat()
    return FileStat(found.st_size, found.st_mtime_ns)


def read_tree(root: Path) -> dict[str, bytes]:
    """Every file below `root` by its relative path, with its bytes; temporary ones too."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() or path.is_symlink()
    }


@dataclass
class Filing:
    """Downloads and library below one folder each, which may lie on different filesystems."""

    downloads: Path
    library: Path
    filer: LibraryFiler = field(default_factory=LibraryFiler)
    announced: list[Path] = field(default_factory=list)

    def sample(self, name: str = "kick.wav", content: bytes = SOUND) -> Path:
        """Download a sample, as a new file where one of that name was."""
        path = self.downloads / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        return path

    def plan(self, source: Path, mode: FilingMode = FilingMode.COPY, folder: str = "808") -> Placement:
        """The plan for a sample as it lies there now."""
        return plan(source, self.library, folder, mode, sha256_of(source), stat_of(source))

    def place(self, source: Path, mode: FilingMode = FilingMode.COPY, folder: str = "808") -> Placed:
        """Plan and place."""
        return self.filer.place(self.plan(source, mode, folder), self.announced.append)

    def job(self, placement: Placement, placed: Placed | None = None) -> Job:
        """The journal's row for a placement: filed where it was placed, or still in state `filing`."""
        job = Job(
            id=1, origin=Origin.WATCH, root=self.downloads, source=placement.source, stat=placement.stat,
            digest=placement.digest, mode=placement.mode, state=JobState.FILING, created_at=1.0,
            updated_at=1.0, library=self.library,
        )  # fmt: skip
        if placed is None:
            return job
        return replace(job, state=JobState.FILED, target=placed.target, sidecars=placed.sidecars)

    def filed(self, source: Path, mode: FilingMode = FilingMode.COPY, folder: str = "808") -> Job:
        """Place a sample and give its job."""
        placement = self.plan(source, mode, folder)
        return self.job(placement, self.filer.place(placement, self.announced.append))
