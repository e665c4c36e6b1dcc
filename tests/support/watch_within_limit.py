"""A program: watch a folder with many subfolders, print what was told, and fail unless a sample is
delivered.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from support.watching import Watch, wav_bytes
from wavized.config.model import WatchFolder

root = Path(sys.argv[1])
for number in range(20):
    (root / "Downloads" / f"pack {number}").mkdir(parents=True)
with Watch(root / "Library", WatchFolder(path=root / "Downloads")) as watch:
    watch.until_open()
    sample = root / "Downloads" / "pack 19" / "kick.wav"
    sample.write_bytes(wav_bytes())
    watch.until_delivered(sample)
    print(*watch.notices(), sep="\n")
