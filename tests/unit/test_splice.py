"""Finding Splice's folders, tried on made trees of all three systems."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wavized.config import splice

SETTINGS = {
    "darwin": "Library/Application Support/com.splice.Splice/users/default/{user}/settings.json",
    "win32": "AppData/Roaming/com.splice.Splice/users/default/{user}/settings.json",
}
DEFAULT = "where Splice puts its samples by default"
CHOSEN = "chosen in Splice's settings"
ACCOUNT = "another account's Splice folder"


def found(home: Path, platform: str = "linux", **environ: str) -> list[tuple[str, str]]:
    """What is found, relative to the home folder, with the reason."""
    folders = splice.find(home=home, platform=platform, environ=environ)
    return [(folder.path.relative_to(home).as_posix(), folder.why) for folder in folders]


def choose(home: Path, platform: str, content: str | bytes, user: str = "me") -> Path:
    """Write a settings file of one Splice user."""
    path = home / SETTINGS[platform].format(user=user)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_home_without_splice_has_no_splice_folders(tmp_path):
    """Nothing is made up."""
    assert [found(tmp_path, platform) for platform in ("linux", "darwin", "win32")] == [[], [], []]


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
@pytest.mark.parametrize(
    "packs",
    [
        "Splice/sounds/packs",
        "Documents/Splice/sounds/packs",
        "Documents/Splice/Samples/packs",
    ],
)
def test_both_layouts_are_found_where_splice_puts_them(tmp_path, platform, packs):
    """The pack folder is what is to be watched, in the old layout as in the new one."""
    (tmp_path / packs).mkdir(parents=True)
    assert found(tmp_path, platform) == [(packs, DEFAULT)]


def test_old_and_new_layout_side_by_side_are_both_found(tmp_path):
    """An upgrade leaves the older packs where they were."""
    for packs in ("sounds/packs", "Samples/packs"):
        (tmp_path / "Documents/Splice" / packs).mkdir(parents=True)
    assert found(tmp_path) == [
        ("Documents/Splice/sounds/packs", DEFAULT),
        ("Documents/Splice/Samples/packs", DEFAULT),
    ]


def test_a_splice_folder_without_packs_is_found_without_its_backup(tmp_path):
    """Before the first download the root is watched; the copy that Splice keeps of its tree is not."""
    (tmp_path / "Splice/backup/sounds/packs").mkdir(parents=True)
    (folder,) = splice.find(home=tmp_path, platform="darwin", environ={})
    assert folder == splice.SpliceFolder(tmp_path / "Splice", DEFAULT, exclude=("backup/**",))


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_the_users_choice_comes_first(tmp_path, platform):
    """Splice's own settings say where its folder is, on a drive of its own too."""
    (tmp_path / "Drive/Samples by Splice/sounds/packs").mkdir(parents=True)
    (tmp_path / "Splice/sounds/packs").mkdir(parents=True)
    choose(tmp_path, platform, json.dumps({"splice_folder": str(tmp_path / "Drive/Samples by Splice")}))
    assert found(tmp_path, platform) == [
        ("Drive/Samples by Splice/sounds/packs", CHOSEN),
        ("Splice/sounds/packs", DEFAULT),
    ]


def test_the_choice_may_name_the_folder_around_splices_own(tmp_path):
    """Some settings name the parent of the Splice folder."""
    (tmp_path / "Drive/Splice/sounds/packs").mkdir(parents=True)
    choose(tmp_path, "darwin", json.dumps({"splice_folder": str(tmp_path / "Drive")}))
    assert found(tmp_path, "darwin") == [("Drive/Splice/sounds/packs", CHOSEN)]


def test_appdata_is_where_windows_says(tmp_path):
    """A roaming profile may lie anywhere."""
    (tmp_path / "D/Splice").mkdir(parents=True)
    written = choose(tmp_path, "win32", json.dumps({"splice_folder": str(tmp_path / "D/Splice")}))
    moved = tmp_path / "roaming/com.splice.Splice/users/default/me/settings.json"
    moved.parent.mkdir(parents=True)
    written.rename(moved)
    assert found(tmp_path, "win32") == []
    assert found(tmp_path, "win32", APPDATA=str(tmp_path / "roaming")) == [("D/Splice", CHOSEN)]


def test_documents_kept_in_onedrive_are_looked_into(tmp_path):
    """Windows moves Documents there without asking."""
    (tmp_path / "OneDrive/Documents/Splice/sounds/packs").mkdir(parents=True)
    environ = {"OneDrive": str(tmp_path / "OneDrive")}
    assert found(tmp_path, "win32", **environ) == [("OneDrive/Documents/Splice/sounds/packs", DEFAULT)]


def test_a_stale_choice_is_passed_over(tmp_path):
    """A folder that is gone, or that is not Splice's by anything in it, is not proposed."""
    choose(tmp_path, "darwin", json.dumps({"splice_folder": str(tmp_path / "gone")}), user="a")
    choose(tmp_path, "darwin", json.dumps({"splice_folder": str(tmp_path)}), user="b")
    assert found(tmp_path, "darwin") == []


def test_every_account_is_found_once(tmp_path):
    """Further accounts have folders beside the first, and two settings may name one folder."""
    for root in ("Documents/Splice", "Documents/Splice - user-77", "Splice - user-8"):
        (tmp_path / root / "sounds/packs").mkdir(parents=True)
    (tmp_path / "Splice").symlink_to(tmp_path / "Documents/Splice")
    for user in ("a", "b"):
        choose(tmp_path, "darwin", json.dumps({"splice_folder": str(tmp_path / "Documents/Splice")}), user)
    assert found(tmp_path, "darwin") == [
        ("Documents/Splice/sounds/packs", CHOSEN),
        ("Documents/Splice - user-77/sounds/packs", ACCOUNT),
        ("Splice - user-8/sounds/packs", ACCOUNT),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 64,
        b"\xff\xfe{",
        b"{",
        b"[" * 100_000,
        b"[]",
        b"null",
        b'{"splice_folder": null}',
        b'{"splice_folder": 7}',
        b'{"splice_folder": ""}',
        b'{"splice_folder": "relative/Splice"}',
        b'{"splice_folder": "/a\\u0000b/Splice"}',
        b'{"splice_folder": "/a\\ud800b/Splice"}',
        json.dumps({"splice_folder": "/" + "x" * 5000}).encode(),
    ],
)
@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_settings_that_make_no_sense_hide_nothing_else(tmp_path, platform, content):
    """A damaged settings file never raises, and the default folder is found all the same."""
    (tmp_path / "Splice").mkdir()
    choose(tmp_path, platform, content)
    assert found(tmp_path, platform) == [("Splice", DEFAULT)]


def test_settings_with_a_byte_order_mark_are_read(tmp_path):
    """Windows programs write one."""
    (tmp_path / "D/Splice").mkdir(parents=True)
    content = json.dumps({"splice_folder": str(tmp_path / "D/Splice")}).encode("utf-8-sig")
    choose(tmp_path, "win32", content)
    assert found(tmp_path, "win32") == [("D/Splice", CHOSEN)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32"])
@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_settings_in_any_unicode_encoding_are_read(tmp_path, platform, encoding):
    """Windows editors save as "Unicode", which is UTF-16, with a byte order mark or without."""
    (tmp_path / "Zoë/Splice").mkdir(parents=True)
    content = json.dumps({"splice_folder": str(tmp_path / "Zoë/Splice")}, ensure_ascii=False)
    choose(tmp_path, platform, content.encode(encoding))
    assert found(tmp_path, platform) == [("Zoë/Splice", CHOSEN)]


@pytest.mark.parametrize("platform", ["darwin", "linux"])
def test_a_windows_path_means_nothing_on_another_system(tmp_path, platform):
    """Settings that were copied from a PC name no folder here, present or absent."""
    (tmp_path / "C:\\Users\\me\\Splice").mkdir()
    choose(tmp_path, "darwin", json.dumps({"splice_folder": "C:\\Users\\me\\Splice"}))
    assert found(tmp_path, platform) == []
    assert splice.absent(home=tmp_path, platform=platform, environ={}) == []


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_a_folder_on_a_drive_that_is_away_is_named_as_absent(tmp_path, platform):
    """It is not proposed to be watched, and not passed over in silence; what is there is not absent."""
    drive = tmp_path / "Volumes/Samples"
    choose(tmp_path, platform, json.dumps({"splice_folder": str(drive / "Splice")}), "a")
    choose(tmp_path, platform, json.dumps({"splice_folder": str(drive / "Splice")}), "b")
    assert found(tmp_path, platform) == []
    assert splice.absent(home=tmp_path, platform=platform, environ={}) == [drive / "Splice"]
    (drive / "Splice/sounds/packs").mkdir(parents=True)
    assert found(tmp_path, platform) == [("Volumes/Samples/Splice/sounds/packs", CHOSEN)]
    assert splice.absent(home=tmp_path, platform=platform, environ={}) == []


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_a_folder_that_was_moved_is_found_by_the_settings_of_the_account_that_did(tmp_path, platform):
    """Of two accounts one moved its samples and the other's settings are stale: both places are told."""
    (tmp_path / "New/Splice/sounds/packs").mkdir(parents=True)
    choose(tmp_path, platform, json.dumps({"splice_folder": str(tmp_path / "Old/Splice")}), "a")
    choose(tmp_path, platform, json.dumps({"splice_folder": str(tmp_path / "New/Splice")}), "b")
    assert found(tmp_path, platform) == [("New/Splice/sounds/packs", CHOSEN)]
    assert splice.absent(home=tmp_path, platform=platform, environ={}) == [tmp_path / "Old/Splice"]


def test_settings_below_other_names_than_default_count(tmp_path):
    """Teams have a folder of their own beside `default`, and Windows may keep all of it with local data."""
    (tmp_path / "D/Splice").mkdir(parents=True)
    file = tmp_path / "AppData/Local/com.splice.Splice/users/team/me/settings.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"splice_folder": str(tmp_path / "D/Splice")}))
    assert found(tmp_path, "win32") == [("D/Splice", CHOSEN)]


def test_a_linked_root_is_watched_by_the_name_that_splice_uses(tmp_path):
    """Samples moved to another disk with a link in their old place are found once."""
    (tmp_path / "Big Disk/Splice/sounds/packs").mkdir(parents=True)
    (tmp_path / "Documents").mkdir()
    (tmp_path / "Documents/Splice").symlink_to(tmp_path / "Big Disk/Splice")
    choose(tmp_path, "darwin", json.dumps({"splice_folder": str(tmp_path / "Documents/Splice")}))
    assert found(tmp_path, "darwin") == [("Documents/Splice/sounds/packs", CHOSEN)]


def test_a_link_that_leads_nowhere_is_absent(tmp_path):
    """The disk behind it is away."""
    (tmp_path / "Splice").symlink_to(tmp_path / "Big Disk/Splice")
    choose(tmp_path, "darwin", json.dumps({"splice_folder": str(tmp_path / "Splice")}))
    assert found(tmp_path, "darwin") == []
    assert splice.absent(home=tmp_path, platform="darwin", environ={}) == [tmp_path / "Splice"]


def test_the_program_folder_of_splice_is_no_sample_folder(tmp_path):
    """Windows has one called Splice among the local data of programs."""
    (tmp_path / "AppData/Local/Splice/app-5.0.1").mkdir(parents=True)
    assert found(tmp_path, "win32") == []


def test_documents_elsewhere_are_looked_into(tmp_path):
    """Windows lets them be moved to another drive."""
    (tmp_path / "D/My Documents/Splice/Samples/packs").mkdir(parents=True)
    documents = tmp_path / "D/My Documents"
    (folder,) = splice.find(home=tmp_path, platform="win32", environ={}, documents=documents)
    assert folder.path == documents / "Splice/Samples/packs"


@pytest.mark.parametrize("prefix", [".wine", "Games/daw"])
def test_splice_in_wine_is_found(tmp_path, prefix):
    """On Linux its drives are folders: the default place, a choice on C: and one on another drive."""
    wine = tmp_path / prefix
    environ = {} if prefix == ".wine" else {"WINEPREFIX": str(wine)}
    user = wine / "drive_c/users/me"
    for packs in (
        user / "Documents/Splice/sounds/packs",
        wine / "drive_c/Audio/Splice/sounds/packs",
        tmp_path / "samples/Splice/sounds/packs",
    ):
        packs.mkdir(parents=True)
    (wine / "dosdevices").mkdir()
    (wine / "dosdevices/s:").symlink_to(tmp_path / "samples")
    for account, folder in (
        ("a", "C:\\Audio\\Splice"),
        ("b", "S:\\Splice"),
        ("c", "T:\\gone"),
        ("d", "\\\\x\\y"),
    ):
        file = user / f"AppData/Roaming/com.splice.Splice/users/default/{account}/settings.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"splice_folder": folder}))
    assert found(tmp_path, "linux", **environ) == [
        (f"{prefix}/drive_c/Audio/Splice/sounds/packs", CHOSEN),
        (f"{prefix}/dosdevices/s:/Splice/sounds/packs", CHOSEN),
        (f"{prefix}/drive_c/users/me/Documents/Splice/sounds/packs", DEFAULT),
    ]
    absent = splice.absent(home=tmp_path, platform="linux", environ=environ)
    assert absent == [wine / "dosdevices/t:/gone"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_a_folder_that_may_not_be_looked_at_is_not_called_absent(tmp_path):
    """On macOS, say, before Wavized was allowed to."""
    (tmp_path / "locked").mkdir(mode=0)
    choose(tmp_path, "darwin", json.dumps({"splice_folder": str(tmp_path / "locked/Splice")}))
    assert splice.absent(home=tmp_path, platform="darwin", environ={}) == []


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory):
    """One home for all examples of the property test."""
    return tmp_path_factory.mktemp("home")


@given(folder=st.text(max_size=30) | st.recursive(st.none() | st.integers(), st.lists, max_leaves=3))
@settings(max_examples=100, deadline=None)
def test_no_value_in_the_settings_ever_raises(shared_home, folder):
    """Whatever the settings hold, the answer is a list."""
    choose(shared_home, "darwin", json.dumps({"splice_folder": f"/{folder}" if folder else folder}))
    assert isinstance(splice.find(home=shared_home, platform="darwin", environ={}), list)
    assert isinstance(splice.absent(home=shared_home, platform="darwin", environ={}), list)


@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("darwin", "Library/Application Support/com.splice.Splice/users/default/me/sounds.db"),
        ("win32", "AppData/Roaming/com.splice.Splice/users/default/me/sounds.db"),
        ("win32", "AppData/Local/SpliceSettings/users/default/me/sounds.db"),
        ("linux", "Splice/sounds.db"),
        ("linux", "Documents/Splice/sounds.db"),
    ],
)
def test_the_catalogue_of_each_account_is_found(tmp_path, platform, place):
    """Where the app keeps its data, or beside the samples; a folder of that name is none."""
    assert splice.catalogues(home=tmp_path, platform=platform, environ={}) == []
    (tmp_path / place).mkdir(parents=True)
    assert splice.catalogues(home=tmp_path, platform=platform, environ={}) == []
    (tmp_path / place).rmdir()
    (tmp_path / place).touch()
    assert splice.catalogues(home=tmp_path, platform=platform, environ={}) == [tmp_path / place]


def test_catalogues_beside_a_chosen_folder_are_found_too(tmp_path):
    """The folder that Splice's settings name may hold one."""
    chosen = tmp_path / "Elsewhere"
    chosen.mkdir()
    (chosen / "sounds.db").touch()
    choose(tmp_path, "darwin", json.dumps({"splice_folder": str(chosen)}))
    assert splice.catalogues(home=tmp_path, platform="darwin", environ={}) == [chosen / "sounds.db"]
