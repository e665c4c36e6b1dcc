"""Speaks to the running daemon over loopback. Standard library only, so that commands start fast."""

from __future__ import annotations

import http.client
import json
import os
from pathlib import Path
from typing import Any

from wavized.control.runtime import Runtime, read_runtime
from wavized.errors import FilingError, ModelUnusableError, NotRunningError, UsageError, WavizedError

TIMEOUT_SECONDS = 60.0
"""A correction may have to wait for the batch in hand."""


_KINDS: dict[int, type[WavizedError]] = {
    400: UsageError,
    404: UsageError,
    409: FilingError,
    503: ModelUnusableError,
}
"""Which error the daemon's status stands for; any other is a WavizedError."""


class DaemonClient:
    """One request at a time; every method raises NotRunningError where no daemon answers."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    @classmethod
    def find(cls, runtime_file: Path) -> DaemonClient:
        """The daemon that wrote this file; raise NotRunningError where there is none."""
        runtime = read_runtime(runtime_file)
        if runtime is None or not _is_there(runtime.pid):
            raise _not_running()
        client = cls(runtime)
        if "state" not in client.get("/api/status"):
            raise _not_running()
        return client

    def get(self, path: str) -> dict[str, Any]:
        """Read something."""
        return self._request("GET", path, None)

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Have something done; an error of the daemon is raised here as the same kind of error."""
        return self._request("POST", path, body or {})

    def _request(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._runtime.port, timeout=TIMEOUT_SECONDS)
        headers = {"Authorization": f"Bearer {self._runtime.token}"}
        payload = None
        if body is not None:
            payload = json.dumps(body)
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, payload, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        except TimeoutError as error:
            raise WavizedError(
                "The daemon did not answer in time", hint="It may be busy; try again in a moment"
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise _not_running() from error
        finally:
            connection.close()
        return _read_answer(response.status, text)


def _read_answer(status: int, text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if status in (401, 403) or not isinstance(answer, dict):
        # Another program listens on the port of a daemon that is gone.
        raise _not_running()
    if status == 200:
        return answer
    raise _KINDS.get(status, WavizedError)(
        str(answer.get("error", f"status {status}")), hint=str(answer.get("hint", ""))
    )


def _is_there(pid: int) -> bool:
    """Whether this user has such a process: the port of one that was killed may be somebody else's by now."""
    if os.name == "nt":
        return True  # signal 0 would be Ctrl-C there
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    return pid > 0


def _not_running() -> NotRunningError:
    return NotRunningError("Wavized is not running", hint="Start it with: wavized run")
