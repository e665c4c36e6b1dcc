"""What the tray shows for a status: picture, tooltip and menu. Pure: draws nothing, calls nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wavized.domain.job import DaemonState, Recent, Status
from wavized.logic.wording import shorten, time_of_day

MAX_TITLE = 127
"""Characters of a tooltip; Windows refuses longer ones."""

MAX_ITEM = 60
"""Characters of a menu item, so that a long sample name does not fill the screen."""

MUTE_MINUTES = 60.0


class Picture(StrEnum):
    """Which icon is shown, the one a person should know of most first."""

    STARTING = "starting"
    DEGRADED = "degraded"
    PAUSED = "paused"
    WORKING = "working"
    REVIEW = "review"
    WATCHING = "watching"


class Action(StrEnum):
    """What a menu item asks for."""

    PAUSE = "pause"
    RESUME = "resume"
    OPEN_WINDOW = "open_window"
    OPEN_REVIEW = "open_review"
    OPEN_SORT = "open_sort"
    OPEN_LIBRARY = "open_library"
    SHOW_SAMPLE = "show_sample"
    UNDO = "undo"
    EDIT_CONFIG = "edit_config"
    START_AT_LOGIN = "start_at_login"
    NOT_AT_LOGIN = "not_at_login"
    MUTE = "mute"
    UNMUTE = "unmute"
    CHECK_UP = "check_up"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is done when an item is chosen: to which `sample`, for how many `minutes` (None: until ended)."""

    action: Action
    sample: Recent | None = None
    minutes: float | None = None


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of the menu. Without a choice it only tells, or opens its `sections`.

    `default` is what a click on the icon does; `checked` is None where there is nothing to tick.
    """

    text: str
    choice: Choice | None = None
    enabled: bool = True
    default: bool = False
    checked: bool | None = None
    sections: Sections = ()


Sections = tuple[tuple[MenuItem, ...], ...]
"""The lines of a menu; between two sections there is a rule."""


@dataclass(frozen=True, slots=True)
class MenuModel:
    """Everything to be shown; `badge` is the number drawn into the picture, if there is one."""

    picture: Picture
    title: str
    sections: Sections
    badge: str = ""


@dataclass(frozen=True, slots=True)
class Extras:
    """What the tray tells beside the daemon's status.

    `at_login` is whether Wavized starts at login: None where this system cannot do that. `muted_until` is
    when notifications are told again (seconds since the epoch): None where they are, or are off anyway
    (`notifies`). `now` is in seconds since the epoch.
    """

    now: float = 0.0
    starting: bool = False
    at_login: bool | None = None
    notifies: bool = True
    muted_until: float | None = None
    version: str = ""


def build(status: Status, extras: Extras = Extras()) -> MenuModel:
    """The tray for a status."""
    picture = _picture(status, extras)
    line = _state_line(status, picture, extras.now)
    sections = (
        _facts(status, line),
        (
            _item("Open window", Action.OPEN_WINDOW, default=True),
            _item("Open library", Action.OPEN_LIBRARY, enabled=bool(status.library)),
            _item("Sort a folder…", Action.OPEN_SORT),
        ),
        (_switch(status), *_settings(extras), _help(extras)),
        (_item("Quit Wavized", Action.QUIT),),
    )
    badge = _badge(status.review) if picture is Picture.REVIEW else ""
    return MenuModel(picture, _title(status, line), sections, badge)


def _picture(status: Status, extras: Extras) -> Picture:
    if extras.starting and not status.detail:
        return Picture.STARTING
    if status.state is DaemonState.DEGRADED:
        return Picture.DEGRADED
    if status.state in (DaemonState.PAUSED, DaemonState.STOPPED):
        return Picture.PAUSED
    if status.detail:  # it watches, but something keeps the samples waiting
        return Picture.DEGRADED
    if status.pending:
        return Picture.WORKING
    return Picture.REVIEW if status.review else Picture.WATCHING


def _badge(number: int) -> str:
    return str(number) if number < 10 else "9+"


def _state_line(status: Status, picture: Picture, now: float) -> str:
    match picture:
        case Picture.STARTING:
            return "Starting…"
        case Picture.DEGRADED:
            return f"Needs attention: {status.detail}" if status.detail else "Needs attention"
        case Picture.PAUSED:
            word = "Paused" if status.state is DaemonState.PAUSED else "Stopped"
            if status.paused_until is not None and status.state is DaemonState.PAUSED:
                word += f" until {time_of_day(status.paused_until, now)}"
            return f"{word}, {_samples(status.pending)} to go" if status.pending else word
        case Picture.WORKING:
            return f"Working, {_samples(status.pending)} to go"
        case _:
            number = len(status.watching)
            return f"Watching {number} folder{'' if number == 1 else 's'}" if number else "Watching no folder"


def _title(status: Status, line: str) -> str:
    """The tooltip. The numbers stay whole where the state takes many words."""
    numbers = f" · filed {status.filed_today} today" if status.filed_today else ""
    numbers += f" · {status.review} to review" if status.review else ""
    return shorten(f"Wavized: {line}", MAX_TITLE - len(numbers)) + numbers


def _facts(status: Status, line: str) -> tuple[MenuItem, ...]:
    facts = [MenuItem(shorten(line, MAX_ITEM), enabled=False)]
    if status.recent:
        last = status.recent[0]
        facts.append(_item(f"Last filed: {_place(last)}", Action.SHOW_SAMPLE, sample=last))
        facts.append(MenuItem("Recent", sections=(tuple(_recent(sample) for sample in status.recent),)))
    if status.review:
        facts.append(_item(f"Review {status.review}…", Action.OPEN_REVIEW))
    return tuple(facts)


def _recent(sample: Recent) -> MenuItem:
    undo = _item("Undo", Action.UNDO, sample=sample)
    show = _item("Show in folder", Action.SHOW_SAMPLE, sample=sample)
    return MenuItem(shorten(_place(sample), MAX_ITEM), sections=((undo, show),))


def _switch(status: Status) -> MenuItem:
    """Resume, or for how long to pause."""
    if status.state is DaemonState.PAUSED:
        return _item("Resume", Action.RESUME)
    lengths = (
        _item("For 15 minutes", Action.PAUSE, minutes=15.0),
        _item("For 1 hour", Action.PAUSE, minutes=60.0),
        _item("Until resumed", Action.PAUSE),
    )
    return MenuItem("Pause", enabled=status.state is not DaemonState.STOPPED, sections=(lengths,))


def _settings(extras: Extras) -> tuple[MenuItem, ...]:
    items = []
    if extras.muted_until is not None:
        text = f"Notifications muted until {time_of_day(extras.muted_until, extras.now)}"
        items.append(_item(text, Action.UNMUTE, checked=True))
    elif extras.notifies:
        items.append(_item("Mute notifications for 1 h", Action.MUTE, minutes=MUTE_MINUTES, checked=False))
    if extras.at_login is not None:
        action = Action.NOT_AT_LOGIN if extras.at_login else Action.START_AT_LOGIN
        items.append(_item("Start at login", action, checked=extras.at_login))
    items.append(_item("Edit config", Action.EDIT_CONFIG))
    return tuple(items)


def _help(extras: Extras) -> MenuItem:
    check = _item("Is everything in order?", Action.CHECK_UP)
    version = MenuItem(f"Wavized {extras.version}".rstrip(), enabled=False)
    return MenuItem("Help", sections=((check,), (version,)))


def _item(
    text: str,
    action: Action,
    *,
    sample: Recent | None = None,
    minutes: float | None = None,
    enabled: bool = True,
    default: bool = False,
    checked: bool | None = None,
) -> MenuItem:
    return MenuItem(shorten(text, MAX_ITEM), Choice(action, sample, minutes), enabled, default, checked)


def _place(sample: Recent) -> str:
    """Folder and name, as in `808/kick.wav`."""
    folder = sample.folder.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return f"{folder}/{sample.name}"


def _samples(number: int) -> str:
    return f"{number} sample{'' if number == 1 else 's'}"
