"""`wavized run`: the daemon in the foreground, until SIGTERM, Ctrl-C or Quit."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from typing import TextIO

from wavized.cli import second
from wavized.cli.main import add_config_argument
from wavized.cli.output import OUTCOMES, place, printable
from wavized.cli.settings import config_path, load_config
from wavized.config import paths
from wavized.config.private import open_private
from wavized.control.leaving import leave_in_time
from wavized.control.supervisor import Supervisor
from wavized.domain.events import Event, JobChanged, Notice
from wavized.domain.job import Job, JobState
from wavized.errors import AlreadyRunningError

log = logging.getLogger("wavized")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `wavized run`."""
    add_config_argument(parser)
    parser.add_argument("--no-tray", action="store_true", help="show no icon in the tray")
    parser.add_argument("--no-window", action="store_true", help="serve no pages, only what commands need")


def run(args: argparse.Namespace) -> int:
    """Watch and file until stopped; where one runs already, show its window and leave."""
    supervisor = Supervisor()
    while True:  # the one that runs may be about to leave, another one may be started at the same time
        if second.is_running():
            if supervisor.is_there:  # it would start us again and again, and open a window each time
                if second.stays():
                    supervisor.ready("Wavized runs already, started by something else")
                    return 0
                continue
            code = second.join_the_first(args.config, may_show=not args.no_window)
            if code is not None:
                return code
        try:
            return _be_the_first(args, supervisor)
        except AlreadyRunningError:
            continue


def _be_the_first(args: argparse.Namespace, supervisor: Supervisor) -> int:
    """Watch and file until stopped; where there are no settings yet the window asks for them first."""
    path = config_path(args)
    is_first = not args.no_window and not os.path.lexists(path)
    if not is_first:
        load_config(args)  # says at once, and before anything is opened, what is wrong with it
    _log_to_file()
    stop = threading.Event()
    leave_in_time(stop, supervisor)
    if is_first:
        from wavized.firstrun import FirstRun

        tray = not args.no_tray
        FirstRun(path, tray=tray, listener=_tell, stop=stop, supervisor=supervisor).run()
    else:
        from wavized.daemon import Daemon  # starts threads' modules; not wanted for an error in the config

        daemon = Daemon(
            path, tray=not args.no_tray, window=not args.no_window, stop=stop, supervisor=supervisor
        )
        daemon.events.subscribe(_tell)
        daemon.run()
    supervisor.stopping()  # where all was over before `leaving` could say so
    log.info("Stopped")
    _let_go_of_a_closed_terminal()
    return 0


def _let_go_of_a_closed_terminal() -> None:
    """Closing it is a way to stop Wavized, no error; what is still to be written there goes nowhere."""
    for stream in (sys.stdout, sys.stderr):
        try:
            print(end="", file=stream, flush=True)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _tell(event: Event) -> None:
    """One line per sample that came to rest, on the terminal and in the log."""
    if isinstance(event, JobChanged):
        said = OUTCOMES.get(event.job.state)
        if said is not None:
            log.info("%s: %s", said, _line(event.job))
    elif isinstance(event, Notice):
        log.warning("%s%s", event.message, f" ({event.hint})" if event.hint else "")


def _line(job: Job) -> str:
    where = f" -> {place(job)}" if job.state is JobState.FILED else ""
    return printable(f"{job.source.name}{where} · {job.reason}")


def _log_to_file() -> None:
    """A rotating file for later, plain lines on standard error for now."""
    folder = paths.log_dir(create=True)
    to_file = _LogFile(
        folder / "wavized.log",
        maxBytes=2_000_000,
        backupCount=3,
        encoding="utf-8",
        errors="backslashreplace",
        delay=True,  # a start that finds another one running must not touch that one's log
    )
    to_file.setFormatter(_OneLine("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    handlers: list[logging.Handler] = [to_file]
    if sys.stderr is not None:  # Windows' pythonw has none
        to_screen = _Screen(sys.stderr)
        to_screen.setFormatter(_OneLine("%(asctime)s %(message)s", datefmt="%H:%M:%S"))
        handlers.append(to_screen)
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # it warns of whatever strangers send
    logging.basicConfig(level=logging.INFO, handlers=handlers)


class _OneLine(logging.Formatter):
    """A message is one line and cannot pass for another one, whatever names it holds."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.message = printable(record.message)
        return super().formatMessage(record)


class _LogFile(RotatingFileHandler):
    """Readable by this user alone, whatever the umask."""

    def _open(self) -> TextIOWrapper:
        return open(
            self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=open_private
        )  # type: ignore[return-value]  # the mode is one of text


class _Screen(logging.StreamHandler[TextIO]):
    """The terminal, as long as it is there."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)
