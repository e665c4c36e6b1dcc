"""File names as they turn up, and as somebody might make them to break a program: by hand and from a seed."""

from __future__ import annotations

import random
import unicodedata

_COMPOSED = "Bässe Ångström naïve é ﬁ ệ 가각"

BY_HAND: tuple[bytes, ...] = tuple(
    name.encode() if isinstance(name, str) else name
    for name in (
        # composed and decomposed, case alone, letters that fold to others
        f"{unicodedata.normalize('NFC', _COMPOSED)}.wav",
        f"{unicodedata.normalize('NFD', _COMPOSED)}.wav", "Kick.wav", "KICK.wav", "kick.WAV",
        "Straße.wav", "STRASSE.wav", "İstanbul.wav", "ﬀ.wav", "K.wav", "\u212a.wav",
        # Windows
        "CON.wav", "nul.wav", "aux.wav", "COM1.wav", "COM¹.wav", "LPT9.x.wav", "con .wav",
        "CONIN$.wav", "trailing. .wav", "trailing .wav", "dots...wav", " leading.wav",
        'a:b<c>"d|e?f*g\\h.wav', "C:\\Windows\\x.wav", "a::$DATA.wav", "desktop.ini.wav",
        # control characters, escapes, newlines, directions, nothing to see
        "new\nline.wav", "\n2026-01-01 WARNING all is lost.wav", "tab\t.wav", "\r\rover.wav",
        "bell\a.wav", "\x7f.wav", "\x1b[31mred\x1b[0m.wav", "\x1b]0;title\x07.wav",
        "c1 \x85\x9b31m.wav", "line\u2028sep\u2029.wav", "evil\u202evaw.exe.wav",
        "\u2066iso\u2069.wav", "zero\u200bwidth\u200d\ufeff.wav", "\u200b.wav", "\u3164.wav",
        # markup, shells, formats
        "<img src=x onerror=alert(1)>.wav", "&amp;<b>.wav", "[red]rich[bold].wav", "[blink].wav",
        "%s %n {0} ${HOME} `id`.wav", "$(reboot).wav", "a;b&c|d.wav", "'quotes\".wav", "-rf.wav",
        "--json.wav", "~.wav", "~root.wav", "#x?y=1.wav", "%2e%2e%2f.wav", "\\..\\..\\x.wav",
        "..wav.wav", "....wav", "name.wav.wav", "name.WAV.part.wav", "no ending", ".", "x.",
        # not Unicode, and beyond the usual planes
        b"latin-1 \xe9\xe8.wav", b"\xff\xfe.wav", b"half \xf0\x9f\x8e.wav",
        b"surrogate \xed\xa0\x80.wav", "\U0001f3b8\U0001f468‍\U0001f469‍\U0001f467.wav",
        "\U0010ffff.wav", "\ufffe.wav", "Z" + "\u0301" * 100 + ".wav", "𝔹𝕒𝕤𝕤.wav",
        # as long as can be, in bytes and in characters
        "x" * 251 + ".wav", "ä" * 125 + ".wav", "界" * 83 + ".wav", "\U0001f3b8" * 62 + ".wav",
        "e\u0301" * 83 + ".wav", "y" * 247 + ".wav", "z" * 200 + " (2).wav", "a." + "e" * 250,
        b"\xff" * 251 + b".wav",
    )
    if name not in (".",)
)  # fmt: skip

_PIECES = (
    *"aAzZ09 ._-()[]{}#$%&'+,;=@^`~!éßøñ", "e\u0301", "A\u030a", "\u202e", "\u200b", "\u2028", "\n",
    "\r", "\t", "\x1b[2J", "\x7f", "\x85", *':<>"|?*\\', "CON", "aux", "(2)", " (2)", ".wav", ".asd",
    "界", "\U0001f3b8", "x" * 40, "ä" * 30,
)  # fmt: skip
_BROKEN = (b"\xff", b"\xe9", b"\xf0\x9f", b"\xed\xa0\x80")


def random_name(chance: random.Random) -> bytes:
    """One name of at most 255 bytes; every few are variants of others, in case or composition."""
    name = "".join(chance.choices(_PIECES, k=chance.choice((1, 2, 5, 12)))).encode()
    if chance.random() < 0.15:
        at = chance.randint(0, len(name))
        name = name[:at] + chance.choice(_BROKEN) + name[at:]
    ending = chance.choice((b".wav", b".WAV", b".wav", b".Wav", b".wav ", b".", b""))
    if chance.random() < 0.05:
        name *= 30
    name = name[: 255 - len(ending)] + ending
    return name if name not in (b"", b".", b"..") else b"x"


def variants(chance: random.Random, name: bytes) -> bytes:
    """The same to an eye or to a disk, and not the same bytes."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return name.swapcase()
    change = chance.choice(
        (
            str.upper,
            str.lower,
            str.swapcase,
            lambda t: unicodedata.normalize("NFD", t),
            lambda t: unicodedata.normalize("NFC", t),
        )
    )
    made = change(text).encode()
    return made if len(made) <= 255 else name
