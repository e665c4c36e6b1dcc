"""Another user of this computer: raw requests, many connections, and a process under another user id."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

NOBODY = 65534


def send(port: int, request: bytes) -> bytes:
    """Send bytes as they are; what comes back until the other side ends it or says no more."""
    with socket.create_connection(("127.0.0.1", port), timeout=30.0) as connection:
        answer = b""
        try:
            connection.sendall(request)
            while piece := connection.recv(65536):
                answer += piece
                connection.settimeout(1.0)
        except (TimeoutError, ConnectionError):
            pass
        return answer


def statuses(answer: bytes) -> list[int]:
    """The status of each response in what came back."""
    lines = answer.split(b"\r\n")
    return [int(line.split()[1]) for line in lines if line.startswith(b"HTTP/1.")]


@contextmanager
def connections(port: int, count: int, first_words: bytes = b"") -> Iterator[list[socket.socket]]:
    """Many open connections that send so much and then nothing. Those that were closed stay in the list."""
    with ExitStack() as stack:
        opened = []
        for _ in range(count):
            try:
                made = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
                made.sendall(first_words)
            except OSError:  # refused or closed: that is what they are for
                continue
            opened.append(made)
        yield opened


def descriptors(pid: int) -> int:
    """How many files and sockets a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def wait_until(condition: Any, what: str, seconds: float = 60.0) -> None:
    """Wait for any callable to be true."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.05)


SPY = """
import json, os, sys
from pathlib import Path
os.setgroups([])
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))  # here: this interpreter may lie where only root may go
seen = {"uid": os.getuid(), "read": [], "listed": [], "written": [], "environ": []}
for word in sys.argv[3:]:
    path = Path(word)
    try:
        os.listdir(path) if path.is_dir() else path.open("rb").close()
        seen["listed" if path.is_dir() else "read"].append(word)
    except OSError:
        pass
    try:
        if path.is_dir():
            (path / "planted").write_text("x")
        else:
            path.open("ab").close()
        seen["written"].append(word)
    except OSError:
        pass
for pid in json.loads(sys.argv[2]):
    seen["environ"].append(Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace"))
    try:
        Path(f"/proc/{pid}/environ").read_bytes()
        seen["read"].append(f"environ of {pid}")
    except OSError:
        pass
print(json.dumps(seen))
"""


def spy(paths: list[Path], pids: list[int]) -> dict[str, Any]:
    """What a real other user can read, list and write of these, and the command lines it sees."""
    words = [sys.executable, "-I", "-c", SPY, str(NOBODY), json.dumps(pids), *map(str, paths)]
    done = subprocess.run(words, capture_output=True, cwd="/", check=True)
    return dict(json.loads(done.stdout))
