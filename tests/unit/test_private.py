"""Folders and files of this user's alone, made, tightened or refused."""

from __future__ import annotations

import os
import stat
import sys

import pytest

from wavized.config.private import NotPrivateError, append_to, make_private, write_private

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


@pytest.fixture(autouse=True)
def _without_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_every_missing_folder_is_made_for_this_user_alone(tmp_path):
    """Those between as well; what was there above them is left as it is."""
    (tmp_path / "there").mkdir(mode=0o755)
    made = make_private(tmp_path / "there" / "a" / "b" / "c")
    assert [mode(folder) for folder in (made, made.parent, made.parent.parent)] == [0o700] * 3
    assert mode(tmp_path / "there") == 0o755


def test_what_was_open_is_closed(tmp_path):
    """The folder and files directly in it; a file that its owner may only read stays so."""
    (tmp_path / "journal.db").touch(0o666)
    (tmp_path / "kept").touch(0o444)
    tmp_path.chmod(0o777)
    make_private(tmp_path)
    assert mode(tmp_path) == 0o700
    assert (mode(tmp_path / "journal.db"), mode(tmp_path / "kept")) == (0o600, 0o400)


def test_what_a_link_points_at_is_left_alone(tmp_path):
    """The user may keep a file elsewhere; its mode there is his."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch(0o644)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "journal.db").symlink_to(elsewhere)
    make_private(tmp_path / "own")
    assert mode(elsewhere) == 0o644


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_what_belongs_to_another_user_is_refused(tmp_path):
    """A file, or the folder itself; the error names it."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "planted").touch()
    os.chown(tmp_path / "own" / "planted", 65534, 65534)
    with pytest.raises(NotPrivateError, match="planted belongs to another user"):
        make_private(tmp_path / "own")
    os.chown(tmp_path / "own", 65534, 65534)
    with pytest.raises(NotPrivateError, match="own belongs to another user"):
        make_private(tmp_path / "own")


def test_a_file_is_written_for_this_user_alone_and_never_through_a_link(tmp_path):
    """Neither under its own name nor under the temporary one."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    for name in ("secret", f"secret.{os.getpid()}"):
        (tmp_path / name).symlink_to(victim)
    write_private(tmp_path / "secret", b"new")
    assert (tmp_path / "secret").read_bytes() == b"new"
    assert not (tmp_path / "secret").is_symlink()
    assert mode(tmp_path / "secret") == 0o600
    assert victim.read_bytes() == b"precious"
    assert {path.name for path in tmp_path.iterdir()} == {"secret", "victim"}
    with append_to(tmp_path / "log") as log:
        log.write(b"line")
    assert mode(tmp_path / "log") == 0o600
