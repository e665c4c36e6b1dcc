"""Find the words that speak for a sound, and silence those whose context gives them another meaning. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from wavized.logic.names import lexicon
from wavized.logic.names.lexicon import Phrase

_LONGEST = 3
"""Tokens of the longest phrase in the lexicon."""


@dataclass(slots=True)
class Words:
    """What was found in one text, as it was written there; `categories` by label."""

    categories: dict[str, str] = field(default_factory=dict)
    loop: str = ""
    tempo: str = ""
    passage: str = ""
    drum: str = ""
    other: str = ""
    one_shot: str = ""


def find(words: Sequence[str]) -> Words:
    """Look for all that speaks, then let the context silence what it must: in `808 snare` 808 is no class."""
    left = _without(words, lexicon.MUTE)
    found = Words(
        loop=_first(left, lexicon.LOOPS),
        tempo=_tempo(left),
        passage=_first(left, lexicon.PASSAGES),
        drum=_first(left, lexicon.DRUMS),
        other=_first(left, lexicon.OTHER_SOUNDS),
        one_shot=_first(left, lexicon.ONE_SHOTS),
    )
    if found.loop and found.one_shot:
        found.loop = found.one_shot = ""
    if found.one_shot:
        found.tempo = found.passage = ""
    machine = found.drum or _first(left, lexicon.KITS)
    for category, phrases in lexicon.CATEGORY_WORDS.items():
        word = _first(left, phrases - lexicon.NUMBERS if machine else phrases)
        if word:
            found.categories[category] = word
    if found.categories or _first(left, lexicon.BASS):
        found.other = ""
    return found


def _first(words: Sequence[str], phrases: Iterable[Phrase]) -> str:
    """The first of the phrases that stands in the words, as it was written there."""
    sought = frozenset(phrases)
    for at in range(len(words)):
        for length in range(_LONGEST, 0, -1):
            piece = tuple(words[at : at + length])
            if len(piece) == length and (piece in sought or _singular(piece) in sought):
                return " ".join(piece)
    return ""


def _without(words: Sequence[str], phrases: frozenset[Phrase]) -> list[str]:
    left: list[str] = []
    at = 0
    while at < len(words):
        lengths = range(_LONGEST, 0, -1)
        length = next((size for size in lengths if _singular(tuple(words[at : at + size])) in phrases), 0)
        left.append("" if length else words[at])  # a gap keeps its neighbours from forming a phrase
        at += length or 1
    return left


def _singular(piece: Phrase) -> Phrase:
    last = piece[-1]
    plural = len(last) > 2 and last.endswith("s") and not last.endswith("ss")
    return (*piece[:-1], last[:-1]) if plural else piece


def _tempo(words: Sequence[str]) -> str:
    """`120 bpm` or `bpm 120`, where the number can be one."""
    for left, right in pairwise(words):
        number = left if right == "bpm" else right if left == "bpm" else ""
        if number.isdecimal() and len(number) < 4 and 40 <= int(number) <= 300:
            return f"{int(number)} bpm"
    return ""
