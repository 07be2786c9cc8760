"""Windows of long recordings: they cover all of it, and pauses are left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile

from unheard.corpus.classes import ClassMap
from unheard.corpus.labelled import LabelledClips, labelled_clips
from unheard.corpus.speech_pieces import loud_enough, speech_pieces
from unheard.corpus.table import Corpus

RATE = 8000
CLASSES = ClassMap(("yes", "_unknown_"))


def talking(path: Path, levels: list[float], role: str = "speech") -> dict[str, object]:
    """A recording of hiss, half a second of each level."""
    hiss = np.random.default_rng(1).normal(size=RATE // 2 * len(levels)) * np.repeat(levels, RATE // 2)
    soundfile.write(path, np.clip(hiss, -1, 1), RATE)
    return {
        "id": path.stem,
        "path": str(path),
        "duration_s": len(levels) / 2,
        "sample_rate": RATE,
        "role": role,
    }


def decoded(corpus: Corpus) -> LabelledClips:
    return labelled_clips(corpus, CLASSES, sample_rate=RATE, window_samples=RATE)


def test_windows_overlap_by_half_and_cover_every_recording(tmp_path: Path) -> None:
    rows = [talking(tmp_path / "long.wav", [0.1] * 5), talking(tmp_path / "short.wav", [0.1])]
    rows.append(talking(tmp_path / "noise.wav", [0.1] * 9, role="noise"))
    pieces = speech_pieces(Corpus(pl.DataFrame(rows)), 1.0)
    assert pieces is not None
    assert pieces.frame.select("id", "start_s", "duration_s").rows() == [
        ("long#0.0", 0.0, 1.0),
        ("long#0.5", 0.5, 1.0),
        ("long#1.0", 1.0, 1.0),
        ("long#1.5", 1.5, 1.0),
        ("short#0.0", 0.0, 0.5),
    ]
    clips = decoded(pieces)
    assert set(clips.classes) == {CLASSES.unknown}
    whole, _ = soundfile.read(tmp_path / "long.wav", dtype="int16")
    np.testing.assert_array_equal(clips.samples[3], whole[12_000:])


def test_pauses_are_left_out_however_faint_the_recording(tmp_path: Path) -> None:
    faint = talking(tmp_path / "faint.wav", [0.02, 0.02, 0.0005, 0.0005, 0.0005, 0.02])
    loud = talking(tmp_path / "loud.wav", [0.2, 0.2, 0.2, 0.2])
    pieces = speech_pieces(Corpus(pl.DataFrame([faint, loud])), 1.0)
    assert pieces is not None
    kept = [name for name in loud_enough(decoded(pieces)).ids if name.startswith("faint")]
    assert kept == ["faint#0.0", "faint#0.5", "faint#2.0"]
    assert len(loud_enough(decoded(pieces))) == 3 + 3


def test_silence_alone_leaves_nothing(tmp_path: Path) -> None:
    pieces = speech_pieces(Corpus(pl.DataFrame([talking(tmp_path / "off.wav", [0.0, 0.0])])), 1.0)
    assert pieces is not None
    assert len(loud_enough(decoded(pieces))) == 0


def test_a_corpus_without_speech_has_no_pieces(tmp_path: Path) -> None:
    assert (
        speech_pieces(Corpus(pl.DataFrame([talking(tmp_path / "n.wav", [0.1], role="noise")])), 1.0) is None
    )


def test_of_very_much_speech_pieces_are_chosen_evenly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("unheard.corpus.speech_pieces.MAX_PIECES", 4)
    pieces = speech_pieces(Corpus(pl.DataFrame([talking(tmp_path / "long.wav", [0.1] * 12)])), 1.0)
    assert pieces is not None
    assert pieces.frame["start_s"].to_list() == [0.0, 1.5, 3.0, 4.5]
