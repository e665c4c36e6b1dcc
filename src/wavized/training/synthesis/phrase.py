"""A few steps of a sequencer in one sample: pitch, gate, accent and envelope time per sample. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from wavized.training.synthesis.draw import Audio, Note, Rng, chance, hertz, uniform

STEP_S = (0.07, 0.3)
MOST_STEPS = 8
INTERVALS = (0, 0, 0, 0, 12, 12, -12, 3, 7, 10, 5, -2, 1, 2)


@dataclass(frozen=True, slots=True)
class Steps:
    """Curves, a value per sample: pitch in Hz, seconds since the envelope fired, accent (1-2), gate (0-1)."""

    pitch: Audio
    since: Audio
    accents: Audio
    open: Audio

    @classmethod
    def draw(cls, rng: Rng, note: Note, rate: int) -> Steps:
        """Two to eight steps that fill the note as far as steps of 70-300 ms can."""
        fewest = max(2, int(np.ceil(note.length / STEP_S[1])))
        most = max(2, min(MOST_STEPS, int(note.length / STEP_S[0])))
        count = int(rng.integers(min(fewest, most), most + 1))
        size = max(64, int(min(note.length / count, STEP_S[1]) * rate))
        firm, held = uniform(rng, 0.1, 0.5), uniform(rng, 0.4, 0.9)
        step_s = size / rate
        pitch, since, accents, opened = (np.empty(count * size) for _ in range(4))
        now, fired, slides = note.frequency, 0.0, False
        t = np.arange(size) / rate
        for k in range(count):
            span = slice(k * size, (k + 1) * size)
            before, now = now, hertz(note.midi + (INTERVALS[int(rng.integers(len(INTERVALS)))] if k else 0))
            fired = fired + step_s if slides else 0.0
            rests = k > 1 and not slides and chance(rng, 0.12)
            pitch[span] = before * (now / before) ** np.clip(t / 0.06, 0.0, 1.0) if slides else now
            since[span] = fired + t
            accents[span] = 1.0 + (uniform(rng, 0.5, 1.0) if chance(rng, 0.3) else 0.0)
            slides = k < count - 1 and not rests and chance(rng, firm)
            fall = 1.0 if slides else np.clip((held * step_s - t) / 0.008 + 1.0, 0.0, 1.0)
            opened[span] = 0.0 if rests else np.clip(t / 0.003, 0.0, 1.0) * fall
        return cls(pitch, since, accents, opened)
