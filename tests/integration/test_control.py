"""The lock and the runtime file between real processes, alive, killed and stale."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from wavized.control.client import DaemonClient
from wavized.control.instance import InstanceLock
from wavized.control.runtime import Runtime, read_runtime, remove_runtime, write_runtime
from wavized.errors import AlreadyRunningError, NotRunningError

HOLD = """
import sys
from pathlib import Path
from wavized.control.instance import InstanceLock
with InstanceLock(Path(sys.argv[1]), runtime=Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(lock: Path, runtime: Path):
    """Another process that holds the lock until its input ends or it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(lock), str(runtime)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield process
        finally:
            process.kill()


def test_two_processes_cannot_hold_the_lock(tmp_path):
    """The second is told who holds it; when the first has left, it may."""
    lock, runtime = tmp_path / "daemon.lock", tmp_path / "runtime.json"
    with holder(lock, runtime) as process:
        write_runtime(runtime, Runtime(process.pid, 1, "t"))
        with pytest.raises(AlreadyRunningError, match=f"process {process.pid}") as caught:
            InstanceLock(lock, runtime=runtime).acquire()
        assert caught.value.pid == process.pid
        process.stdin.close()
        process.wait()
        with InstanceLock(lock, runtime=runtime):
            pass


def test_a_killed_owner_leaves_no_lock(tmp_path):
    """kill -9 leaves the file and the runtime behind, and neither is a hindrance."""
    lock, runtime = tmp_path / "daemon.lock", tmp_path / "runtime.json"
    with holder(lock, runtime) as process:
        write_runtime(runtime, Runtime(process.pid, 1, "t"))
        process.kill()
        process.wait()
    assert lock.exists()
    with InstanceLock(lock, runtime=runtime):
        pass


def test_an_owner_that_has_not_said_who_it_is_holds_the_lock_all_the_same(tmp_path):
    """Between lock and runtime file the second start is refused without a number."""
    lock, runtime = tmp_path / "daemon.lock", tmp_path / "runtime.json"
    with InstanceLock(lock, runtime=runtime), pytest.raises(AlreadyRunningError) as caught:
        InstanceLock(lock, runtime=runtime).acquire()
    assert caught.value.pid is None


def test_the_runtime_file_is_the_users_alone_and_replaced_whole(tmp_path):
    """Mode 0600 whatever the umask; no temporary file stays; a reader with the old one open sees it whole."""
    path = tmp_path / "runtime.json"
    before = os.umask(0)
    try:
        write_runtime(path, Runtime(1, 2, "old"))
        with path.open(encoding="utf-8") as reader:
            write_runtime(path, Runtime(3, 4, "new"))
            assert json.load(reader)["token"] == "old"
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_runtime(path) == Runtime(3, 4, "new")
    assert list(tmp_path.iterdir()) == [path]
    remove_runtime(path)
    remove_runtime(path)
    assert read_runtime(path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "5", '{"pid": 1}', '{"pid": "x", "port": 1, "token": ""}'])
def test_a_damaged_runtime_file_is_none(tmp_path, text):
    """Nobody is found, and nothing breaks."""
    path = tmp_path / "runtime.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NotRunningError):
        DaemonClient.find(path)


def test_a_dead_port_means_not_running(tmp_path):
    """The file of a daemon that was killed."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    write_runtime(tmp_path / "runtime.json", Runtime(1, port, "t"))
    with pytest.raises(NotRunningError):
        DaemonClient.find(tmp_path / "runtime.json")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 15\r\n\r\n<h1>Nobody</h1>",
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}",
        b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"other": "x"',
        b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"other": "x"}',
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ],
)
def test_another_program_on_the_port_means_not_running(tmp_path, answer):
    """The port of a killed daemon was given to some other server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, name="stranger")
        thread.start()
        try:
            write_runtime(tmp_path / "runtime.json", Runtime(os.getpid(), listener.getsockname()[1], "t"))
            with pytest.raises(NotRunningError):
                DaemonClient.find(tmp_path / "runtime.json")
        finally:
            thread.join()
