"""The content of a file as one sha256. Any thread; never waits on a pipe or device."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from wavized.errors import FilingError

CHUNK_BYTES = 1 << 20

NO_SUCH_NAME = frozenset({errno.ENOENT, errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG})
"""What a disk says of a name that nothing has on it, or can have."""

_OPEN_FLAGS = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
)


def open_regular(path: Path) -> BinaryIO:
    """Open for reading without ever blocking; raise FilingError for what is no regular file, else OSError."""
    descriptor = os.open(path, _OPEN_FLAGS)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FilingError(f"{path.name} is not a regular file")
    return os.fdopen(descriptor, "rb", buffering=0)


def sha256_of(path: Path) -> str:
    """The sha256 of the content, in hex. Raises FilingError (no regular file) or OSError."""
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def is_whole(path: Path, digest: str) -> bool:
    """Whether a regular file (no link to one) with exactly this content lies at `path`."""
    try:
        return stat.S_ISREG(path.lstat().st_mode) and sha256_of(path) == digest
    except OSError as error:
        if error.errno in NO_SUCH_NAME:
            return False
        raise
