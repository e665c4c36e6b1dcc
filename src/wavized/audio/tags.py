"""Words a sound file carries inside: title, genre, comment, keywords, marks of a loop. Any thread.

The daemon imports this: no numpy, no libsndfile. Never decodes, never writes, and reads within a limit.
"""

from __future__ import annotations

import logging
import struct
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from wavized.audio.containers import find_chunk
from wavized.audio.probe import Sparing, identify
from wavized.audio.stream import Section, open_sample
from wavized.errors import UnreadableAudioError

log = logging.getLogger(__name__)

MAX_CHARACTERS = 200
"""Of each tag: what is longer is an advertisement, not a description."""
MAX_TEXTS = 32
"""No sample has more to say; a file made to keep us busy may."""

_READING_LIMIT = 32 << 10
"""Bytes that are read in all, skipped pictures not counted: tinytag compares each text with every other of
the same name, so what is read has to be little."""

_OTHER = frozenset(
    {"comment", "keywords", "ikey", "subject", "isbj", "description", "category", "tags", "grouping"}
)
"""Other fields that describe a sound, as tinytag spells them; some come with `_` before."""

_ACID = struct.Struct("<I8xI4xf")
_FEWEST_BEATS = 4
"""A bar; less is as well the length of a single sound."""


def read_tags(path: Path) -> tuple[str, ...]:
    """What title, genre, comment, keywords and a loop's marks say, each once; nothing without any."""
    from tinytag import TinyTagException  # here, since a daemon that heeds no names never needs it

    try:
        file, size = open_sample(path)
        with file:
            return _texts(Section(file, 0, size))
    except (UnreadableAudioError, TinyTagException) as error:
        log.debug("No tags can be read from %s: %s", path, error)
        return ()


def _texts(section: Section) -> tuple[str, ...]:
    from tinytag import TinyTag  # as above

    marks = _acid_marks(section) if identify(section) == "riff" else []
    section.seek(0)
    tag = TinyTag.get(file_obj=cast(BinaryIO, Sparing(section, _READING_LIMIT)), duration=False)
    told = [tag.title, tag.genre, tag.comment]
    told += [
        text for name, texts in tag.other.items() if name.casefold().strip("_") in _OTHER for text in texts
    ]
    cleaned = (text.replace("\0", " ").strip()[:MAX_CHARACTERS] for text in [*told, *marks] if text)
    return tuple(islice(dict.fromkeys(text for text in cleaned if text), MAX_TEXTS))


def _acid_marks(section: Section) -> list[str]:
    """`one shot`, or `loop` and its tempo, where a WAV's `acid` chunk says so.

    Sequencers write it: flags (bit 0: one shot), root, two unknowns, beats, meter, tempo in beats a minute.
    """
    body = find_chunk(section, b"acid", _ACID.size)
    if body is None:
        return []
    flags, beats, tempo = _ACID.unpack(body)
    if flags & 1:
        return ["one shot"]
    return ["loop", f"{tempo:.0f} bpm"] if beats >= _FEWEST_BEATS and 40 <= tempo <= 300 else []
