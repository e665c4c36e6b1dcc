"""The HTML report: every table and picture on one page that needs no script, no network and no other file.

Names of files and models are hostile until escaped: templates escape all, and show what cannot be printed.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from wavized.training.evaluation import comparison, overlays, plots, words
from wavized.training.evaluation.decisions import VERDICTS, Json
from wavized.training.evaluation.figures import Study
from wavized.training.evaluation.latency import PERCENTILES
from wavized.training.evaluation.listening import Progress
from wavized.training.evaluation.thumbnails import thumbnail

PICTURED = 60
"""So many of the surest mistakes get a picture of their sound."""
WORDS = dict(
    zip(VERDICTS, ("filed rightly", "filed wrongly", "asked about", "left alone", "failed"), strict=True)
)


def report(
    study: Study, *, made_at: str, names: Json | None = None, progress: Progress | None = None
) -> dict[str, bytes]:
    """`report.html` and its pictures, also as PNGs of their own, by file name.

    `names` is what names and tags gave, where it was asked for.
    """
    pictures = plots.draw(study)
    page = page_of(study, pictures, _thumbnails(study, progress), made_at=made_at, names=names)
    return {**pictures, "report.html": page}


def page_of(
    study: Study,
    pictures: Mapping[str, bytes],
    thumbnails: Mapping[str, bytes],
    *,
    made_at: str,
    names: Json | None = None,
) -> bytes:
    """The page alone: `pictures` by file name, `thumbnails` by the path of the clip."""
    page = environment(study.folder).get_template("report.html")
    text = page.render(
        study=study,
        pictures=pictures,
        thumbnails=thumbnails,
        columns=list(next(iter(study.figures["confusion"].values()))),
        others=len(study.heard) - len(study.basses.truth),
        made_at=made_at,
        names=names,
        percentiles=[f"p{p}" for p in PERCENTILES],
        verdicts=WORDS,
        limit=PICTURED,
    )
    return text.encode("utf-8")


def environment(folder: Path) -> Environment:
    """Templates that escape everything; `below` shortens paths in `folder`."""

    def below(path: str) -> str:
        return str(Path(path).relative_to(folder)) if Path(path).is_relative_to(folder) else path

    figures = {
        "share": words.share,
        "percent": words.percent,
        "number": words.number,
        "points": words.points,
        "signed": words.signed,
        "chance": words.chance,
    }
    made = Environment(
        loader=PackageLoader("wavized.training.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "shown": words.shown,
        "below": below,
        "base64": lambda content: base64.b64encode(content).decode("ascii"),
        **figures,
    }
    made.globals |= figures
    return made


def compare_report(
    compared: dict[str, Any], studies: Sequence[Study], folder: Path, *, made_at: str
) -> dict[str, bytes]:
    """The same for several models side by side."""
    pictures = overlays.draw(studies)
    text = (
        environment(folder)
        .get_template("comparison.html")
        .render(
            compared=compared,
            rows=comparison.rows(compared),
            pictures=pictures,
            folder=folder,
            others=len(studies[0].heard) - compared["n"],
            made_at=made_at,
        )
    )
    return {**pictures, "report.html": text.encode("utf-8")}


def _thumbnails(study: Study, progress: Progress | None) -> dict[str, bytes]:
    rows = study.figures["misclassified"][:PICTURED]
    made = {}
    for done, row in enumerate(rows, 1):
        picture = thumbnail(Path(row["path"]), seconds=study.info.window_s)
        if picture is not None:
            made[row["path"]] = picture
        if progress:
            progress(done, len(rows))
    return made
