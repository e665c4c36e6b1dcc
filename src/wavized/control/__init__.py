"""How a command finds the running daemon and how a second daemon is kept out."""
