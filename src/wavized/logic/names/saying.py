"""From words to evidence: file name, nearest folder, pack, tags and Splice, of unlike strength. Pure.

Where the figures come from
- A class word in a file name: of 138 names of a published test set (Wavize, 2024) 100 held one and 84 of them
  were right, so 0.84 against 0.16 shared by six others: 31 to 1, taken as 30.
- `808`: all 32 samples of that class and 12 of the 106 others had it, so 33/34 against 13/108 (one added to
  each count): 8 to 1.
- A tempo such as `120 bpm`: in two open packs that keep loops in a folder of their own, 20 of 24 loops say it
  and none of 31 named basses: 27 to 1 with one added to each count; taken as 10, for many one-shots carry the
  tempo of their pack. There the label came from the folder, not from the name that is judged.
- `loop` and drum words (20), other sounds and words for passages (3), `one shot` (4 to 1 against a loop), and
  how far folder, pack and tags are believed are judgement, not measurement. Names of synthesizer presets were
  of no use: their labels had been taken from those very names, so any figure would have repeated itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from wavized.domain.hearing import Evidence
from wavized.logic.names import lexicon
from wavized.logic.names.finding import Words, find
from wavized.logic.names.lexicon import CATEGORIES, LOOP, NOT_BASS, REJECTS
from wavized.logic.names.tokens import tokens

NAME, FOLDER, PACK, TAGS, SPLICE = "name", "folder", "pack", "tags", "splice"


@dataclass(frozen=True, slots=True)
class Odds:
    """How much likelier a word is with the sound it names than with any other one."""

    category_word: float = 30.0
    number_808: float = 8.0
    loop: float = 20.0
    tempo: float = 10.0
    passage: float = 3.0
    drum: float = 20.0
    other_sound: float = 3.0
    one_shot_as_loop: float = 0.25


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a source is believed.

    `strength` is the power to which its odds are raised: what it is worth on its own. `weight` is how much of
    that counts beside the ear and the other sources, which often repeat one another. All weights together
    are 1, so that five sources of one mind count as one that knows nothing of the ear.
    `rejects` is False where words of drums and loops say nothing of a single sample.
    """

    strength: float
    weight: float
    rejects: bool = True


ODDS = Odds()
STANDING: Mapping[str, Standing] = {
    NAME: Standing(1.0, 0.4),
    FOLDER: Standing(0.7, 0.2),
    PACK: Standing(0.33, 0.1, rejects=False),  # "Trap Drum Kit" holds 808s, "Acid Techno" holds everything
    TAGS: Standing(0.7, 0.1),
    SPLICE: Standing(1.0, 0.2),
}
"""Kept low on purpose: on the 138 names, letting names override the ear lowered 91.3 % to 87.0 %. In a
simulation with those figures (tests/support/thesis.py) the best weight of the name is 1 where ear and name
err each for itself, and about 0.4 where wrongly named sounds lie half-way to what they are named after: 0.4
helps in both. `wavized.training.pooling` learns weights from held-out answers of a real ear."""


def folders_of(path: PurePath) -> tuple[str, str]:
    """The nearest folder's name and the pack's: what lies below Splice's `packs`, else the folder above."""
    parents = path.parts[1:-1] if path.anchor else path.parts[:-1]
    folder = parents[-1] if parents else ""
    lowered = [part.casefold() for part in parents]
    if "packs" in lowered[:-1]:
        at = len(lowered) - 1 - lowered[::-1].index("packs")
        if at + 1 < len(parents) - 1:
            return folder, parents[at + 1]
    return folder, parents[-2] if len(parents) > 1 else ""


def from_names(stem: str, folder: str = "", pack: str = "") -> tuple[Evidence, ...]:
    """What a file's name (without its ending), its folder and its pack say; only those that say anything."""
    found = ((NAME, stem), (FOLDER, folder), (PACK, pack))
    return tuple(said for source, text in found if (said := from_text(source, text)) is not None)


def from_text(source: str, text: str) -> Evidence | None:
    """What one text says, as likelihoods that sum to 1; None where it says nothing."""
    standing = STANDING[source]
    words = find(tokens(text))
    odds = _odds(words, standing)
    if len(set(odds.values())) == 1:
        return None
    raised = {label: value**standing.strength for label, value in odds.items()}
    total = sum(raised.values())
    said = [*words.categories.values(), words.one_shot]
    if standing.rejects:
        said += [words.loop, words.tempo, words.passage, words.drum, words.other]
    return Evidence(
        source,
        {label: value / total for label, value in raised.items()},
        standing.weight,
        ", ".join(dict.fromkeys(word for word in said if word)),
    )


def from_tags(texts: Sequence[str]) -> Evidence | None:
    """What the tags inside a file say; one that is only a genre says nothing."""
    return from_text(TAGS, ", ".join(text for text in texts if tokens(text) not in lexicon.SHELVES))


def from_splice(tags: Sequence[str], sample_type: str, tempo: float | None = None) -> Evidence | None:
    """What Splice's own catalogue says of a sample. `tempo` is in beats a minute."""
    kind = {"loop": "loop", "oneshot": "one shot"}.get("".join(tokens(sample_type)), "")
    told = [tag for tag in tags if tokens(tag) not in lexicon.SHELVES]
    if tempo and kind == "loop":
        told.append(f"{tempo:g} bpm")
    return from_text(SPLICE, ", ".join([*told, kind]))


def _odds(words: Words, standing: Standing) -> dict[str, float]:
    odds = dict.fromkeys((*CATEGORIES, *REJECTS), 1.0)
    for category in words.categories:
        strength = ODDS.number_808 if category == "808" else ODDS.category_word
        odds[category] *= strength
        neutral = (strength + len(CATEGORIES) - 1) / len(CATEGORIES)
        for reject in REJECTS:  # loops and drums bear such names as well: no vote on them
            odds[reject] *= neutral
    if standing.rejects:
        odds[LOOP] *= (
            ODDS.loop if words.loop else ODDS.tempo if words.tempo else ODDS.passage if words.passage else 1.0
        )
        odds[LOOP] *= ODDS.one_shot_as_loop if words.one_shot else 1.0
        odds[NOT_BASS] *= ODDS.drum if words.drum else ODDS.other_sound if words.other else 1.0
    return odds
