"""The tray's icons, drawn from one table: for each state a coloured tile with a white sign. Reads no file.

Shapes lie on a grid of 16 units, so that their edges fall on whole pixels at 16, 32, 48 and 64 pixels. The
tile is its own background, as readable on a light bar as on a dark one; states differ in shape and in colour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw

from wavized.tray.menu import Picture

GRID = 16
_OVERSAMPLING = 8
_WHITE = (255, 255, 255, 255)

Box = tuple[float, float, float, float]


class _Pen:
    """Draws in grid units on a larger canvas that is scaled down afterwards."""

    def __init__(self, size: int, tile: tuple[int, int, int]) -> None:
        self._unit = size * _OVERSAMPLING / GRID
        self.canvas = Image.new("RGBA", (size * _OVERSAMPLING,) * 2, (*tile, 0))
        self._draw = ImageDraw.Draw(self.canvas)

    def bar(self, box: Box, radius: float = 0.0, fill: tuple[int, ...] = _WHITE) -> None:
        """A filled rectangle from left, top to right, bottom."""
        left, top, right, bottom = (value * self._unit for value in box)
        self._draw.rounded_rectangle((left, top, right - 1, bottom - 1), radius * self._unit, fill)

    def shape(self, *points: tuple[float, float]) -> None:
        """A filled polygon."""
        self._draw.polygon([(x * self._unit, y * self._unit) for x, y in points], _WHITE)

    def arc(self, box: Box, start: float, end: float, width: float) -> None:
        """A part of a ring, from angle to angle in degrees, clockwise from three o'clock."""
        left, top, right, bottom = (value * self._unit for value in box)
        self._draw.arc((left, top, right - 1, bottom - 1), start, end, _WHITE, round(width * self._unit))


def _one_shot(pen: _Pen) -> None:
    for left, top in ((1, 5), (4, 2), (7, 4), (10, 6), (13, 7)):  # a short attack and a decay
        pen.bar((left, top, left + 2, GRID - top), 0.5)


def _arrow_into_tray(pen: _Pen) -> None:
    pen.bar((7, 2, 9, 7))
    pen.shape((4, 6), (12, 6), (8, 10))
    pen.bar((2, 12, 14, 14))
    pen.bar((2, 9, 4, 14))
    pen.bar((12, 9, 14, 14))


def _two_bars(pen: _Pen) -> None:
    pen.bar((4, 3, 7, 13), 0.5)
    pen.bar((9, 3, 12, 13), 0.5)


def _question_mark(pen: _Pen) -> None:
    pen.arc((4, 2, 12, 9), 180, 90, 2)
    pen.bar((7, 7, 9, 10.5))
    pen.bar((7, 12, 9, 14))


def _exclamation_mark(pen: _Pen) -> None:
    pen.bar((7, 2, 9, 10))
    pen.bar((7, 12, 9, 14))


@dataclass(frozen=True, slots=True)
class _Design:
    tile: tuple[int, int, int]
    sign: Callable[[_Pen], None]


DESIGNS = {
    Picture.WATCHING: _Design((13, 122, 110), _one_shot),
    Picture.WORKING: _Design((37, 99, 235), _arrow_into_tray),
    Picture.PAUSED: _Design((107, 114, 128), _two_bars),
    Picture.REVIEW: _Design((180, 95, 6), _question_mark),
    Picture.DEGRADED: _Design((207, 34, 46), _exclamation_mark),
}


def draw(picture: Picture, size: int = 64, *, opaque: bool = False) -> Image.Image:
    """An RGBA icon of `size` × `size` pixels.

    `opaque` fills the corners too, for trays that show see-through pixels as black.
    """
    design = DESIGNS[picture]
    pen = _Pen(size, design.tile)
    pen.bar((0, 0, GRID, GRID), 0 if opaque else 3, (*design.tile, 255))
    design.sign(pen)
    return pen.canvas.resize((size, size), Image.Resampling.BOX)
