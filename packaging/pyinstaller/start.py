"""The first lines of the frozen program: what others get for nothing. No command lives here."""

from __future__ import annotations

import os
import sys
from multiprocessing import freeze_support


def give_others_their_libraries() -> None:
    """Take our own libraries out of the search path of programs we start: a browser wants the system's.

    The loader has read the variable before this runs. Where we start ourselves it has to be set anew, which
    PyInstaller's own part does only for a program that is told to begin from the beginning.
    """
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
    for name in ("LD_LIBRARY_PATH", "LIBPATH"):
        if (before := os.environ.pop(f"{name}_ORIG", None)) is not None:
            os.environ[name] = before
        else:
            os.environ.pop(name, None)


def words(given: list[str]) -> list[str]:
    """The command's words: a double click brings none and means `run`, as Linux's desktop entry says."""
    by_click = not given and sys.platform in ("darwin", "win32") and not (sys.stdin and sys.stdin.isatty())
    return ["run"] if by_click else given


if __name__ == "__main__":
    freeze_support()  # a library that starts helpers of its own would start Wavized over and over
    give_others_their_libraries()
    from wavized.cli.main import main

    sys.exit(main(words(sys.argv[1:])))
