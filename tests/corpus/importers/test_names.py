from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unheard.corpus.importers.names import our_columns, snake_case
from unheard.errors import CorpusError


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("Native Language", "native_language"),
        ("Accent Strength (Self reported)", "accent_strength_self_reported"),
        ("clientID", "client_id"),
        ("  Age ", "age"),
        ("snr[dB]", "snr_d_b"),
        ("!!", "column"),
    ],
)
def test_names_in_snake_case(name: str, snake: str) -> None:
    assert snake_case(name) == snake


def _renamed(columns: list[str], mapping: dict[str, str] | None = None) -> list[str]:
    return our_columns(pl.DataFrame({name: ["x"] for name in columns}), mapping or {}).columns


def test_usual_names_are_understood_whatever_their_case() -> None:
    assert _renamed(["File_Name", "Transcription", "Client_ID", "Recording Machine", "Age"]) == [
        "path",
        "text",
        "speaker",
        "device",
        "age",
    ]


def test_the_first_usual_name_wins_and_the_other_stays() -> None:
    assert _renamed(["speaker_id", "speaker", "word", "file"]) == ["speaker_id", "speaker", "label", "path"]


def test_a_mapping_goes_before_usual_names() -> None:
    assert _renamed(["file", "label", "Word class"], {"label": "word_class"}) == [
        "path",
        "stated_label",
        "label",
    ]


def test_what_the_header_knows_is_kept_as_stated() -> None:
    assert _renamed(["file", "Sample Rate"]) == ["path", "stated_sample_rate"]


def test_a_column_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(CorpusError, match=r"Unknown column 'spaeker_name'. Did you mean 'speaker_name'"):
        _renamed(["file", "speaker_name"], {"speaker": "spaeker_name"})


@given(st.lists(st.text(max_size=6), min_size=1, max_size=8, unique=True))
def test_any_names_become_different_names(columns: list[str]) -> None:
    assert len(set(_renamed(columns))) == len(columns)
