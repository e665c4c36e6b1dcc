"""A program: a tree too deep for watchdog appears in a watched folder; fail unless others are heard on.

`before` or `after` says when it appears. In a process of its own, since a thread of watchdog's may die of it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from support.flood import sink
from support.watching import Watch, wait_until, wav_bytes
from wavized.config.model import WatchFolder
from wavized.watch.folder import FolderState

root, when = Path(sys.argv[1]), sys.argv[2]
downloads, other = root / "Downloads", root / "Other"
downloads.mkdir(parents=True)
other.mkdir()
sink(root / "abyss", 1_050)
if when == "before":
    (root / "abyss").rename(downloads / "abyss")
try:
    folders = [WatchFolder(path=downloads), WatchFolder(path=other)]
    with Watch(root / "Library", *folders, rescan_seconds=86_400.0) as watch:
        watch.until_open()
        if when == "after":
            (root / "abyss").rename(downloads / "abyss")
        if sys.version_info < (3, 12):
            wait_until(lambda: watch.states()[downloads] is FolderState.POLLING, "the folder to be polled")
        sample = other / "kick.wav"
        sample.write_bytes(wav_bytes())
        watch.until_delivered(sample)
        assert watch.states()[other] is FolderState.WATCHING
        print(*watch.notices(), sep="\n")
finally:
    subprocess.run(["rm", "-rf", str(root)], check=True)  # Python cannot
