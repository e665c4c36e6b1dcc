"""Config texts to break a reader with: mutations of good ones from a seed, and hostile ones by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator

GOOD = (
    "# my settings\nlibrary: lib/one\nwatch:\n  - path: in/a\n    existing: leave\n    mode: copy\n"
    '  - path: "in/b c"\n    include: [\'*.wav\', "Bass/**"]\n    exclude: [Loops]\n    recursive: no\n'
    "mode: hardlink\nfolders:\n  808: Eight Oh Eight\n  acid: 'Säure'\nsidecars: [.asd]\nfile_above: 0.9\n"
    "margin: 0.2\nmax_seconds: 12\nmax_megabytes: 100\nsettle_seconds: 0.4\nrescan_seconds: 300\n"
    "worker_idle_seconds: 5\nworker_timeout_seconds: 60\nbatch_size: 16\ntray: no\n",
    "library: lib/two\nwatch: [{path: in/c, existing: file, polling: no}, {path: in/d}]\nnames: off\n",
    "library: 'lib/#3'\nwatch:\n- path: in/e # remark\n  exclude:\n  - '**/x'\nreject_above: .5\n"
    "archives: yes\n",
)

_SNIPPETS = (
    *"{}[]:,-?*&!%@`'\"#|>~\\\t\n $./", "\r\n", "\\U0011", "\\x", "%YAML 1.1\n---\n", "<<: ", "&a ", "*a",
    "!!x ", "!!python/object:os.system ", "...", "---\n", "- ", ": ", "? ", "null", "~", "1_000", "0x10",
    "1:30", ".inf", ".nan", "-1", "1e999", "yes", "no", "on", "off", "../", "\x00", "\x07", "\x1b[2J",
    "\x85", "\u2028", "\ufeff", "\u202e", "\u200b", "é", "e\u0301", "\U0001f3b8", "path: ", "library: ",
    "watch:\n", "existing: file\n", "mode: move\n", "  ", "    ",
)  # fmt: skip


def mutate(chance: random.Random, text: str) -> bytes:
    """A few slips of the hand or of a disk in a text."""
    content = text.encode()
    for _ in range(chance.randint(1, 4)):
        content = chance.choice(_SLIPS)(chance, content)
    return content


def _insert(chance: random.Random, content: bytes) -> bytes:
    at = chance.randint(0, len(content))
    return content[:at] + chance.choice(_SNIPPETS).encode() + content[at + chance.choice((0, 0, 1, 4)) :]


def _line(chance: random.Random, content: bytes) -> bytes:
    """Drop a line, double it, or put it elsewhere."""
    lines = content.splitlines(keepends=True)
    if not lines:
        return content
    taken = lines.pop(chance.randrange(len(lines)))
    for _ in range(chance.randint(0, 2)):
        lines.insert(chance.randint(0, len(lines)), taken)
    return b"".join(lines)


def _indent(chance: random.Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    if lines:
        at = chance.randrange(len(lines))
        lines[at] = chance.choice((b" ", b"  ", b"\t", b"")) + lines[at].lstrip(b" ")
    return b"".join(lines)


def _value(chance: random.Random, content: bytes) -> bytes:
    """Another value behind a key."""
    lines = content.splitlines(keepends=True)
    held = [number for number, line in enumerate(lines) if b": " in line]
    if held:
        at = chance.choice(held)
        key = lines[at].split(b": ")[0]
        lines[at] = key + b": " + chance.choice(_SNIPPETS).encode() + b"\n"
    return b"".join(lines)


def _cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randint(0, len(content))]


def _byte(chance: random.Random, content: bytes) -> bytes:
    if not content:
        return content
    at = chance.randrange(len(content))
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


def _encoding(chance: random.Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-le", "utf-8-sig", "latin-1", "utf-32")), "replace")


_SLIPS = (_insert, _insert, _insert, _line, _line, _indent, _value, _value, _cut, _byte, _byte, _encoding)


def hostile(limit: int = 64 * 1024) -> Iterator[tuple[str, bytes]]:
    """Names and contents of files made to take memory, time or more than they may; `limit` bytes each."""
    head = "library: lib/one\n"

    def fill(start: str, unit: str, end: str = "") -> bytes:
        room = limit - len((start + end).encode())
        count = room // len(unit.replace("@", "12345").encode())
        return (start + "".join(unit.replace("@", f"{n:05}") for n in range(count)) + end).encode()

    laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{n}: &{n} [{', '.join([f'*{p}'] * 9)}]\n" for p, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    yield "a billion laughs", (head + laughs).encode()
    yield "a merge key", (head + "base: &b {existing: file}\nwatch: [{<<: *b, path: in/a}]\n").encode()
    yield "deep lists", (head + "x: " + "[" * (limit - 30)).encode()
    yield "deep mappings", (head + "x: " + "{a: " * (limit // 4 - 10)).encode()
    yield "deep blocks", (head + "- " * (limit // 2 - 10)).encode()
    yield "a long scalar", fill(head + "model: '", "x", "'\n")
    yield "a long path", fill("library: /", "a/", "\n")
    yield "a long watched path", fill(head + "watch: [{path: /", "a/", "}]\n")
    yield "a long way up", fill(head + "watch: [{path: /", "../", "}]\n")
    yield "unknown keys", fill(head, "k@: 1\n")
    yield "keys nearly known", fill(head, "settle_seconds@: 1\n")
    yield "blank unknown keys", fill(head, "k@:\n")
    yield "a key without end", fill(head, "k")
    yield "many watched folders", fill(head + "watch: [", "{path: in/@},", "]\n")
    yield "one folder many times", fill(head + "watch: [", "{path: in/a},", "]\n")
    yield "many categories", fill(head + "folders: {", "k@: f@, ", "}\n")
    yield "many reserved names", fill(head + "folders: {", "k@: CON, ", "}\n")
    yield "many patterns", fill(head + "watch: [{path: in/a, include: [", "'**/*a*@*',", "]}]\n")
    yield "many stars", fill(head + "watch: [{path: in/a, include: ['", "*a", "']}]\n")
    yield "many anchors", fill(head, "k@: &a@ x\n")
    yield "many documents", fill(head, "---\n")
    yield "many quotes", fill('"', "\\\n ")
    yield "many colons", fill("", ":")
    yield "many commas", fill("{", "a,")
    yield "a python object", (head + "model: !!python/object/apply:os.system ['touch in/pwned']\n").encode()
    yield "a binary", (head + "model: !!binary aGVsbG8=\n").encode()
    yield "a timestamp", (head + "model: !!timestamp 2001-12-14\nsettle_seconds: 2001-12-14\n").encode()
    yield "an own tag", ("!!set {library, watch}\n" + head).encode()
    yield "a set", (head + "watch: !!set {in/a, in/b}\n").encode()
    yield "nothing", b""
    yield "zeros", b"\x00" * 4096
    yield "a zero at the end", (head + "watch: [{path: in/a}]\n").encode() + b"\x00" * 512
    yield "UTF-16", head.encode("utf-16")
    yield "Latin-1", "library: lib/S\xe4ure\n".encode("latin-1")
    yield "too large", (head + "# " + "x" * (2 * limit)).encode()
