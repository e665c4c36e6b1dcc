"""From arrival to rest: intake, hearing, deciding, filing, and the user's word, on real files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from support.house import House, sure_of, tree
from support.watching import wav_bytes
from wavized.domain.events import JobChanged, Notice
from wavized.domain.job import JobState
from wavized.domain.sample import FilingMode, Kind
from wavized.errors import (
    ChangedByUserError,
    FilingError,
    LibraryUnavailableError,
    ModelUnusableError,
    UsageError,
)
from wavized.services.pipeline import CHUNKS_IN_A_ROW, INTAKE_CHUNK


@pytest.fixture
def house(tmp_path):
    with House(tmp_path) as made:
        yield made


def test_each_sample_goes_where_it_belongs(house):
    """A sure one is filed, an unsure one asked about, a drum left alone, a broken one failed."""
    house.file("reese 1.wav", "acid or growl.wav", "drum.wav", "broken.wav", "silent.wav")
    assert house.states() == {
        "reese 1.wav": "filed",
        "acid or growl.wav": "awaiting_review",
        "drum.wav": "skipped",
        "broken.wav": "failed",
        "silent.wav": "skipped",
    }
    assert tree(house.library) == {"Reese": ["reese 1.wav"]}
    assert len(list(house.inbox.iterdir())) == 5


def test_a_filed_sample_is_the_same_to_the_byte(house):
    """Bytes and mtime are kept, the source stays, and the journal says why."""
    source = house.tone("growl a.wav")
    job = house.take_in(source)[0]
    house.work()
    job = house.job(job.id)
    assert job.target.read_bytes() == source.read_bytes()
    assert job.target.stat().st_mtime_ns == source.stat().st_mtime_ns
    assert "growl" in job.reason
    assert job.scores["growl"] > 0.9
    assert [witness.source for witness in job.evidence] == ["ear"]


def test_the_same_content_is_filed_once(house):
    """A second file with the same bytes is skipped, and the reason names where the first lies."""
    first, second = house.tone("sub.wav", frequency=50), house.tone("sub again.wav", frequency=50)
    house.take_in(first)
    house.work()
    house.take_in(second)
    house.work()
    twin = house.journal.find(source=second)[0]
    assert twin.state is JobState.SKIPPED
    assert "Sub/sub.wav" in twin.reason
    assert tree(house.library) == {"Sub": ["sub.wav"]}


def test_the_same_content_arriving_at_once_is_filed_once(house):
    """Twins in one batch, neither filed yet at intake, still give one file."""
    house.take_in(house.tone("sub.wav", frequency=50), house.tone("sub again.wav", frequency=50))
    house.work()
    assert tree(house.library) == {"Sub": ["sub.wav"]}


def test_a_duplicate_is_filed_again_when_the_first_is_gone(house):
    """A filed sample that the user deleted from the library does not keep its twin out."""
    first = house.file("sub.wav")[0]
    first.target.unlink()
    second = house.tone("copy of sub.wav")
    second.write_bytes((house.inbox / "sub.wav").read_bytes())
    house.take_in(second)
    house.work()
    assert tree(house.library) == {"Sub": ["copy of sub.wav"]}


def test_a_twin_of_what_waits_for_an_answer_is_not_asked_twice(house):
    """One sound, one question."""
    house.file("acid or growl.wav")
    twin = house.inbox / "acid or growl (1).wav"
    twin.write_bytes((house.inbox / "acid or growl.wav").read_bytes())
    job = house.take_in(twin)[0]
    assert job.state is JobState.SKIPPED
    assert "waits for your answer" in job.reason


def test_twins_that_came_at_once_are_asked_about_once(house):
    """Neither waited for an answer yet when the other was taken in."""
    jobs = house.take_in(
        house.tone("acid or growl.wav", frequency=50), house.tone("acid or growl (1).wav", frequency=50)
    )
    house.work()
    assert [house.job(job.id).state for job in jobs] == [JobState.AWAITING_REVIEW, JobState.SKIPPED]
    assert "waits for your answer" in house.job(jobs[1].id).reason


def test_a_name_taken_by_another_sound_gets_a_number(house):
    """Nothing in the library is ever overwritten."""
    (house.library / "Reese").mkdir()
    (house.library / "Reese" / "reese.wav").write_bytes(b"the user's own")
    house.file("reese.wav")
    assert tree(house.library) == {"Reese": ["reese (2).wav", "reese.wav"]}
    assert (house.library / "Reese" / "reese.wav").read_bytes() == b"the user's own"


def test_bad_files_are_named_and_left(house):
    """Empty, not audio, cut off and too long: each with its reason, none moved."""
    empty = house.inbox / "empty.wav"
    empty.touch()
    text = house.inbox / "text.wav"
    text.write_text("this is a shopping list\n" * 20)
    cut = house.tone("cut.wav")
    cut.write_bytes(cut.read_bytes()[:2000])
    long = house.tone("long.wav", seconds=13)
    reasons = {job.source.name: (job.state, job.reason) for job in house.take_in(empty, text, cut, long)}
    assert reasons["empty.wav"][0] is JobState.FAILED and "empty" in reasons["empty.wav"][1]
    assert reasons["text.wav"][0] is JobState.FAILED
    assert reasons["cut.wav"][0] is JobState.FAILED and "cut off" in reasons["cut.wav"][1]
    assert reasons["long.wav"][0] is JobState.SKIPPED and "13.0 s" in reasons["long.wav"][1]
    house.work()
    assert tree(house.library) == {}


def test_a_crash_on_one_sample_does_not_lose_the_next(house):
    """The sample that breaks the worker fails at its second try; all others are filed."""
    house.ear.crash_on = {"reese poison.wav"}
    names = [f"reese {n}.wav" for n in range(3)] + ["reese poison.wav"] + [f"sub {n}.wav" for n in range(3)]
    house.file(*names)
    states = house.states()
    assert states.pop("reese poison.wav") == "failed"
    assert set(states.values()) == {"filed"}
    assert "worker_crashed" in house.journal.find(states=[JobState.FAILED])[0].reason
    assert house.ear.asked[-1] == ["reese poison.wav"], "the suspect is asked alone at last"


def test_an_unusable_model_leaves_everything_waiting(house):
    """Degraded: jobs stay queued and go on when the model is back."""
    house.ear.trouble = ModelUnusableError("The model is damaged", hint="Install it again")
    house.take_in(house.tone("reese.wav"))
    with pytest.raises(ModelUnusableError):
        house.work()
    assert house.states() == {"reese.wav": "queued"}
    house.ear.trouble = None
    house.work()
    assert house.states() == {"reese.wav": "filed"}


def test_a_library_that_is_away_makes_the_sample_wait(house):
    """The source stays, the job waits as decided, and is filed when the library is back."""
    house.library.rename(house.library.with_name("unplugged"))
    house.take_in(house.tone("reese.wav"))
    with pytest.raises(LibraryUnavailableError):
        house.work()
    assert house.states() == {"reese.wav": "decided"}
    house.library.with_name("unplugged").rename(house.library)
    house.work()
    assert tree(house.library) == {"Reese": ["reese.wav"]}


def test_a_file_that_vanishes_on_the_way_fails_with_its_reason(house):
    """A path that is gone when it is to be filed is named, and nothing is left behind."""
    source = house.tone("reese.wav")

    def ear(path, really=house.ear.ear):
        answer = really(path)
        path.unlink()
        return answer

    house.ear.ear = ear
    job = house.take_in(source)[0]
    house.work()
    assert house.job(job.id).state is JobState.FAILED
    assert tree(house.library) == {}


def test_move_mode_moves_and_undo_puts_back(house):
    """Move: the source is gone once the target is whole; undo restores it."""
    before = house.tone("slap.wav").read_bytes()
    job = house.file("slap.wav", mode=FilingMode.MOVE)[0]
    assert not job.source.exists()
    assert job.target.read_bytes() == before
    house.reviewing.undo(job.id)
    assert job.source.read_bytes() == before
    assert tree(house.library) == {}


def test_undo_takes_a_copy_out_of_the_library(house):
    """Undo leaves the source alone and the library without the sample."""
    job = house.file("slap.wav")[0]
    assert house.reviewing.undo(job.id).state is JobState.REVERTED
    assert tree(house.library) == {}
    assert job.source.exists()


def test_undo_refuses_what_the_user_changed(house):
    """A filed sample that was edited since stays as the user made it."""
    job = house.file("slap.wav")[0]
    job.target.write_bytes(job.target.read_bytes() + b"edited")
    with pytest.raises(ChangedByUserError):
        house.reviewing.undo(job.id)
    assert house.job(job.id).state is JobState.FILED
    assert job.target.read_bytes().endswith(b"edited")


def test_undo_never_deletes_the_only_copy(house):
    """When the original is gone the library's copy is the last one, and it stays."""
    job = house.file("slap.wav")[0]
    job.source.unlink()
    with pytest.raises(ChangedByUserError):
        house.reviewing.undo(job.id)
    assert job.target.exists()


def test_a_correction_moves_a_filed_sample_and_is_kept_as_a_label(house):
    """Correct: it lies in the right folder, the wrong one no longer has it."""
    job = house.file("slap.wav")[0]
    corrected = house.correct(job.id, "acid")
    assert corrected.category == "acid" and corrected.corrected
    assert tree(house.library) == {"Acid": ["slap.wav"]}
    again = house.correct(job.id, "growl")
    assert tree(house.library) == {"Growl": ["slap.wav"]}
    assert house.reviewing.undo(again.id).state is JobState.REVERTED
    assert tree(house.library) == {}


def test_a_correction_refuses_what_the_user_changed(house):
    """A filed sample that was edited since is not moved."""
    job = house.file("slap.wav")[0]
    job.target.write_bytes(b"edited")
    with pytest.raises(ChangedByUserError):
        house.correct(job.id, "acid")
    assert house.job(job.id).state is JobState.FILED
    assert house.job(job.id).category == "slap"
    assert tree(house.library) == {"Slap": ["slap.wav"]}


@pytest.mark.parametrize("name", ["acid or growl.wav", "drum.wav", "broken.wav"])
def test_the_users_answer_files_what_was_not_filed(house, name):
    """A question answered, a skip overruled, a failure filed anyway."""
    job = house.file(name)[0]
    assert house.correct(job.id, "growl").state is JobState.FILED
    assert tree(house.library) == {"Growl": [name]}


def test_not_a_bass_answers_a_question_without_filing(house):
    """Review answered with a reject label leaves the sample where it is."""
    job = house.file("acid or growl.wav")[0]
    assert house.correct(job.id, "not_bass").state is JobState.SKIPPED
    assert tree(house.library) == {}


def test_not_a_bass_takes_a_filed_sample_out_again(house):
    """Said of a filed sample, it is an undo with a label."""
    job = house.file("sub.wav")[0]
    assert house.correct(job.id, "not_bass").state is JobState.REVERTED
    assert tree(house.library) == {}


def test_an_undone_sample_can_be_filed_by_hand(house):
    """Undo is not the last word."""
    job = house.file("sub.wav")[0]
    house.reviewing.undo(job.id)
    assert house.correct(job.id, "808").state is JobState.FILED
    assert tree(house.library) == {"808": ["sub.wav"]}


def test_an_answer_while_the_library_is_away_can_be_given_again(house):
    """The question stays open when its answer cannot be carried out."""
    job = house.file("acid or growl.wav")[0]
    house.library.rename(house.library.with_name("unplugged"))
    with pytest.raises(LibraryUnavailableError):
        house.correct(job.id, "acid")
    assert house.job(job.id).state is JobState.AWAITING_REVIEW
    assert house.job(job.id).candidates == ("acid", "growl")


def test_an_answer_for_a_file_that_is_gone_says_so(house):
    """The source of a question may be deleted before the answer comes."""
    job = house.file("acid or growl.wav")[0]
    job.source.unlink()
    with pytest.raises(FilingError):
        house.correct(job.id, "acid")
    assert tree(house.library) == {}


def test_wrong_numbers_and_categories_are_refused(house):
    """A person's slip is named, and nothing changes."""
    job = house.file("sub.wav")[0]
    with pytest.raises(UsageError, match="no sample"):
        house.correct(999, "acid")
    with pytest.raises(UsageError, match="no category"):
        house.correct(job.id, "../../etc")
    house.reviewing.undo(job.id)
    with pytest.raises(UsageError, match="nothing to undo"):
        house.reviewing.undo(job.id)


def test_a_sidecar_goes_along_and_comes_back(house):
    """Ableton's analysis file beside the sample is copied, follows a correction and leaves with an undo."""
    source = house.tone("reese.wav")
    source.with_name("reese.wav.asd").write_bytes(b"warp markers")
    job = house.take_in(source)[0]
    house.work()
    assert tree(house.library) == {"Reese": ["reese.wav", "reese.wav.asd"]}
    house.correct(job.id, "growl")
    assert tree(house.library) == {"Growl": ["reese.wav", "reese.wav.asd"]}
    house.reviewing.undo(job.id)
    assert tree(house.library) == {}
    assert source.with_name("reese.wav.asd").read_bytes() == b"warp markers"


def test_a_failed_sample_can_be_tried_again(house):
    """Retry hears it anew."""
    job = house.file("broken.wav")[0]
    house.ear.ear = lambda _: sure_of("acid")
    house.reviewing.retry(job.id)
    house.work()
    assert house.job(job.id).category == "acid"


def test_an_interrupted_sort_is_closed_not_resumed(house):
    """What a killed one-time sort left queued is closed with the reason; the samples stay."""
    job = house.take_in(house.tone("reese.wav"))[0]
    house.recover(carry_on=False)
    assert house.job(job.id).state is JobState.FAILED
    assert "interrupted" in house.job(job.id).reason


def test_after_a_kill_the_daemon_carries_on(house):
    """Rows left classifying are queued again and filed."""
    job = house.take_in(house.tone("reese.wav"))[0]
    house.journal.advance([replace(job, state=JobState.CLASSIFYING)], house.clock.now())
    house.recover()
    house.work()
    assert house.states() == {"reese.wav": "filed"}


def test_an_endless_flood_does_not_keep_all_waiting(tmp_path, wait_for):
    """While very many samples are still being taken in, the first of them are filed."""
    with House(tmp_path) as house:
        count = INTAKE_CHUNK * CHUNKS_IN_A_ROW + 50
        for number in range(count):
            (house.inbox / f"reese {number}.wav").write_bytes(wav_bytes(2000, number))
        pipeline = house.pipeline()
        pipeline.deliver([house.arrival(path) for path in house.inbox.iterdir()])
        pipeline.start()
        try:
            wait_for(lambda: sum(state is JobState.QUEUED for state in told(house)) == count)
        finally:
            pipeline.stop()
        states = told(house)
        last_taken_in = max(at for at, state in enumerate(states) if state is JobState.QUEUED)
        assert JobState.FILED in states[:last_taken_in]


def told(house):
    """The states that jobs were told to have reached, in order."""
    return [event.job.state for event in list(house.log.events) if isinstance(event, JobChanged)]


def test_what_waits_for_a_model_keeps_no_arrival_out(tmp_path, wait_for):
    """A flood is taken in to its end though the first of it cannot be heard."""
    with House(tmp_path) as house:
        count = INTAKE_CHUNK * CHUNKS_IN_A_ROW + 50
        for number in range(count):
            (house.inbox / f"reese {number}.wav").write_bytes(wav_bytes(2000, number))
        pipeline = house.pipeline()
        pipeline.start()
        try:
            pipeline.ask(lambda: None).result(120)
            house.ear.trouble = ModelUnusableError("The model is gone")
            pipeline.deliver([house.arrival(path) for path in house.inbox.iterdir()])
            wait_for(lambda: house.journal.counts() == {JobState.QUEUED: count})
        finally:
            pipeline.stop()


def test_the_pipeline_thread_files_pauses_and_answers(tmp_path, wait_for):
    """Arrivals are filed, a pause holds them back, a command's error comes back to its asker."""
    with House(tmp_path) as house:
        pipeline = house.pipeline()
        pipeline.start()
        try:
            pipeline.deliver([house.arrival(house.tone("reese.wav"))])
            wait_for(lambda: house.states() == {"reese.wav": "filed"})
            pipeline.set_paused(True)
            pipeline.deliver([house.arrival(house.tone("sub.wav"))])
            wait_for(lambda: house.states().get("sub.wav") == "queued")
            assert pipeline.paused
            with pytest.raises(UsageError):
                pipeline.ask(lambda: house.reviewing.undo(77)).result(120)
            pipeline.set_paused(False)
            wait_for(lambda: house.states()["sub.wav"] == "filed")
        finally:
            pipeline.stop()
    with House(tmp_path) as later:
        assert not later.pipeline().paused


def test_a_pause_outlives_a_restart(tmp_path):
    """Paused is kept in the journal."""
    with House(tmp_path) as house:
        house.pipeline().set_paused(True)
    with House(tmp_path) as later:
        assert later.pipeline().paused


def test_a_hindrance_is_told_once_and_ends(tmp_path, wait_for):
    """With the library away one notice is given; when it is back the sample is filed."""
    with House(tmp_path) as house:
        away = house.library.with_name("unplugged")
        house.library.rename(away)
        pipeline = house.pipeline()
        pipeline.start()
        try:
            pipeline.deliver([house.arrival(house.tone("reese.wav"))])
            wait_for(lambda: bool(pipeline.health.waiting))
            pipeline.wake()
            pipeline.ask(lambda: None).result(120)
            away.rename(house.library)
            pipeline.wake()
            wait_for(lambda: house.states() == {"reese.wav": "filed"})
        finally:
            pipeline.stop()
        assert sum(isinstance(event, Notice) for event in house.log.events) == 1
        assert pipeline.health.waiting == ""


def test_silence_is_no_bass(house):
    """What the ear refuses as silent is skipped as not bass, with the reason."""
    job = house.file("silent.wav")[0]
    assert job.kind is Kind.NOT_BASS
    assert "silent" in job.reason


def test_a_damaged_model_is_said_before_any_sample_comes(tmp_path, wait_for):
    """Degraded from the start, still so after another look, and well again once the model is."""
    with House(tmp_path) as house:
        house.ear.trouble = ModelUnusableError("The model is damaged", hint="Install it again")
        pipeline = house.pipeline()
        pipeline.start()
        try:
            wait_for(lambda: bool(pipeline.health.degraded))
            pipeline.wake()
            pipeline.ask(lambda: None).result(120)
            pipeline.ask(lambda: None).result(120)
            assert pipeline.health.degraded
            house.ear.trouble = None
            pipeline.wake()
            wait_for(lambda: not pipeline.health.degraded)
        finally:
            pipeline.stop()
        assert sum(isinstance(event, Notice) for event in house.log.events) == 1


def test_a_correction_finished_by_recovery_is_kept_as_the_users_word(house, tmp_path):
    """Killed after the sample moved, before the journal knew: recovery notes category and label."""
    job = house.file("slap.wav")[0]
    new = house.library / "Acid" / "slap.wav"
    running = replace(
        job, state=JobState.FILING, previous_target=job.target, target=new, candidates=("acid",)
    )
    house.journal.advance([running], house.clock.now())
    new.parent.mkdir()
    job.target.rename(new)
    house.recover()
    done = house.job(job.id)
    assert (done.state, done.category, done.corrected) == (JobState.FILED, "acid", True)
    assert "You filed it" in done.reason
    assert tree(house.library) == {"Acid": ["slap.wav"]}
    with closing(sqlite3.connect(tmp_path / "journal.db")) as journal:
        assert journal.execute("SELECT job, category FROM labels").fetchall() == [(job.id, "acid")]
