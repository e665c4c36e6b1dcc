"""A worker that speaks the protocol and misbehaves as the names of the files tell it to.

Run as a script. `--start` says how it starts: well, exit, hang, unusable, babble; `--only-first FLAG` lets
every start after the first (which makes the file FLAG) go well.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from wavized.audio.memory import limit_memory, watch_memory
from wavized.domain.hearing import Answer, Evidence, Refused, Scored
from wavized.domain.sample import Kind
from wavized.inference.manifest import read_manifest
from wavized.inference.protocol import (
    Answered,
    Ask,
    Listening,
    Message,
    Opening,
    Ready,
    Unusable,
    decode,
    encode,
)


def command(start: str = "well", only_first: Path | None = None) -> list[str]:
    """How to call this script; the client adds the model."""
    flag = [] if only_first is None else ["--only-first", str(only_first)]
    return [sys.executable, str(Path(__file__)), "--start", start, *flag]


def say(message: Message) -> None:
    sys.stdout.buffer.write(encode(message))
    sys.stdout.buffer.flush()


def babble(lines: int) -> None:
    for number in range(lines):
        sys.stdout.buffer.write(b"{} not a message %d \xff\n" % number)
    sys.stdout.buffer.flush()


def hang() -> None:
    while True:
        time.sleep(60)


def begin(how: str, model: Path) -> None:
    if how == "exit":
        print("no libraries here", file=sys.stderr, flush=True)
        os._exit(3)
    if how == "hang":
        hang()
    if how == "babble":
        babble(100_000)
    if how == "unusable":
        say(Unusable("The model is damaged", "Install it again"))
        os._exit(4)
    manifest = read_manifest(model)
    say(Ready(manifest.info.model_id, manifest.digest))


def answer(path: Path, labels: tuple[str, ...]) -> Answer:
    if "unreadable" in path.name:
        return Refused(Kind.UNREADABLE, "is not audio")
    return Scored(dict.fromkeys(labels, 1 / len(labels)), "tiny")


def open_one(batch: int, index: int, name: str, good: Answer) -> None:
    """What happens between Opening and the next file."""
    if "mute" in name:
        os._exit(1)
    say(Opening(batch, index))
    if "crash-opening" in name:
        os._exit(139)
    if "killed" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    if "dismissed" in name:
        os.kill(os.getpid(), signal.SIGTERM)
    if "slow" in name:
        time.sleep(0.8)
    if "hang" in name:
        hang()
    if "clinging-child" in name:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        os._exit(1)
    if "babble" in name:
        babble(20)
    if "flood" in name:
        babble(100_000)
    if "endless-line" in name:
        while True:
            sys.stdout.buffer.write(b"x" * 65536)
    if "wrong" in name:
        say_what_is_wrong(batch, index, good)
    if "balloon" in name:
        limit_memory(200.0)
        balloon()
    if "watched" in name:
        watch_memory(200_000_000)
        balloon()
    if "replace" in name:
        model = Path(sys.argv[sys.argv.index("--model") + 1])
        for file in model.with_name("replacement").iterdir():
            shutil.copyfile(file, model / file.name)
        os._exit(1)


def balloon() -> None:
    taken = []
    while True:
        taken.append(b"\1" * (8 << 20))
        time.sleep(0.005)


def say_what_is_wrong(batch: int, index: int, good: Answer) -> None:
    """Answers to other questions, of a former batch, of no meaning; lines too long, too deep, not text."""
    assert isinstance(good, Scored)
    say(Answered(batch + 1, index, good))
    say(Answered(batch - 1, index, good))
    say(Answered(batch, index + 1000, good))
    say(Answered(batch, -1, good))
    say(Answered(batch, index, Scored({"kazoo": 1.0}, "tiny")))
    say(Answered(batch, index, Scored(dict.fromkeys(good.scores, 0.5), "tiny")))
    say(Answered(batch, index, Scored(dict.fromkeys(good.scores, 0.0), "tiny")))
    say(Answered(batch, index, Scored(good.scores, "tiny", (Evidence("ear", {"808": 1.0}),))))
    say(Listening(batch, (index, index + 1000)))
    say(Ready("another"))
    answer = b'{"type": "answer", "batch": %d, "index": %d, "model_id": "tiny", "scores": ' % (batch, index)
    for scores in (b"NaN", b"Infinity", b"1e400", b"1" + b"0" * 400, b"-1", b'"1"', b"true", b"[" * 20_000):
        sys.stdout.buffer.write(answer + b'{"808": ' + scores + b"}}\n")
    sys.stdout.buffer.write(b"\xff\xfe\0" * 50_000 + b"\n" + b"[" * 300_000 + b"\n\n\n")
    sys.stdout.buffer.flush()


def hear(ask: Ask, labels: tuple[str, ...]) -> None:
    paths = [Path(path) for path in ask.paths]
    heard = []
    for index, path in enumerate(paths):
        verdict = answer(path, labels)
        open_one(ask.batch, index, path.name, verdict)
        if isinstance(verdict, Refused):
            say(Answered(ask.batch, index, verdict))
        else:
            heard.append(index)
    if heard:
        say(Listening(ask.batch, tuple(heard)))
    for index in heard:
        if "crash-listening" in paths[index].name:
            os._exit(139)
        say(Answered(ask.batch, index, answer(paths[index], labels)))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--start", default="well")
    parser.add_argument("--only-first", type=Path)
    args = parser.parse_args()
    how = args.start
    if args.only_first is not None:
        how = "well" if args.only_first.exists() else how
        args.only_first.touch()
    begin(how, args.model)
    labels = read_manifest(args.model).labels
    for line in sys.stdin.buffer:
        message = decode(line)
        assert isinstance(message, Ask)
        hear(message, labels)


if __name__ == "__main__":
    main()
