"""A real filesystem that is particular about names, as those of macOS, Windows and memory cards are: FUSE,
passed through to a folder.

Run as a script it serves the mount until it is unmounted; `picky_disk` is for tests.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FORBIDDEN = frozenset('<>:"\\|?*') | {chr(code) for code in range(32)}

KINDS = {
    "apfs": "case and composition do not matter and are kept; UTF-8 only",
    "ntfs": "case does not matter; Windows' characters and endings are refused; 255 UTF-16 units; UTF-8 only",
    "exfat": "as ntfs, and there are no hard links",
    "short": "143 bytes a name, as on an encrypted home",
}


def refusal(kind: str, name: str) -> int:
    """The error such a disk has for a new name; 0 where it takes it."""
    if kind == "short":
        return errno.ENAMETOOLONG if len(os.fsencode(name)) > 143 else 0
    try:
        name.encode()
    except UnicodeEncodeError:
        return errno.EILSEQ
    if kind == "apfs":
        return 0
    if set(name) & FORBIDDEN or name[-1] in ". ":
        return errno.EINVAL
    return errno.ENAMETOOLONG if len(name.encode("utf-16-le")) > 2 * 255 else 0


def folded(kind: str, name: str) -> str:
    """Names that fold to the same are the same."""
    if kind == "apfs":
        return unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
    return name.casefold() if kind in ("ntfs", "exfat") else name


@contextmanager
def picky_disk(path: Path, behind: Path, kind: str) -> Iterator[Path]:
    """Mount the folder `behind` at `path` as a disk of this kind; both are made where they are missing."""
    path.mkdir(exist_ok=True)
    behind.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, __file__, str(behind), str(path), kind],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60.0
        while not os.path.ismount(path):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the filesystem could not be mounted")
            time.sleep(0.01)
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], capture_output=True, check=False)
        process.kill()
        process.wait()


def _serve(behind: str, mounted: str, kind: str) -> None:
    """Until it is unmounted. Each folder's names are folded anew for every call: slow, and never wrong."""
    import mfusepy

    def real(path: str, *, new: bool = False) -> Path:
        """Where a path lies behind; raises what this kind of disk has against a new name."""
        place = Path(behind)
        parts = [part for part in path.split("/") if part]
        for number, part in enumerate(parts):
            wanted = folded(kind, part)
            held = [one.name for one in place.iterdir() if folded(kind, one.name) == wanted]
            if not held and (error := refusal(kind, part)):
                raise OSError(error, os.strerror(error))
            if not held and not (new and number == len(parts) - 1):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            place = place / (held[0] if held else part)
        return place

    class Picky(mfusepy.Operations):  # type: ignore[misc]  # mfusepy publishes no types
        use_ns = True

        def getattr(self, path, fh=None):
            found = os.lstat(real(path)) if fh is None else os.fstat(fh)
            keys = ("st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size")
            status = {key: getattr(found, key) for key in keys}
            return status | {f"st_{one}time": getattr(found, f"st_{one}time_ns") for one in "amc"}

        def readdir(self, path, fh):
            with os.scandir(real(path)) as entries:
                found = [(one.name, one.stat(follow_symlinks=False)) for one in entries]
            # an entry without an inode number is passed over by the C library
            return [(name, {"st_ino": status.st_ino, "st_mode": status.st_mode}, 0) for name, status in found]

        def create(self, path, mode, flags):
            return os.open(real(path, new=True), (flags & ~os.O_APPEND) | os.O_CREAT, mode)

        def open(self, path, flags):
            return os.open(real(path), flags & ~os.O_APPEND)

        def read(self, path, size, offset, fh):
            return os.pread(fh, size, offset)

        def write(self, path, data, offset, fh):
            return os.pwrite(fh, data, offset)

        def truncate(self, path, length, fh=None):
            return os.truncate(real(path) if fh is None else fh, length)

        def release(self, path, fh):
            os.close(fh)

        def fsync(self, path, datasync, fh):
            return 0

        def fsyncdir(self, path, datasync, fh):
            return 0

        def flush(self, path, fh):
            return 0

        def link(self, target, source):
            if kind == "exfat":
                raise OSError(errno.EPERM, os.strerror(errno.EPERM))
            os.link(real(source), real(target, new=True), follow_symlinks=False)

        def unlink(self, path):
            real(path).unlink()

        def rename(self, old, new):
            real(old).rename(real(new, new=True))

        def mkdir(self, path, mode):
            real(path, new=True).mkdir(mode)

        def rmdir(self, path):
            real(path).rmdir()

        def chmod(self, path, mode):
            real(path).chmod(mode)

        def utimens(self, path, times=None):
            os.utime(real(path), ns=times)

        def statfs(self, path):
            found = os.statvfs(real(path))
            status = {key: getattr(found, key) for key in dir(found) if key.startswith("f_")}
            return status | {"f_namemax": 143 if kind == "short" else 1020}

        def readlink(self, path):
            return str(real(path).readlink())

    class Mount(mfusepy.FUSE):  # type: ignore[misc]  # mfusepy publishes no types
        """mfusepy drops the flags of a rename; one that must not replace must not."""

        def rename_fuse_3(self, old: bytes, new: bytes, flags: int) -> int:
            return -errno.EINVAL if flags else self.rename_fuse_2(old, new) or 0

    Mount(
        Picky(), mounted, foreground=True, nothreads=True, use_ino=True, hard_remove=True, attr_timeout=0,
        entry_timeout=0, negative_timeout=0, default_permissions=True, fsname="wavized-names",
        encoding="utf-8", errors="surrogateescape",
    )  # fmt: skip


if __name__ == "__main__":
    _serve(*sys.argv[1:4])
