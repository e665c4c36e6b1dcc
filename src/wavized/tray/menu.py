"""What the tray shows for a status: picture, tooltip and menu. Pure: draws nothing, calls nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wavized.domain.job import DaemonState, Status

MAX_TITLE = 127
"""Characters of a tooltip; Windows refuses longer ones."""

MAX_ITEM = 60
"""Characters of a menu item, so that a long sample name does not fill the screen."""


class Picture(StrEnum):
    """Which icon is shown, the one a person should know of most first."""

    DEGRADED = "degraded"
    PAUSED = "paused"
    WORKING = "working"
    REVIEW = "review"
    WATCHING = "watching"


class Action(StrEnum):
    """What a menu item asks for; the names are those of `TrayCommands`."""

    PAUSE = "pause"
    RESUME = "resume"
    OPEN_WINDOW = "open_window"
    OPEN_REVIEW = "open_review"
    OPEN_LIBRARY = "open_library"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of the menu. Without an action it only tells; `default` is what a click on the icon does."""

    text: str
    action: Action | None = None
    enabled: bool = True
    default: bool = False


@dataclass(frozen=True, slots=True)
class MenuModel:
    """Everything to be shown: sections of the menu are parted by lines."""

    picture: Picture
    title: str
    sections: tuple[tuple[MenuItem, ...], ...]


def build(status: Status) -> MenuModel:
    """The tray for a status."""
    picture, line = _picture(status), _state_line(status)
    facts = [MenuItem(shorten(line, MAX_ITEM), enabled=False)]
    if status.review:
        facts.append(MenuItem(_waiting(status.review), Action.OPEN_REVIEW))
    if status.last_filed:
        facts.append(MenuItem(shorten(f"Last filed: {status.last_filed}", MAX_ITEM), enabled=False))
    if status.state is DaemonState.PAUSED:
        switch = MenuItem("Resume", Action.RESUME)
    else:
        switch = MenuItem("Pause", Action.PAUSE, enabled=status.state is not DaemonState.STOPPED)
    window = MenuItem("Open window", Action.OPEN_WINDOW, default=True)
    library = MenuItem("Open library", Action.OPEN_LIBRARY, enabled=bool(status.library))
    title = f"Wavized: {line}" + (f", {_waiting(status.review)}" if status.review else "")
    sections = (tuple(facts), (window, library, switch), (MenuItem("Quit Wavized", Action.QUIT),))
    return MenuModel(picture, shorten(title, MAX_TITLE), sections)


def _picture(status: Status) -> Picture:
    if status.state is DaemonState.DEGRADED:
        return Picture.DEGRADED
    if status.state in (DaemonState.PAUSED, DaemonState.STOPPED):
        return Picture.PAUSED
    if status.detail:  # it watches, but something keeps the samples waiting
        return Picture.DEGRADED
    if status.pending:
        return Picture.WORKING
    return Picture.REVIEW if status.review else Picture.WATCHING


def _state_line(status: Status) -> str:
    match _picture(status):
        case Picture.DEGRADED:
            return f"Needs attention: {status.detail}" if status.detail else "Needs attention"
        case Picture.PAUSED:
            word = "Paused" if status.state is DaemonState.PAUSED else "Stopped"
            return f"{word}, {_samples(status.pending)} to go" if status.pending else word
        case Picture.WORKING:
            return f"Working, {_samples(status.pending)} to go"
        case _:
            number = len(status.watching)
            return f"Watching {number} folder{'' if number == 1 else 's'}" if number else "Watching no folder"


def _waiting(number: int) -> str:
    return f"{_samples(number)} wait{'s' if number == 1 else ''} for your word"


def _samples(number: int) -> str:
    return f"{number} sample{'' if number == 1 else 's'}"


def shorten(text: str, most: int) -> str:
    """At most so many characters on one line, cut in the middle: a name's end tells as much as its start.

    Characters that no menu can show (file names may hold any) are replaced.
    """
    text = "".join(char if char.isprintable() else "�" for char in " ".join(text.split()))
    if len(text) <= most:
        return text
    head = (most - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"
