"""YAML text to plain values that remember their lines. Builds no objects, follows no aliases, reads no file.

Every scalar stays the text that was written (or None): which of them is a number is the model's business,
so that an unquoted `808:` is a category and `path: 2024` a folder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from wavized.config.problem import Key, Problem, spell

Value = str | None | list["Value"] | dict[str, "Value"]

MAX_DEPTH = 12
"""How deep lists and mappings may nest; a config needs four."""

_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "map", "seq", "timestamp")
)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class DocumentError(Exception):
    """The text is no document that can be read; `problem` says where and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Document:
    """The values of a config file, the line of every key, and what was already found wrong."""

    values: dict[str, Value]
    lines: dict[Key, int]
    problems: tuple[Problem, ...] = ()

    def line(self, key: Key) -> int:
        """The line of a key, or of the nearest thing around it that was written down."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


class _TreeReader(Reader, Scanner, Parser, Composer, BaseResolver):
    """PyYAML's composer without constructors: a tree of nodes, no aliases, no more than MAX_DEPTH deep."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise self._refusal(
                "aliases (*name) are not supported; put quotes around text that starts with *"
            )
        if self._depth >= MAX_DEPTH:
            raise self._refusal("nested too deep")
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def _refusal(self, why: str) -> yaml.MarkedYAMLError:
        return yaml.MarkedYAMLError(problem=why, problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]  # PyYAML's stubs leave it untyped


_NOTHING = re.compile(r"^(?:~|null|Null|NULL|)$")
_TreeReader.add_implicit_resolver("tag:yaml.org,2002:null", _NOTHING, ["~", "n", "N", ""])


def compose(text: str) -> yaml.MappingNode:
    """The tree of one YAML document whose top level is a mapping; raise DocumentError where there is none."""
    try:
        root = _TreeReader(text).get_single_node()
    except yaml.YAMLError as error:
        raise DocumentError(_explain(error, text)) from error
    except (ValueError, OverflowError) as error:  # an escape beyond Unicode, a version number without end
        raise DocumentError(Problem(1, "", f"no readable YAML: {error}")) from error
    if root is None or root.tag.endswith(":null"):
        raise DocumentError(
            Problem(1, "", 'the file holds no settings; it needs at least "library:" and "watch:"')
        )
    if not isinstance(root, yaml.MappingNode):
        raise DocumentError(Problem(_line(root), "", 'expected settings such as "library: ~/Samples"'))
    return root


def parse(text: str) -> Document:
    """The values of one YAML document; raise DocumentError where there is none."""
    walk = _Walk()
    values = walk.mapping(compose(text), ())
    return Document(values, walk.lines, tuple(walk.problems))


class _Walk:
    """One pass over the tree of nodes, collecting lines and problems on the way."""

    def __init__(self) -> None:
        self.lines: dict[Key, int] = {}
        self.problems: list[Problem] = []

    def value(self, node: yaml.Node, key: Key) -> Value:
        if node.tag not in _PLAIN_TAGS:
            self._complain(node, key, f"tags such as {node.tag} are not supported")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, key)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(child, (*key, index)) for index, child in enumerate(node.value)]
        text = str(node.value)
        if node.tag.endswith(":null"):
            return None
        if _UNPRINTABLE.search(text):
            self._complain(node, key, "holds characters that cannot be printed")
            return None
        return text

    def mapping(self, node: yaml.MappingNode, key: Key) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for name_node, value_node in node.value:
            if not isinstance(name_node, yaml.ScalarNode) or _UNPRINTABLE.search(name_node.value):
                self._complain(name_node, key, "a key must be plain text")
                continue
            name = str(name_node.value)
            if name in found:
                first = self.lines[(*key, name)]
                self._complain(name_node, (*key, name), f"appears twice; it was set in line {first} already")
                continue
            self.lines[(*key, name)] = _line(name_node)
            found[name] = self.value(value_node, (*key, name))
        return found

    def _item(self, node: yaml.Node, key: Key) -> Value:
        self.lines[key] = _line(node)
        return self.value(node, key)

    def _complain(self, node: yaml.Node, key: Key, message: str) -> None:
        self.problems.append(Problem(_line(node), spell(key), message))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


_REMEDIES = (
    ("found character '\\t'", "indent with spaces, not with tabs"),
    ("escape", "in double quotes a backslash must be doubled; put Windows paths in single quotes"),
    ("mapping values are not allowed", "a value with a colon followed by a space needs quotes around it"),
    ("expected a single document", 'only one document is read; remove the line "---"'),
    ("quoted scalar", "a quote that was opened is not closed"),
    ("could not find expected ':'", 'a colon is missing after a name, as in "library: ~/Samples"'),
    ("expected <block end>", "the indentation differs from the lines above"),
)


def _explain(error: yaml.YAMLError, text: str) -> Problem:
    """PyYAML's complaint in a sentence, with a remedy for the usual slips."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return Problem(line, "", f"holds a character that YAML does not allow (U+{error.character:04X})")
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem(1, "", f"no readable YAML: {error}")
    mark = error.problem_mark or error.context_mark
    said = error.problem or error.context or "no readable YAML"
    whole = f"{error.context or ''} {said}"
    remedy = next((advice for sign, advice in _REMEDIES if sign in whole), "")
    return Problem(mark.line + 1 if mark else 1, "", f"{said} ({remedy})" if remedy else said)
