"""Network mounts are told from local ones by the text of `/proc/mounts`."""

from __future__ import annotations

from pathlib import Path

import pytest

from wavized.watch.mounts import filesystem_type

MOUNTS = r"""/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
nas:/music /mnt/nas nfs4 rw 0 0
/dev/sdb1 /mnt/nas/usb exfat rw 0 0
//pc/share /home/me/My\040Share\134x cifs rw 0 0
me@host: /home/me/far fuse.sshfs rw 0 0
tmpfs /home/me/far tmpfs rw 0 0

broken line
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/me/Downloads", "ext4"),
        ("/mnt/nas/packs", "nfs4"),
        ("/mnt/nas", "nfs4"),
        ("/mnt/nas2", "ext4"),
        ("/mnt/nas/usb/packs", "exfat"),
        ("/home/me/My Share\\x/packs", "cifs"),
        ("/home/me/far", "tmpfs"),
    ],
)
def test_the_innermost_and_latest_mount_counts(path: str, expected: str) -> None:
    """Escaped spaces are read, names that only begin alike told apart, a later mount covers an earlier."""
    assert filesystem_type(Path(path), MOUNTS) == expected


def test_without_mounts_nothing_is_known() -> None:
    """An empty table gives no type."""
    assert filesystem_type(Path("/home"), "") is None
