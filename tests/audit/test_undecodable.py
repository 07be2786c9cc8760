from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile

from unheard.audit.audit import side_by_side
from unheard.audit.check import Material
from unheard.audit.measure import measure_corpus
from unheard.audit.undecodable import CHECK
from unheard.corpus.importing import import_corpus
from unheard.corpus.table import Corpus

Make = Callable[..., Material]


def audited(corpus: Corpus, folder: Path) -> Material:
    measured = measure_corpus(corpus, num_workers=1, folder=folder)
    return Material(corpus, side_by_side(corpus.utterances, measured.frame))


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Eight whole recordings of noise."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name in ("a.wav", "b.flac", "c.ogg", "d.wav", "e.wav", "f.wav", "g.wav", "h.wav"):
        soundfile.write(folder / name, np.random.default_rng(0).normal(0, 0.1, 48_000), 16_000)
    return folder


def test_whole_recordings_are_quiet(recordings: Path, tmp_path: Path) -> None:
    result = CHECK.run(audited(import_corpus(recordings), tmp_path))

    assert (result.findings, result.judged) == ((), 8)


def test_what_import_left_out_is_said_with_its_reason(recordings: Path, tmp_path: Path) -> None:
    (recordings / "empty.wav").touch()
    (recordings / "page.wav").write_bytes(b"<!DOCTYPE html><html></html>")
    (recordings / "half.wav").write_bytes((recordings / "a.wav").read_bytes()[:40_000])

    result = CHECK.run(audited(import_corpus(recordings, max_rejected_share=1), tmp_path))

    found = {Path(f.subject).name: f for f in result.findings if f.subject.startswith("recording")}
    assert found["empty.wav"].message == "It was left out at import: is empty (0 bytes)."
    assert found["half.wav"].evidence["kind"] == "truncated"
    assert "download it again" in found["half.wav"].remedy
    assert found["page.wav"].evidence["kind"] == "no audio"
    assert result.judged == 11


def test_an_empty_folder_is_said_and_is_no_recording(recordings: Path, tmp_path: Path) -> None:
    (recordings / "go").mkdir()

    result = CHECK.run(audited(import_corpus(recordings), tmp_path))

    (finding,) = result.findings
    assert (finding.severity, finding.subject) == ("warning", f"folder {recordings / 'go'}")
    assert (result.judged, result.facts["left_out"]) == (8, 0)


def test_files_that_broke_after_import_are_dropped(recordings: Path, tmp_path: Path) -> None:
    corpus = import_corpus(recordings)
    (recordings / "a.wav").unlink()
    whole = bytearray((recordings / "b.flac").read_bytes())
    whole[len(whole) // 2 : len(whole) // 2 + 500] = bytes(500)
    (recordings / "b.flac").write_bytes(whole)

    found = {finding.subject: finding for finding in CHECK.run(audited(corpus, tmp_path)).findings}

    missing = found["utterance a.wav"]
    assert missing.message.startswith("It does not decode: Recording '")
    assert missing.message.endswith("does not exist.")
    assert (missing.evidence["kind"], missing.remedy[:3]) == ("missing", "Put")
    assert [(action.utterance, action.sure) for action in missing.actions] == [("a.wav", True)]
    assert found["utterance b.flac"].evidence["kind"] == "truncated"


def test_a_cut_ogg_is_found_though_it_decodes(recordings: Path, tmp_path: Path) -> None:
    whole = (recordings / "c.ogg").read_bytes()
    (recordings / "c.ogg").write_bytes(whole[: len(whole) * 3 // 4])

    (finding,) = CHECK.run(audited(import_corpus(recordings), tmp_path)).findings

    assert finding.subject.endswith("c.ogg")
    assert finding.message.startswith("Its file has no end: it was cut off, or never closed")
    assert (finding.utterances, finding.actions[0].sure) == (("c.ogg",), False)


def test_more_than_training_accepts_is_blocking(make_material: Make) -> None:
    few = make_material(label=["a"] * 95, rejected=[(f"/r/{n}.wav", "is empty (0 bytes).") for n in range(5)])
    more = make_material(label=["a"] * 94, rejected=[(f"/r/{n}.wav", "has 0 samples.") for n in range(6)])

    assert {finding.severity for finding in CHECK.run(few).findings} == {"warning"}
    worst = CHECK.run(more).findings[0]
    assert (worst.severity, worst.message) == ("blocking", "6 of 100 recordings (6.0 %) cannot be used.")


def test_half_a_corpus_is_said_once_for_each_reason(make_material: Make) -> None:
    failed = ["Recording 'x': does not exist."] * 60 + ["Recording 'x': is truncated."] * 20 + [None] * 20

    missing, truncated = CHECK.run(make_material(label=["a"] * 100, measured={"failed": failed})).findings

    assert missing.message == (
        "60 of 100 recordings (60 %) cannot be used (missing), e.g. utterance u0: "
        "Recording 'x': does not exist."
    )
    assert (missing.severity, len(missing.utterances), len(missing.actions)) == ("blocking", 60, 60)
    assert len(truncated.utterances) == 20


def test_another_length_than_the_table_says(make_material: Make) -> None:
    decoded_s = pl.Series([1.0, 1.005, 0.96], dtype=pl.Float32)

    (finding,) = CHECK.run(make_material(label=["a"] * 3, measured={"decoded_s": decoded_s})).findings

    assert finding.message == "It lasts 0.960 s, its table says 1.000 s."
    assert (finding.severity, finding.utterances) == ("note", ("u2",))


def test_lengths_that_are_all_wrong_are_said_once(make_material: Make) -> None:
    decoded_s = pl.Series([0.97] * 50, dtype=pl.Float32)

    (finding,) = CHECK.run(make_material(label=["a"] * 50, measured={"decoded_s": decoded_s})).findings

    assert finding.message == (
        "50 of 50 utterances (100 %) do not last as long as their table says; "
        "the median difference is -30 ms."
    )


def test_formats_that_cannot_be_judged_are_named(make_material: Make) -> None:
    material = make_material(label=["a"] * 4, measured={"format": ["MP3", "MP3", "W64", "WAV"]})

    assert CHECK.run(material).not_judged == (
        "1 utterance in W64, which states no length: cut short, it looks whole.",
        "2 utterances in MP3: without Xing header, one cut short looks whole.",
    )
