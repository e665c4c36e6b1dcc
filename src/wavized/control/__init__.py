"""How a command finds the running daemon, how a second one is kept out, and how the daemon comes and goes."""
