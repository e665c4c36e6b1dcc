"""The text of a config with the places of its values: where each begins and ends, what remarks lie between.

Pure. Lines end with a line feed, with or without a carriage return before it.
"""

from __future__ import annotations

import yaml

from wavized.config.document import compose
from wavized.config.problem import Key

Pair = tuple[yaml.Node, yaml.Node]


class Sheet:
    """One text, composed once. Raises DocumentError where it is no config at all."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root = compose(text)
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self._scalars = [
            (node.start_mark.index, end_of(node, text)) for node in _walk(self.root) if _is_scalar(node)
        ]

    def node(self, way: Key) -> yaml.Node | None:
        """The value at a key, or None where it is not written."""
        node: yaml.Node = self.root
        for part in way:
            if isinstance(node, yaml.MappingNode):
                pair = pair_of(node, str(part))
                if pair is None:
                    return None
                node = pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
            else:
                return None
        return node

    def line_start(self, index: int) -> int:
        """Where the line of an index begins."""
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """Where the line of an index ends, before its line end."""
        end = self.text.find("\n", index)
        if end < 0:
            return len(self.text)
        return end - 1 if end > index and self.text[end - 1] == "\r" else end

    def next_line(self, index: int) -> int:
        """Where the line after that of an index begins; the end of the text after the last."""
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end + 1

    def line(self, index: int) -> str:
        """The line of an index."""
        return self.text[self.line_start(index) : self.line_end(index)]

    def end(self, node: yaml.Node) -> int:
        """Where a value ends, without the remarks and blank lines that follow it."""
        return end_of(node, self.text)

    def remarks(self, start: int, end: int) -> list[str]:
        """The remarks that begin in a stretch of the text, each from its `#` on."""
        found = []
        at = self.line_start(start)
        while at < end:
            line_end = self.line_end(at)
            if (mark := self._remark(at, line_end)) is not None and start <= mark < end:
                found.append(self.text[mark:line_end].rstrip())
            at = self.next_line(at)
            if at == len(self.text):
                break
        return found

    def _remark(self, start: int, end: int) -> int | None:
        for index in range(start, end):
            if self.text[index] != "#" or (index > start and self.text[index - 1] not in " \t"):
                continue
            if not any(first <= index < last for first, last in self._scalars):
                return index
        return None


def pair_of(mapping: yaml.MappingNode, key: str) -> Pair | None:
    """The nodes of a key and its value."""
    return next((pair for pair in mapping.value if pair[0].value == key), None)


def end_of(node: yaml.Node, text: str) -> int:
    """Where a node ends; a block ends with the last thing in it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return end_of(last[1] if isinstance(last, tuple) else last, text)
    end = int(node.end_mark.index)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        start = int(node.start_mark.index)
        return start + len(text[start:end].rstrip())
    return end


def _is_scalar(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def _walk(node: yaml.Node) -> list[yaml.Node]:
    found = [node]
    if isinstance(node, yaml.CollectionNode):
        for child in node.value:
            for part in child if isinstance(child, tuple) else (child,):
                found += _walk(part)
    return found
