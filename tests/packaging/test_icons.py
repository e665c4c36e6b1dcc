"""The program's icons: one picture at every size, in every format, in the tray and in the window."""

from __future__ import annotations

import io
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from wavized.tray.artwork import draw
from wavized.tray.menu import Picture
from wavized.window.static_files import STATIC

ICONS = Path(__file__).resolve().parents[2] / "packaging" / "icons"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ON_GRID = (16, 32, 48, 64, 128)


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two icons as they look on grey, of 255."""
    on_grey = []
    for icon in (one, other):
        ground = Image.new("RGB", icon.size, (128, 128, 128))
        ground.paste(icon, mask=icon.getchannel("A"))
        on_grey.append(ground)
    return max(ImageStat.Stat(ImageChops.difference(*on_grey)).mean)


def png(size: int) -> Image.Image:
    return Image.open(ICONS / f"wavized-{size}.png").convert("RGBA")


@pytest.mark.parametrize("size", ON_GRID)
def test_the_icon_is_the_one_of_the_tray(size):
    """Who sees it in the menu knows it again in the tray."""
    assert difference(png(size), draw(Picture.WATCHING, size)) < 1.0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.skipif(not shutil.which("rsvg-convert"), reason="needs librsvg2-bin")
def test_each_picture_is_made_from_its_drawing(size):
    """Whoever changes a drawing makes the pictures anew."""
    own = ICONS / f"wavized-{size}.svg"
    source = own if own.is_file() else ICONS / "wavized.svg"
    command = ["rsvg-convert", "-w", str(size), "-h", str(size), str(source)]
    drawn = Image.open(io.BytesIO(subprocess.run(command, check=True, capture_output=True).stdout))
    assert drawn.size == png(size).size == (size, size)
    assert difference(drawn.convert("RGBA"), png(size)) < 1.0


@pytest.mark.parametrize("size", SIZES)
def test_all_sizes_are_the_same_tile_with_five_bars(size):
    """Along the middle: the tile, then five bars; at the corners nothing."""
    icon = png(size)
    row = [icon.getpixel((x, size // 2))[0] > 128 for x in range(size)]
    assert sum(b and not a for a, b in pairwise(row)) == 5
    assert icon.getpixel((size // 2, 1)) == (13, 122, 110, 255)
    assert icon.getpixel((0, 0))[3] < 100


def test_windows_and_macos_get_every_size_they_ask_for():
    """Neither system has to scale a small icon up."""
    with Image.open(ICONS / "wavized.ico") as windows, Image.open(ICONS / "wavized.icns") as mac:
        assert {16, 24, 32, 48, 256} <= {width for width, _ in windows.info["sizes"]}
        assert {32, 128, 256, 512, 1024} <= {width * scale for width, _, scale in mac.info["sizes"]}


def test_the_window_shows_the_same_icon():
    """In its corner and in the browser's tab."""
    assert (STATIC / "icon.svg").read_bytes() == (ICONS / "wavized.svg").read_bytes()
