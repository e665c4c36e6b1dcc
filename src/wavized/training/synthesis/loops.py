"""Loops: several notes or hits on a grid of 70-180 bpm, 1-8 s. Pure.

A patch is a seed: playing a family again with a generator of the same seed and another note gives the
same instrument at another pitch, so every bass and tonal family can play a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from wavized.training.synthesis import acid, brass, eight_oh_eight, fx, growl, kit, reese, slap, sub, tonal
from wavized.training.synthesis.draw import Audio, Note, Patch, Rng, chance, log_uniform, pick, uniform
from wavized.training.synthesis.shaping import level, tanh
from wavized.training.synthesis.space import mid

SCALES = (
    (0, 3, 5, 7, 10),
    (0, 2, 3, 5, 7, 8, 10),
    (0, 1, 3, 5, 7, 8, 10),
    (0, 2, 4, 5, 7, 9, 11),
    (0, 0, 0, 12, 7),
)

BASSES: tuple[dict[str, Patch], ...] = tuple(
    module.FAMILIES for module in (eight_oh_eight, acid, brass, growl, reese, slap, sub)
)


class Grid:
    """Sixteenth steps at a tempo; sounds are laid on steps and summed."""

    def __init__(self, rng: Rng, rate: int) -> None:
        self.rate = rate
        self.step = 60.0 / uniform(rng, 70.0, 180.0) / 4.0
        self.swing = uniform(rng, 0.0, 0.2) if chance(rng, 0.3) else 0.0
        most = max(2, int(7.5 / (self.step * 8)))
        halves = int(min(most, pick(rng, 2, 4, 4, 4, 8, 8)))
        self.steps = max(halves * 8, int(np.ceil(1.0 / self.step)))
        self.samples = int(self.steps * self.step * rate)
        self.sound = np.zeros(self.samples)

    def lay(self, hit: Audio, at: int, gain: float) -> None:
        """Add `hit` at step `at`; what runs over the end is cut, as in a loop."""
        start = int((at + (self.swing if at % 2 else 0.0)) * self.step * self.rate)
        mono = mid(hit)[: max(0, self.samples - start)]
        self.sound[start : start + len(mono)] += gain * mono


def _hit(rng: Rng, family: Patch, rate: int) -> Audio:
    return level(mid(family(rng, rate, Note(40.0, 0.2, 0.05))))


def _drums(rng: Rng, grid: Grid) -> None:
    """Kick, backbeat, hats and a little percussion in a pattern of one bar that repeats."""
    bar = 16
    kick = _hit(rng, kit.kick if chance(rng, 0.8) else kit.hard_kick, grid.rate)
    back = _hit(rng, kit.snare if chance(rng, 0.6) else kit.clap, grid.rate)
    hat, other = (
        _hit(rng, kit.hat, grid.rate),
        _hit(rng, kit.perc if chance(rng, 0.6) else kit.tom, grid.rate),
    )
    house = chance(rng, 0.4)
    kicks = {0, 4, 8, 12} if house else {0, *rng.choice(bar, int(rng.integers(1, 4))).tolist()}
    backs = {8} if chance(rng, 0.3) else {4, 12}
    hats = set(range(0, bar, int(pick(rng, 1, 2, 2, 4)))) if not house else {2, 6, 10, 14}
    others = set(rng.choice(bar, int(rng.integers(0, 5))).tolist())
    for at in range(grid.steps):
        for places, sound, gain in (
            (kicks, kick, 1.0),
            (backs, back, 0.8),
            (hats, hat, 0.35),
            (others, other, 0.4),
        ):
            if at % bar in places:
                grid.lay(sound, at, gain * uniform(rng, 0.75, 1.0))


def _rhythm(rng: Rng, steps: int) -> list[tuple[int, int]]:
    """(step, length) of each note; at least three notes."""
    lengths = ((1, 2), (2, 2, 4), (1, 1, 2, 4), (3, 3, 2), (4, 2, 2), (2,), (1,))[int(rng.integers(7))]
    notes: list[tuple[int, int]] = []
    at = 0
    while at < steps:
        length = int(lengths[int(rng.integers(len(lengths)))])
        if len(notes) < 3 or chance(rng, 0.85):
            notes.append((at, length))
        at += length
    return notes


def _line(rng: Rng, grid: Grid, family: Patch, low: int, high: int, gain: float) -> None:
    """A melody or bass line with one patch, two bars at most before it repeats."""
    seed = int(rng.integers(2**31))
    root = int(rng.integers(low, high))
    scale = SCALES[int(rng.integers(len(SCALES)))]
    phrase = _rhythm(rng, min(grid.steps, 16))
    pitches = [root + int(rng.choice(scale)) - (12 if chance(rng, 0.15) else 0) for _ in phrase]
    held = uniform(rng, 0.35, 0.9)
    made: dict[tuple[int, int], Audio] = {}
    for repeat in range(0, grid.steps, 16):
        for (at, length), midi in zip(phrase, pitches, strict=True):
            key = (midi, length)
            if key not in made:
                note = Note(float(midi), max(0.06, held * length * grid.step), 0.04)
                sound = mid(family(np.random.default_rng(seed), grid.rate, note))
                made[key] = _cut(sound, int((note.length + 0.05) * grid.rate))
            if at + repeat < grid.steps:
                grid.lay(made[key], at + repeat, gain)


def _cut(sound: Audio, n: int) -> Audio:
    """The first `n` samples with a short fade, so that notes do not pile up."""
    out = level(sound[:n])
    fade = min(len(out), 400)
    out[len(out) - fade :] *= np.linspace(1.0, 0.0, fade)
    return out


def _family(rng: Rng, families: Sequence[Mapping[str, Patch]]) -> Patch:
    chosen = list(families[int(rng.integers(len(families)))].values())
    return chosen[int(rng.integers(len(chosen)))]


def _done(rng: Rng, grid: Grid) -> Audio:
    return tanh(level(grid.sound), log_uniform(rng, 0.3, 2.5))


def drum_loop(rng: Rng, rate: int, _note: Note) -> Audio:
    """Drums alone."""
    grid = Grid(rng, rate)
    _drums(rng, grid)
    return _done(rng, grid)


def top_loop(rng: Rng, rate: int, _note: Note) -> Audio:
    """Hats, shakers and percussion without kick."""
    grid = Grid(rng, rate)
    for family in (kit.hat, kit.shaker, kit.perc):
        hit, every, gain = _hit(rng, family, rate), int(pick(rng, 1, 2, 2, 3)), uniform(rng, 0.3, 1.0)
        for at in range(int(rng.integers(3)), grid.steps, every):
            if chance(rng, 0.85):
                grid.lay(hit, at, gain * uniform(rng, 0.5, 1.0))
    return _done(rng, grid)


def bass_line(rng: Rng, rate: int, _note: Note) -> Audio:
    """A line with the sound of any of the seven basses."""
    grid = Grid(rng, rate)
    _line(rng, grid, _family(rng, BASSES), 28, 42, 1.0)
    return _done(rng, grid)


def acid_line(rng: Rng, rate: int, _note: Note) -> Audio:
    """A running acid line, the loop that packs hold most of."""
    grid = Grid(rng, rate)
    simple = ("saw_squelch", "square_squelch", "distorted", "accented")
    _line(rng, grid, acid.FAMILIES[simple[int(rng.integers(4))]], 30, 45, 1.0)
    return _done(rng, grid)


def slow_line(rng: Rng, rate: int, _note: Note) -> Audio:
    """Three to seven long notes: a sub or reese line, an 808 pattern, at times with drums."""
    grid = Grid(rng, rate)
    family, seed = _family(rng, BASSES), int(rng.integers(2**31))
    root, scale = int(rng.integers(26, 42)), SCALES[int(rng.integers(len(SCALES)))]
    count = int(rng.integers(2, 7))
    places = rng.choice(np.arange(2, grid.steps), min(count, grid.steps // 3), replace=False)
    starts = [0, *sorted(places.tolist())]
    for at, end in zip(starts, [*starts[1:], grid.steps], strict=True):
        note = Note(float(root + int(rng.choice(scale))), max(0.1, 0.9 * (end - at) * grid.step), 0.05)
        sound = mid(family(np.random.default_rng(seed), rate, note))
        grid.lay(_cut(sound, int((note.length + 0.05) * rate)), at, 1.0)
    if chance(rng, 0.3):
        _drums(rng, grid)
    return _done(rng, grid)


def chopped(rng: Rng, rate: int, _note: Note) -> Audio:
    """A break, sliced and put together in another order."""
    grid = Grid(rng, rate)
    _drums(rng, grid)
    slices = np.array_split(grid.sound, max(4, grid.steps // int(pick(rng, 1, 2, 2))))
    order = rng.permutation(len(slices)) if chance(rng, 0.5) else rng.integers(len(slices), size=len(slices))
    grid.sound = np.concatenate([slices[0], *(slices[int(k)] for k in order[1:])])
    return _done(rng, grid)


def song(rng: Rng, rate: int, _note: Note) -> Audio:
    """Drums, bass and chords or a melody: a bar out of a song."""
    grid = Grid(rng, rate)
    _drums(rng, grid)
    _line(rng, grid, _family(rng, BASSES), 28, 42, uniform(rng, 0.4, 0.9))
    over = (tonal.chord_stab, tonal.keys, tonal.lead, tonal.strings)[int(rng.integers(4))]
    _line(rng, grid, over, 52, 70, uniform(rng, 0.3, 0.8))
    return _done(rng, grid)


def groove(rng: Rng, rate: int, _note: Note) -> Audio:
    """Drums and bass together."""
    grid = Grid(rng, rate)
    _drums(rng, grid)
    _line(rng, grid, _family(rng, BASSES), 28, 42, uniform(rng, 0.4, 1.0))
    return _done(rng, grid)


def melody(rng: Rng, rate: int, _note: Note) -> Audio:
    """A melodic or arpeggiated loop, at times over drums."""
    grid = Grid(rng, rate)
    choices = (tonal.lead, tonal.high_pluck, tonal.keys, tonal.bell, tonal.strings, tonal.chord_stab)
    _line(rng, grid, choices[int(rng.integers(len(choices)))], 52, 72, 1.0)
    if chance(rng, 0.25):
        _drums(rng, grid)
    return _done(rng, grid)


def broken_chords(rng: Rng, rate: int, _note: Note) -> Audio:
    """Stabs or effects repeated in rhythm."""
    grid = Grid(rng, rate)
    short: dict[str, Patch] = {"zap": fx.zap, "robot": fx.robot}
    hit = _hit(rng, _family(rng, (tonal.FAMILIES, brass.FAMILIES, short)), rate)
    rhythm = _rhythm(rng, grid.steps)
    closest = min(length for _, length in rhythm)
    hit = _cut(hit, int(uniform(rng, 0.35, 0.85) * closest * grid.step * rate))
    for at, _ in rhythm:
        grid.lay(hit, at, uniform(rng, 0.7, 1.0))
    return _done(rng, grid)


FAMILIES: dict[str, Patch] = {
    "drum_loop": drum_loop,
    "top_loop": top_loop,
    "bass_line": bass_line,
    "acid_line": acid_line,
    "slow_line": slow_line,
    "chopped": chopped,
    "song": song,
    "groove": groove,
    "melody": melody,
    "broken_chords": broken_chords,
}
