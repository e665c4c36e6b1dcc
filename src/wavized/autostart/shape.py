"""The one shape of all ways to start at login, and writing their small files. Starts and stops nothing."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wavized.errors import WavizedError


@dataclass(frozen=True, slots=True)
class AutostartStatus:
    """Whether this system can do it, whether it does, and in words how, or why not.

    `starts` is the program that is started where that is another one than this.
    """

    available: bool
    enabled: bool
    detail: str
    starts: str = ""


class Autostart(Protocol):
    """Both changes may be asked for twice; what runs now goes on in either case."""

    def status(self) -> AutostartStatus: ...
    def enable(self) -> None: ...
    def disable(self) -> None: ...


class AutostartError(WavizedError):
    """Starting at login could not be switched."""


def another_program(found: str, program: str) -> AutostartStatus:
    """What holds where the start at login is not of this very program."""
    if os.path.lexists(program):
        said = f"Another Wavized is started at login: {found}. Switch it off and on to start this one."
    else:
        said = f"It is switched on, but what it starts is gone: {program}. Switch it off and on to mend that."
    return AutostartStatus(True, True, said, program)


def program_in(line: str) -> str:
    """The program that a unit's command line begins with."""
    quoted = re.match(r'"((?:[^"\\]|\\.)*)"', line)
    word = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else line.split(" ")[0]
    return word.replace("%%", "%")


def write_file(path: Path, content: bytes) -> None:
    """Put a file in its place at once; raises AutostartError."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(temporary, "xb", opener=_for_reading) as file:
                file.write(content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _failed(path, error) from error


def _for_reading(path: str, flags: int) -> int:
    """What starts programs is never written by others, whatever the umask."""
    return os.open(path, flags, 0o644)


def remove_file(path: Path) -> None:
    """Take a file or link away if it is there; raises AutostartError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _failed(path, error) from error


def remove_empty(folder: Path, below: Path) -> None:
    """Remove a folder and those above it, up to `below`, as long as nothing is in them."""
    try:
        while folder != below and folder.is_relative_to(below):
            folder.rmdir()
            folder = folder.parent
    except OSError:  # somebody else's things are in it, or it is a link
        pass


def make_link(link: Path, target: str) -> None:
    """A symbolic link in place of whatever is there; raises AutostartError."""
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    except OSError as error:
        raise _failed(link, error) from error


def read_text(path: Path) -> str | None:
    """What a file says, or None where it is missing or no text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


def as_utf8(command: Sequence[str]) -> list[str]:
    """The words as UTF-8 has them, whatever this session's locale made of the bytes of their paths."""
    return [os.fsencode(word).decode("utf-8", "surrogateescape") for word in command]


def checked(command: list[str]) -> list[str]:
    """Refuse a command that no such file can hold."""
    if any("\n" in word or "\r" in word or "\0" in word for word in command):
        raise AutostartError("The program lies in a folder with a line break in its name", hint="Rename it")
    try:
        "".join(command).encode()
    except ValueError:
        raise AutostartError("The program's path is not Unicode", hint="Install it elsewhere") from None
    return command


def _failed(path: Path, error: OSError) -> AutostartError:
    return AutostartError(f"{path} cannot be changed: {error.strerror}", hint="Check its permissions")
