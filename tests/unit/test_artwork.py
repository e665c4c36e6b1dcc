"""The tray's icons: told apart and readable at every size, on every bar."""

from __future__ import annotations

import itertools

import pytest
from PIL import Image, ImageChops, ImageStat

from wavized.tray.artwork import DESIGNS, draw
from wavized.tray.menu import Picture

SIZES = (16, 22, 24, 32, 48, 64)
WHITE = (255, 255, 255)
BARS = {"light": (245, 245, 245), "dark": (32, 32, 32)}


def luminance(colour: tuple[int, ...]) -> float:
    """Relative luminance of an sRGB colour, as WCAG 2 defines it."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (c / 255 for c in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Contrast ratio, from 1 to 21."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def sign(picture: Picture, size: int) -> Image.Image:
    """Where an icon is white, as a greyscale mask."""
    tile = Image.new("RGB", (size, size), DESIGNS[picture].tile)
    return ImageChops.difference(draw(picture, size, opaque=True).convert("RGB"), tile).convert("L")


BADGES = [*"123456789", "9+"]


@pytest.mark.parametrize("size", SIZES)
def test_the_numbers_are_told_apart_and_crisp(size):
    """Each is another shape, and all its edges lie on whole pixels."""
    tile = DESIGNS[Picture.REVIEW].tile
    numbers = [draw(Picture.REVIEW, size, badge=badge, opaque=True).convert("RGB") for badge in BADGES]
    for one, other in itertools.combinations(numbers, 2):
        assert ImageStat.Stat(ImageChops.difference(one, other)).sum[0] > 3 * 60
    for number in numbers:
        assert {colour for _, colour in number.getcolors()} == {tile, WHITE}


@pytest.mark.parametrize("picture", Picture)
def test_every_size_can_be_drawn(picture):
    """A tray may begin with a place of one pixel."""
    for size in range(1, 100):
        assert draw(picture, size, badge="9+").size == (size, size)


def test_every_state_has_an_icon():
    """No state is left without a picture."""
    assert set(DESIGNS) == set(Picture)


@pytest.mark.parametrize("picture", Picture)
@pytest.mark.parametrize("bar", BARS)
def test_tiles_stand_out_from_light_and_dark_bars_and_signs_from_tiles(picture, bar):
    """3:1 is what WCAG 2 asks of graphics, 4.5:1 of text."""
    tile = DESIGNS[picture].tile
    assert contrast(WHITE, tile) >= 4.5
    assert contrast(tile, BARS[bar]) >= 3.0


@pytest.mark.parametrize("size", SIZES)
def test_icons_differ_in_shape_and_not_only_in_colour(size):
    """Who sees no colours, or sees them on a grey screen, can tell the states apart."""
    for one, other in itertools.combinations(Picture, 2):
        difference = ImageStat.Stat(ImageChops.difference(sign(one, size), sign(other, size))).mean[0]
        assert difference > 12, (one, other)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("picture", [Picture.PAUSED, Picture.DEGRADED])
def test_straight_edges_are_crisp_at_every_size(picture, size):
    """In the middle row a pixel is sign or tile, nothing in between."""
    icon = draw(picture, size)
    row = {icon.getpixel((x, size // 3)) for x in range(size)}
    assert row == {(*DESIGNS[picture].tile, 255), (*WHITE, 255)}


@pytest.mark.parametrize("picture", Picture)
@pytest.mark.parametrize("size", SIZES)
def test_only_the_corners_are_see_through(picture, size):
    """A tray that cannot blend gets the full tile; the corners never show another colour."""
    soft, full = draw(picture, size), draw(picture, size, opaque=True)
    assert soft.size == full.size == (size, size)
    assert soft.getpixel((0, 0))[3] < 100
    assert soft.getpixel((size // 2, 0))[3] == 255
    assert full.getchannel("A").getextrema() == (255, 255)
    for corner in itertools.product((0, size - 1), repeat=2):
        assert full.getpixel(corner)[:3] == DESIGNS[picture].tile
