"""Changes single values in the text of a config and leaves every other character as it was. Pure.

A change is tried in the places a person would choose, best first: the value that stands there, the setting
that stands commented out, the end. The first text that means just what was wanted is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import yaml

from wavized.config.document import DocumentError, Value, parse
from wavized.config.problem import Key, spell
from wavized.config.sheet import Sheet, pair_of
from wavized.config.template import placeholder
from wavized.config.written import block, inline, is_block, key_text


class NotEditableError(Exception):
    """The text is written in a way that a value cannot be changed without touching the rest."""


def put(text: str, way: Key, value: Value) -> str:
    """Set a value; `way` leads to a key whose surroundings exist."""
    wanted = parse(text).values
    holder = _inside(wanted, way[:-1])
    if not isinstance(holder, dict):
        raise NotEditableError(spell(way))
    holder[str(way[-1])] = value
    return _first(_put(Sheet(text), way, value), wanted, way)


def drop(text: str, way: Key) -> str:
    """Take a key away; the template's commented-out line comes back where the template has one."""
    wanted = parse(text).values
    holder = _inside(wanted, way[:-1])
    if not isinstance(holder, dict) or holder.pop(str(way[-1]), None) is None:
        return text
    return _first(_drop(Sheet(text), way), wanted, way)


def add_watched(text: str, entry: Mapping[str, Value]) -> str:
    """Watch one more folder, after the others or where it stands commented out."""
    wanted = parse(text).values
    there = wanted.get("watch")
    wanted["watch"] = [*(there if isinstance(there, list) else []), dict(entry)]
    return _first(_add(Sheet(text), wanted["watch"]), wanted, ("watch",))


def drop_watched(text: str, index: int) -> str:
    """Watch a folder no more; where a remark belongs to it, it stays commented out below its remark."""
    wanted = parse(text).values
    there = wanted["watch"]
    assert isinstance(there, list)
    wanted["watch"] = [*there[:index], *there[index + 1 :]]
    return _first(_unwatch(Sheet(text), index, wanted["watch"]), wanted, ("watch", index))


def _inside(values: Value, way: Key) -> Value:
    for part in way:
        if isinstance(values, dict):
            values = values.get(str(part))
        elif isinstance(values, list) and isinstance(part, int):
            values = values[part]
    return values


def _first(candidates: Iterable[str], wanted: dict[str, Value], way: Key) -> str:
    meaning = _meaning(wanted)
    for candidate in candidates:
        try:
            document = parse(candidate)
        except DocumentError:
            continue
        if not document.problems and _meaning(document.values) == meaning:
            return candidate
    raise NotEditableError(spell(way))


def _meaning(values: Value) -> Value:
    """Values without what is as good as not written; the order of watched folders means nothing."""
    if isinstance(values, dict):
        kept = {key: _meaning(value) for key, value in values.items()}
        watch = kept.get("watch")
        if isinstance(watch, list):
            kept["watch"] = sorted(watch, key=repr)
        return {key: value for key, value in kept.items() if value is not None and value not in ([], {})}
    if isinstance(values, list):
        return [_meaning(value) for value in values]
    return None if values is None else str(values)


# --- where a change may go ----------------------------------------------------------------------------


def _put(sheet: Sheet, way: Key, value: Value) -> Iterator[str]:
    parent, key = sheet.node(way[:-1]), str(way[-1])
    if not isinstance(parent, yaml.MappingNode):
        return
    if parent.flow_style:
        yield _reflow(sheet, way[:-1], parent, {key: value}, without=None)
        return
    if pair_of(parent, key) is not None:
        yield _replaced(sheet, parent, key, value)
        return
    yield from _uncommented(sheet, way, parent, value)
    pad = " " * parent.start_mark.column
    if is_block(value):
        lines = [f"{pad}{key_text(key)}:", *block(value, f"{pad}  ")]
    else:
        lines = [f"{pad}{key_text(key)}: {inline(value)}"]
    if len(way) == 1:
        yield _with_lines(sheet, len(sheet.text), lines)
    yield _with_lines(sheet, sheet.next_line(sheet.end(parent)), lines)


def _with_lines(sheet: Sheet, index: int, lines: list[str]) -> str:
    """The text with whole lines put in at the beginning of a line."""
    before, after = sheet.text[:index], sheet.text[index:]
    if before and not before.endswith("\n"):
        before += sheet.newline
    return before + "".join(line + sheet.newline for line in lines) + after


def _replaced(sheet: Sheet, parent: yaml.MappingNode, key: str, value: Value) -> str:
    pair = pair_of(parent, key)
    assert pair is not None
    name, old = pair
    pad = " " * parent.start_mark.column
    colon = sheet.text.index(":", int(name.end_mark.index)) + 1
    start, end = int(old.start_mark.index), sheet.end(old)
    in_place = start < end and (isinstance(old, yaml.ScalarNode) and old.style not in ("|", ">"))
    in_place |= isinstance(old, yaml.CollectionNode) and bool(old.flow_style)
    cut = start if in_place and not is_block(value) else colon
    line_end = sheet.line_end(end)
    rest = sheet.text[end:line_end]
    lines = [f"{pad}{remark}" for remark in sheet.remarks(cut, end)]
    if is_block(value):
        lines += block(value, f"{pad}  ")
        new = ""
    else:
        new = inline(value) if cut == start and in_place else f" {inline(value)}"
        if isinstance(old, yaml.ScalarNode) and old.style == "'" and isinstance(value, str):
            new = "'" + value.replace("'", "''") + "'"
    tail = "".join(sheet.newline + line for line in lines)
    return sheet.text[:cut] + new + rest + tail + sheet.text[line_end:]


def _reflow(
    sheet: Sheet, way: Key, node: yaml.MappingNode, more: Mapping[str, Value], *, without: str | None
) -> str:
    """A mapping in braces written anew."""
    values = _inside(parse(sheet.text).values, way)
    assert isinstance(values, dict)
    kept = {key: value for key, value in {**values, **more}.items() if key != without}
    start, end = int(node.start_mark.index), sheet.end(node)
    remarks = [sheet.newline + remark for remark in sheet.remarks(start, end)]
    line_end = sheet.line_end(end)
    rest = sheet.text[end:line_end] + "".join(remarks) + sheet.text[line_end:]
    return sheet.text[:start] + inline(kept) + rest


def _uncommented(sheet: Sheet, way: Key, parent: yaml.MappingNode, value: Value) -> Iterator[str]:
    """The setting in the place where it stands commented out."""
    key = re.escape(str(way[-1]))
    pad = "#  " if way[0] == "folders" and len(way) == 2 else " " * parent.start_mark.column + "#"
    start = 0 if len(way) <= 2 else sheet.line_start(int(parent.start_mark.index))
    end = len(sheet.text) if len(way) <= 2 else int(parent.end_mark.index)
    quoted = f"(?:{key}|'{key}'|\"{key}\")"
    pattern = re.compile(rf"(?m)^{re.escape(pad)}{quoted}:(?=[ \t\r\n]|\Z)[^\r\n]*")
    for found in pattern.finditer(sheet.text, start, end):
        margin = " " * parent.start_mark.column
        if not is_block(value):
            kept = re.search(r"[ \t]+#[^\r\n]*$", found[0][len(pad) :])
            line = f"{margin}{key_text(str(way[-1]))}: {inline(value)}{kept[0] if kept else ''}"
            yield sheet.text[: found.start()] + line + sheet.text[found.end() :]
        elif isinstance(value, dict):
            yield _uncommented_block(sheet, found, str(way[-1]), value)


def _uncommented_block(sheet: Sheet, found: re.Match[str], key: str, value: dict[str, Value]) -> str:
    """A mapping whose lines stand commented out below it; those not wanted stay so."""
    lines, left, at = [f"{key}:"], dict(value), sheet.next_line(found.end())
    while (entry := re.match(r"#( +)(['\"]?)([^:'\"#]+)\2:", sheet.line(at))) and len(entry[1]) > 1:
        label = entry[3]
        if label in left:
            written = f"{entry[2]}{label}{entry[2]}" if entry[2] else key_text(label)
            lines.append(f"  {written}: {inline(left.pop(label))}")
        else:
            lines.append(sheet.line(at))
        at = sheet.next_line(at)
        if at == len(sheet.text):
            break
    lines += block(left, "  ")
    return sheet.text[: found.start()] + "".join(line + sheet.newline for line in lines) + sheet.text[at:]


def _drop(sheet: Sheet, way: Key) -> Iterator[str]:
    parent, key = sheet.node(way[:-1]), str(way[-1])
    pair = pair_of(parent, key) if isinstance(parent, yaml.MappingNode) else None
    if not isinstance(parent, yaml.MappingNode) or pair is None:
        return
    if parent.flow_style:
        yield _reflow(sheet, way[:-1], parent, {}, without=key)
        return
    name, old = pair
    start, end = sheet.line_start(int(name.start_mark.index)), sheet.end(old)
    after = sheet.next_line(end)
    pad = " " * parent.start_mark.column
    shown = placeholder(way)
    while len(shown) > 1 and after < len(sheet.text) and sheet.line(after) in shown:
        after = sheet.next_line(after)  # lines of the block that stayed commented out
    remarks = [remark for remark in sheet.remarks(start, sheet.line_end(end)) if remark not in shown]
    if sheet.text[start : int(name.start_mark.index)].strip():  # behind the dash of a list
        colon = sheet.text.index(":", int(name.end_mark.index)) + 1
        yield sheet.text[:colon] + sheet.text[end:]
        return
    explained = start > 0 and sheet.line(start - 1).lstrip().startswith("#")
    if shown and (len(way) < 3 or explained):
        margin = "" if len(way) == 2 else pad
        aside = f"  {remarks.pop(0)}" if remarks and len(shown) == 1 else ""
        lines = [f"{margin}{shown[0]}{aside}", *shown[1:]]
    else:
        lines = []
    lines += [f"{pad}{remark}" for remark in remarks]
    yield sheet.text[:start] + "".join(line + sheet.newline for line in lines) + sheet.text[after:]


# --- watched folders ----------------------------------------------------------------------------------


def _add(sheet: Sheet, watch: Value) -> Iterator[str]:
    assert isinstance(watch, list) and isinstance(watch[-1], dict)
    entry, pair = watch[-1], pair_of(sheet.root, "watch")
    if pair is None or sheet.root.flow_style:
        yield from _put(sheet, ("watch",), watch)
        return
    old = pair[1]
    blocks = isinstance(old, yaml.SequenceNode) and not old.flow_style
    dash = int(old.start_mark.column) if blocks else 2
    lines = block([entry], " " * dash)
    yield from _recalled(sheet, lines)
    if not blocks and isinstance(old, yaml.CollectionNode):
        yield _replaced(sheet, sheet.root, "watch", watch)
        return
    last = sheet.next_line(sheet.end(old) if blocks else int(pair[0].end_mark.index))
    after = last
    while after < len(sheet.text) and re.match(rf" {{{max(dash, 1)}}} *#", sheet.line(after)):
        after = sheet.next_line(after)
    yield _with_lines(sheet, after, lines)
    yield _with_lines(sheet, last, lines)


def _recalled(sheet: Sheet, lines: list[str]) -> Iterator[str]:
    """A folder that stands commented out is watched again in that place."""
    dash = re.escape(lines[0].lstrip())
    for found in re.finditer(rf"(?m)^( +)#{dash}[ \t]*\r?$\n?", sheet.text):
        pad, at = found[1], found.end()
        while at < len(sheet.text) and re.match(rf"{pad}#  \S", sheet.line(at)):
            at = sheet.next_line(at)
        shift = len(pad) - (len(lines[0]) - len(lines[0].lstrip()))
        moved = [" " * shift + line if shift >= 0 else line[-shift:] for line in lines]
        text = sheet.text[: found.start()] + "".join(line + sheet.newline for line in moved)
        yield text + sheet.text[at:]


def _unwatch(sheet: Sheet, index: int, left: Value) -> Iterator[str]:
    old = sheet.node(("watch",))
    if not isinstance(old, yaml.SequenceNode) or sheet.root.flow_style or old.flow_style:
        yield from _put(sheet, ("watch",), left)
        return
    node, column = old.value[index], int(old.start_mark.column)
    start = sheet.line_start(int(node.start_mark.index))
    while start > 0 and not re.match(rf" {{{column}}}-", sheet.line(start)):
        start = sheet.line_start(start - 1)
    after = sheet.next_line(sheet.end(node))
    lines = sheet.text[start:after].splitlines()
    remarks = sheet.remarks(start, after)
    above = start > 0 and sheet.line(start - 1).lstrip().startswith("#")
    below = after < len(sheet.text) and re.match(rf" {{{column + 1},}}#", sheet.line(after))
    if remarks or above or below:
        quiet = [
            line if not line.strip() or line.lstrip().startswith("#") else f"{line[:column]}#{line[column:]}"
            for line in lines
        ]
        yield sheet.text[:start] + "".join(line + sheet.newline for line in quiet) + sheet.text[after:]
    pad = " " * column
    kept = "".join(f"{pad}{remark}{sheet.newline}" for remark in remarks)
    yield sheet.text[:start] + kept + sheet.text[after:]
