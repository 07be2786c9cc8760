from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile

from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus
from unheard.diagnose.material import PartOptions, choose_clips, read_live, read_test, with_splits
from unheard.errors import CorpusError
from unheard.runtime.bundle import Bundle
from unheard.runtime.model import BundleModel

RATE = 8000


@pytest.fixture
def model(tone_bundle: Path) -> BundleModel:
    return BundleModel(Bundle.load(tone_bundle))


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tones that the model tells apart, the tone at the end of up to two of its windows."""
    folder = tmp_path_factory.mktemp("tones")
    for label, hz in (("low", 500), ("high", 2000), ("other", 1000)):
        for speaker in range(3):
            path = folder / label / f"s{speaker}_0.wav"
            path.parent.mkdir(exist_ok=True)
            tone = np.sin(2 * np.pi * hz * np.arange(4000) / RATE)
            samples = np.concatenate([np.zeros(4000 * speaker), tone])[-8000:]
            soundfile.write(path, 0.9 * samples, RATE, "FLOAT")
    return folder


def test_clips_are_read_measured_and_answered(model: BundleModel, recordings: Path) -> None:
    read = read_test(model, load_corpus(recordings))
    part = read.part

    assert len(part) == 6
    assert read.notes == (
        "3 of 9 test clips have no class of the model.",
        "6 of 6 test clips name no speaker: each counts as one of its own, and intervals are too narrow "
        "where several are of the same person.",
    )
    assert part.samples.shape == (6, 4000)
    assert part.samples.dtype == np.float32
    assert part.labelled
    assert part.correct.all()
    assert part.frame["id"].to_list() == list(part.ids)
    assert part.frame["level_dbfs"].null_count() == 0


def test_the_first_window_is_what_many_live_paths_take(model: BundleModel, recordings: Path) -> None:
    loudest = read_test(model, load_corpus(recordings)).part
    first = read_test(model, load_corpus(recordings), PartOptions(cut="first")).part

    late = [row for row, duration_s in enumerate(first.frame["duration_s"]) if duration_s > 0.9]
    assert late
    assert np.abs(first.samples[late]).max() == 0  # the tone comes after the first window
    assert np.abs(loudest.samples[late]).max() > 0.8


def test_samples_beyond_one_are_kept_for_a_live_path_may_scale_wrongly(
    model: BundleModel, tmp_path: Path
) -> None:
    (tmp_path / "low").mkdir()
    tone = 20_000 * np.sin(2 * np.pi * 500 * np.arange(4000) / RATE)
    soundfile.write(tmp_path / "low" / "a_0.wav", tone, RATE, "FLOAT")

    part = read_live(model, load_corpus(tmp_path)).part

    assert np.abs(part.samples).max() == pytest.approx(20_000, rel=0.01)


def test_live_clips_without_labels_have_no_class(model: BundleModel, recordings: Path) -> None:
    corpus = load_corpus(recordings)
    unlabelled = Corpus(corpus.frame.with_columns(label=pl.lit(None, pl.String)))

    part = read_live(model, unlabelled).part

    assert len(part) == 9
    assert not part.labelled
    assert not part.correct.any()
    assert len(read_live(model, corpus).part) == 6
    assert len(read_live(model, corpus, labelled=False).part) == 9


def test_labels_that_the_model_does_not_know_are_an_error(model: BundleModel, recordings: Path) -> None:
    others = load_corpus(recordings).filter(pl.col("label") == "other")

    with pytest.raises(
        CorpusError, match=r"the corpus has other; the model has low, high.*no labels, say so"
    ):
        read_live(model, others)
    with pytest.raises(CorpusError, match=r"None of the 3 utterances .* Give a corpus with labels"):
        read_test(model, others)
    assert len(read_live(model, others, labelled=False).part) == 3


def test_recordings_that_became_unreadable_are_left_out_and_said(
    model: BundleModel, recordings: Path, tmp_path: Path
) -> None:
    corpus = load_corpus(recordings)
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no audio")
    first = corpus.frame["path"][0]
    torn = Corpus(corpus.frame.with_columns(path=pl.col("path").replace(first, str(broken))))

    read = read_live(model, torn, labelled=False)

    assert len(read.part) == 8
    assert "1 live clips do not decode and are left out; the first: Recording" in read.notes[0]


def test_whole_speakers_are_chosen_where_there_are_many() -> None:
    groups = [f"s{row // 10}" for row in range(1000)]
    rows = choose_clips(groups, 300, seed=1)

    counts = Counter(groups[row] for row in rows)
    assert set(counts.values()) == {10}
    assert len(rows) == 300
    assert sorted(rows) == rows.tolist()
    assert rows.tolist() != choose_clips(groups, 300, seed=2).tolist()


def test_few_speakers_all_stay_with_fewer_clips() -> None:
    rows = choose_clips([f"s{row % 4}" for row in range(2000)], 100, seed=0)

    assert set(Counter(row % 4 for row in rows.tolist()).values()) == {25}


def test_splits_of_a_training_are_found_again(recordings: Path) -> None:
    corpus = load_corpus(recordings)
    drawn = corpus.with_split(["train"] * 4 + ["test"] * 5).filter(pl.col("label") != "other")

    again = with_splits(corpus, drawn)

    split = dict(zip(again.frame["id"], again.frame["split"], strict=True))
    assert split == {
        name: dict(zip(drawn.frame["id"], drawn.frame["split"], strict=True)).get(name)
        for name in corpus.frame["id"]
    }
