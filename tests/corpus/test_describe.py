from __future__ import annotations

import json

import polars as pl
import pytest

from unheard.corpus.describe import describe
from unheard.corpus.table import Corpus


@pytest.fixture
def corpus() -> Corpus:
    """Ten utterances of 1 to 10 s by three named speakers and nobody; a noise recording, and one of
    people talking."""
    rows = {
        "id": [str(number) for number in range(12)],
        "path": [f"/r/{number}.wav" for number in range(12)],
        "duration_s": [*(float(number) for number in range(1, 11)), 90.0, 30.0],
        "sample_rate": [16000] * 8 + [44100] * 4,
        "num_channels": [1] * 9 + [2] * 3,
        "label": ["yes"] * 5 + ["no"] * 4 + [None] * 3,
        "text": ["Yes."] + [None] * 11,
        "speaker": ["a", "a", "a", "b", "b", "a", "c", "c", "c", None, None, None],
        "session": ["s"] * 4 + ["t"] * 8,
        "device": ["phone"] * 3 + ["desk"] * 3 + [None] * 6,
        "split": ["train"] * 6 + ["test"] * 3 + [None] * 3,
        "role": ["utterance"] * 10 + ["noise", "speech"],
        "age": [30] * 12,
    }
    rejected = pl.DataFrame({"path": ["/r/x.wav"], "reason": ["is empty (0 bytes)."]})
    return Corpus(pl.DataFrame(rows), rejected, "folders")


def test_everything_is_counted(corpus: Corpus) -> None:
    description = describe(corpus).to_dict()

    assert description == {
        "utterances": 10,
        "hours": 55 / 3600,
        "speakers": 3,
        "without_speaker": 1,
        "labels": {"yes": 5, "no": 4},
        "without_label": 1,
        "speakers_by_label": {"yes": 2, "no": 2},
        "with_text": 1,
        "sessions": 2,
        "devices": {"desk": 3, "phone": 3},
        "splits": {"train": 6, "test": 3, "none": 1},
        "duration_s": pytest.approx({"min": 1, "5%": 1.45, "median": 5.5, "95%": 9.55, "max": 10}),
        "sample_rates": {"16000": 8, "44100": 2},
        "num_channels": {"1": 9, "2": 1},
        "utterances_per_speaker": pytest.approx({"min": 2, "5%": 2.1, "median": 3, "95%": 3.9, "max": 4}),
        "noise_recordings": 1,
        "noise_minutes": 1.5,
        "speech_recordings": 1,
        "speech_minutes": 0.5,
        "rejected": 1,
        "metadata": ("age",),
        "layout": "folders",
        "fingerprint": corpus.fingerprint(),
    }


def test_a_description_is_json(corpus: Corpus) -> None:
    document = json.loads(json.dumps(describe(corpus).to_dict()))

    assert list(document["labels"]) == ["yes", "no"]


def test_nothing_is_described_too(corpus: Corpus) -> None:
    description = describe(corpus.filter(pl.lit(False)))

    assert (description.utterances, description.hours, description.speakers) == (0, 0, 0)
    assert description.labels == description.duration_s == {}
