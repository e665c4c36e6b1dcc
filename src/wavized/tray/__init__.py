"""The icon in the system tray: what it shows, how it is drawn, and how each system is made to show it."""
