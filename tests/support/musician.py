"""A musician at work: packs and samples arrive, the window is looked at, corrected, paused, set up anew.

All by the outside ways: files in the watched folder, HTTP as the page asks it, commands. What is done is
drawn from a seed.
"""

from __future__ import annotations

import io
import random
import threading
import zipfile
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np
import soundfile

from support.checker import Before
from support.program import Program
from support.visitor import Answer, Visitor
from wavized.training.synthesis.catalogue import LABELS, render

CATEGORIES = LABELS[:7]
RATE = 44_100


class Musician:
    """Context manager with a page open all the time; `acts` counts what was done.

    One in a hurry gets small packs and sorts no folder.
    """

    def __init__(self, program: Program, seed: int, *, hurry: bool = False) -> None:
        self._program = program
        self._random = random.Random(seed)
        self._sounds = np.random.default_rng(seed)
        self._pack_sizes = (2, 4) if hurry else (5, 20)
        self._sorts = not hurry
        self._count = 0
        self.acts = 0
        self.arrived = Before.of(program.inbox)
        """Everything that ever came."""

    def __enter__(self) -> Musician:
        address = self._program.run("open", "--print").stdout.strip()
        self._page = Visitor(urlsplit(address).port)
        assert self._page.enter(address).status == 303
        events = self._page.listen()
        next(events)
        self._listener = threading.Thread(target=_drain, args=(events,), name="open page")
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._page.close()
        self._listener.join()

    def act(self) -> None:
        """One thing a musician does; the likelier the oftener."""
        acts = {
            self.download_one: 6,
            self.look: 6,
            self.decide: 4,
            self.unpack_folder: 2,
            self.download_archive: 2,
            self.take_back: 2,
            self.pause_and_resume: 1,
            self.change_settings: 1,
            self.edit_config_by_hand: 1,
            self.sort_a_folder: int(self._sorts),
            self.open_another_page: 1,
            self.ask_in_a_terminal: 1,
        }
        self._random.choices(list(acts), list(acts.values()))[0]()
        self.acts += 1

    def pending(self) -> int:
        """How many samples are under way, as the open page knows it."""
        return int(self._ask("GET", "/api/status").json["pending"])

    # --- what arrives ---------------------------------------------------------------------------------

    def download_one(self) -> None:
        """As a browser does: under a temporary name, in two pieces, then renamed."""
        name, content = self._sound()
        path = self._program.inbox / name
        part = path.with_name(f"{name}.part")
        with part.open("wb") as stream:
            stream.write(content[: len(content) // 2])
            stream.flush()
            stream.write(content[len(content) // 2 :])
        part.rename(path)
        self.arrived = self.arrived.joined(path)

    def unpack_folder(self) -> None:
        """A pack as a folder, written in place."""
        pack = self._program.inbox / f"Pack {self._next()}" / "One Shots"
        pack.mkdir(parents=True)
        for _ in range(self._random.randint(*self._pack_sizes)):
            name, content = self._sound()
            (pack / name).write_bytes(content)
        self.arrived = self.arrived.joined(pack)

    def download_archive(self) -> None:
        """A pack as an archive."""
        path = self._program.inbox / f"Pack {self._next()}.zip"
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as pack:
            for _ in range(self._random.randint(*self._pack_sizes)):
                name, content = self._sound()
                pack.writestr(f"{path.stem}/{name}", content)
        path.with_suffix(".crdownload").write_bytes(made.getvalue())
        path.with_suffix(".crdownload").rename(path)
        self.arrived = self.arrived.joined(path)

    # --- what is done in the window -------------------------------------------------------------------

    def look(self) -> None:
        """Load the page, leaf through lists, see and hear a few samples."""
        for path in ("/", "/static/app.js", "/api/about", "/api/status", "/api/settings"):
            assert self._page.ask("GET", path).status == 200
        for job in self._jobs("filed,awaiting_review,skipped", limit=6):
            for what in ("", "/waveform", "/spectrogram", "/audio"):
                self._ask("GET", f"/api/jobs/{job['id']}{what}")

    def decide(self) -> None:
        """Say of one that waits, or of one that was filed, what it is."""
        for job in self._jobs("awaiting_review", limit=3) or self._jobs("filed", limit=1):
            self._ask("POST", f"/api/jobs/{job['id']}/correct", {"category": self._random.choice(CATEGORIES)})

    def take_back(self) -> None:
        """Undo one, and file one again that was undone."""
        for job in self._jobs("filed", limit=1):
            self._ask("POST", f"/api/jobs/{job['id']}/undo", {})
        for job in self._jobs("reverted", limit=1):
            self._ask("POST", f"/api/jobs/{job['id']}/correct", {"category": "sub"})

    def pause_and_resume(self) -> None:
        """With something arriving meanwhile."""
        self._ask("POST", "/api/pause", {"minutes": 5})
        self.download_one()
        self._ask("POST", "/api/resume", {})

    def change_settings(self) -> None:
        """On the page."""
        digest = self._page.ask("GET", "/api/settings").json["digest"]
        changes = {"batch_size": self._random.randint(4, 32), "notifications": self._random.random() < 0.5}
        self._ask("POST", "/api/settings", {"digest": digest, "changes": changes})

    def sort_a_folder(self) -> None:
        """A preview of a sort of what arrived."""
        self._ask("POST", "/api/sorts", {"folder": str(self._program.inbox), "dry_run": True})
        while self._page.ask("GET", "/api/sorts/current").json.get("state") == "running":
            threading.Event().wait(0.5)

    def open_another_page(self) -> None:
        """Which is closed after a few messages."""
        address = self._program.run("open", "--print").stdout.strip()
        other = Visitor(self._page.port)
        assert other.enter(address).status == 303
        events = other.listen()
        for _ in range(2):
            next(events)
        other.close()

    # --- what is done elsewhere -----------------------------------------------------------------------

    def edit_config_by_hand(self) -> None:
        """Badly at first."""
        good = self._program.config.read_bytes()
        self._program.config.write_bytes(good + b"\nlibary: /nowhere\n")
        threading.Event().wait(1.0)
        self._program.config.write_bytes(good)

    def ask_in_a_terminal(self) -> None:
        """A command each."""
        assert self._program.run("status").returncode == 0
        assert self._program.run("history", "--limit", "5").returncode == 0

    # --------------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, body: object = None) -> Answer:
        """Refusals are in order (a sample may be under way), faults of the program are not."""
        answer = self._page.ask(method, path, body)
        assert answer.status < 500, (path, answer.status, answer.body)
        return answer

    def _jobs(self, states: str, *, limit: int) -> list[dict[str, object]]:
        """Some of these states, by chance among the newest."""
        found = self._ask("GET", f"/api/jobs?states={states}&limit=50").json["jobs"]
        return self._random.sample(found, min(limit, len(found)))

    def _sound(self) -> tuple[str, bytes]:
        """A sample that has never been there, of any kind."""
        label = self._random.choice(LABELS)
        ending, subtype = self._random.choice(
            [("wav", "PCM_16"), ("wav", "PCM_24"), ("flac", "PCM_16"), ("aiff", "PCM_16")]
        )
        made = io.BytesIO()
        soundfile.write(made, render(label, self._sounds, RATE).T, RATE, format=ending, subtype=subtype)
        return (
            f"{self._random.choice(['', 'XY_', 'one_shot '])}{label} {self._next()}.{ending}",
            made.getvalue(),
        )

    def _next(self) -> int:
        self._count += 1
        return self._count


def _drain(events: Iterator[object]) -> None:
    try:
        for _ in events:
            pass
    except (OSError, ValueError, AttributeError):  # closed under its hands at the end
        pass
