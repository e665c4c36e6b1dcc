"""A parametric generator of bass one-shots and of what is not one, for training. No files, no threads."""

from wavized.training.synthesis.catalogue import (
    LABELS,
    draw_family,
    families,
    render,
    render_family,
    render_note,
)
from wavized.training.synthesis.draw import Note

__all__ = ["LABELS", "draw_family", "families", "render", "render_family", "render_note", "Note"]
