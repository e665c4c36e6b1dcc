"""Values as the text that a config has of them: on one line, or as a block. Pure."""

from __future__ import annotations

import re

import yaml

from wavized.config.document import Value
from wavized.config.template import one_line


class Word(str):
    """A text that is written without quotes: a number, yes or no."""


def inline(value: Value) -> str:
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, str):
        return one_line(value)
    plain = yaml.safe_dump(_plain(value), default_flow_style=True, allow_unicode=True, width=1_000_000)
    return plain.removesuffix("\n")


def _plain(value: Value) -> Value:
    """The same without our own kinds of text, which YAML's writer does not know."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return None if value is None else str(value)


def block(value: Value, pad: str) -> list[str]:
    """The lines of a mapping or of a list of mappings."""
    if isinstance(value, dict):
        return [f"{pad}{key_text(key)}: {inline(item)}" for key, item in value.items()]
    lines = []
    for entry in value if isinstance(value, list) else []:
        inner = block(entry, f"{pad}  ")
        lines += [f"{pad}- {inner[0].strip()}", *inner[1:]]
    return lines


def key_text(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9]\w*", key, re.ASCII) else one_line(key)


def is_block(value: Value) -> bool:
    return bool(value) and (
        isinstance(value, dict) or (isinstance(value, list) and isinstance(value[0], dict))
    )
