"""Decisions without input or output: everything needed is passed in, time included."""
