"""Taking away what Wavized made for itself: never a sample, never the library, never a watched folder."""

from wavized.removal.carry_out import Outcome, carry_out
from wavized.removal.plan import Item, Plan, Stay, look
from wavized.removal.stopping import at_rest, running_daemon
from wavized.removal.table import EVERYTHING, UNASKED, Part

__all__ = [
    "EVERYTHING",
    "UNASKED",
    "Item",
    "Outcome",
    "Part",
    "Plan",
    "Stay",
    "at_rest",
    "carry_out",
    "look",
    "running_daemon",
]
