"""The handful of reasons for which samples are left alone, told from how they were put. Pure."""

from __future__ import annotations

import re

FAILED = "failed"
"""Not one reason but all of those that went wrong; the state of a job tells."""
OTHER = "other"

_PUT_AS = {
    "archive": re.compile(r"archive:"),
    "said": re.compile(r"You said"),
    "duplicate": re.compile(r"duplicate:"),
    "long": re.compile(r".* long; a one-shot|.* max_megabytes|only .* ms long"),
    "unreadable": re.compile(r"unreadable:"),
    "interrupted": re.compile(r"interrupted:|.* program was stopped"),
}
_KINDS = ("loop", "not_bass")

NAMED_REASONS = (*_PUT_AS, *_KINDS)


def named_reason(kind: str | None, reason: str) -> str:
    """The one of NAMED_REASONS that says most about a job, or OTHER."""
    for name, words in _PUT_AS.items():
        if words.match(reason):
            return name
    return kind if kind in _KINDS else OTHER
