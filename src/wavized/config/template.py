"""The commented config that a person starts from, as text. Pure: which folders it names is an argument."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from wavized.config.dump import path_text
from wavized.config.model import Existing
from wavized.config.problem import Key
from wavized.domain.sample import FilingMode


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A folder to watch, as the template writes it; `why` becomes a remark above it."""

    path: Path
    why: str = ""
    existing: Existing = Existing.LEAVE
    exclude: tuple[str, ...] = ()


def render(library: Path, watch: Sequence[Suggestion], mode: FilingMode = FilingMode.COPY) -> str:
    """The text of a config for these folders, every setting explained and the optional ones commented out."""
    chosen = "#mode: copy" if mode is FilingMode.COPY else f"mode: {mode.value}"
    return _TEXT.format(library=one_line(path_text(library)), watch=_watch(watch), mode=chosen)


def _watch(watch: Sequence[Suggestion]) -> str:
    if not watch:
        return "  #- path: ~/Downloads\n"
    first, *others = (_entry(suggestion) for suggestion in watch)
    return "\n".join([first + _FOLDER_SETTINGS, *others])


def _entry(suggestion: Suggestion) -> str:
    lines = [f"  # {suggestion.why}"] if suggestion.why else []
    lines += [
        f"  - path: {one_line(path_text(suggestion.path))}",
        f"    existing: {suggestion.existing.value}",
    ]
    if suggestion.exclude:
        lines.append(f"    exclude: {one_line(list(suggestion.exclude))}")
    return "".join(f"{line}\n" for line in lines)


def placeholder(way: Key) -> list[str]:
    """The lines by which the template shows a setting commented out, from the left margin; none for others.

    `way` is a key of the file, a category below `folders`, or a key of a watched folder.
    """
    match way:
        case (str(key),):
            found = re.search(rf"(?m)^#{re.escape(key)}:.*\n(?:#  +.*\n)*", _shown())
        case ("folders", str(label)):
            found = re.search(rf"(?m)^#  {re.escape(label)}:.*\n", _TEXT)
        case ("watch", _, str(key)):
            found = re.search(rf"(?m)^    (#{re.escape(key)}:.*\n)", _FOLDER_SETTINGS)
        case _:
            found = None
    return [line.strip() for line in found[0].splitlines()] if found else []


def _shown() -> str:
    return _TEXT.replace("{mode}", "#mode: copy")


def one_line(value: str | list[str]) -> str:
    """A value as YAML on one line, in quotes where it needs them (`#`, `: `, quotes, a space at an end)."""
    brackets = None if isinstance(value, list) else False  # None: only around the innermost
    written = yaml.safe_dump({"x": value}, default_flow_style=brackets, allow_unicode=True, width=1_000_000)
    return written.removeprefix("x: ").removesuffix("\n")


_TEXT = """\
# Wavized settings
#
# Wavized listens to the samples that arrive in your download folders and files every bass one-shot
# into the right folder of your library. Whatever it is not sure of waits for your word, and whatever is
# no bass one-shot stays where it is.
#
# A line that begins with "#" is a remark. To change one of the settings that are commented out, take its
# "#" away; the value you see is the one that holds until then. Indent with spaces, not with tabs.
# "wavized config check" looks this file over and names every slip with its line.
#
# In paths, "~" is your home folder and $NAME a variable of your system (write $$ for a plain dollar sign).
# A path with "#", a colon or a backslash in it is safest in single quotes: 'C:\\Music\\Bass #1'


# ---- The two that matter -------------------------------------------------------------------------------

# Where your sorted samples go. A folder for each kind of bass is made in here as it is needed. The library
# you have will do: nothing in it is ever overwritten or changed.
library: {library}

# The folders to listen to, with everything below them.
watch:
{watch}

# ---- How samples are filed -----------------------------------------------------------------------------

# copy      the sample stays where it is and a copy goes into the library (the safe choice)
# move      the sample leaves the watched folder. Splice and projects of your DAW remember where a sample
#           lay and will not find it any more: never use it on a Splice folder you still work from.
# hardlink  one file in two places, taking no extra room; both must be on the same drive
{mode}

# What the folders in your library are called, each kind of bass with its folder.
#folders:
#  808: '808'
#  acid: Acid
#  brass: Brass
#  growl: Growl
#  reese: Reese
#  slap: Slap
#  sub: Sub

# Small files that belong to a sample and go along with it: kick.wav.asd with kick.wav.
#sidecars: [.asd]


# ---- How sure is sure enough ---------------------------------------------------------------------------
# These three are part of the model, and set to what it was tested with; the values here only show how
# such a setting looks. Raise "file_above" to be asked more often, lower it to be asked less.

# A sample is filed without asking when the most likely kind is at least this likely (0 to 1) ...
# The model asks for more where it errs more often; a value here holds for all kinds alike.
#file_above: 0.98

# ... and is ahead of the second by at least this much.
#margin: 0.2

# From this likelihood on, a sample counts as a loop or as no bass at all and is left alone.
#reject_above: 0.5

# The ear decides, but it may weigh what names, tags and Splice's catalogue say. They help what it is fairly
# sure of over the threshold, and where they clearly say something else, you are asked. They never file a
# sample by themselves. With "no" only the sound counts.
#names: yes

# Longer sounds (in seconds) are no one-shots, larger files (in megabytes) no samples: both are left alone.
#max_seconds: 12
#max_megabytes: 100

# A damaged or hostile file may ask for any amount of memory. The processes that open samples get so much (in
# megabytes) besides what the model takes; a file that asks for more is left out, and the others go on.
#memory_megabytes: 2000

# Packs that arrive as a .zip are looked into: the sounds inside are heard, and copies of what is filed go
# into the library. The archive itself is never changed. A pattern in "include" or "exclude" may name what is
# inside as if the archive were a folder ('Some Pack.zip/Drums/**'); archives outside the watched folders stay
# closed.
#archives: yes


# ---- How it works in the background --------------------------------------------------------------------

# A download counts as complete when it has not changed for this many seconds.
#settle_seconds: 3

# Every so many seconds all watched folders are looked through, in case the system forgot to tell of a file.
#rescan_seconds: 300

# A model of your own, as a folder; without it the one that comes with Wavized is used.
#model: ~/Models/my-bass-model

# The listening part takes memory. It goes after this many seconds without work and comes back by itself.
#worker_idle_seconds: 120

# How long it may think about one batch of samples, in seconds, before it is started anew.
#worker_timeout_seconds: 60

# How many samples it hears in one go (1 to 256).
#batch_size: 16

# The icon in the system tray, and the messages that pop up.
#tray: yes
#notifications: yes
"""

_FOLDER_SETTINGS = """\
    # "existing" is about the files that lie in a folder when it is watched for the first time:
    #   leave  they stay as they are; only what arrives from then on is filed
    #   file   they are filed too
    # Every folder can have its own of the following, written below its path like this:
    #
    # how this folder's samples are filed: copy, move or hardlink (as "mode" below says, unless set here)
    #mode: copy
    # look into the folders below it as well
    #recursive: yes
    # listen only to files that fit one of these patterns, such as ['*.wav', 'Splice/**']
    #include: []
    # leave out files that fit one of these, such as ['Drums/**', '*loop*']
    #exclude: []
    # look again and again instead of waiting to be told: for network drives (found out by itself, unless set)
    #polling: no
"""
