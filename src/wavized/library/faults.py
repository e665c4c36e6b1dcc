"""What the disk says, in words for people: is this sample at fault, or can the library take none for now?"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wavized.errors import FilingError, LibraryUnavailableError, WavizedError

_LIBRARY_IS = {
    errno.ENOSPC: ("is full", "Free some space on its disk; filing goes on by itself"),
    errno.EDQUOT: ("has used up its quota", "Free some space; filing goes on by itself"),
    errno.EROFS: ("is read-only", "Make its disk writable; filing goes on by itself"),
    errno.EACCES: ("may not be written to", "Give yourself write permission on it"),
    errno.EPERM: ("may not be written to", "Allow Wavized to write there"),
    errno.ENOENT: ("is missing", "Connect its disk or create the folder"),
    errno.ENOTDIR: ("is missing", "Connect its disk or create the folder"),
}
_NOT_RESPONDING = ("does not respond", "Check its disk or network connection")
_LIBRARY_IS |= dict.fromkeys(
    (
        errno.EIO, errno.ENOTCONN, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.EHOSTDOWN,
        errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH, errno.ETIMEDOUT,
    ),
    _NOT_RESPONDING,
)  # fmt: skip


def missing_library(library: Path) -> LibraryUnavailableError:
    """The error for a library root that is not there; it is never created, a mount point could be filled."""
    return LibraryUnavailableError(
        "Library folder is missing", hint=f"Connect its disk or create the folder: expected {library}"
    )


@contextmanager
def library_faults(library: Path) -> Iterator[None]:
    """Name an OSError of the library's side after what is wrong. FileExistsError passes: it is an answer."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise _explain(error, library) from error


@contextmanager
def source_faults(source: Path) -> Iterator[None]:
    """Name an OSError of the source's side as a FilingError: this sample cannot be filed."""
    try:
        yield
    except FileNotFoundError as error:
        raise FilingError(f"{source.name} is gone", hint=f"It was at {source}") from error
    except OSError as error:
        raise FilingError(
            f"{source.name} cannot be read: {error.strerror or error}", hint=f"Look at {source}"
        ) from error


def _explain(error: OSError, library: Path) -> WavizedError:
    if error.errno in _LIBRARY_IS:
        what, hint = _LIBRARY_IS[error.errno]
        return LibraryUnavailableError(f"Library folder {what}", hint=f"{hint}: {library}")
    return FilingError(f"The library refused a file: {error.strerror or error}", hint=f"Look at {library}")
