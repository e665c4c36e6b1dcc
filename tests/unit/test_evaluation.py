"""The figures of an evaluation, checked against cases worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.audio import write_tone
from support.fake_classifier import MODEL, FakeClassifier, scored
from wavized.domain.hearing import Evidence, Refused, Unanswered
from wavized.domain.sample import Kind
from wavized.training import calibration, evaluation, statistics
from wavized.training.corpus import CorpusError
from wavized.training.evaluation import Heard, Json, latency, listening


def heard(truth: str, guess: str, probability: float = 0.9) -> Heard:
    return Heard(Path("x.wav"), truth, scored(guess, probability).scores, 10.0)


def figures(clips: list[Heard]) -> Json:
    """The figures as they are printed: through JSON and back."""
    back: Json = json.loads(json.dumps(evaluation.metrics(clips, MODEL)))
    return back


def test_accuracy_is_forced_choice_among_the_seven() -> None:
    """A bass that sounds most like a reject still counts by its likeliest category."""
    clip = Heard(
        Path("x"), "acid", {**dict.fromkeys(scored().scores, 0.0), "loop": 0.7, "acid": 0.2, "sub": 0.1}, 1
    )
    found = figures([clip, heard("808", "808"), heard("sub", "808"), heard("loop", "loop")])
    assert found["n"] == 3
    assert found["accuracy"] == pytest.approx(2 / 3)


def test_the_rhythm_counts_in_decisions_and_rejection_but_not_in_forced_choice() -> None:
    """What else was heard is weighed as the product does; who would win among the seven is the ear's."""
    loop_like = Evidence("rhythm", {label: 0.9 if label == "loop" else 0.1 for label in scored().scores})
    alone = [heard("loop", "loop", 0.3), heard("808", "808", 0.97), heard("sub", "808", 0.5)]
    was, now = figures(alone), figures([replace(clip, evidence=(loop_like,)) for clip in alone])
    assert (was["decisions"]["loop"]["skip"], now["decisions"]["loop"]["skip"]) == (0, 1)
    assert now["rejection"]["bound"] > was["rejection"]["bound"]
    for name in ("accuracy", "confusion", "auc_macro", "ece"):
        assert now[name] == was[name]


def test_per_class_figures_and_confusion() -> None:
    """Precision, recall, F1 and counts are those of the table."""
    found = figures(
        [
            heard("808", "808"),
            heard("808", "808"),
            heard("808", "sub"),
            heard("sub", "sub"),
            heard("sub", "808"),
        ]
    )
    assert found["per_class"]["808"] == pytest.approx(
        {"precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "support": 3}
    )
    assert found["per_class"]["sub"] == pytest.approx(
        {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2}
    )
    assert found["confusion"]["808"]["sub"] == 1
    assert found["confusion"]["sub"] == {**dict.fromkeys(MODEL.categories, 0), "808": 1, "sub": 1}
    assert found["macro_f1"] == pytest.approx((2 / 3 + 0.5) / 2)


def test_what_was_not_heard_is_wrong() -> None:
    """A crash or a refusal on a bass counts against accuracy and shows in the confusion."""
    silent = Heard(Path("x"), "sub", None, 5.0, Kind.NOT_BASS)
    crash = Heard(Path("x"), "sub", None, 5.0)
    found = figures([silent, crash, heard("sub", "sub")])
    assert found["accuracy"] == pytest.approx(1 / 3)
    assert found["confusion"]["sub"]["unheard"] == 2
    assert found["decisions"]["bass"] == {"file": 1, "file_wrong": 0, "review": 0, "skip": 1, "failed": 1}


def test_rejects_count_as_the_product_decides() -> None:
    """Left alone is left alone, be it by the ear or because the file is silent; review and filing are not."""
    found = figures(
        [
            heard("not_bass", "not_bass"),
            heard("not_bass", "loop"),
            heard("not_bass", "808", 0.99),
            Heard(Path("x"), "not_bass", None, 1.0, Kind.NOT_BASS),
            heard("loop", "sub", 0.5),
        ]
    )
    assert found["reject"] == {"not_bass": 0.75, "loop": 0.0}
    assert found["decisions"]["not_bass"]["file_wrong"] == 1
    assert found["decisions"]["loop"]["review"] == 1
    assert found["n"] == 0 and found["accuracy"] == 0.0 and found["ece"] is None


def test_perfect_answers_give_perfect_areas() -> None:
    """Areas are 1 where every class is told apart, and unknown for the confidence where nothing is wrong."""
    found = figures([heard(label, label) for label in MODEL.categories])
    assert found["auc_macro"] == 1.0
    assert found["auroc_confidence"] is None
    assert found["macro_f1"] == 1.0


def test_coverage_says_how_much_is_filed_and_right() -> None:
    """Each row counts what reaches the threshold; nothing filed has no accuracy."""
    found = figures([heard("808", "808", 0.95), heard("808", "sub", 0.6), heard("acid", "acid", 0.8)])
    rows = {row["threshold"]: row for row in found["coverage"]}
    assert rows[0.0]["coverage"] == 1.0 and rows[0.0]["accuracy"] == pytest.approx(2 / 3)
    assert rows[0.7]["coverage"] == pytest.approx(2 / 3) and rows[0.7]["accuracy"] == 1.0
    assert rows[0.99] == {"threshold": 0.99, "coverage": 0.0, "accuracy": None}


def test_a_tree_is_measured_through_the_classifier(tmp_path: Path) -> None:
    """Label folders are walked, one file is asked at a time, and names are not looked at."""
    for name in ("808/acid bass.wav", "acid/a.wav", "acid/pack/b.wav", "loop/c.wav", "pad/d.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        write_tone(tmp_path / name)
    answers = {"acid bass": scored("808"), "a": scored("acid"), "b": Unanswered("crashed", suspect=True)}
    answers["c"] = Refused(Kind.NOT_BASS, "is silent")
    classifier = FakeClassifier(lambda path: answers[path.stem])
    found = evaluation.evaluate(tmp_path, classifier)
    assert found["n"] == 3
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["reject"] == {"not_bass": None, "loop": 1.0}


def test_a_tree_without_labels_is_refused(tmp_path: Path) -> None:
    """An empty folder is an error, not a score of nought."""
    with pytest.raises(CorpusError, match="No labelled sound"):
        evaluation.evaluate(tmp_path, FakeClassifier())


def with_groups(folder: Path) -> dict[str, str]:
    """Group by file, of all that lies there."""
    clips = listening.find(folder, MODEL.categories)
    return {
        path.relative_to(folder).as_posix(): group
        for (path, _), group in zip(clips, listening.groups(folder, clips), strict=True)
    }


def test_clips_of_a_pack_are_one_group(tmp_path: Path) -> None:
    """The folder below the label is the pack, whatever lies deeper; a clip without one stands alone."""
    for name in ("808/a.wav", "808/Pack/b.wav", "sub/Pack/deep/c.wav"):
        write_tone(tmp_path / name)
    assert with_groups(tmp_path) == {"808/a.wav": "", "808/Pack/b.wav": "Pack", "sub/Pack/deep/c.wav": "Pack"}


def test_a_manifest_says_the_group(tmp_path: Path) -> None:
    """A row's group goes before the pack folder; files without a row fall back to it."""
    for name in ("808/Pack/a.wav", "808/Pack/b.wav"):
        write_tone(tmp_path / name)
    (tmp_path / "manifest.csv").write_text("file,group\n808/Pack/a.wav,maker\n808/gone.wav,x\n")
    assert with_groups(tmp_path) == {"808/Pack/a.wav": "maker", "808/Pack/b.wav": "Pack"}
    (tmp_path / "manifest.csv").write_bytes(b"\xef\xbb\xbffile,group\r\n808/Pack/a.wav,maker\r\n")
    assert with_groups(tmp_path)["808/Pack/a.wav"] == "maker", "as a spreadsheet saves it"
    (tmp_path / "manifest.csv").write_text("something,else\n1,2\n")
    assert with_groups(tmp_path)["808/Pack/a.wav"] == "Pack"
    (tmp_path / "manifest.csv").write_bytes(b"file,group\n\xff\xfe,x\n")
    with pytest.raises(CorpusError, match="cannot be read"):
        with_groups(tmp_path)


def test_intervals_say_what_they_rest_on() -> None:
    """Each figure has an interval around it, and the number of groups and draws is told."""
    clips = [heard("808", "808" if n % 3 else "sub", 0.5 + n / 100) for n in range(30)]
    found = figures(clips)["intervals"]
    assert found["groups"] == 30 and found["replicates"] > 0 and "bootstrap" in found["method"]
    for name in ("accuracy", "macro_f1", "ece", "auroc_confidence"):
        low, high = found[name]
        assert low <= high
    assert found["accuracy"][0] < 20 / 30 < found["accuracy"][1]


def test_a_single_group_has_no_bootstrap_interval() -> None:
    """Clips of one pack do not tell how another pack would do."""
    clips = [replace(heard("808", "808"), group="Pack"), replace(heard("808", "sub"), group="Pack")]
    assert figures(clips)["intervals"]["accuracy"] is None


def rejected(truth: str, reject: float) -> Heard:
    """A clip whose reject probability is this, all of it for `loop`."""
    scores = {**dict.fromkeys(scored().scores, 0.0), "808": 1 - reject, "loop": reject}
    return Heard(Path("x.wav"), truth, scores, 10.0)


def test_rejection_is_measured_by_the_summed_reject_probability() -> None:
    """Twenty basses, of which one may be lost: the bound is the 19th, and what lies below gets through."""
    basses = [rejected("808", n / 100) for n in range(20)]
    others = [rejected("not_bass", 0.1), rejected("not_bass", 0.9), rejected("loop", 0.95)]
    found = figures([*basses, *others, Heard(Path("x"), "loop", None, 1.0, Kind.NOT_BASS)])["rejection"]
    assert found["bound"] == pytest.approx(0.18)
    assert found["all"]["let_through"] == pytest.approx(1 / 4)
    assert found["by_label"]["not_bass"]["let_through"] == pytest.approx(1 / 2)
    assert found["by_label"]["loop"] == {
        "n": 2,
        "auroc": 1.0,
        "let_through": 0.0,
        "interval": list(statistics.wilson(0, 2)),
    }
    assert found["by_label"]["not_bass"]["auroc"] == pytest.approx((10.5 / 20 + 1) / 2)


def test_a_model_without_rejects_has_no_rejection_to_measure() -> None:
    """Its other sounds still show in what it would file."""
    plain = replace(MODEL, rejects={})
    sure = {**dict.fromkeys(MODEL.categories, 0.0), "808": 1.0}
    found = evaluation.metrics(
        [Heard(Path("x"), "loop", sure, 1.0), Heard(Path("y"), "808", sure, 1.0)], plain
    )
    assert found["rejection"] is None
    assert found["reject"] == {"loop": 0.0}
    assert found["filed"]["n"] == 2 and found["filed"]["wrong_share"] == 0.5


def test_mistakes_are_listed_the_surest_first() -> None:
    """Wrong basses and filed rejects with guess and second guess; what was asked about is no mistake."""
    wrong = Heard(Path("w"), "acid", {**scored("808", 0.6).scores, "acid": 0.3}, 1.0)
    found = figures(
        [
            wrong,
            heard("sub", "sub"),
            Heard(Path("u"), "sub", None, 1.0),
            replace(heard("loop", "808", 0.99), path=Path("l")),
            heard("not_bass", "808", 0.4),
        ]
    )["misclassified"]
    assert [row["path"] for row in found] == ["l", "w", "u"]
    assert (found[1]["guess"], found[1]["second"], found[1]["verdict"]) == ("808", "acid", "review")
    assert found[2]["guess"] == "unheard" and found[2]["second"] is None


def test_bins_of_reliability_hold_every_clip() -> None:
    """Counts add up, and each bin's own figures lie within it."""
    rows = figures([heard("808", "808" if n % 2 else "sub", n / 40) for n in range(8, 40)])["reliability"]
    assert sum(row["n"] for row in rows) == 32
    assert all(row["from"] <= row["confidence"] <= row["to"] for row in rows)
    assert all(row["interval"][0] <= row["accuracy"] <= row["interval"][1] for row in rows)


def test_batches_are_timed_in_the_sizes_promised(tmp_path: Path) -> None:
    """1, 50, 75 and 100 clips, as often as wished, however few clips there are; progress reaches its end."""
    classifier = FakeClassifier(batch_size=1000)
    told: list[tuple[int, int]] = []
    found = latency.time_batches(
        [Path("a"), Path("b"), Path("c")], classifier, runs=2, progress=lambda *at: told.append(at)
    )
    assert [len(batch) for batch in classifier.asked] == [1, 1, 1, 50, 50, 75, 75, 100, 100]
    assert list(found) == ["1", "50", "75", "100"]
    assert all(row["runs"] == 2 and 0 < row["p50"] <= row["p99"] for row in found.values())
    assert told[-1] == (452, 452) and told == sorted(told)
    assert latency.time_batches([Path("a")], classifier, runs=0) == {}


def test_batches_that_were_not_answered_are_told() -> None:
    """A worker that dies makes no fast batch."""
    found = latency.time_batches([Path("a"), Path("b")], FakeClassifier(crashes_on={"a"}), runs=1)
    assert found["100"]["unanswered"] > 0


def test_calibration_error_is_the_gap_between_said_and_true() -> None:
    """Ten answers at 0.9 of which six are right are off by 0.3."""
    confidence, right = np.full(10, 0.9), np.array([True] * 6 + [False] * 4)
    assert statistics.calibration_error(confidence, right) == pytest.approx(0.3)


def test_the_interval_is_wilsons() -> None:
    """126 of 138 lie between 85.4 and 95.0 % with 95 % certainty."""
    low, high = statistics.wilson(126, 138)
    assert (round(low, 3), round(high, 3)) == (0.854, 0.95)


@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_its_share(right: int, wrong: int) -> None:
    """The interval lies within 0 and 1 and around the share itself."""
    low, high = statistics.wilson(right, right + wrong)
    share = right / (right + wrong) if right + wrong else 0.5
    assert 0.0 <= low <= share + 1e-9 and share - 1e-9 <= high <= 1.0


def noisy_logits(sharpness: float, count: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are right as often as their softmax at temperature `sharpness` says."""
    rng = np.random.default_rng(5)
    honest = rng.normal(0, 1.5, (count, 9))
    shares = calibration.probabilities(honest, 1.0)
    truth = np.array([rng.choice(9, p=row) for row in shares])
    return honest * sharpness, truth


@pytest.mark.parametrize("sharpness", [0.7, 1.0, 2.5])
def test_the_temperature_undoes_overconfidence(sharpness: float) -> None:
    """Logits made too sharp by a factor are divided by about that factor."""
    logits, truth = noisy_logits(sharpness)
    assert calibration.temperature(logits, truth) == pytest.approx(sharpness, rel=0.12)


def test_thresholds_keep_the_bound_on_what_is_filed_wrongly() -> None:
    """At the chosen point at most 2 % of what is filed is wrong, and something is filed."""
    logits, truth = noisy_logits(1.0)
    scores = calibration.probabilities(2.0 * logits, 2.0)
    found = calibration.thresholds(scores, truth, 7)
    assert found.wrong_among_filed <= 0.02
    top = scores[:, :7].max(axis=1)
    filed = (scores[:, 7:].sum(axis=1) < found.reject_above) & (top >= found.file_above)
    assert filed.any() and found.filed > 0


def test_the_coverage_table_tells_what_each_threshold_files() -> None:
    """More caution files less, and at the chosen threshold the table says what was chosen."""
    logits, truth = noisy_logits(1.0)
    scores = calibration.probabilities(2.0 * logits, 2.0)
    table = calibration.coverage(scores, truth, 7, calibration.Thresholds(0.9, 0.0, 0.5, 0.0, 0.0))
    assert [row["filed"] for row in table] == sorted((row["filed"] for row in table), reverse=True)
    chosen = calibration.thresholds(scores, truth, 7)
    there = calibration.coverage(scores, truth, 7, chosen)
    near = min(there, key=lambda row: abs(row["threshold"] - chosen.file_above))
    assert near["filed"] == pytest.approx(chosen.filed, abs=0.1)


def test_each_category_is_filed_from_where_it_was_shown_to_be_right() -> None:
    """A category that is often wrong asks for more; one shown by one family, or by one sound, for 0.98."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 9, 6000)
    scores = np.full((6000, 9), 0.0)
    sure = rng.uniform(0.5, 1.0, 6000)
    guess = truth.copy()
    swapped = (truth == 1) & (sure < 0.94) & (rng.random(6000) < 0.3)
    guess[swapped] = 2  # 1 is taken for 2 where the ear is not quite sure
    scores[np.arange(6000), guess] = sure
    scores += ((1 - sure) / 9)[:, None]
    families = np.array([f"family {n % 7}" for n in range(6000)])
    families[guess == 3] = "the only one"
    sounds = np.array([f"sound {n}" for n in range(6000)])
    sounds[guess == 4] = "the one that all were produced from"
    origins = calibration.Origins(sounds, families)
    overall = calibration.Thresholds(0.8, 0.0, 0.5, 0.0, 0.0)
    found = calibration.by_category(scores, truth, origins, ("a", "b", "c", "d", "e", "f", "g"), overall)
    assert calibration.LEAST_SURE < found.file_above_for["c"] < calibration.UNPROVEN
    assert found.file_above_for["a"] == calibration.LEAST_SURE
    assert found.file_above_for["d"] == calibration.UNPROVEN
    assert found.file_above_for["e"] == calibration.UNPROVEN
    assert found.wrong_among_filed <= calibration.MOST_WRONG
    assert found.filed > 0


def test_hopeless_scores_are_filed_with_caution() -> None:
    """Where no setting is right often enough, the cautious one is taken and its error is told."""
    rng = np.random.default_rng(1)
    scores = calibration.probabilities(rng.normal(0, 8, (400, 9)), 1.0)
    found = calibration.thresholds(scores, (scores.argmax(axis=1) + 1) % 9, 7)
    assert (found.file_above, found.margin) == calibration.CAUTIOUS
    assert found.wrong_among_filed > 0.5
