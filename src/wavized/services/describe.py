"""A job or a judgement as plain data: the JSON of `classify`, `sort`, `history` and `review`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from wavized.domain.hearing import Evidence, Fail, FileIt, Judgement, Review, Skip
from wavized.domain.job import Job, JobState
from wavized.logic.origins import origin_folder, origin_path
from wavized.logic.wording import testimony

_VERDICTS = {
    JobState.AWAITING_REVIEW: "review",
    JobState.SKIPPED: "skip",
    JobState.FAILED: "failed",
    JobState.FILED: "file",
    JobState.REVERTED: "file",
}


def describe_judgement(path: Path, judgement: Judgement) -> dict[str, object]:
    """One line of `wavized classify --json`."""
    decision = judgement.decision
    likeliest: str | None = None
    match decision:
        case FileIt(category=category):
            verdict, likeliest = "file", category
        case Review(candidates=candidates):
            verdict, likeliest = "review", candidates[0]
        case Skip():
            verdict = "skip"
        case Fail():
            verdict = "failed"
    return {
        "path": str(path),
        "verdict": verdict,
        "kind": decision.kind.value,
        "category": likeliest,
        "confidence": None if isinstance(decision, Fail) else _rounded(decision.confidence),
        "scores": {label: _rounded(score) for label, score in judgement.scores.items()},
        "evidence": [_describe_witness(witness) for witness in judgement.evidence],
        "reason": decision.reason,
        "model": judgement.model_id,
    }


def describe_job(job: Job) -> dict[str, object]:
    """One line of `wavized history --json`, `review --json` and `sort --json`."""
    likeliest = job.category or (job.candidates[0] if job.candidates else None)
    return {
        "id": job.id,
        "path": str(origin_path(job)),
        "archive": None if job.archive is None else str(job.archive),
        "from": origin_folder(job),
        "verdict": _VERDICTS.get(job.state),
        "state": job.state.value,
        "kind": job.kind.value if job.kind else None,
        "category": likeliest,
        "candidates": list(job.candidates),
        "confidence": None if job.confidence is None else _rounded(job.confidence),
        "scores": {label: _rounded(score) for label, score in job.scores.items()},
        "evidence": [_describe_witness(witness) for witness in job.evidence],
        "reason": job.reason,
        "model": job.model_id,
        "target": None if job.target is None else str(job.target),
        "mode": job.mode.value,
        "corrected": job.corrected,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
    }


def _describe_witness(witness: Evidence) -> dict[str, object]:
    """What one witness gave, and the same in words (`says`)."""
    return {**asdict(witness), "says": testimony(witness)}


def _rounded(probability: float) -> float:
    return round(probability, 4)
