"""The first lines of the frozen program: what others get for nothing. No command lives here."""

from __future__ import annotations

import os
import sys
from multiprocessing import freeze_support


def give_others_their_libraries() -> None:
    """Take our own libraries out of the search path of programs we start: a browser wants the system's.

    The loader has read the variable before this runs, and sets it anew where we start ourselves.
    """
    for name in ("LD_LIBRARY_PATH", "LIBPATH"):
        if (before := os.environ.pop(f"{name}_ORIG", None)) is not None:
            os.environ[name] = before
        else:
            os.environ.pop(name, None)


if __name__ == "__main__":
    freeze_support()  # a library that starts helpers of its own would start Wavized over and over
    give_others_their_libraries()
    from wavized.cli.main import main

    sys.exit(main())
