"""Clips with the classes of a model: who is in, who is left out, and whose speaker counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile

from unheard.corpus.classes import ClassMap
from unheard.corpus.labelled import LabelledClips, clip_groups, labelled_clips
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError

RATE, WINDOW = 8000, 800
LABELS = ("yes", "no", "maybe", None)
SPEAKERS = ("ann", "ann", "bob", None)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Four clips of the levels 0.1 to 0.4, and one second of background at level 0.5."""
    rows = []
    for number, (label, speaker) in enumerate(zip(LABELS, SPEAKERS, strict=True), start=1):
        path = tmp_path / f"{number}.wav"
        soundfile.write(path, np.full(WINDOW, number / 10), RATE, "PCM_16")
        row = {"id": f"clip {number}", "path": str(path), "duration_s": 0.1, "sample_rate": RATE}
        rows.append({**row, "label": label, "speaker": speaker, "role": "utterance"})
    soundfile.write(tmp_path / "hum.wav", np.full(RATE, 0.5), RATE, "PCM_16")
    hum = {"id": "hum", "path": str(tmp_path / "hum.wav"), "duration_s": 1.0, "sample_rate": RATE}
    return Corpus(pl.DataFrame([*rows, {**hum, "role": "noise"}]))


def clips_of(corpus: Corpus, *labels: str, **options: object) -> LabelledClips:
    return labelled_clips(corpus, ClassMap(labels), sample_rate=RATE, window_samples=WINDOW, **options)  # type: ignore[arg-type]


def levels(clips: LabelledClips) -> list[float]:
    return (np.abs(clips.samples.astype(float)).max(axis=1) / 32768).round(3).tolist()


def test_clips_without_a_class_are_left_out_and_counted(corpus: Corpus) -> None:
    clips = clips_of(corpus, "no", "yes")
    assert clips.ids == ("clip 1", "clip 2")
    assert clips.classes.tolist() == [1, 0]
    assert levels(clips) == [0.1, 0.2]
    assert clips.num_left_out == 2


def test_other_words_are_unknown_but_a_clip_without_a_label_is_nothing(corpus: Corpus) -> None:
    clips = clips_of(corpus, "yes", "_unknown_")
    assert clips.ids == ("clip 1", "clip 2", "clip 3")
    assert clips.classes.tolist() == [0, 1, 1]
    assert clips.num_left_out == 1


def test_a_clip_that_does_not_decode_is_left_out(corpus: Corpus, tmp_path: Path) -> None:
    many = pl.concat([corpus.frame] * 6).with_row_index("n").with_columns(id=pl.format("{} {}", "id", "n"))
    bad = many.head(1).with_columns(id=pl.lit("bad"), path=pl.lit(str(tmp_path / "gone.wav")), n=None)
    clips = clips_of(Corpus(pl.concat([bad, many], how="diagonal_relaxed").drop("n")), "yes", "no")
    assert "bad" not in clips.ids
    assert len(clips) == 12
    assert levels(clips) == [0.1, 0.2] * 6
    assert clips.num_left_out == 13


def test_a_group_is_the_speaker_else_the_session_else_the_clip() -> None:
    frame = pl.DataFrame(
        {"id": ["1", "2", "3"], "speaker": ["ann", None, None], "session": ["monday", "monday", None]}
    )
    assert clip_groups(frame) == ["ann", "monday", "3"]


def test_silence_comes_from_its_part_of_the_background(corpus: Corpus) -> None:
    clips = clips_of(corpus, "yes", "_silence_", silence_from="test")
    assert len(set(clips.ids)) == len(clips.ids)
    assert clips.classes.tolist() == [0, 1, 1, 1]
    assert levels(clips) == [0.1, 0, 0.5, 0.05]  # a word; digital silence; the last tenth at 0 and -20 dB
    assert len(clips_of(corpus, "yes", "_silence_", silence_from="train")) == 1 + 1 + 2 * 8


def test_background_is_resampled_like_speakers_but_speaks_not(corpus: Corpus) -> None:
    clips = clips_of(corpus, "yes", "no", "maybe", "_silence_", silence_from="test")
    assert clips.groups[:3] == ("ann", "ann", "bob")
    assert set(clips.groups[3:]) == {"background: digital silence", "background: hum"}
    assert clips.num_speakers == 2


def test_without_a_class_for_it_no_silence_is_added(corpus: Corpus) -> None:
    assert len(clips_of(corpus, "yes", "no", silence_from="test")) == 2


def test_no_label_in_common_names_both_sides(corpus: Corpus) -> None:
    message = "None of the 4 utterances has .* the corpus has maybe, no, yes; the model has left, right"
    with pytest.raises(CorpusError, match=message):
        clips_of(corpus, "left", "right")


def test_a_corpus_without_labels_says_so(corpus: Corpus) -> None:
    with pytest.raises(CorpusError, match="the corpus has no labels; the model has yes, no"):
        clips_of(Corpus(corpus.frame.with_columns(label=None)), "yes", "no")


def test_chosen_clips_keep_what_is_theirs(corpus: Corpus) -> None:
    taken = clips_of(corpus, "yes", "no", "maybe").take(np.array([2, 0]))
    assert (taken.ids, taken.groups) == (("clip 3", "clip 1"), ("bob", "ann"))
    assert taken.classes.tolist() == [2, 0]
    assert levels(taken) == [0.3, 0.1]
