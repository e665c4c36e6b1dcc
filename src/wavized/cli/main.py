"""The `wavized` command: its arguments, and errors turned into a sentence, a hint and an exit code."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

from wavized.cli.output import printable
from wavized.errors import ConfigError, UsageError, WavizedError

COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("wavized.cli.run", "watch the folders and file what arrives, until stopped"),
    "sort": ("wavized.cli.sort", "file a folder or files once, now"),
    "classify": ("wavized.cli.classify", "say what files sound like; changes nothing"),
    "open": ("wavized.cli.open", "show the window of the running Wavized"),
    "status": ("wavized.cli.status", "what the running Wavized is doing"),
    "pause": ("wavized.cli.pause", "hold filing back, until resumed or for a while"),
    "resume": ("wavized.cli.resume", "go on after a pause"),
    "history": ("wavized.cli.history", "what was done, newest first"),
    "review": ("wavized.cli.review", "what Wavized was not sure of and asks about"),
    "correct": ("wavized.cli.correct", "say what a sample really is; it is filed there"),
    "undo": ("wavized.cli.undo", "take filed samples out of the library again"),
    "doctor": ("wavized.cli.doctor", "check that everything is in order, and say what to do where not"),
    "autostart": ("wavized.cli.autostart", "start Wavized when you log in: enable, disable or status"),
    "uninstall": ("wavized.cli.uninstall", "take away the files that it made for itself; never a sample"),
    "config": ("wavized.cli.configure", "write, check or find the configuration file"),
    "evaluate": ("wavized.cli.evaluate", "measure a model on a folder of labelled sounds"),
    "compare": ("wavized.cli.compare", "measure several models on the same labelled sounds, side by side"),
    "train": ("wavized.cli.train", "train a model (needs the `train` extra)"),
    "_window": ("wavized.cli.window", ""),
    "_worker": ("wavized.cli.worker", ""),
    "_preview": ("wavized.cli.preview", ""),
}
"""Command to its module (`add_arguments`, `run`) and its one-line help; an empty help hides it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    args = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show is no fault
    try:
        namespace = _parser(args).parse_args(args)
        if namespace.command is None:
            _parser([]).print_help()
            return 2
        code: int = namespace.run(namespace)
        print(end="", flush=True)  # here, where a reader that has left is understood
        return code
    except WavizedError as error:
        _explain(error)
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output has left (`| head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        print(f"wavized: {error.strerror or error}{where}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 1


def _parser(args: Sequence[str]) -> argparse.ArgumentParser:
    """The parser with only the wanted command's arguments: others are not even imported."""
    parser = argparse.ArgumentParser(
        prog="wavized",
        description="Listens to the samples you download and files every bass one-shot into your library.",
        epilog="Start with: wavized run. Its window asks for your folders; to type instead, begin with "
        "wavized config init. Each command explains itself with --help.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and leave")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    wanted = next((word for word in args if not word.startswith("-")), None)
    if wanted is not None and wanted not in COMMANDS:
        raise UsageError(f"There is no command {wanted!r}", hint=_suggestion(wanted))
    for name, (module_name, help_text) in COMMANDS.items():
        if not help_text and name != wanted:
            continue
        command = commands.add_parser(name, help=help_text, description=help_text.capitalize() + ".")
        if name == wanted:
            module = importlib.import_module(module_name)
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser


def _suggestion(word: str) -> str:
    from difflib import get_close_matches  # wanted only where somebody slipped

    near = get_close_matches(word, [name for name, (_, help_text) in COMMANDS.items() if help_text], n=1)
    return f"Did you mean: wavized {near[0]}" if near else "wavized --help lists them"


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # costs 20 ms, wanted only here

        print(f"wavized {version('wavized')}")
        parser.exit()


def _explain(error: WavizedError) -> None:
    print(f"wavized: {printable(error.message)}", file=sys.stderr)
    if isinstance(error, ConfigError):
        for problem in error.problems:
            print(f"  {printable(problem)}", file=sys.stderr)
    if error.hint:
        print(f"  {printable(error.hint)}", file=sys.stderr)


def add_config_argument(parser: argparse.ArgumentParser) -> None:
    """`--config FILE`, the same for every command that reads it."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the configuration file (default: your user's)"
    )


def whole_number(word: str) -> int:
    """An argument that is 0 or more, and small enough for the journal."""
    number = int(word)
    if not 0 <= number < 2**63:
        raise ValueError(word)
    return number


if __name__ == "__main__":
    sys.exit(main())
