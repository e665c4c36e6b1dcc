"""Changes keys of the user's config file, keeping remarks, order, quotes and line ends. Any thread may call.

Nothing is written unless the changed text loads and means exactly what was asked; a digest guards against
edits made meanwhile; the file is replaced whole, through a link too, and keeps its permissions.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from wavized.config.desired import Changes, InvalidChangeError, apply, expected
from wavized.config.document import DocumentError, parse
from wavized.config.load import MAX_BYTES, examine, load_bytes, read
from wavized.config.model import Config
from wavized.config.problem import Severity
from wavized.config.rewrite import NotEditableError
from wavized.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Written:
    """A config file as it is: what it means, which keys it writes out, and a digest of its content."""

    config: Config
    keys: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class KeyProblem:
    """Why one key cannot have the value asked for."""

    key: str
    message: str


class EditedMeanwhileError(ConfigError):
    """The file is not the one that the changes were made for."""


class ChangeRefusedError(ConfigError):
    """The changes would make a config that cannot be used; `keys` says why. Nothing was written."""

    def __init__(self, keys: Iterable[KeyProblem]) -> None:
        self.keys = tuple(keys)
        lines = tuple(f"{problem.key}: {problem.message}" for problem in self.keys)
        super().__init__("These settings cannot be used", hint="Nothing was changed", problems=lines)


def look(path: Path) -> Written:
    """Read the file for an edit. Raises ConfigError where it cannot be used as it is."""
    content = read(path)
    config = load_bytes(content, path)
    document = parse(content.decode("utf-8-sig"))
    keys = tuple(key for key, value in document.values.items() if value is not None)
    return Written(config, keys, _digest(content))


def change(path: Path, changes: Changes, digest: str) -> Written:
    """Set keys to values (None: back to the default). Raises a ConfigError and writes nothing otherwise."""
    content = read(path)
    if _digest(content) != digest:
        raise _edited(path)
    old = load_bytes(content, path)
    marked = content.startswith(codecs.BOM_UTF8)
    try:
        text = apply(content.decode("utf-8-sig"), old, changes, path)
        new = (codecs.BOM_UTF8 if marked else b"") + text.encode("utf-8")
        _verify(new, path, expected(old, changes))
    except InvalidChangeError as error:
        raise ChangeRefusedError([KeyProblem(error.key, error.message)]) from None
    except (NotEditableError, DocumentError) as error:
        raise ConfigError(
            f'"{error}" cannot be changed from here in the way the file is written',
            hint=f"Edit {path} by hand",
        ) from error
    if new != content:
        _replace(path, new, digest)
    return look(path)


def _verify(content: bytes, path: Path, wanted: Mapping[str, object]) -> None:
    """Load the new content and hold it against what was asked."""
    if len(content) > MAX_BYTES:
        raise InvalidChangeError("", "the file would become too large")
    config, problems = examine(content, path)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise ChangeRefusedError(KeyProblem(problem.key, problem.message) for problem in errors)
    try:
        meant = Config.model_validate(wanted)
    except ValidationError as error:
        raise NotEditableError("config") from error
    if config is None or _unordered(config) != _unordered(meant):
        raise NotEditableError("config")


def _unordered(config: Config) -> Config:
    """The order of watched folders means nothing."""
    return config.model_copy(update={"watch": tuple(sorted(config.watch, key=lambda folder: folder.path))})


def _replace(path: Path, content: bytes, digest: str) -> None:
    """Put the new content in the file's place at once, or leave everything as it was."""
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        if not os.access(target, os.W_OK):
            raise ConfigError(f"{target} is write-protected", hint="Allow your user to write it")
        mode = target.stat().st_mode & 0o7777
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        if _digest(read(path)) != digest:
            raise _edited(path)
        temporary.replace(target)
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be written: {error.strerror}", hint="Nothing was changed"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _edited(path: Path) -> EditedMeanwhileError:
    return EditedMeanwhileError(
        f"{path.name} was edited meanwhile", hint="Look at what it says now and change it again"
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
