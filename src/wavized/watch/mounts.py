"""Tell network mounts, where changes made elsewhere raise no events, from local ones."""

from __future__ import annotations

import re
from pathlib import Path

_NETWORK_TYPES = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "coda", "ncpfs", "lustre", "davfs",
        "fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.glusterfs", "fuse.gvfsd-fuse", "fuse.s3fs",
        "fuse.curlftpfs", "fuse.cifs", "virtiofs", "vboxsf", "fuse.vmhgfs-fuse", "prl_fs",
    }
)  # fmt: skip
_MOUNTS = Path("/proc/mounts")
_OCTAL = re.compile(r"\\([0-7]{3})")


def filesystem_type(real_path: Path, mounts: str) -> str | None:
    """The type of the file system that a resolved path lies on, by a text in the format of `/proc/mounts`."""
    found: tuple[int, str] | None = None
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        mount_point = Path(_OCTAL.sub(lambda octal: chr(int(octal[1], 8)), fields[1]))
        depth = len(mount_point.parts)
        if real_path.is_relative_to(mount_point) and (found is None or depth >= found[0]):
            found = (depth, fields[2])
    return found[1] if found else None


def is_on_network(real_path: Path) -> bool:
    """Whether a resolved path lies on a network mount; False where the system does not say."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    return filesystem_type(real_path, mounts) in _NETWORK_TYPES
