from pathlib import Path

import numpy as np
import polars as pl
import pytest

from unheard.errors import CorpusError
from unheard.evaluate.predictions import Predictions


def build(**changes):
    parts = {
        "ids": ("a", "b", "c"),
        "labels": ("yes", "no"),
        "truth": np.array([0, 1, 1]),
        "logits": np.array([[2.0, 0.0], [1.0, 0.0], [0.0, 3.0]], dtype=np.float32),
        "groups": ("zoe", "adam", "zoe"),
    }
    return Predictions(**parts | changes)


def test_speakers_are_sorted_and_indexed():
    predictions = build()
    assert predictions.speakers == ("adam", "zoe")
    assert predictions.speaker_index.tolist() == [1, 0, 1]
    assert predictions.predicted.tolist() == [0, 0, 1]


def test_log_scores_are_a_softmax_at_the_temperature():
    scores = np.exp(build().log_scores(2.0))
    assert scores.sum(axis=1) == pytest.approx(np.ones(3))
    assert scores[0, 0] == pytest.approx(np.e / (1 + np.e))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"logits": np.zeros((3, 4), np.float32)}, r"shape \(3, 4\); 3 clips and 2 labels need \(3, 2\)"),
        ({"truth": np.array([0, 1])}, r"truth has the shape \(2,\); 3 clips need \(3,\)"),
        ({"truth": np.array([0, 1, 2])}, r"truth lies in 0\.\.2; 2 labels allow 0\.\.1"),
        ({"truth": np.array([0, 1, -1])}, r"truth lies in -1\.\.1"),
        ({"groups": ("zoe",)}, "1 groups for 3 clips"),
        ({"ids": ("a", "b", "a")}, "Clip 'a' occurs 2 times"),
        ({"labels": ("yes", "yes")}, "Label 'yes' occurs 2 times"),
        ({"logits": np.array([[0, 0], [np.nan, 0], [0, np.inf]], np.float32)}, "2 of 3 clips.*first is 'b'"),
        (
            {"ids": (), "groups": (), "truth": np.zeros(0, int), "logits": np.zeros((0, 2), np.float32)},
            "no clips",
        ),
    ],
)
def test_parts_that_disagree_are_refused_with_both_numbers(changes, message):
    with pytest.raises(CorpusError, match=message):
        build(**changes)


def test_a_saved_table_comes_back_the_same(tmp_path: Path):
    path = tmp_path / "predictions.parquet"
    predictions = build(labels=("yes", "größer: <b>"))
    predictions.save(path)
    again = Predictions.load(path)
    assert (again.ids, again.labels, again.groups) == (
        predictions.ids,
        predictions.labels,
        predictions.groups,
    )
    np.testing.assert_array_equal(again.truth, predictions.truth)
    np.testing.assert_array_equal(again.logits, predictions.logits)
    assert [entry.name for entry in tmp_path.iterdir()] == ["predictions.parquet"]


def test_the_table_reads_well_in_any_other_program(tmp_path: Path):
    build().save(tmp_path / "p.parquet")
    frame = pl.read_parquet(tmp_path / "p.parquet")
    assert frame.columns == ["id", "speaker", "truth", "logit:yes", "logit:no"]
    assert frame["truth"].to_list() == ["yes", "no", "no"]


def test_other_files_are_no_predictions(tmp_path: Path):
    path = tmp_path / "p.parquet"
    path.write_bytes(b"not parquet")
    with pytest.raises(CorpusError, match="cannot be read as Parquet"):
        Predictions.load(path)
    pl.DataFrame({"id": ["a"], "speaker": ["s"]}).write_parquet(path)
    with pytest.raises(CorpusError, match="has the columns id, speaker; 'id', 'speaker', 'truth' and one"):
        Predictions.load(path)
    pl.DataFrame({"id": ["a"], "speaker": ["s"], "truth": ["maybe"], "logit:yes": [0.0]}).write_parquet(path)
    with pytest.raises(CorpusError, match="true label 'maybe', but have logits only for yes"):
        Predictions.load(path)


def test_take_keeps_order_and_labels():
    taken = build().take([2, 0])
    assert taken.ids == ("c", "a")
    assert taken.truth.tolist() == [1, 0]
    assert taken.groups == ("zoe", "zoe")
