from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from unheard.corpus.schema import COLUMNS, complete, validate
from unheard.errors import CorpusError

GOOD: dict[str, list[Any]] = {
    "id": ["a", "b"],
    "path": ["/r/a.wav", "/r/b.wav"],
    "duration_s": [1.0, 2.0],
    "sample_rate": [16000, 8000],
}


def test_missing_columns_are_null_or_have_their_default() -> None:
    frame = complete(pl.DataFrame(GOOD | {"age": [30, 40]}))

    assert frame.columns == [*COLUMNS, "age"]
    assert frame.schema["sample_rate"] == pl.Int64
    assert frame.row(0, named=True) == {
        "id": "a",
        "path": "/r/a.wav",
        "start_s": 0.0,
        "duration_s": 1.0,
        "sample_rate": 16000,
        "num_channels": 1,
        "label": None,
        "text": None,
        "speaker": None,
        "session": None,
        "device": None,
        "split": None,
        "role": "utterance",
        "age": 30,
    }


def test_empty_texts_are_null_and_numbers_may_name_speakers() -> None:
    frame = complete(pl.DataFrame(GOOD | {"label": ["", "yes"], "speaker": [7, 8]}))

    assert frame["label"].to_list() == [None, "yes"]
    assert frame["speaker"].to_list() == ["7", "8"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"id": ["a", "a"]}, "Id 'a' stands for 2 utterances, e.g. /r/a.wav; ids are unique"),
        ({"id": ["a", None]}, "1 of 2 utterances have no id"),
        ({"path": ["/r/a.wav", None]}, "Utterance 'b': has neither a path nor audio"),
        ({"duration_s": [1.0, -2.5]}, "Utterance 'b': duration_s is -2.5, it must be above 0 s"),
        ({"duration_s": [0.0, 0.0]}, r"duration_s is 0.0, it must be above 0 s \(1 more like it\)"),
        ({"duration_s": [1.0, float("nan")]}, "Utterance 'b': duration_s is nan"),
        ({"duration_s": [1.0, None]}, "Utterance 'b': duration_s is None"),
        ({"start_s": [0.0, -1.0]}, "Utterance 'b': start_s is -1.0, it must be 0 s or more"),
        ({"sample_rate": [16000, 0]}, "Utterance 'b': sample_rate is 0, it must be above 0 Hz"),
        ({"num_channels": [1, 0]}, "Utterance 'b': num_channels is 0"),
        ({"split": ["train", "trian"]}, "Utterance 'b': Unknown split 'trian'. Did you mean 'train'"),
        ({"role": ["noise", "musik"]}, "Utterance 'b': Unknown role 'musik'"),
        ({"sample_rate": ["high", "low"]}, r"Column 'sample_rate' takes whole numbers, it holds \['high'\]"),
    ],
)
def test_an_impossible_value_is_named(changed: dict[str, list[Any]], message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        validate(complete(pl.DataFrame(GOOD | changed)))


def test_a_missing_column_is_named_with_those_that_are_there() -> None:
    with pytest.raises(CorpusError, match="sample_rate is not among: id, path, duration_s"):
        complete(pl.DataFrame(GOOD).drop("sample_rate"))
