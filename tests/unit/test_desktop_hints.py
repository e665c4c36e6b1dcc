"""What is said where no tray icon can be seen: the cause, and the packages of the very system."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wavized.logic.desktop_hints import Cause, Python, Surroundings, tray_finding

FINE = Surroundings(
    platform="linux",
    display=True,
    desktop=("KDE",),
    system=("debian",),
    python=Python.SYSTEM,
    bindings=True,
    indicator=True,
    host=True,
    glib=(2, 84),
)
BARE = replace(FINE, bindings=False, indicator=False, host=None)


def test_nothing_is_said_where_nothing_is_wrong():
    """Also on systems that show every icon, whatever they lack of Linux's libraries."""
    assert tray_finding(FINE) is None
    for platform in ("darwin", "win32"):
        assert tray_finding(Surroundings(platform=platform, display=True)) is None


def test_without_a_display_no_package_helps():
    found = tray_finding(replace(BARE, display=False))
    assert found is not None and found.cause is Cause.NO_DISPLAY and found.commands == ()
    assert "desktop session" in found.hint


@pytest.mark.parametrize(
    ("system", "command"),
    [
        (("debian",), "sudo apt install python3-gi gir1.2-ayatanaappindicator3-0.1"),
        (("linuxmint", "ubuntu", "debian"), "sudo apt install python3-gi gir1.2-ayatanaappindicator3-0.1"),
        (("fedora",), "sudo dnf install python3-gobject libayatana-appindicator-gtk3"),
        (
            ("rocky", "rhel", "centos", "fedora"),
            "sudo dnf install python3-gobject libayatana-appindicator-gtk3",
        ),
        (("endeavouros", "arch"), "sudo pacman -S python-gobject libayatana-appindicator"),
        (
            ("opensuse-tumbleweed", "opensuse", "suse"),
            "sudo zypper install python3-gobject python3-gobject-Gdk typelib-1_0-AyatanaAppIndicator3-0_1",
        ),
    ],
)
def test_each_family_of_systems_has_its_own_names(system, command):
    found = tray_finding(replace(BARE, system=system))
    assert found is not None and found.cause is Cause.NO_BINDINGS
    assert found.commands == (command,) and command in found.hint


def test_a_virtual_environment_gets_pygobject_by_pip_with_what_builds_it():
    """The distribution's PyGObject cannot be seen from there; an older GLib needs an older PyGObject."""
    venv = replace(BARE, python=Python.VENV, executable="/home/zoë/my env/bin/python")
    new, old = tray_finding(venv), tray_finding(replace(venv, glib=(2, 74)))
    assert new is not None and old is not None
    assert new.commands == (
        "sudo apt install gcc pkg-config python3-dev libcairo2-dev libgirepository-2.0-dev "
        "gir1.2-ayatanaappindicator3-0.1",
        "'/home/zoë/my env/bin/python' -m pip install \"wavized[linux-tray]\"",
    )
    assert "libgirepository1.0-dev" in old.commands[0] and "2.0-dev" not in old.commands[0]
    assert old.commands[1].endswith('"wavized[linux-tray]" "PyGObject<3.51"')
    pipx = tray_finding(replace(venv, python=Python.PIPX, glib=(2, 74)))
    assert pipx is not None and pipx.commands[1] == 'pipx inject wavized "PyGObject<3.51"'
    uv = tray_finding(replace(venv, python=Python.UV))
    assert uv is not None and uv.commands[1] == "uv tool install wavized --with PyGObject"


def test_a_frozen_build_cannot_be_added_to():
    found = tray_finding(replace(BARE, python=Python.FROZEN))
    assert found is not None and found.commands == () and "pipx" in found.hint


@pytest.mark.parametrize(("desktop", "session"), [(("ubuntu", "GNOME"), True), (("GNOME",), False)])
def test_gnome_is_told_of_its_extension(desktop, session):
    """Under the name that the distribution gives it; GNOME reads it at the next login."""
    found = tray_finding(replace(FINE, desktop=desktop, wayland=session, host=False))
    assert found is not None and found.cause is Cause.NO_HOST
    assert found.commands == (
        "sudo apt install gnome-shell-extension-appindicator",
        "gnome-extensions enable ubuntu-appindicators@ubuntu.com",
    )
    assert "log out and in" in found.hint
    fedora = tray_finding(replace(FINE, desktop=desktop, host=False, system=("fedora",)))
    assert fedora is not None and fedora.commands[1].endswith("appindicatorsupport@rgcjonas.gmail.com")


def test_a_desktop_without_a_tray_is_told_apart_from_gnome():
    found = tray_finding(replace(FINE, desktop=("sway",), wayland=True, host=False))
    assert found is not None and found.cause is Cause.NO_HOST
    assert found.commands == () and "StatusNotifierItem" in found.hint


def test_a_tray_of_the_older_kind_will_do_on_x11():
    """Icon and menu are shown there by GTK itself; under Wayland they are not."""
    older = replace(FINE, indicator=False, host=False, xembed=True)
    assert tray_finding(older) is None
    found = tray_finding(replace(older, wayland=True))
    assert found is not None and found.cause is Cause.NO_INDICATOR


def test_an_unknown_system_is_told_in_words():
    for names in ((), ("nixos",)):
        found = tray_finding(replace(BARE, system=names, python=Python.VENV))
        assert found is not None and found.commands == ()
        assert "PyGObject" in found.hint and "AyatanaAppIndicator3" in found.hint


@given(
    found=st.builds(
        Surroundings,
        platform=st.just("linux"),
        display=st.booleans(),
        wayland=st.booleans(),
        desktop=st.sampled_from([(), ("GNOME",), ("KDE",)]),
        system=st.sampled_from([(), ("debian",), ("fedora",), ("arch",), ("suse",)]),
        python=st.sampled_from(Python),
        bindings=st.booleans(),
        indicator=st.booleans(),
        host=st.sampled_from([None, True, False]),
        xembed=st.booleans(),
        glib=st.sampled_from([None, (2, 74), (2, 86)]),
    )
)
def test_whatever_is_lacking_there_is_something_to_do(found):
    """Every finding has a hint; nothing that is there already is asked for; no command is empty."""
    finding = tray_finding(found)
    if finding is None:
        assert found.display and found.bindings
        return
    assert finding.message and finding.hint
    words = " ".join(finding.commands)
    assert "PyGObject" not in words or not found.bindings
    assert "indicator3-0.1" not in words.lower() or not found.indicator
    assert all(not command.endswith(("install ", "-S ", "install", "-S")) for command in finding.commands)
