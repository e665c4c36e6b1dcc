"""How much names may count: weights learned on held-out groups, measured on a simulation of known figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.thesis import simulate
from wavized.domain.hearing import Evidence
from wavized.logic.names.lexicon import CATEGORIES
from wavized.logic.names.saying import STANDING
from wavized.logic.pooling import pool
from wavized.training.pooling import Statements, assign_folds, learn, measure, read, said_by_names

SHIPPED = {source: standing.weight for source, standing in STANDING.items()}


def test_the_simulation_has_the_known_figures():
    """An ear of 91 %, names right for 61 % and with a word in 72 %, and an override that lowers the ear."""
    statements, _ = simulate(50, seed=1)
    named = statements.others["name"]
    speaks = np.ptp(named, axis=1) > 0.05
    right = named.argmax(axis=1) == statements.truth
    assert measure(statements, {}).ear_accuracy == pytest.approx(0.913, abs=0.015)
    assert speaks.mean() == pytest.approx(100 / 138, abs=0.02)
    assert (speaks & right).mean() == pytest.approx(84 / 138, abs=0.02)
    overridden = np.where(speaks, right, statements.ear.argmax(axis=1) == statements.truth).mean()
    assert overridden == pytest.approx(0.87, abs=0.02)


@pytest.mark.parametrize("misled", [0.0, 0.4])
@pytest.mark.parametrize("seed", range(4))
def test_the_shipped_weights_raise_the_ear_and_lower_it_on_no_fold(seed, misled):
    """Also where wrongly named sounds lie nearly half-way to what they are named after, which fools both."""
    statements, _ = simulate(20, seed, misled=misled)
    place = assign_folds(statements.groups, 7)
    gains = [measure(statements.part(place == fold), SHIPPED) for fold in range(7)]
    assert not any(gain.lowers for gain in gains)
    assert measure(statements, SHIPPED).pooled_accuracy > measure(statements, SHIPPED).ear_accuracy + 0.01


@pytest.mark.parametrize("seed", range(6))
def test_learned_weights_lower_the_ear_on_no_fold_of_a_small_set(seed):
    """On 138 clips a fold has about twenty, and still none may lose: what is learned is shrunk until so."""
    learned = learn(simulate(1, seed)[0])
    assert 0.0 <= learned.weights["name"] <= 1.0
    assert not any(gain.lowers for gain in learned.with_weights)
    assert sum(gain.n for gain in learned.held_out) == 138


def test_good_names_are_given_weight_and_help_where_they_were_not_learned():
    """With enough clips the honest figure, on held-out groups, is above the ear on every fold."""
    learned = learn(simulate(20, seed=9)[0])
    assert learned.weights["name"] > 0.3
    assert not any(gain.lowers for gain in learned.held_out)
    assert all(gain.pooled_loss < gain.ear_loss for gain in learned.held_out)


def test_names_that_know_nothing_are_given_next_to_no_weight():
    """Shuffled names are noise: the weight goes to nothing, and the ear stays what it was."""
    statements, _ = simulate(5, seed=3)
    noise = np.random.default_rng(0).permutation(statements.others["name"])
    learned = learn(Statements(statements.ear, {"name": noise}, statements.truth, statements.groups))
    assert learned.weights["name"] < 0.05
    assert not any(gain.lowers for gain in learned.with_weights)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_whatever_is_said_no_fold_is_lowered(seed):
    """The guard holds for any statements at all."""
    chance = np.random.default_rng(seed)
    n, labels = 40, 4
    scores = [chance.dirichlet(np.ones(labels) * chance.uniform(0.1, 2), n) for _ in range(3)]
    statements = Statements(
        scores[0],
        {"name": scores[1], "tags": scores[2]},
        chance.integers(0, labels, n),
        np.array([f"g{g}" for g in chance.integers(0, 9, n)]),
    )
    learned = learn(statements, folds=4)
    assert not any(gain.lowers for gain in learned.with_weights)
    assert all(0.0 <= weight <= 1.0 for weight in learned.weights.values())


def test_it_pools_as_the_product_does():
    """What is learned here is used by `logic.pooling.pool`: the same numbers come out of both."""
    statements, _ = simulate(1, seed=5)
    for row in range(0, 138, 9):
        evidence = [
            Evidence("ear", dict(zip(CATEGORIES, statements.ear[row], strict=True))),
            Evidence("name", dict(zip(CATEGORIES, statements.others["name"][row], strict=True)), 0.4),
        ]
        one = Statements(
            statements.ear[[row, row]],
            {"name": statements.others["name"][[row, row]]},
            statements.truth[[row, row]],
            np.array(["a", "b"]),
        )
        given_to_truth = pool(evidence, CATEGORIES)[CATEGORIES[statements.truth[row]]]
        assert measure(one, {"name": 0.4}).pooled_loss == pytest.approx(-np.log(given_to_truth))


def test_groups_are_never_torn_apart():
    """A pack is in one fold; folds are about equally full."""
    groups = np.random.default_rng(0).choice([f"pack {n}" for n in range(30)], 300)
    place = assign_folds(groups, 7)
    assert all(len(set(place[groups == group])) == 1 for group in set(groups))
    sizes = np.bincount(place)
    assert len(sizes) == 7 and sizes.max() < 1.5 * sizes.min()


def test_what_a_training_heard_of_held_out_clips_is_read(tmp_path):
    """The answers of a training are all it takes; the folder that names the label is never evidence."""
    statements, names = simulate(1, seed=2)
    truth = [CATEGORIES[label] for label in statements.truth]
    folders = CATEGORIES[1:] + CATEGORIES[:1]  # if these were read, they would show
    files = [f"{folders[label]}/{name}" for label, name in zip(statements.truth, names, strict=True)]
    sure = np.arange(len(names)) % 5 > 0
    file = tmp_path / "out_of_fold.npz"
    np.savez(
        file,
        probabilities=statements.ear,
        labels=CATEGORIES,
        truth=[*truth[:-1], "_unlabelled_bass"],
        sure=sure,
        families=statements.groups,
        files=files,
        **{"source:tags": np.full_like(statements.ear, 1 / 7)},
    )
    stored = read(file)
    kept = sure & (np.arange(len(names)) < len(names) - 1)
    assert set(stored.others) == {"name", "folder", "pack", "tags"}
    assert np.allclose(stored.others["name"], statements.others["name"][kept])
    assert np.allclose(stored.others["folder"], 1 / 7)
    assert (stored.truth == statements.truth[kept]).all()
    assert (stored.groups == statements.groups[kept]).all()
    assert learn(stored).weights["tags"] <= 1.0


def test_labels_that_names_do_not_know_are_no_vote():
    """A category of the user's own gets the mean of what the name gives the others."""
    table = said_by_names(["reese.wav"], (*CATEGORIES, "my own"))
    scores = table["name"][0]
    assert scores[CATEGORIES.index("reese")] == scores.max()
    assert scores.min() < scores[-1] < scores.max()


def test_one_group_alone_is_refused():
    """Nothing can be held out of a single pack."""
    statements, _ = simulate(1, seed=0)
    with pytest.raises(ValueError, match="two groups"):
        learn(Statements(statements.ear, statements.others, statements.truth, np.array(["one"] * 138)))


@pytest.mark.parametrize(
    "broken",
    [
        {"others": {}},
        {"truth": np.array([0, 1])},
        {"others": {"name": np.ones((3, 2))}},
    ],
)
def test_testimony_that_does_not_fit_is_refused(broken):
    """Missing sources, or tables of unlike size are said at once."""
    whole = {
        "ear": np.full((3, 4), 0.25),
        "others": {"name": np.full((3, 4), 0.25)},
        "truth": np.array([0, 1, 2]),
        "groups": np.array(["a", "b", "c"]),
    }
    with pytest.raises(ValueError, match=r"it takes|every source"):
        Statements(**{**whole, **broken})
