"""Names beside the ear as a user meets them: `classify`, the running daemon, and the switch for them."""

from __future__ import annotations

from support.audio import write_tone
from wavized.logic.names.lexicon import CATEGORIES
from wavized.logic.pooling import HEARD


def test_classify_lists_who_said_what_and_names_can_be_switched_off(program):
    """A name that contradicts the ear makes a question of a filing; with `names: no` it is not even read."""
    folder = program.place / "clips"
    plain = write_tone(folder / "0001.wav")
    (told,) = program.json("classify", str(plain), "--config", str(program.config))
    assert {witness["source"] for witness in told["evidence"]} <= HEARD
    heard = told["category"]
    other = next(label for label in CATEGORIES if label not in (heard, "808"))
    named = folder / f"{other}.wav"
    plain.rename(named)
    (asked,) = program.json("classify", str(named), "--config", str(program.config))
    assert asked["verdict"] == "review"
    assert asked["evidence"][:-1] == told["evidence"]
    assert asked["evidence"][-1]["says"] == f'the name says {other} ("{other}")'
    assert f"The ear says {heard}" in asked["reason"] and f"the name says {other}" in asked["reason"]
    program.write_config("names: no\n")
    (again,) = program.json("classify", str(named), "--config", str(program.config))
    assert again["verdict"] == "file"
    assert again["scores"] == told["scores"] and again["evidence"] == told["evidence"]


def test_the_daemon_asks_about_a_contradiction_until_names_are_switched_off(program):
    """An edited config counts from the next sample on; history says who said what."""
    (told,) = program.json(
        "classify", str(write_tone(program.place / "1.wav")), "--config", str(program.config)
    )
    other = next(label for label in CATEGORIES if label not in (told["category"], "808"))
    program.start()
    write_tone(program.inbox / f"{other} one.wav")
    program.wait_until_at_rest(1)
    assert program.states() == {f"{other} one.wav": ["awaiting_review"]}
    assert f"the name says {other}" in program.run("history").stdout
    program.write_config("names: no\n")
    program.wait(
        lambda: "new settings are in force" in program.log.read_text(), "waited for the config to be read"
    )
    write_tone(program.inbox / f"{other} two.wav", frequency=111.0)
    program.wait_until_at_rest(2)
    assert program.states()[f"{other} two.wav"] == ["filed"]
