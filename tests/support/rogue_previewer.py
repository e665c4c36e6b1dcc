"""A preview process that does what the name of the sample says: die, hang, babble, refuse, fail or obey."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path


def main() -> None:
    """Write down each start and each question in the folder given, then behave."""
    notes = Path(sys.argv[1])
    with (notes / "starts").open("a") as log:
        log.write(f"{os.getpid()}\n")
    for line in sys.stdin.buffer:
        question = json.loads(line)
        with (notes / "asked").open("a") as log:
            log.write(f"{question['what']} {Path(question['path']).name}\n")
        answer = behave(Path(question["path"]), Path(question["into"]))
        if isinstance(answer, dict):
            answer = {"number": question["number"], **answer}
        print(json.dumps(answer), flush=True)


def behave(path: Path, into: Path) -> object:
    """The answer to one question, where there is one."""
    name = path.stem.split()[0]
    if name == "die":
        into.write_bytes(b"half a")
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "hang":
        time.sleep(3600)
    if name == "babble":
        return "nonsense"
    if name == "deep":
        print("[" * 60_000, flush=True)
    if name == "ahead":
        print(json.dumps({"number": 99, "done": True}), flush=True)
    if name == "flood":
        while True:
            print("{}", flush=True)
    if name == "refuse":
        return {"refused": "is no sound"}
    if name == "fail":
        return {"fault": "out of luck"}
    if name == "grow":
        with path.open("ab") as file:
            file.write(b"more")
    if name == "wait":
        while not path.with_suffix(".go").exists():
            time.sleep(0.01)
    into.write_bytes(path.read_bytes())
    return {"done": True}


if __name__ == "__main__":
    main()
