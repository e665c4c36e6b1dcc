"""A real filesystem whose n-th call of a kind fails as it is told: FUSE, passed through to a folder.

Run as a script it serves the mount until its standard input ends; `faulty_disk` is for tests. Whatever the
kernel would keep in mind (attributes, entries) is asked anew each time, so that the faults of calls show.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

CHANGING = (
    "create", "write", "flush", "fsync", "fsyncdir", "link", "unlink", "rename", "mkdir", "rmdir", "chmod",
    "utimens", "truncate",
)  # fmt: skip
LOOKING = ("getattr", "open", "read", "readdir", "statfs")
KINDS = (*CHANGING, *LOOKING)


@dataclass(frozen=True)
class Fault:
    """The `nth` call of `kind` fails with `error`, and with `stays` each one after it.

    Only calls on names that end in `suffix` and hold `part` count. A `short` write takes half of what it is
    given; `hangs` is for how many seconds the call is held up, which may be all that is wrong (error 0).
    """

    kind: str
    nth: int
    error: int = 0
    stays: bool = False
    short: bool = False
    hangs: float = 0.0
    suffix: str = ""
    part: str = ""


class FaultyDisk:
    """The mount as a test sees it: `path` to use, `behind` to look at what really lies there."""

    def __init__(self, path: Path, behind: Path, process: subprocess.Popen[str]) -> None:
        self.path = path
        self.behind = behind
        self._process = process

    def fail(self, *faults: Fault) -> None:
        """Have these calls fail, counted from now on; earlier faults are forgotten."""
        self._ask([asdict(fault) for fault in faults])

    def heal(self) -> bool:
        """No more faults; whether any came about."""
        return bool(self._ask([])["hits"])

    def counts(self) -> dict[str, int]:
        """How often each kind was called since the last `fail` or `heal`."""
        found = self._ask(None)["counts"]
        assert isinstance(found, dict)
        return found

    def unplug(self) -> None:
        """The disk goes away under whoever uses it."""
        self._process.kill()
        self._process.wait()
        subprocess.run(["umount", "-l", str(self.path)], capture_output=True, check=False)

    def _ask(self, faults: object) -> dict[str, object]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(faults) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert isinstance(answer, dict)
        return answer


def why_not() -> str:
    """Why no such disk can be made here; empty where it can."""
    if not os.access("/dev/fuse", os.W_OK):
        return "this machine has no FUSE"
    look = subprocess.run(
        [sys.executable, "-c", "import mfusepy"], capture_output=True, text=True, check=False
    )
    return "" if look.returncode == 0 else "mfusepy or libfuse is missing"


@contextmanager
def faulty_disk(path: Path, behind: Path) -> Iterator[FaultyDisk]:
    """Mount the folder `behind` at `path`; both are made where they are missing."""
    path.mkdir(exist_ok=True)
    behind.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, __file__, str(behind), str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    disk = FaultyDisk(path, behind, process)
    try:
        deadline = time.monotonic() + 60.0
        while not os.path.ismount(path):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the filesystem could not be mounted")
            time.sleep(0.01)
        disk.heal()
        yield disk
    finally:
        subprocess.run(["umount", "-l", str(path)], capture_output=True, check=False)
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _serve(behind: str, path: str) -> None:
    """Until the mount is gone."""
    import mfusepy

    class Told:
        """The faults in force and what was called so far."""

        def __init__(self) -> None:
            self.lock = threading.Lock()
            self.faults: list[Fault] = []
            self.counts: Counter[str] = Counter()
            self.seen: Counter[int] = Counter()
            self.hits = 0

        def listen(self) -> None:
            for line in sys.stdin:
                asked = json.loads(line)
                with self.lock:
                    answer = {"counts": dict(self.counts), "hits": self.hits}
                    if asked is not None:
                        self.faults = [Fault(**one) for one in asked]
                        self.counts.clear()
                        self.seen.clear()
                        self.hits = 0
                print(json.dumps(answer), flush=True)
            os._exit(0)

        def meet(self, kind: str, name: str) -> Fault | None:
            """Count a call; raise or return the fault that meets it."""
            with self.lock:
                self.counts[kind] += 1
                due = None
                for place, fault in enumerate(self.faults):
                    if fault.kind != kind or not name.endswith(fault.suffix) or fault.part not in name:
                        continue
                    self.seen[place] += 1
                    if self.seen[place] == fault.nth or (fault.stays and self.seen[place] > fault.nth):
                        due, self.hits = fault, self.hits + 1
                        break
            if due is None:
                return None
            if due.hangs:
                time.sleep(due.hangs)
            if due.error and not due.short:
                raise OSError(due.error, os.strerror(due.error))
            return due

    told = Told()

    class PassThrough(mfusepy.Operations):  # type: ignore[misc]  # mfusepy publishes no types
        """Every call goes to the folder behind, unless it is to fail."""

        use_ns = True

        def _real(self, path: str) -> Path:
            return Path(behind + path)

        def getattr(self, path, fh=None):
            told.meet("getattr", path)
            found = os.lstat(self._real(path)) if fh is None else os.fstat(fh)
            keys = ("st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size")
            status = {key: getattr(found, key) for key in keys}
            return status | {f"st_{one}time": getattr(found, f"st_{one}time_ns") for one in "amc"}

        def readdir(self, path, fh):
            told.meet("readdir", path)
            with os.scandir(self._real(path)) as entries:
                found = [(one.name, one.stat(follow_symlinks=False)) for one in entries]
            # an entry without an inode number is passed over by the C library
            return [(name, {"st_ino": status.st_ino, "st_mode": status.st_mode}, 0) for name, status in found]

        def create(self, path, mode, flags):
            told.meet("create", path)
            return os.open(self._real(path), (flags & ~os.O_APPEND) | os.O_CREAT, mode)

        def open(self, path, flags):
            told.meet("open", path)
            return os.open(self._real(path), flags & ~os.O_APPEND)

        def read(self, path, size, offset, fh):
            fault = told.meet("read", path)
            return os.pread(fh, max(1, size // 2) if fault and fault.short else size, offset)

        def write(self, path, data, offset, fh):
            fault = told.meet("write", path)
            return os.pwrite(fh, data[: max(1, len(data) // 2)] if fault and fault.short else data, offset)

        def truncate(self, path, length, fh=None):
            told.meet("truncate", path)
            return os.truncate(self._real(path) if fh is None else fh, length)

        def flush(self, path, fh):
            told.meet("flush", path)

        def release(self, path, fh):
            os.close(fh)

        def fsync(self, path, datasync, fh):
            told.meet("fsync", path)

        def fsyncdir(self, path, datasync, fh):
            told.meet("fsyncdir", path)

        def link(self, target, source):
            told.meet("link", target)
            os.link(self._real(source), self._real(target), follow_symlinks=False)

        def unlink(self, path):
            told.meet("unlink", path)
            self._real(path).unlink()

        def rename(self, old, new):
            told.meet("rename", new)
            self._real(old).rename(self._real(new))

        def mkdir(self, path, mode):
            told.meet("mkdir", path)
            self._real(path).mkdir(mode)

        def rmdir(self, path):
            told.meet("rmdir", path)
            self._real(path).rmdir()

        def chmod(self, path, mode):
            told.meet("chmod", path)
            self._real(path).chmod(mode)

        def utimens(self, path, times=None):
            told.meet("utimens", path)
            os.utime(self._real(path), ns=times)

        def statfs(self, path):
            told.meet("statfs", path)
            found = os.statvfs(self._real(path))
            return {key: getattr(found, key) for key in dir(found) if key.startswith("f_")}

        def readlink(self, path):
            return str(self._real(path).readlink())

        def symlink(self, target, source):
            self._real(target).symlink_to(source)

    class Mount(mfusepy.FUSE):  # type: ignore[misc]  # mfusepy publishes no types
        """mfusepy drops the flags of a rename; one that must not replace must not."""

        def rename_fuse_3(self, old: bytes, new: bytes, flags: int) -> int:
            if flags:
                return -errno.EINVAL
            return int(self.rename_fuse_2(old, new) or 0)

    threading.Thread(target=told.listen, daemon=True).start()
    Mount(
        PassThrough(), path, foreground=True, use_ino=True, hard_remove=True, attr_timeout=0, entry_timeout=0,
        negative_timeout=0, default_permissions=True, fsname="wavized-faults",
    )  # fmt: skip


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2])
