"""What the desktop offers: tray, notifications, starting at login. Asks, switches nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from wavized.autostart.choose import choose_autostart, ways
from wavized.autostart.shape import AutostartStatus
from wavized.checkup.bus import Service, ask_for_service
from wavized.checkup.finding import Finding, note, ok, problem
from wavized.checkup.settings import named
from wavized.config.model import Config
from wavized.config.program import login_command
from wavized.logic.desktop_hints import Surroundings, tray_finding
from wavized.tray.surroundings import look_around

NOTIFICATIONS = "org.freedesktop.Notifications"


def autostart(config_path: Path) -> Iterator[Finding]:
    """Is it started at login, once, and is it this program?"""
    every = ways(choose_autostart(login_command(config_path)))
    yield judge_autostart([way.status() for way in every], f"wavized autostart enable{named(config_path)}")


def judge_autostart(statuses: list[AutostartStatus], command: str) -> Finding:
    """The usual way of this system comes first."""
    on = [status for status in statuses if status.enabled]
    if len(on) > 1:
        both = " and ".join(status.detail for status in on)
        return note("autostart", f"started twice at login: {both}", "Keep one:", command)
    if not on:
        usual = statuses[0]
        return ok("autostart", f"off; on with: {command}" if usual.available else f"off ({usual.detail})")
    (status,) = on
    if status.starts and not Path(status.starts).exists():
        said = f"what is started at login is not there any more: {status.starts}"
        return problem("autostart", said, "Have this program started instead:", command)
    if status.starts:
        said = f"another Wavized is started at login: {status.starts}"
        return note("autostart", said, "To have this one started instead:", command)
    return ok("autostart", status.detail)


def tray(config: Config | None) -> Iterator[Finding]:
    """Can an icon with a menu be seen?"""
    if config is not None and not config.tray:
        yield ok("tray", "off, as the config says")
    else:
        yield judge_tray(look_around())


def judge_tray(found: Surroundings) -> Finding:
    """The very words that the daemon uses where it has no icon."""
    lacking = tray_finding(found)
    if lacking is None:
        return ok("tray", "an icon can be shown")
    advice = "Wavized works without it. For an icon:" if lacking.commands else lacking.hint
    return note("tray", lacking.message, advice, *lacking.commands)


def notifications(config: Config | None, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Would messages be shown?"""
    if config is not None and not config.notifications:
        yield ok("notifications", "off, as the config says")
    elif not sys.platform.startswith("linux"):
        yield ok("notifications", "shown by the system, as far as its settings allow")
    elif not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        yield ok("notifications", "none without a desktop")
    else:
        yield judge_notifications(ask_for_service(NOTIFICATIONS))


def judge_notifications(service: Service) -> Finding:
    """On Linux a program of the desktop shows them."""
    if service is Service.RUNNING:
        return ok("notifications", "the desktop shows them")
    if service is Service.STARTABLE:
        return ok("notifications", "the desktop shows them, from the first one on")
    if service is Service.UNKNOWN:
        return ok("notifications", "the session bus cannot be asked whether they are shown")
    advice = "Wavized works without them. Most desktops show them; on a bare window manager install dunst"
    return note("notifications", "nothing on this desktop shows them", advice)
