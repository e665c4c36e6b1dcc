"""`wavized _worker`: the hidden command behind which the worker process starts."""

from wavized.inference.worker import add_arguments, run

__all__ = ["add_arguments", "run"]
