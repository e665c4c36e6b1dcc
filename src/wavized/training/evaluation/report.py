"""The HTML report: every table and picture on one page that needs no script, no network and no other file.

Names of files and models are hostile until escaped: templates escape all, and show what cannot be printed.
"""

from __future__ import annotations

import base64
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from wavized.training.evaluation import plots
from wavized.training.evaluation.decisions import VERDICTS
from wavized.training.evaluation.figures import Study
from wavized.training.evaluation.latency import PERCENTILES
from wavized.training.evaluation.listening import Progress
from wavized.training.evaluation.thumbnails import thumbnail

PICTURED = 60
"""So many of the surest mistakes get a picture of their sound."""
WORDS = dict(
    zip(VERDICTS, ("filed rightly", "filed wrongly", "asked about", "left alone", "failed"), strict=True)
)


def report(study: Study, *, made_at: str, progress: Progress | None = None) -> dict[str, bytes]:
    """`report.html` and its pictures, also as PNGs of their own, by file name."""
    pictures = plots.draw(study)
    page = environment(study.folder).get_template("report.html")
    text = page.render(
        study=study,
        pictures=pictures,
        thumbnails=_thumbnails(study, progress),
        columns=list(next(iter(study.figures["confusion"].values()))),
        others=len(study.heard) - len(study.basses.truth),
        made_at=made_at,
        percentiles=[f"p{p}" for p in PERCENTILES],
        verdicts=WORDS,
        limit=PICTURED,
    )
    return {**pictures, "report.html": text.encode("utf-8")}


def environment(folder: Path) -> Environment:
    """Templates that escape everything; `below` shortens paths in `folder`."""

    def below(path: str) -> str:
        return str(Path(path).relative_to(folder)) if Path(path).is_relative_to(folder) else path

    made = Environment(
        loader=PackageLoader("wavized.training.evaluation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "shown": shown,
        "below": below,
        "share": share,
        "percent": percent,
        "number": number,
        "base64": lambda content: base64.b64encode(content).decode("ascii"),
    }
    made.globals |= {"share": share, "percent": percent, "number": number}
    return made


def shown(text: str) -> str:
    """A name with what cannot be printed (line ends, direction marks, bytes that are no text) in sight."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def share(value: float | None) -> str:
    """A share of 1 in percent, one digit."""
    return "-" if value is None else f"{100 * value:.1f} %"


def percent(value: float | None) -> str:
    """The same, whole and without the sign, for columns that say what they hold."""
    return "-" if value is None else f"{100 * value:.0f}"


def number(value: float | None) -> str:
    """A figure of 1, three digits."""
    return "-" if value is None else f"{value:.3f}"


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
