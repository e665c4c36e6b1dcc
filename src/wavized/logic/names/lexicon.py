"""Which words speak for which sound, and which contexts silence them. Data only.

Phrases are tuples of tokens; the longest that fits is taken. A plural in -s counts as its singular.
"""

from __future__ import annotations

from collections.abc import Mapping

LOOP = "loop"
NOT_BASS = "not_bass"
REJECTS = (NOT_BASS, LOOP)
CATEGORIES = ("808", "acid", "brass", "growl", "reese", "slap", "sub")

Phrase = tuple[str, ...]


def _phrases(text: str) -> frozenset[Phrase]:
    return frozenset(tuple(phrase.split()) for phrase in text.split(","))


CATEGORY_WORDS: Mapping[str, frozenset[Phrase]] = {
    "808": _phrases("808, eight oh eight, eightoheight"),
    "acid": _phrases("acid, 303, tb 303, squelch, squelchy, squelched, acidic"),
    "brass": _phrases("brass, brassy, horn, trombone, tuba, brazz"),
    "growl": _phrases(
        "growl, growly, growler, growling, neuro, neurofunk, wub, wubby, wob, wobble, wobbly, wobbler, talk, "
        "talking, talker, talky, yoi, yoy, snarl, vowel, formant"
    ),
    "reese": _phrases("reese, reece, rees, reesey, reesy"),
    "slap": _phrases("slap, slapped, slappy, slapping, slapper, donk, donky"),
    "sub": _phrases("sub, subby, subbass, sub bass"),
}

NUMBERS = frozenset({("808",), ("303",)})
"""Names of machines that made drums, too, or mere numbers: beside a drum they name no bass."""

DRUMS = _phrases(
    "kick, kickdrum, kik, bd, bassdrum, bass drum, snare, snr, rimshot, rim shot, rim, clap, snap, hat, "
    "hihat, hi hat, hh, cymbal, crash, ride, tom, conga, bongo, clave, cowbell, maraca, shaker, tambourine, "
    "tamb, perc, percussion, drum, woodblock, timpani"
)
"""What is struck. Somebody who writes this means it."""

KITS = _phrases("kit, drumkit, drum kit, machine, drum machine, beat")
"""Beside these, `808` names the machine; they say nothing more."""

OTHER_SOUNDS = _phrases(
    "vox, vocal, voice, choir, acapella, chant, pad, lead, pluck, fx, sfx, riser, uplifter, downlifter, "
    "downer, impact, whoosh, sweep, noise, chord, piano, key, rhode, organ, bell, string, violin, flute, "
    "trumpet, guitar, arp, atmo, atmosphere, ambience, texture, foley, drone, siren"
)
"""No bass by itself; but `pluck bass`, `vocal bass` or `bass guitar` may well be one."""

BASS = _phrases("bass, basse, bassline, 808, sub, subbass, sub bass")
"""Words beside which OTHER_SOUNDS fall silent."""

LOOPS = _phrases(
    "loop, drumloop, bassloop, toploop, looped, breakbeat, construction kit, songstarter, song starter"
)

PASSAGES = _phrases("break, groove, bassline, bass line, phrase, riff, melody, stem, full mix, fill")
"""Something played rather than struck: often a loop, but not always."""

ONE_SHOTS = _phrases("one shot, oneshot, 1 shot, single hit")

MUTE = _phrases(
    "drum and bass, drum n bass, drum bass, slap back, slapback, sub genre, sub drop, acid jazz, no loop, "
    "non loop, air horn, airhorn, train horn, fog horn"
)
"""Phrases whose words mean something else here; they are taken out before the others are looked for."""

SHELVES = _phrases("drum, drums, bass music, neurofunk, acid house, acid techno, slap house")
"""Tags of a shop's catalogue that say where a sample stands or for whom it is made, not how it sounds."""
