"""Every error a person may meet: a sentence that says what is wrong and a hint that says what to do.

Exit codes are part of the command-line contract: 0 done, 1 some files failed, 2 usage or config,
3 no daemon is running, 4 model unusable.
"""

from __future__ import annotations

from typing import ClassVar


class WavizedError(Exception):
    """Base of all errors meant for people. `message` says what is wrong, `hint` what to do about it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(WavizedError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class ConfigError(WavizedError):
    """The configuration cannot be used; `problems` holds one line for each thing wrong."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.problems = problems


class NotRunningError(WavizedError):
    """A command needs the daemon and none is running."""

    exit_code = 3


class AlreadyRunningError(WavizedError):
    """Another Wavized holds the lock; `pid` is its process id where known."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "", pid: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.pid = pid


class ModelUnusableError(WavizedError):
    """The model folder is missing, damaged or of a kind that this version cannot load."""

    exit_code = 4


class UnreadableAudioError(WavizedError):
    """A file is no audio that can be decoded: truncated, empty, foreign, forbidden, not finite."""


class ArchiveRefusedError(WavizedError):
    """An archive is not read; `damaged` tells that it cannot be, not that it may not."""

    def __init__(self, message: str, *, hint: str = "", damaged: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.damaged = damaged


class CacheUnavailableError(WavizedError):
    """The program's folder for passing files cannot take any now (full, read-only): what needs it waits."""


class LibraryUnavailableError(WavizedError):
    """The library cannot take files now (missing, read-only, full): the job waits, the source stays."""


class LeftUnderWayError(LibraryUnavailableError):
    """The library went away in the middle: whether the sample lies there is looked at when it is back."""


class FilingError(WavizedError):
    """One sample could not be placed, moved or put back; nothing was overwritten or lost."""


class ChangedByUserError(FilingError):
    """A filed sample was altered, moved or removed since; it is left as the user made it."""


class JournalError(WavizedError):
    """The journal cannot be opened or does not belong to this version."""


class JournalDamagedError(JournalError):
    """What the journal's file holds is no whole journal; it is set aside and begun anew at the next start."""


class IllegalTransitionError(WavizedError):
    """A job was asked to go from one state to another that the life cycle does not allow."""
