"""Make all icons from the drawings beside it: `python packaging/icons/make.py` (needs rsvg-convert, Pillow).

wavized.svg lies on a grid of 16 units; 22 and 24 pixels do not fit that, so they have drawings of their own.
PNG for Linux, .ico for Windows, .icns for macOS, where icons keep a margin around their tile.
"""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_SIZES = (16, 32, 64, 128, 256, 512, 1024)
MAC_TILE = 824 / 1024
"""How much of its square an icon fills on macOS."""


def render(size: int) -> Image.Image:
    """The drawing at `size` × `size` pixels."""
    own = HERE / f"wavized-{size}.svg"
    source = own if own.is_file() else HERE / "wavized.svg"
    command = ["rsvg-convert", "-w", str(size), "-h", str(size), str(source)]
    drawn = subprocess.run(command, check=True, capture_output=True)
    return Image.open(io.BytesIO(drawn.stdout)).convert("RGBA")


def with_margin(size: int) -> Image.Image:
    """The drawing as macOS lays it out; the smallest fill their square, since each pixel counts."""
    tile = size if size <= 32 else round(size * MAC_TILE / 2) * 2
    canvas = Image.new("RGBA", (size, size))
    canvas.paste(render(tile), ((size - tile) // 2,) * 2)
    return canvas


def make() -> None:
    """Write them all."""
    for size in SIZES:
        render(size).save(HERE / f"wavized-{size}.png", optimize=True)
    *others, largest = (render(size) for size in ICO_SIZES)
    largest.save(HERE / "wavized.ico", append_images=others, sizes=[(size, size) for size in ICO_SIZES])
    *others, largest = (with_margin(size) for size in ICNS_SIZES)
    largest.save(HERE / "wavized.icns", append_images=others)


if __name__ == "__main__":
    make()
