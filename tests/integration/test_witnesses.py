"""Names, tags and Splice's catalogue through the real services and journal; only the ear is scripted."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from support.audio import tone
from support.house import House, ScriptedEar, sure_of, tree
from support.sounds_db import make_sounds_db
from wavized.audio.tags import read_tags
from wavized.domain.job import JobState
from wavized.services.describe import describe_job
from wavized.services.sorting import hear_one_by_one
from wavized.services.witnesses import Bystanders
from wavized.splice import SpliceCatalogue


def told(share: float = 0.95, label: str = "growl") -> ScriptedEar:
    """An ear that hears the same in every file."""
    return ScriptedEar(lambda _: sure_of(label, share))


@pytest.fixture
def make_house(tmp_path):
    """A house in which names are heeded, and which is closed in the end."""
    made = []

    def make(ear: ScriptedEar, *databases: Path) -> House:
        house = House(tmp_path, ear=ear)
        made.append(house)
        catalogue = SpliceCatalogue(lambda: databases)
        house.sorting.witnesses = Bystanders(read_tags=read_tags, catalogue=catalogue)
        return house

    yield make
    for house in made:
        house.journal.close()


def test_a_name_that_agrees_files_what_the_ear_alone_would_ask_about(make_house):
    """The journal keeps every witness with what it said, and its reading in words."""
    house = make_house(told(0.72))
    plain, named = house.file("bristly.wav", "growl 1.wav")
    assert (plain.state, named.state) == (JobState.AWAITING_REVIEW, JobState.FILED)
    assert tree(house.library) == {"Growl": ["growl 1.wav"]}
    assert [witness.source for witness in named.evidence] == ["ear", "name"]
    said = [witness["says"] for witness in describe_job(named)["evidence"]]
    assert said[1] == 'the name says growl ("growl")'
    assert "the name says growl" in named.reason


def test_a_name_that_contradicts_makes_it_ask(make_house):
    """A sure ear files what is called nothing, and asks about what is called something else."""
    house = make_house(told())
    plain, named, loop, drum = house.file("x.wav", "dark reese.wav", "growl_loop.wav", "808 snare.wav")
    assert plain.state is JobState.FILED
    assert [job.state for job in (named, loop, drum)] == [JobState.AWAITING_REVIEW] * 3
    assert named.reason == "The ear says growl (95 %), the name says reese"
    assert named.candidates == ("growl", "reese")
    assert loop.reason.endswith("the name says loop") and drum.reason.endswith("the name says no bass")


def test_what_the_ear_rejects_stays_unfiled_whatever_it_is_called(make_house):
    """A drum in a folder, a pack and under a name of basses is left alone."""
    house = make_house(told(0.9, "not_bass"))
    (job,) = house.file("Reese Pack/Reese/reese.wav")
    assert job.state is JobState.SKIPPED
    assert {witness.source for witness in job.evidence} == {"ear", "name", "folder", "pack"}
    assert tree(house.library) == {}


def test_tags_inside_a_file_are_heard(make_house):
    """A title may say what the name does not."""
    house = make_house(told(0.78))
    path = house.inbox / "0001.flac"
    with soundfile.SoundFile(path, "w", 44_100, 1, format="FLAC") as file:
        file.title = "Growler"
        file.write(tone(seconds=0.3))
    (job,) = house.take_in(path)
    house.work()
    assert house.job(job.id).state is JobState.FILED
    assert "the tags say growl" in house.job(job.id).reason


def test_splices_catalogue_is_heard(make_house, tmp_path):
    """A sample that Splice calls a loop is not filed on the ear's word alone."""
    place = tmp_path / "inbox/Splice/sounds/packs/Pack/Vendor/0001.wav"
    row = {"local_path": str(place), "tags": "bass, growl", "sample_type": "loop", "bpm": 140}
    house = make_house(told(), make_sounds_db(tmp_path / "sounds.db", [row]))
    (job,) = house.file(place.relative_to(house.inbox).as_posix())
    assert job.state is JobState.AWAITING_REVIEW
    assert job.reason == "The ear says growl (95 %), Splice says loop"


def test_switched_off_only_the_sound_counts(make_house):
    """As it was before: no witness but the ear, and no word of names in the reason."""
    house = make_house(told())
    house.sorting.witnesses = None
    (job,) = house.file("reese_loop.wav")
    assert job.state is JobState.FILED
    assert [witness.source for witness in job.evidence] == ["ear"]
    assert "name" not in job.reason


def test_a_fault_in_reading_names_does_not_hold_up_the_sample(make_house, caplog):
    """What the ear says counts, the others are filed as well, and the log tells."""

    class Broken:
        def about(self, path: Path, named: Path | None = None):
            raise RuntimeError(f"a fault met with {path.name}")

    house = make_house(told())
    house.sorting.witnesses = Broken()
    jobs = house.file("one.wav", "two.wav")
    assert [job.state for job in jobs] == [JobState.FILED] * 2
    assert "a fault met with one.wav" in caplog.text


def test_a_classified_file_gets_the_answer_that_sorting_gives(make_house):
    """`classify` and the pipeline weigh the same witnesses in the same way."""
    house = make_house(told(0.72))
    names = ["growl.wav", "reese.wav", "growl loop.wav", "plain.wav"]
    jobs = house.file(*names)
    judgements = hear_one_by_one(
        house.ear, [job.source for job in jobs], house.sorting.sureness, house.sorting.witnesses
    )
    assert [judgement.decision.reason for judgement in judgements] == [job.reason for job in jobs]
    assert [judgement.evidence for judgement in judgements] == [job.evidence for job in jobs]


def test_evidence_survives_the_journal(make_house):
    """What is read back is what was said, to the last digit."""
    house = make_house(told())
    (job,) = house.file("Acid/dark reese.wav")
    said = house.sorting.witnesses.about(job.source)
    assert [witness.source for witness in said] == ["name", "folder"]
    assert house.job(job.id).evidence[1:] == said
