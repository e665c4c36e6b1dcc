"""The ear: a model in a process of its own, and the client that starts, asks and restarts it."""
