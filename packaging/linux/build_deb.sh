#!/usr/bin/env bash
# Makes dist/wavized_VERSION-1_ARCH.deb of the frozen program (`make frozen` first). Installs nothing, sends nothing anywhere.
# Usage: packaging/linux/build_deb.sh [FROZEN_FOLDER [OUTPUT_FOLDER]]
set -euo pipefail
cd "$(dirname "$0")/../.."
frozen=${1:-dist/wavized}
output=${2:-dist}
here=packaging/linux
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
revision=$version-1
architecture=$(dpkg --print-architecture)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
umask 022
chmod 755 "$root"

if epoch=$(git log -1 --format=%ct 2>/dev/null); then export SOURCE_DATE_EPOCH=$epoch; fi
[ -x "$frozen/wavized" ] || { echo "No program in $frozen: run make frozen first" >&2; exit 1; }
mkdir -p "$root"/{DEBIAN,opt,usr/bin,usr/share/{applications,metainfo,man/man1,doc/wavized}} "$output"
cp -a "$frozen" "$root/opt/wavized"
chmod -R u+rwX,go+rX,go-w "$root/opt/wavized"
find "$root/opt/wavized/_internal" -type f -exec chmod 644 {} +
find "$root/opt/wavized/_internal" -type f -name 'torch_shm_manager' -exec chmod 755 {} +
ln -s /opt/wavized/wavized "$root/usr/bin/wavized"

install -m 644 "$here/org.wavized.Wavized.desktop" "$root/usr/share/applications/"
install -m 644 "$here/org.wavized.Wavized.metainfo.xml" "$root/usr/share/metainfo/"
install -D -m 644 packaging/icons/wavized.svg "$root/usr/share/icons/hicolor/scalable/apps/wavized.svg"
for size in 16 22 24 32 48 64 128 256 512; do
    install -D -m 644 "packaging/icons/wavized-$size.png" "$root/usr/share/icons/hicolor/${size}x$size/apps/wavized.png"
done
gzip -9n <"$here/wavized.1" >"$root/usr/share/man/man1/wavized.1.gz"
gzip -9n <CHANGELOG.md >"$root/usr/share/doc/wavized/changelog.gz"
gzip -9n >"$root/usr/share/doc/wavized/changelog.Debian.gz" <<CHANGES
wavized ($revision) unstable; urgency=medium

  * Made from the sources of version $version; what is new is told in changelog.gz.

 -- The Wavized developers <developers@wavized.invalid>  $(date -R -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}")
CHANGES
install -m 644 "$here/copyright" "$root/usr/share/doc/wavized/copyright"

# The newest C library that any file asks for; everything else it needs lies in its own folder.
glibc=$(find "$root/opt/wavized" -type f \( -name '*.so*' -o -name wavized -o -perm -u+x \) -exec objdump -T {} + 2>/dev/null |
    grep -o 'GLIBC_2\.[0-9]*' | sort -u -V | tail -1)
cat >"$root/DEBIAN/control" <<CONTROL
Package: wavized
Version: $revision
Architecture: $architecture
Maintainer: The Wavized developers <developers@wavized.invalid>
Installed-Size: $(du -sk --apparent-size "$root" | cut -f1)
Depends: libc6 (>= ${glibc#GLIBC_})
Recommends: gir1.2-ayatanaappindicator3-0.1, gir1.2-gtk-3.0, libgirepository-1.0-1, xdg-utils
Section: sound
Priority: optional
Description: files new bass samples into your library by ear
 Wavized listens to the samples you download and files every bass one-shot it
 is sure of into the right folder of your library: 808, Acid, Brass, Growl,
 Reese, Slap or Sub. What it is not sure of it asks about; everything can be
 undone. It works offline.
 .
 The recommended packages are for its icon in the system tray.
CONTROL
(cd "$root" && find opt usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"

dpkg-deb --root-owner-group -Zxz --threads-max="${DEB_THREADS:-$(nproc)}" --build "$root" "$output/wavized_${revision}_$architecture.deb"
