"""A parametric generator of bass one-shots and of what is not one, for training. No files, no threads."""

from wavized.training.synthesis.catalogue import LABELS, families, render, render_family

__all__ = ["LABELS", "families", "render", "render_family"]
