"""The Debian package: what it puts where, and that removing leaves nothing. `true` stands for the program."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    not (shutil.which("dpkg-deb") and shutil.which("objdump")), reason="needs dpkg and binutils"
)


def out(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("deb")
    frozen = place / "frozen"
    (frozen / "_internal").mkdir(parents=True)
    shutil.copy(shutil.which("true"), frozen / "wavized")
    (frozen / "_internal" / "THIRD-PARTY.txt").write_text("theirs", encoding="utf-8")
    (frozen / "_internal" / "THIRD-PARTY.txt").chmod(0o600)
    out(ROOT / "packaging" / "linux" / "build_deb.sh", frozen, place)
    return next(place.glob("*.deb"))


def test_the_package_says_what_it_needs(package):
    """The C library by version, the rest of the tray as a recommendation."""
    assert out("dpkg-deb", "-f", package, "Package").strip() == "wavized"
    assert out("dpkg-deb", "-f", package, "Depends").startswith("libc6 (>= 2.")
    assert "gir1.2-ayatanaappindicator3-0.1" in out("dpkg-deb", "-f", package, "Recommends")


def test_every_file_is_roots_and_may_be_read_by_all(package):
    """Also those that were not when it was built; nothing may be written by others."""
    for line in out("dpkg-deb", "-c", package).splitlines():
        rights, owner = line.split()[:2]
        assert owner == "root/root"
        assert rights[0] == "l" or (rights[7] == "r" and "w" not in (rights[5], rights[8])), line


def test_nothing_runs_when_it_is_installed_or_removed(package):
    """So nothing of the user's can be stopped or changed by it."""
    control = out("dpkg-deb", "-I", package)
    assert not [name for name in ("preinst", "postinst", "prerm", "postrm") if name in control]


def test_installed_it_lies_where_desktops_look_and_removed_it_leaves_nothing(package, tmp_path):
    """On a system of its own below a temporary folder."""
    (tmp_path / "var/lib/dpkg/info").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/updates").mkdir()
    (tmp_path / "var/lib/dpkg/status").touch()
    dpkg = ["dpkg", f"--root={tmp_path}", "--force-not-root", "--force-depends", "--force-bad-path"]
    out(*dpkg, "-i", package)
    installed = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if not path.is_dir()}
    assert (tmp_path / "usr/bin/wavized").readlink() == Path("/opt/wavized/wavized")
    assert {
        "opt/wavized/wavized",
        "opt/wavized/_internal/THIRD-PARTY.txt",
        "usr/share/applications/org.wavized.Wavized.desktop",
        "usr/share/metainfo/org.wavized.Wavized.metainfo.xml",
        "usr/share/icons/hicolor/scalable/apps/wavized.svg",
        "usr/share/icons/hicolor/48x48/apps/wavized.png",
        "usr/share/doc/wavized/copyright",
        "usr/share/man/man1/wavized.1.gz",
    } <= installed
    out(*dpkg, "--purge", "wavized")
    assert [path for path in tmp_path.rglob("*") if not path.is_relative_to(tmp_path / "var")] == []
