"""Frozen values that cross every border in the program. No behaviour, no input or output."""
