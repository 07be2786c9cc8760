from __future__ import annotations

import numpy as np
import pytest

from unheard.report.sections import clips
from unheard.report.sections.block import Clips, Table
from unheard.report.sections.clips import draw_clips

CLIP = {
    "id": "five/1",
    "speaker": "s1",
    "truth": "_unknown_",
    "word": "five",
    "predicted": "on",
    "score": 0.992,
    "edges_s": [0.0, 0.5, 1.0],
    "edges_hz": [0.0, 4000.0, 8000.0],
    "drops": [[1.0, 0.0], [0.0, 0.0]],
    "neighbours": [{"id": "on/7", "label": "on", "speaker": "s9", "cosine": 0.91}],
    "flips": [{"factor": "timing", "change": "a shift of +40 ms"}],
}
FACTOR = {
    "factor": "timing",
    "doing": "shifting by up to 200 ms",
    "best": "a shift of +40 ms",
    "made_right": 0.58,
    "made_wrong": 0.48,
    "points": 2.0,
    "low": 0.5,
    "high": 3.0,
}
PART = {"factors": [FACTOR], "clips": [CLIP, CLIP | {"truth": "off", "word": "off", "neighbours": None}]}


@pytest.fixture
def listen():
    noise = np.random.default_rng(0).uniform(-0.1, 0.1, 16_000).astype(np.float32)
    return lambda part, clip: (noise, 16_000)


def test_clips_are_seen_heard_and_explained(listen):
    changes, shown = draw_clips({"test": PART, "live": None}, listen)
    assert isinstance(changes, Table)
    assert changes.rows[0][0] == "Shifting by up to 200 ms"
    assert "step gain" in changes.rows[0][4]
    first, second = shown.clips
    assert (first.truth, first.predicted) == ("_unknown_ (five)", "on")
    assert first.about == "score 0.99 · speaker s1"
    assert first.flips == ["a shift of +40 ms"]
    assert first.audio.startswith("data:audio/flac")
    assert "data:image/png" in first.plot
    assert first.neighbours[0].about == "on · speaker s9 · cosine 0.91"
    assert first.neighbours[0].audio.startswith("data:audio/flac")
    assert (second.truth, list(second.neighbours)) == ("off", [])


def test_without_sound_there_is_the_rest():
    _, shown = draw_clips({"live": PART}, lambda part, clip: None)
    assert shown.title == "Live clips"
    assert shown.clips[0].audio is None
    assert shown.clips[0].plot is None
    assert shown.clips[0].neighbours[0].audio is None


def test_a_page_has_a_size(listen, monkeypatch):
    monkeypatch.setattr(clips, "MAX_BYTES", 1)
    monkeypatch.setattr(clips, "MAX_NEIGHBOUR_BYTES", 0)
    _, shown = draw_clips({"test": PART}, listen)
    assert isinstance(shown, Clips)
    assert [clip.audio is not None for clip in shown.clips] == [True, False]
    assert shown.clips[0].neighbours[0].audio is None
