from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from unheard.audit.check import Material
from unheard.corpus.table import Corpus

Make = Callable[..., Material]


def test_sources_are_what_read_audio_takes(make_material: Make) -> None:
    frame = pl.DataFrame(
        {
            "id": ["a", "b"],
            "path": ["/r/a.wav", None],
            "audio": [None, b"RIFF"],
            "duration_s": [1.0, 1.0],
            "sample_rate": [8000, 8000],
        }
    )
    corpus = Corpus(frame)

    assert Material(corpus, corpus.utterances).sources == {"a": Path("/r/a.wav"), "b": b"RIFF"}


def test_what_is_measured_has_a_row_for_each_utterance(make_material: Make) -> None:
    material = make_material(label=["yes", None], role=["utterance", "noise"])

    assert material.measured["id"].to_list() == ["u0"]
    assert set(material.sources) == {"u0", "u1"}
