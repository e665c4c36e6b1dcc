"""Cut any text into the words meant: `AU_TB303Squelch-F#min` is au, tb, 303, squelch, f, min. Pure."""

from __future__ import annotations

import unicodedata

MAX_CHARACTERS = 2_000
"""Of a longer text only the beginning counts; no name is that long."""


def tokens(text: str) -> tuple[str, ...]:
    """Lower-case words and numbers in order; `_`, `-`, spaces, dots, changes of case and digits part them."""
    plain = unicodedata.normalize("NFC", text[:MAX_CHARACTERS])
    words: list[str] = []
    begin = 0
    for at in range(len(plain) + 1):
        if at == len(plain) or not plain[at].isalnum():
            if at > begin:
                words.append(plain[begin:at])
            begin = at + 1
        elif at > begin and _parts(plain, at):
            words.append(plain[begin:at])
            begin = at
    return tuple(word.casefold() for word in words)


def _parts(text: str, at: int) -> bool:
    """Whether a new word begins at `at`: after digits or letters end, or at a hump (aB, ABc)."""
    before, here = text[at - 1], text[at]
    if before.isdigit() != here.isdigit():
        return True
    if not here.isupper():
        return False
    return before.islower() or (before.isupper() and text[at + 1 : at + 2].islower())
