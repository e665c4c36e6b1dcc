"""The daemon's local interface on 127.0.0.1: what commands, and later the window, ask of it."""
