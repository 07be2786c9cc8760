"""A planted leak costs what it was made to cost; a clean split is left alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from unheard.corpus.table import Corpus
from unheard.diagnose.cause import Outcome
from unheard.diagnose.experiment import Material, Part, Training
from unheard.diagnose.material import PartOptions, read_test
from unheard.diagnose.split_flattery import split_flattery
from unheard.runtime.bundle import Bundle
from unheard.runtime.model import Answers, BundleModel
from unheard.signal.audio_file import write_audio
from unheard.train.recipe import load_recipe

RATE = 8000


@dataclass(frozen=True)
class FirstSample:
    """Says the class that the first sample of a clip names, in hundredths."""

    name: str = "first-sample"
    labels: tuple[str, ...] = ("low", "high")
    sample_rate: int = RATE
    window_samples: int = 2400
    temperature: float = 1.0

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        said = np.round(100 * samples[:, 0]).astype(np.int64)
        return Answers(np.eye(2, dtype=np.float32)[said], None)


MODEL = FirstSample()
MakePart = Callable[..., Part]


def clips(
    make_part: MakePart, speakers: Sequence[str], share_right: float, seed: int = 0, **columns: object
) -> Part:
    """Ten clips of each speaker, of which the model gets this share right."""
    random = np.random.default_rng(seed)
    groups = [name for name in speakers for _ in range(10)]
    classes = random.integers(2, size=len(groups))
    said = np.where(random.random(len(groups)) < share_right, classes, 1 - classes)
    samples = 0.05 * random.standard_normal((len(groups), 2400)).astype(np.float32)
    samples[:, 0] = said / 100
    return make_part(samples, classes, groups, MODEL, **columns)


def joined(one: Part, other: Part) -> Part:
    ids = tuple(f"{row}" for row in range(len(one) + len(other)))
    frame = pl.concat([one.frame, other.frame]).with_columns(id=pl.Series(ids), path=pl.lit(None, pl.String))
    samples = np.concatenate([one.samples, other.samples])
    classes = np.concatenate([one.classes, other.classes])
    return Part(ids, samples, classes, (*one.groups, *other.groups), frame, MODEL.answer(samples))


def training(speakers: Sequence[str | None], **columns: object) -> Training:
    count = len(speakers)
    frame = {
        "id": [f"t{row}" for row in range(count)],
        "path": [f"/trained/{row}.wav" for row in range(count)],
        "duration_s": [0.05] * count,
        "sample_rate": [RATE] * count,
        "label": ["low"] * count,
        "speaker": speakers,
        **columns,
    }
    return Training(Corpus(pl.DataFrame(frame)))


def names(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


def found(test: Part, learned: Training, live: Part | None = None) -> Outcome:
    return split_flattery(Material(MODEL, test, live, learned))


def test_heard_speakers_flatter_by_their_share_of_the_gap(make_part: MakePart) -> None:
    heard, new = clips(make_part, names("h", 40), 0.95), clips(make_part, names("n", 40), 0.7, seed=1)
    outcome = found(joined(heard, new), training(names("h", 40)))
    (cause,) = outcome.causes
    truth = 100 * (heard.correct.mean() - new.correct.mean()) / 2
    assert (cause.name, cause.where, cause.blamed) == ("leaked-split", "claim", True)
    assert cause.points.value == pytest.approx(truth, abs=0.6)  # but for the mix of labels
    assert cause.points.low is not None
    assert 0 < cause.points.low < truth < (cause.points.high or 0)
    assert cause.message.startswith(
        "400 of 800 test clips (50 %) are of speakers who were trained on; accuracy is"
    )
    assert f"the test promises {cause.points.value:.1f} points (" in cause.message
    assert [(row.kind, dict(row.settings)) for row in cause.remedies] == [("split", {"method": "group"})]
    assert outcome.remarks == ("400 of 800 test clips (50 %) are of speakers who were trained on.",)
    by_kind = {row["kind"]: row for row in outcome.facts["kinds"]}
    assert (by_kind["speaker"]["heard_clips"], by_kind["speaker"]["new_clips"]) == (400, 400)
    assert by_kind["copy"]["heard_clips"] == 0


def test_a_leak_that_flatters_nobody_is_told_and_not_blamed(make_part: MakePart) -> None:
    heard, new = clips(make_part, names("h", 30), 0.9), clips(make_part, names("n", 30), 0.9, seed=1)
    outcome = found(joined(heard, new), training(names("h", 30)))
    assert not outcome.causes[0].blamed
    assert "are of speakers who were trained on" in outcome.remarks[0]


def test_words_that_are_harder_are_not_taken_for_new_voices(make_part: MakePart) -> None:
    """Heard speakers say the easy word mostly, new ones the hard word; nobody is known better."""
    random = np.random.default_rng(5)
    groups = [name for name in (*names("h", 40), *names("n", 40)) for _ in range(10)]
    is_heard = np.array([name.startswith("h") for name in groups])
    classes = (random.random(800) < np.where(is_heard, 0.2, 0.8)).astype(np.int64)
    right = random.random(800) < np.where(classes == 1, 0.6, 0.95)
    samples = np.zeros((800, 2400), np.float32)
    samples[:, 0] = np.where(right, classes, 1 - classes) / 100
    test = make_part(samples, classes, groups, MODEL, path=[None] * 800)
    crude = 100 * (right.mean() - right[~is_heard].mean())
    (cause,) = found(test, training(names("h", 40))).causes
    assert crude > 9
    assert abs(cause.points.value) < 4
    assert not cause.blamed


def test_a_clean_split_is_left_alone(make_part: MakePart) -> None:
    outcome = found(clips(make_part, names("n", 30), 0.8), training(names("h", 30)))
    assert outcome.causes == ()
    assert outcome.remarks == (
        "None of the 300 test clips shares a speaker, session or recording with the training.",
    )


def test_where_all_are_heard_new_speakers_of_the_live_clips_tell(make_part: MakePart) -> None:
    speakers = names("h", 40)
    test, live = clips(make_part, speakers, 0.95), clips(make_part, names("l", 40), 0.8, seed=2)
    (cause,) = found(test, training(speakers), live).causes
    assert cause.blamed
    assert cause.points.value == pytest.approx(100 * (test.correct.mean() - live.correct.mean()), abs=0.6)
    assert "live clips sound like those of the test, so it is the voices that differ" in cause.message


def test_live_clips_that_sound_different_put_the_blame_in_doubt(make_part: MakePart) -> None:
    speakers = names("h", 40)
    test, live = clips(make_part, speakers, 0.95), clips(make_part, names("l", 40), 0.8, seed=2)
    faint = replace(live, samples=0.01 * live.samples)
    (cause,) = found(test, training(speakers), faint).causes
    assert not cause.blamed
    assert "sound different as well" in cause.message


def test_where_all_are_heard_and_nobody_is_new_it_says_what_would_tell(make_part: MakePart) -> None:
    speakers = names("h", 30)
    outcome = found(clips(make_part, speakers, 0.95), training(speakers))
    assert outcome.causes == ()
    assert "All test clips leak" in outcome.not_measured[-1]
    assert "--retrain" in outcome.not_measured[-1]


def test_a_device_is_no_leak_but_is_told(make_part: MakePart) -> None:
    test = clips(make_part, names("n", 30), 0.8, device=["phone"] * 300)
    outcome = found(test, training(names("h", 3), device=["phone"] * 3))
    assert outcome.causes == ()
    assert "nothing is known of other devices" in outcome.remarks[-1]


def test_sessions_count_where_no_speaker_is_named(make_part: MakePart) -> None:
    sessions = [f"s{row // 10}" for row in range(400)]
    test = clips(make_part, names("n", 40), 0.9, session=sessions, path=[None] * 400)
    test = replace(test, frame=test.frame.with_columns(speaker=pl.lit(None, pl.String)))
    outcome = found(test, training([None] * 5, session=names("s", 5)))
    assert outcome.causes[0].message.startswith(
        "50 of 400 test clips (12 %) are of sessions that were trained"
    )


def test_copies_are_found_by_their_sound(tmp_path: Path, make_part: MakePart) -> None:
    """Nobody is named; ten of thirty recordings are in the training too, louder."""
    random = np.random.default_rng(3)
    for row in range(30):
        sound = 0.05 * np.cumsum(random.standard_normal(RATE)).astype(np.float32)
        sound = np.asarray(0.2 * sound / np.abs(sound).max() * np.hanning(RATE), np.float32)
        sound += (0.02 * random.standard_normal(RATE)).astype(np.float32)
        write_audio(tmp_path / f"{row}.wav", sound, RATE)
        if row < 10:
            write_audio(tmp_path / f"copy {row}.wav", 2 * sound, RATE)
    samples = np.zeros((30, 2400), np.float32)
    paths = [str(tmp_path / f"{row}.wav") for row in range(30)]
    test = make_part(
        samples, np.zeros(30, np.int64), names("c", 30), MODEL, path=paths, duration_s=[1.0] * 30
    )
    test = replace(test, frame=test.frame.with_columns(speaker=pl.lit(None, pl.String)))
    learned = training(
        [None] * 10, path=[str(tmp_path / f"copy {row}.wav") for row in range(10)], duration_s=[1.0] * 10
    )
    outcome = found(test, learned)
    (cause,) = outcome.causes
    assert cause.message.startswith("10 of 30 test clips (33 %) have a copy of themselves in the training")
    assert [row.kind for row in cause.remedies] == ["drop"]
    assert cause.remedies[0].settings == {"utterances": sorted(f"t{row}" for row in range(10))}
    assert "name neither speakers nor sessions" in outcome.not_measured[0]


def test_with_leave_to_train_the_same_clips_are_asked_twice(
    trained_run: Path, tiny_recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test is the training itself: a leak of all of it."""
    monkeypatch.setenv("UNHEARD_CACHE", str(tmp_path))
    model, corpus = BundleModel(Bundle.load(trained_run)), Corpus.load(trained_run / "corpus.parquet")
    test = read_test(model, corpus.subset("train"), PartOptions(num_workers=1)).part
    learned = Training(corpus, load_recipe(tiny_recipe), trained_run)
    outcome = split_flattery(Material(model, test, training=learned, retrain=True))
    (cause,) = outcome.causes
    told = outcome.facts["retrained"]
    assert told["clips"] == 36  # of three of six speakers
    assert cause.points.value == pytest.approx(
        100 * (told["heard_accuracy"] - told["unheard_accuracy"]), abs=0.1
    )
    assert outcome.facts["compared"] == "retrained"
    assert "36 of these are right in" in cause.message
    assert [row.kind for row in cause.remedies] == ["split", "drop"]
