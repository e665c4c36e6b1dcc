"""Areas, calibration, intervals and paired tests, against known libraries and cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from wavized.training import statistics

flags = st.lists(st.booleans(), min_size=2, max_size=40)


def ranked(pairs: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([value for value, _ in pairs], dtype=float), np.array([flag for _, flag in pairs])


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_the_area_is_the_share_of_ordered_pairs(pairs: list[tuple[int, bool]]) -> None:
    """auroc equals counting every pair of a positive and a negative, ties half."""
    values, positive = ranked(pairs)
    wins = [
        1.0 if high > low else 0.5 if high == low else 0.0
        for high in values[positive]
        for low in values[~positive]
    ]
    expected = sum(wins) / len(wins) if wins else None
    assert statistics.auroc(values, positive) == (None if expected is None else pytest.approx(expected))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_the_area_below_the_curve_is_the_auroc(pairs: list[tuple[int, bool]]) -> None:
    """Points rise from (0, 0) to (1, 1), and what lies below them is the share of ordered pairs."""
    values, positive = ranked(pairs)
    false, true = statistics.roc(values, positive)
    area = statistics.auroc(values, positive)
    if area is None:
        assert not len(false)
        return
    assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)
    assert (np.diff(false) >= 0).all() and (np.diff(true) >= 0).all()
    assert np.trapezoid(true, false) == pytest.approx(area)


def test_curves_agree_with_scikit_learn() -> None:
    """Points and area of a noisy ranking with ties are those that scikit-learn gives."""
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(2)
    positive = rng.random(200) < 0.4
    values = np.round(rng.normal(positive.astype(float), 1.0), 1)
    false, true, _ = metrics.roc_curve(positive, values, drop_intermediate=False)
    found_false, found_true = statistics.roc(values, positive)
    assert found_false == pytest.approx(false)
    assert found_true == pytest.approx(true)
    assert statistics.auroc(values, positive) == pytest.approx(metrics.roc_auc_score(positive, values))


def test_calibration_error_weighs_bins_by_their_clips() -> None:
    """Three clips at 0.9 all right and one at 0.5 that is wrong: 3/4 of 0.1 and 1/4 of 0.5."""
    confidence, right = np.array([0.9, 0.9, 0.9, 0.5]), np.array([True, True, True, False])
    assert statistics.calibration_error(confidence, right) == pytest.approx(0.2)


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilsons_interval_is_scipys(right: int, wrong: int) -> None:
    """The closed form agrees with scipy's, to the digits of 1.96."""
    found = statistics.wilson(right, right + wrong)
    known = binomtest(right, right + wrong).proportion_ci(method="wilson")
    assert found == pytest.approx((known.low, known.high), abs=1e-4)


@given(flags, st.randoms())
def test_mcnemar_is_a_binomial_test_of_the_clips_that_differ(first: list[bool], random) -> None:
    """Only clips that one of them hears count, and swapping the two changes nothing but the counts' order."""
    second = [random.random() < 0.5 for _ in first]
    a, b = np.array(first), np.array(second)
    only_first, only_second, chance = statistics.mcnemar(a, b)
    assert statistics.mcnemar(b, a) == (only_second, only_first, chance)
    differing = only_first + only_second
    known = binomtest(only_first, differing).pvalue if differing else 1.0
    assert chance == pytest.approx(known)


def test_mcnemar_by_hand() -> None:
    """Six clips only the second hears and none only the first: 2 in 64."""
    first, second = np.array([False] * 6 + [True] * 4), np.full(10, True)
    assert statistics.mcnemar(first, second) == (0, 6, pytest.approx(2 / 64))


def mean_of(values: np.ndarray) -> statistics.Statistic:
    return lambda rows: {"mean": float(values[rows].mean())}


@given(flags, st.integers(1, 6))
def test_a_bootstrap_interval_is_within_what_can_be(right: list[bool], size: int) -> None:
    """Ends are in order and between the least and the greatest value; a seed gives the same ends again."""
    values = np.array(right, dtype=float)
    groups = np.arange(len(values)) // size
    found = statistics.bootstrap(groups, mean_of(values), replicates=60, seed=3)["mean"]
    assert found == statistics.bootstrap(groups, mean_of(values), replicates=60, seed=3)["mean"]
    if len(set(groups.tolist())) < 2:
        assert found is None
    else:
        assert found is not None
        low, high = found
        assert values.min() <= low <= high <= values.max()


def test_a_bootstrap_of_single_clips_is_about_wilsons() -> None:
    """With every clip on its own, 80 of 100 gives nearly the interval of a share."""
    values = np.array([1.0] * 80 + [0.0] * 20)
    found = statistics.bootstrap(np.arange(100), mean_of(values), replicates=2000)["mean"]
    assert found == pytest.approx(statistics.wilson(80, 100), abs=0.02)


def test_clips_that_go_together_widen_the_interval() -> None:
    """Ten packs that are all right or all wrong tell as little as ten clips."""
    values = np.repeat([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0], 10)
    alone = statistics.bootstrap(np.arange(100), mean_of(values))["mean"]
    packs = statistics.bootstrap(np.repeat(np.arange(10), 10), mean_of(values))["mean"]
    assert alone is not None and packs is not None
    assert packs[1] - packs[0] > 2 * (alone[1] - alone[0])


def test_what_most_draws_lack_has_no_interval() -> None:
    """A figure that only draws with the one rare clip can give is left without an interval."""

    def rare(rows: np.ndarray) -> dict[str, float | None]:
        return {"rare": 1.0 if (rows == 0).sum() >= 2 else None}

    assert statistics.bootstrap(np.arange(20), rare, replicates=100)["rare"] is None
