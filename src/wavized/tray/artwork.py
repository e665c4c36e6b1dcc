"""The tray's icons, drawn from one table: for each state a coloured tile with a white sign. Reads no file.

Shapes lie on a grid of 16 units; straight edges are moved to whole pixels, so that they are crisp at any
size. The tile is its own background, as readable on a light bar as on a dark one; states differ in shape and
in colour.
"""

from __future__ import annotations

import math
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
        self._unit = size / GRID
        self.canvas = Image.new("RGBA", (size * _OVERSAMPLING,) * 2, (*tile, 0))
        self._draw = ImageDraw.Draw(self.canvas)

    def bar(self, box: Box, radius: float = 0.0, fill: tuple[int, ...] = _WHITE) -> None:
        """A filled rectangle from left, top to right, bottom, on whole pixels."""
        left, top, right, bottom = (self._whole(edge) * _OVERSAMPLING for edge in box)
        radius *= self._unit * _OVERSAMPLING
        if right > left and bottom > top:  # a tray may begin with a place of one pixel
            self._draw.rounded_rectangle((left, top, right - 1, bottom - 1), radius, fill)

    def shape(self, *points: tuple[float, float]) -> None:
        """A filled polygon."""
        unit = self._unit * _OVERSAMPLING
        self._draw.polygon([(x * unit, y * unit) for x, y in points], _WHITE)

    def _whole(self, edge: float) -> int:
        """The pixel nearest to an edge, to both sides of the middle alike."""
        if edge > GRID / 2:
            return round(self._unit * GRID) - self._whole(GRID - edge)
        return math.floor(edge * self._unit + 0.5)


def _dots(pen: _Pen, _: str) -> None:
    for left in (1, 6, 11):
        pen.bar((left, 6, left + 4, 10), 2)


def _one_shot(pen: _Pen, _: str) -> None:
    for left, top in ((1, 5), (4, 2), (7, 4), (10, 6), (13, 7)):  # a short attack and a decay
        pen.bar((left, top, left + 2, GRID - top), 0.5)


def _arrow_into_tray(pen: _Pen, _: str) -> None:
    pen.bar((7, 2, 9, 7))
    pen.shape((4, 6), (12, 6), (8, 10))
    pen.bar((2, 12, 14, 14))
    pen.bar((2, 9, 4, 14))
    pen.bar((12, 9, 14, 14))


def _two_bars(pen: _Pen, _: str) -> None:
    pen.bar((4, 3, 7, 13), 0.5)
    pen.bar((9, 3, 12, 13), 0.5)


def _exclamation_mark(pen: _Pen, _: str) -> None:
    pen.bar((6, 2, 10, 9), 0.5)
    pen.bar((6, 11, 10, 14), 0.5)


_STROKES: dict[str, Box] = {
    "top": (0, 0, 6, 2),
    "middle": (0, 5, 6, 7),
    "half middle": (2, 5, 6, 7),
    "bottom": (0, 10, 6, 12),
    "upper left": (0, 0, 2, 7),
    "upper right": (4, 0, 6, 7),
    "lower left": (0, 5, 2, 12),
    "lower right": (4, 5, 6, 12),
}
"""The strokes of a figure, 6 units wide and 12 high."""

_FIGURES: dict[str, tuple[str, ...]] = {
    "1": (),
    "2": ("top", "upper right", "middle", "lower left", "bottom"),
    "3": ("top", "upper right", "half middle", "lower right", "bottom"),
    "4": ("upper left", "middle", "upper right", "lower right"),
    "5": ("top", "upper left", "middle", "lower right", "bottom"),
    "6": ("top", "upper left", "middle", "lower left", "lower right", "bottom"),
    "7": ("top", "upper right", "lower right"),
    "8": ("top", "upper left", "upper right", "middle", "lower left", "lower right", "bottom"),
    "9": ("top", "upper left", "upper right", "middle", "lower right", "bottom"),
}


def _number(pen: _Pen, badge: str) -> None:
    """How many there are: one figure, and a plus where that is not all."""
    left = 1 if badge.endswith("+") else 5
    for stroke in _FIGURES[badge[0]]:
        start, top, end, bottom = _STROKES[stroke]
        pen.bar((left + start, 2 + top, left + end, 2 + bottom))
    if badge == "1":
        pen.bar((7, 2, 9, 14))
        pen.bar((5, 4, 9, 6))
        pen.bar((5, 12, 11, 14))
    if badge.endswith("+"):
        pen.bar((9, 7, 15, 9))
        pen.bar((11, 5, 13, 11))


@dataclass(frozen=True, slots=True)
class _Design:
    tile: tuple[int, int, int]
    sign: Callable[[_Pen, str], None]


DESIGNS = {
    Picture.STARTING: _Design((126, 98, 184), _dots),
    Picture.WATCHING: _Design((13, 122, 110), _one_shot),
    Picture.WORKING: _Design((37, 99, 235), _arrow_into_tray),
    Picture.PAUSED: _Design((107, 114, 128), _two_bars),
    Picture.REVIEW: _Design((180, 95, 6), _number),
    Picture.DEGRADED: _Design((207, 34, 46), _exclamation_mark),
}


def draw(picture: Picture, size: int = 64, *, badge: str = "1", opaque: bool = False) -> Image.Image:
    """An RGBA icon of `size` × `size` pixels.

    `badge` is the number on the one for reviews: `1` to `9`, or `9+`.
    `opaque` fills the corners too, for trays that show see-through pixels as black.
    """
    design = DESIGNS[picture]
    pen = _Pen(size, design.tile)
    pen.bar((0, 0, GRID, GRID), 0 if opaque else 3, (*design.tile, 255))
    design.sign(pen, badge)
    return pen.canvas.resize((size, size), Image.Resampling.BOX)
