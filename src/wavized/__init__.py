"""Wavized listens to new samples and files bass one-shots into the right folder of a library."""
