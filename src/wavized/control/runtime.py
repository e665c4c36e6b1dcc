"""The small file by which commands find the running daemon. Only the user may read it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from wavized.config.private import write_private


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where the daemon listens on 127.0.0.1 and the token it wants; new at every start."""

    pid: int
    port: int
    token: str


def write_runtime(path: Path, runtime: Runtime) -> None:
    """Write atomically with mode 0600: never readable by others, never half there."""
    write_private(path, json.dumps(asdict(runtime)).encode())


def read_runtime(path: Path) -> Runtime | None:
    """The daemon's whereabouts as last written, or None; the process may be gone."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Runtime(pid=int(data["pid"]), port=int(data["port"]), token=str(data["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove_runtime(path: Path) -> None:
    """Forget a daemon that has stopped."""
    path.unlink(missing_ok=True)
