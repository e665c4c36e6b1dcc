"""A whole audit in the foreground of `wavized train --audit`: hear, compare, judge, report.

Reads the corpus, writes the report folder alone, and only when all is done: Ctrl-C leaves nothing half.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wavized.errors import UsageError
from wavized.training import corpus
from wavized.training.audit import confounds, doubt, findings, hearing, outliers, twins
from wavized.training.corpus import CorpusError
from wavized.training.evaluation import saving

PAGE, DATA = "index.html", "audit.json"

Say = Callable[[str], None]
Watch = Callable[[str], hearing.Advance]
"""Given what is going on, what to tell how far it is."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is audited, where the report goes, and whose out-of-fold probabilities judge the labels."""

    folders: tuple[Path, ...]
    report: Path
    probabilities: Path | None = None


def audit(order: Order, say: Say, watch: Watch) -> findings.Audit:
    """Audit and report. Raises CorpusError, UsageError."""
    from wavized.training.audit import page  # draws: asked for only when there is something to draw

    _must_be_apart(order)
    known = doubt.read_probabilities(order.probabilities) if order.probabilities else None
    sources = corpus.gather(order.folders)
    saving.prepare(order.report)
    heard = hearing.hear(sources, corpus.names(sources, order.folders), watch("Listening"))
    found = examine(order, heard, known, say, watch)
    made = page.render(found, heard, watch("Drawing"))
    content = json.dumps(found.as_json(), indent=1, allow_nan=False)
    saving.save(order.report, {DATA: content.encode("utf-8"), PAGE: made})
    return found


def examine(
    order: Order,
    heard: Sequence[hearing.Heard],
    known: dict[str, dict[str, float]] | None,
    say: Say,
    watch: Watch,
) -> findings.Audit:
    """Everything there is to say of clips that were heard."""
    training = [clip for clip in heard if clip.source.use == "train"]
    pairs = twins.find(heard, watch("Comparing"))
    verdicts = _judge(training, known, say)
    return findings.Audit(
        folders=tuple(str(folder) for folder in order.folders),
        clips=len(training),
        measured_apart=len(heard) - len(training),
        findings=findings.gather(heard, pairs, outliers.find(heard), verdicts),
        origins=tuple(confounds.origins([clip.source for clip in training])),
        confounds=tuple(confounds.find(training)),
        quartiles=confounds.quartiles(training),
        verdicts=verdicts,
    )


def _judge(
    training: Sequence[hearing.Heard], known: dict[str, dict[str, float]] | None, say: Say
) -> doubt.Verdicts:
    if known is None:
        say("no out-of-fold probabilities were given: a simple stand-in judges the labels")
        try:
            return doubt.judge(training, doubt.stand_in(training), "a stand-in on hand features")
        except CorpusError as error:
            say(f"labels are not judged: {error.message}")
            return doubt.Verdicts((), {}, 0.0, 0, "nobody")
    verdicts = doubt.judge(training, known, "a model that never heard its family")
    if not verdicts.judged:
        raise UsageError(
            "The probabilities are of other files than those of this corpus",
            hint="Names are paths in the corpus folder, with / between their parts",
        )
    if verdicts.judged < len(training):
        say(f"probabilities are known of {verdicts.judged} of {len(training)} clips")
    return verdicts


def _must_be_apart(order: Order) -> None:
    report = order.report.resolve()
    for folder in order.folders:
        if report.is_relative_to(folder.resolve()):
            raise UsageError(
                "The report would lie in the corpus it is about", hint="Name a folder elsewhere with --audit"
            )
