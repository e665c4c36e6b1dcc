"""What a process that opens samples does to itself: a limit to its memory, no core, no folder to stand in.

Standard library only; not for the daemon's own process. Linux refuses what goes beyond the limit: an
allocation fails, and with it the sample that asked for so much. Other systems know no such limit; there a
thread looks, and ends the process.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

TOO_MUCH_MEMORY = 86
"""Exit status of a process that was ended for it."""
DEFAULT_MEGABYTES = 2000.0
_LOOK_S = 0.1


def limit_memory(megabytes: float) -> None:
    """Let this process take so much more than it has now. To be called once, after all is loaded."""
    most = int(megabytes * 1e6)
    if sys.platform != "linux" or not _refuse_beyond(most):
        watch_memory(most)


def leave_no_core() -> None:
    """Let a crash write no image of the memory, which would be large and full of somebody's files."""
    if sys.platform == "win32":
        import msvcrt  # there only; no dialogue box may keep a dead worker either

        msvcrt.SetErrorMode(msvcrt.SEM_FAILCRITICALERRORS | msvcrt.SEM_NOGPFAULTERRORBOX)
    else:
        import resource  # there is none on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def stand_nowhere() -> None:
    """Work from the root of the disk, since nobody can unplug a drive that a process stands on.

    And since libsndfile takes a file `._` or a folder `.AppleDouble` where it stands for a part of each MP3.
    """
    os.chdir(Path(sys.executable).anchor or os.sep)


def watch_memory(most: int) -> None:
    """End this process from a thread of its own once it takes `most` bytes more than now."""
    begun = memory_in_use()

    def look() -> None:
        while memory_in_use() - begun <= most:
            time.sleep(_LOOK_S)
        os._exit(TOO_MUCH_MEMORY)

    threading.Thread(target=look, name="memory", daemon=True).start()


def memory_in_use() -> int:
    """Bytes of memory this process takes now; on macOS the most it ever took."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGESIZE")
    elif sys.platform == "win32":  # noqa: RET505  # only so does mypy take the rest for what other systems run
        return _private_bytes()
    else:
        import resource  # as above

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if sys.platform == "linux":

    def _refuse_beyond(most: int) -> bool:
        """RLIMIT_DATA counts what is private and written to; RLIMIT_AS counts libraries and reserves too."""
        import resource  # as above

        try:
            lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
            taken = next(int(line.split()[1]) for line in lines if line.startswith("VmData:"))
            _, hard = resource.getrlimit(resource.RLIMIT_DATA)
            wanted = taken * 1024 + most
            if hard == resource.RLIM_INFINITY or wanted < hard:
                resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
        except (OSError, ValueError, StopIteration):
            return False
        return True


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS_EX."""

        _fields_ = [
            ("size", wintypes.DWORD),
            ("page_faults", wintypes.DWORD),
            *[(f"unused_{number}", ctypes.c_size_t) for number in range(8)],
            ("private", ctypes.c_size_t),
        ]

    def _private_bytes() -> int:
        counters = _Counters(size=ctypes.sizeof(_Counters))
        kernel = ctypes.windll.kernel32
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        kernel.K32GetProcessMemoryInfo(
            wintypes.HANDLE(kernel.GetCurrentProcess()), ctypes.byref(counters), counters.size
        )
        return int(counters.private)
