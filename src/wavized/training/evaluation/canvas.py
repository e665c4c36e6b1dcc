"""The look of all pictures: white ground, one palette, sizes to be read on a phone. Needs matplotlib."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING

from wavized.errors import UsageError
from wavized.training.statistics import Floats, Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

PALETTE = (
    "#4269d0",
    "#e07b00",
    "#d6336c",
    "#2f9e6e",
    "#8d5bd1",
    "#97603a",
    "#0c93b4",
    "#6b7280",
    "#b59300",
)
"""Told apart on white, also where red and green are not; categories and models in their order."""
INK = "#1f2328"
FAINT = "#8b949e"
SIZE = (5.2, 4.6)
"""Inches; shown 370 px wide on a phone, 9 point text is 9 px high there."""

Painter = Callable[["Figure"], None]


def require() -> None:
    """Raise UsageError where pictures or reports cannot be made: to be asked before the long work."""
    for module in ("matplotlib", "jinja2"):
        if find_spec(module) is None:
            raise UsageError(f"Reports need {module}", hint="Install it with: pip install 'wavized[train]'")


def png(painter: Painter) -> bytes:
    """What a painter paints on an empty figure, as a PNG of 160 dots per inch."""
    from matplotlib.figure import Figure

    with _styled(), warnings.catch_warnings():
        # a model's name may hold letters that the font lacks; boxes in their place do no harm
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        figure = Figure(figsize=SIZE, layout="constrained")
        painter(figure)
        out = BytesIO()
        figure.savefig(out, format="png", dpi=160)
    return out.getvalue()


def _styled() -> AbstractContextManager[None]:
    """Our settings of matplotlib, while it lasts."""
    import matplotlib

    return matplotlib.rc_context(
        {
            "figure.facecolor": "white",
            "axes.facecolor": "white",
            "axes.edgecolor": FAINT,
            "axes.labelcolor": INK,
            "axes.titlesize": 10.5,
            "axes.titleweight": "bold",
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": "#e6e8eb",
            "text.color": INK,
            "text.parse_math": False,  # a dollar in a name is a dollar
            "xtick.color": INK,
            "ytick.color": INK,
            "font.size": 9.5,
            "legend.frameon": False,
            "legend.fontsize": 8.5,
            "lines.linewidth": 1.8,
        }
    )


def colour(index: int) -> str:
    """The colour of the category, or of the model, at this place."""
    return PALETTE[index % len(PALETTE)]


def square(axes: Axes, xlabel: str, ylabel: str, *, diagonal: bool = True) -> None:
    """Axes from 0 to 100 % both ways, with the line of pure chance."""
    if diagonal:
        axes.plot([0, 100], [0, 100], color=FAINT, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
    axes.set_xlim(-1, 101)
    axes.set_ylim(-1, 101)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)


def legend(axes: Axes, title: str | None = None, *, left: bool = False) -> None:
    """Name the curves, where there is one, below on the right or left."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left" if left else "lower right", title=title)


def halo(text: Text) -> None:
    """Keep a text apart from the lines it stands on."""
    from matplotlib.patheffects import withStroke

    text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])


def curve(axes: Axes, x: Sequence[float] | Floats, y: Sequence[float] | Floats, label: str, ink: str) -> None:
    """A line of shares, drawn in percent."""
    axes.plot([100 * v for v in x], [100 * v for v in y], color=ink, label=label)


def spread(axes: Axes, share: float, interval: Interval, y: float, ink: str) -> None:
    """A share with its interval, lying at height `y`, in percent."""
    axes.plot(
        [100 * end for end in interval], [y, y], color=ink, linewidth=3.5, alpha=0.35, solid_capstyle="round"
    )
    axes.plot([100 * share], [y], "o", color=ink, markersize=6.5, clip_on=False)
