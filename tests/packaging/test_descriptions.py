"""What the program tells Linux desktops, Windows, macOS and the runners agrees with the program."""

from __future__ import annotations

import configparser
import plistlib
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from wavized.autostart.xdg import entry_text
from wavized.cli.main import COMMANDS, _parser

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging" / "linux"
DESKTOP = LINUX / "org.wavized.Wavized.desktop"
METAINFO = LINUX / "org.wavized.Wavized.metainfo.xml"
INSTALLER = ROOT / "packaging" / "windows" / "wavized.iss"
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def validated_by(*command: str | Path) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture
def entry() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(DESKTOP, encoding="utf-8")
    return parser


def test_the_desktop_entry_is_valid():
    """By the tool of those who wrote the standard."""
    validated_by("desktop-file-validate", DESKTOP)


def test_the_metainfo_is_valid():
    """By AppStream's own tool, without asking the network."""
    validated_by("appstreamcli", "validate", "--no-net", METAINFO)


def test_every_command_of_the_desktop_entry_is_one_of_the_program(entry):
    """Starting it, and each action of its menu."""
    actions = [f"Desktop Action {name}" for name in entry["Desktop Entry"]["Actions"].strip(";").split(";")]
    for section in ("Desktop Entry", *actions):
        program, *words = shlex.split(entry[section]["Exec"])
        assert program == "wavized"
        assert _parser(words).parse_args(words).command == words[0]


def test_the_icon_has_one_name_everywhere(entry):
    """In the menu, at login, in software centres, and as the file that is installed."""
    names = {
        entry["Desktop Entry"]["Icon"],
        re.search(r"^Icon=(.+)$", entry_text(["wavized"]), re.MULTILINE)[1],
        ElementTree.parse(METAINFO).findtext("icon"),
    }
    assert names == {"wavized"}
    assert "hicolor/scalable/apps/wavized.svg" in (LINUX / "build_deb.sh").read_text(encoding="utf-8")


def test_the_metainfo_tells_the_releases_of_the_changelog():
    """Each version that is told of, the newest first, which is the one that is built."""
    heading = re.compile(r"^## (\d[\w.]*)", re.MULTILINE)
    told = heading.findall((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    component = ElementTree.parse(METAINFO)
    assert [release.get("version") for release in component.iterfind("releases/release")] == told
    assert told[0] == VERSION
    assert component.findtext("launchable") == DESKTOP.name
    assert component.findtext("id") == METAINFO.name.removesuffix(".metainfo.xml")


def test_macos_hears_why_each_private_folder_is_asked_for():
    """Without these words macOS refuses without a question; the app lives in the menu bar alone."""
    told = plistlib.loads((ROOT / "packaging" / "macos" / "Info.plist").read_bytes())
    for folder in (
        "DownloadsFolder",
        "DocumentsFolder",
        "DesktopFolder",
        "RemovableVolumes",
        "NetworkVolumes",
    ):
        assert told[f"NS{folder}UsageDescription"].startswith("Wavized ")
    assert told["LSUIElement"] is True
    assert re.fullmatch(r"\d+\.\d+", told["LSMinimumSystemVersion"])


def test_the_windows_installer_runs_commands_of_the_program():
    """At installing, from the start menu and at removing; each path it takes files from is one of ours."""
    text = INSTALLER.read_text(encoding="utf-8")
    commands = [shlex.split(words) for words in re.findall(r'Parameters: "([^"]+)"', text)]
    assert [words[:2] for words in commands] == [
        ["run"], ["run"], ["autostart", "enable"], ["run"], ["uninstall", "--yes"]
    ]  # fmt: skip
    for words in commands:
        _parser(words).parse_args(words)
    for name in ("LicenseFile", "SetupIconFile"):
        path = re.search(rf"^{name}=(.+)$", text, re.MULTILINE)[1].replace("\\", "/")
        assert (INSTALLER.parent / path).is_file()


def test_the_windows_installer_names_each_section_once_and_flags_that_exist():
    """As Inno Setup's manual has them."""
    text = INSTALLER.read_text(encoding="utf-8")
    sections = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)
    known = {"Setup", "Languages", "Tasks", "InstallDelete", "Files", "Icons", "Run", "UninstallRun"}
    assert len(sections) == len(set(sections)) and set(sections) == known
    flags = {flag for found in re.findall(r"Flags: ([\w ]+)", text) for flag in found.split()}
    assert flags <= {
        "createallsubdirs", "ignoreversion", "nowait", "postinstall", "recursesubdirs", "runhidden",
        "skipifsilent", "unchecked", "waituntilterminated",
    }  # fmt: skip


def test_the_runners_may_only_read_and_take_actions_by_their_version():
    """No step may write to the repository, and no action changes under our feet without a new number."""
    text = WORKFLOW.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    used = re.findall(r"uses: (\S+)", text)
    assert used and all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in used)
    assert "secrets." not in text


def test_what_the_runners_call_exists():
    """Paths of this repository that a step names."""
    text = WORKFLOW.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:packaging|tests|\.ci)/[\w./-]+", text.replace("\\", "/")))
    assert len(named) >= 8
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_manual_page_names_the_commands_that_people_use():
    """All but those for whoever makes models, and the hidden ones."""
    page = (LINUX / "wavized.1").read_text(encoding="utf-8")
    told = set(re.findall(r"\w+", " ".join(re.findall(r"^\.BR? (.+)$", page, re.MULTILINE))))
    public = {name for name, (_, help_text) in COMMANDS.items() if help_text}
    assert public - told == {"evaluate", "compare", "train"}


def test_the_manual_page_is_formatted_without_complaint():
    """By the formatter itself, with its warnings on."""
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    command = ["groff", "-man", "-Tutf8", "-ww", "-z", LINUX / "wavized.1"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stderr == ""
