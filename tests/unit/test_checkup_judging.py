"""What doctor makes of what it sees: each judgement by itself, for all systems."""

from __future__ import annotations

import errno
import shlex
import threading
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wavized.autostart.shape import AutostartStatus, program_in
from wavized.autostart.systemd import exec_start
from wavized.autostart.xdg import exec_line, program_of
from wavized.checkup import Grade, bus, desktop, disks, environment, folders, inotify, names, running, splice
from wavized.checkup.bus import Service, ask_for_service
from wavized.checkup.examine import tried
from wavized.checkup.finding import Finding, note, ok, problem
from wavized.checkup.layout import GROUPS, lines, summary
from wavized.config.installation import Installation, Kind
from wavized.logic.desktop_hints import Surroundings

ENABLE = "wavized autostart enable"
ABOUTS = [about for abouts in GROUPS.values() for about in abouts]
FINDINGS = st.builds(
    Finding,
    st.sampled_from(ABOUTS),
    st.sampled_from(list(Grade)),
    st.text(st.characters(exclude_categories=()), min_size=1),
    st.text(),
    st.lists(st.from_regex(r"[a-z/ ']{1,200}", fullmatch=True)).map(tuple),
)


def as_text(findings: list[Finding], width: int) -> str:
    """As a terminal shows it."""
    return "".join(f"{line.mark}{line.text}\n" for line in lines(findings, width))


# --- the text ------------------------------------------------------------------------------------------


def test_the_text_is_grouped_wrapped_and_summed_up():
    """One heading a group, one width of indent, commands on lines of their own."""
    text = as_text(
        [
            ok("python", "3.11"),
            ok("model", "bass"),
            note("watch", "missing: " + "/very long/" * 6, "It is watched as soon as it appears"),
            problem("inotify", "too few", "Raise it:", "sudo sysctl --load=a --very-long-option=" + "x" * 60),
        ],
        width=60,
    )
    assert text == (
        "Program\n"
        "  ok       python: 3.11\n"
        "  ok       model: bass\n"
        "\n"
        "Folders\n"
        "  note     watch: missing: /very long//very long//very\n"
        "           long//very long//very long//very long/\n"
        "           -> It is watched as soon as it appears\n"
        "\n"
        "Watching\n"
        "  problem  inotify: too few\n"
        "           -> Raise it:\n"
        f"               sudo sysctl --load=a --very-long-option={'x' * 60}\n"
    )


@given(findings=st.lists(FINDINGS), width=st.integers(0, 200))
def test_any_finding_can_be_printed(findings, width):
    """No control character, no broken Unicode; every command stands there as it is to be typed."""
    text = as_text(findings, width)
    assert all(sign == "\n" or sign.isprintable() for sign in text)
    text.encode("utf-8")
    for finding in findings:
        for command in finding.commands:
            assert f" {command}\n" in text


@pytest.mark.parametrize(
    ("grades", "said"),
    [
        ([Grade.OK], "All in order."),
        ([Grade.OK, Grade.NOTE], "All in order, one to know."),
        ([Grade.PROBLEM], "One thing to do."),
        ([Grade.PROBLEM, Grade.PROBLEM, Grade.NOTE, Grade.NOTE], "2 things to do, 2 to know."),
    ],
)
def test_the_last_line_counts(grades, said):
    """Things to do are problems, things to know are notes."""
    assert summary([Finding("model", grade, "x") for grade in grades]) == said


# --- time ----------------------------------------------------------------------------------------------


def test_a_check_that_never_ends_is_left_behind():
    """A share of a computer that is away: that is said, and what to do."""
    ended = threading.Event()
    try:
        for folder, advice in ((Path("/share"), "network drive"), (None, "try again")):
            (finding,) = tried("watch", 0.05, lambda: [ok("watch", str(ended.wait()))], folder)
            assert finding.grade is Grade.PROBLEM and "no answer" in finding.found
            assert (folder is None or "/share" in finding.found) and advice in finding.advice
    finally:
        ended.set()


def test_what_a_check_says_or_raises_comes_through():
    """Also a time limit of the system's own, which is no silence."""
    assert list(tried("watch", 60.0, lambda: [ok("watch", "fine")])) == [ok("watch", "fine")]

    def fail() -> list[Finding]:
        raise TimeoutError(errno.ETIMEDOUT, "Connection timed out", "/share")

    (finding,) = tried("watch", 60.0, fail)
    assert finding.found == "/share: Connection timed out"


# --- folders -------------------------------------------------------------------------------------------


def test_macos_privacy_is_told_from_permissions(tmp_path):
    """EPERM there is the system's own gate; EACCES is the folder's, with the command that opens it."""
    private = folders.unreadable(tmp_path, PermissionError(errno.EPERM, "Operation not permitted"), "darwin")
    assert "Privacy & Security" in private.advice and not private.commands
    barred = folders.unreadable(tmp_path, PermissionError(errno.EACCES, "Permission denied"), "darwin")
    assert "Privacy" not in barred.advice and barred.commands == (f"chmod u+rx {shlex.quote(str(tmp_path))}",)
    linux = folders.unreadable(tmp_path, PermissionError(errno.EACCES, "Permission denied"), "linux")
    assert linux.commands == barred.commands
    windows = folders.unreadable(tmp_path, PermissionError(errno.EACCES, "Access is denied"), "win32")
    assert windows.advice and not windows.commands
    lost = folders.unreadable(tmp_path, OSError(errno.EIO, "Input/output error"), "linux")
    assert "drive" in lost.advice


def test_a_windows_share_is_one():
    """By its name, since Windows has no list of mounts."""
    assert folders.is_share(Path("\\\\server\\samples"))


# --- inotify -------------------------------------------------------------------------------------------


def test_enough_watches_are_no_matter():
    """Far fewer folders than the limit, or a limit that is as high as is ever advised."""
    assert inotify.judge_watches(inotify.Count(100), 8192).grade is Grade.OK
    assert inotify.judge_watches(inotify.Count(0), 0).grade is Grade.OK
    assert inotify.judge_watches(inotify.Count(1000, whole=False), 524_288).grade is Grade.OK


@pytest.mark.parametrize(
    ("count", "limit", "value"),
    [
        (inotify.Count(8000), 8192, 524_288),
        (inotify.Count(500_000), 524_288, 1 << 20),
        (inotify.Count(3000, whole=False), 65_536, 524_288),
    ],
)
def test_too_few_watches_come_with_the_line_to_type(count, limit, value):
    """The value fits the folders there are, and stays set."""
    finding = inotify.judge_watches(count, limit)
    assert finding.grade is Grade.NOTE
    assert finding.commands == (
        f"echo fs.inotify.max_user_watches={value} | sudo tee -a /etc/sysctl.d/60-wavized.conf",
        "sudo sysctl -p /etc/sysctl.d/60-wavized.conf",
    )


@given(st.integers(1, 10**7), st.integers(0, 10**7))
def test_what_is_advised_would_be_enough(folders_there_are, limit):
    """Whoever follows the advice is not advised again."""
    finding = inotify.judge_watches(inotify.Count(folders_there_are), limit)
    if finding.commands:
        advised = int(finding.commands[0].split("=")[1].split(" ")[0])
        assert advised > limit
        assert inotify.judge_watches(inotify.Count(folders_there_are), advised).grade is Grade.OK


def test_too_few_instances():
    """The other limit has a line of its own."""
    finding = inotify.judge_instances(128)
    assert finding.grade is Grade.NOTE and "max_user_instances=512" in finding.commands[0]


# --- disks and names -----------------------------------------------------------------------------------


def test_room_is_judged_by_disk():
    """Plenty, little, and so little that nothing works."""
    grades = [
        finding.grade for finding in disks.judge_room({"library": 10**12, "journal": 10**8, "cache": 10**6})
    ]
    assert grades == [Grade.OK, Grade.NOTE, Grade.PROBLEM]


def test_long_paths_on_windows():
    """Only where the library leaves too little of what is allowed."""
    assert not list(names.judge_windows_path(200, True))
    assert not list(names.judge_windows_path(60, False))
    (finding,) = names.judge_windows_path(200, False)
    assert finding.grade is Grade.NOTE and "LongPathsEnabled" in finding.commands[0]


def test_short_names_on_encrypted_disks():
    """eCryptfs holds 143 bytes."""
    assert not list(names.judge_name_length(255))
    (finding,) = names.judge_name_length(143)
    assert "143" in finding.found and finding.advice


# --- the daemon and what starts it ---------------------------------------------------------------------


def test_the_daemon_s_own_complaints_are_told():
    """Degraded is a problem, waiting a note, and so is each folder that is not watched as it should be."""
    assert [f.grade for f in running.judge_status({"state": "watching", "pid": 7})] == [Grade.OK]
    (deaf,) = running.judge_status({"state": "degraded", "detail": "The model is missing"})
    assert (
        deaf.grade is Grade.PROBLEM and "The model is missing" in deaf.found and "worker.log" in deaf.advice
    )
    waiting, folder = running.judge_status(
        {
            "state": "watching",
            "detail": "The library folder is missing",
            "folders": [
                {"path": "/a", "state": "watching"},
                {"path": "/b", "state": "polling", "detail": "A network folder", "hint": ""},
                {"path": "/c", "state": "polling", "detail": "The limit is reached", "hint": "Raise it"},
            ],
        }
    )
    assert waiting.grade is Grade.NOTE and "library" in waiting.found
    assert folder.found == "/c: The limit is reached" and folder.advice == "Raise it"


def test_starting_at_login_twice_or_stale_is_found(tmp_path):
    """Both ways at once, another program, one that is gone: each comes with the command that mends it."""
    off = AutostartStatus(True, False, "Wavized is not started at login")
    on = AutostartStatus(True, True, "systemd starts it")
    there = tmp_path / "python"
    there.touch()
    judged = {
        "off": desktop.judge_autostart([off, off], ENABLE),
        "on": desktop.judge_autostart([off, on], ENABLE),
        "twice": desktop.judge_autostart([on, on], ENABLE),
        "other": desktop.judge_autostart([AutostartStatus(True, True, "x", str(there))], ENABLE),
        "stale": desktop.judge_autostart([AutostartStatus(True, True, "x", "/gone/python")], ENABLE),
    }
    assert {what: finding.grade for what, finding in judged.items()} == {
        "off": Grade.OK,
        "on": Grade.OK,
        "twice": Grade.NOTE,
        "other": Grade.NOTE,
        "stale": Grade.PROBLEM,
    }
    assert all(judged[what].commands == (ENABLE,) for what in ("twice", "other", "stale"))


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
@example('/home/zoë/My Music/v$env %h/"q" \\b `c`/python')
def test_the_program_is_read_from_what_starts_it(program):
    """However a unit or a desktop entry has to quote it: or else one that is there would be called gone."""
    command = [program, "-m", "wavized"]
    assert program_in(exec_start(command)) == program_of(exec_line(command)) == program


def test_the_tray_s_packages_are_named_as_commands():
    """The very hint of the daemon, each command by itself."""
    seen = Surroundings("linux", True, desktop=("GNOME",), system=("ubuntu",), bindings=True, host=False)
    finding = desktop.judge_tray(seen)
    assert finding.grade is Grade.NOTE and finding.commands[0].startswith("sudo apt install ")
    assert desktop.judge_tray(Surroundings("darwin", True)).grade is Grade.OK


# --- the session bus -----------------------------------------------------------------------------------


def bus_that_answers(owned: str | None, activatable: str = ""):
    """A bus as each tool prints what it says."""
    return lambda command: activatable if "ListActivatableNames" in " ".join(command) else owned


@pytest.mark.parametrize(
    ("owned", "activatable", "service"),
    [
        ("b true\n", "", Service.RUNNING),
        ("(true,)\n", "", Service.RUNNING),
        ("method return\n   boolean true\n", "", Service.RUNNING),
        ("b false\n", 'as 2 "org.x" "org.freedesktop.Notifications"', Service.STARTABLE),
        ("(false,)", "(['org.freedesktop.Notifications'],)", Service.STARTABLE),
        ("boolean false", 'string "org.freedesktop.Notifications"', Service.STARTABLE),
        ("b false\n", 'as 1 "org.freedesktop.NotificationsOfMine"', Service.MISSING),
        (None, "", Service.UNKNOWN),
    ],
)
def test_every_tool_s_answer_is_understood(owned, activatable, service):
    """busctl, gdbus and dbus-send each print in a way of their own."""
    answered = ask_for_service(desktop.NOTIFICATIONS, lambda _: True, bus_that_answers(owned, activatable))
    assert answered is service
    assert desktop.judge_notifications(answered).grade is (
        Grade.NOTE if service is Service.MISSING else Grade.OK
    )


def test_without_any_tool_nothing_is_claimed():
    """Not known is not missing."""
    assert ask_for_service("x", lambda _: None, bus_that_answers("true")) is Service.UNKNOWN
    assert bus.ask_for_service("x", lambda tool: tool == "gdbus", lambda command: None) is Service.UNKNOWN


# --- the program ---------------------------------------------------------------------------------------


def test_missing_libraries_are_named():
    """All of them, with the way to have them again."""
    (finding,) = environment.libraries(lambda name: name not in ("torch", "soxr"))
    assert finding.grade is Grade.PROBLEM and "soxr, torch" in finding.found


@pytest.mark.parametrize("kind", list(Kind))
def test_every_installation_can_be_mended(kind):
    """In words at least."""
    pip = "/uninstall me/python -m pip"
    words = environment.reinstall(Installation(kind, Path("/p"), "w", f"{pip} uninstall wavized"))
    assert words[0] and all("pip uninstall" not in word for word in words)
    if kind is Kind.VENV:
        assert words[1] == f"{pip} install --upgrade wavized"


# --- Splice --------------------------------------------------------------------------------------------


def test_splice_s_folders_are_held_against_the_watched_ones(tmp_path):
    """Watched, by whatever path; not watched; named by the settings but not there."""
    (tmp_path / "Splice/sounds/packs").mkdir(parents=True)
    (tmp_path / "Other").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "Splice")
    found = [tmp_path / "Splice/sounds/packs", tmp_path / "Other"]
    watched, other, gone = splice.judge_splice(found, [tmp_path / "gone"], [tmp_path / "link"])
    assert (watched.grade, other.grade, gone.grade) == (Grade.OK, Grade.NOTE, Grade.NOTE)
    assert "not there now" in gone.found and gone.advice
