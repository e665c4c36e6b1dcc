"""`wavized _window`: shows the one-time address it reads from standard input, until the window is closed."""

from __future__ import annotations

import argparse
import sys


def add_arguments(_: argparse.ArgumentParser) -> None:
    """There are none: an argument could be read by others."""


def run(_: argparse.Namespace) -> int:
    """As an app-like window where pywebview is installed and works, else in the default browser."""
    address = sys.stdin.readline().strip()
    if not address.startswith("http://127.0.0.1:"):
        return 2
    return 0 if _show_as_app(address) or _show_in_browser(address) else 1


def _show_as_app(address: str) -> bool:
    try:
        import webview  # the `window` extra
    except ImportError:
        return False
    try:
        webview.create_window("Wavized", address, width=1180, height=820, min_size=(400, 500))
        webview.start()
    except Exception:  # noqa: BLE001 - each of its back-ends fails in its own way; the browser remains
        return False
    return True


def _show_in_browser(address: str) -> bool:
    import webbrowser

    return webbrowser.open(address)
