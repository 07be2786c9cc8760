"""Every utterance measured once, in order, and kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from unheard.audit import measure
from unheard.audit.measure import Measured, measure_corpus
from unheard.corpus.importing import import_corpus
from unheard.corpus.table import Corpus
from unheard.signal.audio_file import write_audio


def tones(folder: Path, num_clips: int, seconds: float = 0.3) -> Corpus:
    """A corpus of tones of different lengths; clip i lasts i ms longer."""
    for index in range(num_clips):
        times = np.arange(round((seconds + index / 1000) * 16_000)) / 16_000
        samples = (0.3 * np.sin(2 * np.pi * (200 + index) * times)).astype(np.float32)
        write_audio(folder / f"{'ab'[index % 2]}" / f"{index:04d}.wav", samples, 16_000)
    return import_corpus(folder)


def test_rows_are_those_of_the_corpus_in_its_order(tmp_path: Path) -> None:
    corpus = tones(tmp_path / "clips", 12)
    frame = measure_corpus(corpus, num_workers=1, folder=tmp_path / "cache").frame
    assert frame["decoded_s"].to_list() == pytest.approx(corpus.utterances["duration_s"].to_list())
    assert frame["failed"].null_count() == 12
    assert set(frame["format"]) == {"WAV"}


def test_processes_measure_what_one_process_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "CHUNK_ROWS", 4)
    corpus = tones(tmp_path / "clips", 10)
    alone = measure_corpus(corpus, num_workers=1, folder=tmp_path / "one")
    together = measure_corpus(corpus, num_workers=2, folder=tmp_path / "two")
    assert same(alone, together)


def test_a_second_time_reads_no_audio(tmp_path: Path) -> None:
    corpus = tones(tmp_path / "clips", 5)
    first = measure_corpus(corpus, num_workers=1, folder=tmp_path / "cache")
    for path in corpus.frame["path"]:
        blank(Path(path))
    assert same(first, measure_corpus(corpus, num_workers=1, folder=tmp_path / "cache"))


def test_a_changed_recording_is_measured_again(tmp_path: Path) -> None:
    corpus = tones(tmp_path / "clips", 5)
    measure_corpus(corpus, num_workers=1, folder=tmp_path / "cache")
    changed = Path(corpus.frame["path"][2])
    changed.write_bytes(b"")
    frame = measure_corpus(corpus, num_workers=1, folder=tmp_path / "cache").frame
    assert frame["failed"].is_not_null().to_list() == [False, False, True, False, False]
    assert frame["failed"][2] == f"Recording '{changed}': is empty (0 bytes)."


def test_what_fails_is_a_row_with_its_reason_and_no_fingerprint(tmp_path: Path) -> None:
    corpus = tones(tmp_path / "clips", 3)
    Path(corpus.frame["path"][1]).unlink()
    measured = measure_corpus(corpus, num_workers=1, folder=tmp_path / "cache")
    assert "does not exist" in measured.frame["failed"][1]
    assert measured.frame["decoded_s"][1] is None
    assert set(measured.fingerprints) == set(corpus.frame["id"]) - {corpus.frame["id"][1]}


def test_progress_ends_at_the_number_of_utterances(tmp_path: Path) -> None:
    corpus = tones(tmp_path / "clips", 5)
    calls: list[tuple[int, int]] = []
    measure_corpus(
        corpus,
        num_workers=1,
        folder=tmp_path / "cache",
        on_progress=lambda done, total: calls.append((done, total)),
    )
    assert calls[-1] == (5, 5)


def test_a_killed_audit_goes_on_where_it_was(tmp_path: Path) -> None:
    """kill -9 in the middle; what was measured until then is not measured again."""
    clips, cache = tmp_path / "clips", tmp_path / "cache"
    corpus = tones(clips, 48, seconds=2)
    script = f"""
from pathlib import Path
from unheard.audit import measure
from unheard.corpus.importing import import_corpus
measure.CHUNK_ROWS = 4
measure.measure_corpus(import_corpus(Path({str(clips)!r})), num_workers=1, folder=Path({str(cache)!r}))
"""
    process = subprocess.Popen([sys.executable, "-c", script], env=os.environ | {"OMP_NUM_THREADS": "1"})
    deadline = time.monotonic() + 60
    while len(kept := chunks(cache)) < 2 and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()
    kept = chunks(cache)
    assert 2 <= len(kept) < 12
    before = {path: path.stat().st_mtime_ns for path in kept}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure, "CHUNK_ROWS", 4)
        measured = measure_corpus(corpus, num_workers=1, folder=cache)
    assert measured.frame["failed"].null_count() == 48
    assert {path: path.stat().st_mtime_ns for path in kept} == before
    assert len(chunks(cache)) == 12


def test_an_empty_corpus_has_a_table_with_all_columns(tmp_path: Path) -> None:
    corpus = tones(tmp_path / "clips", 2)
    whole = measure_corpus(corpus, num_workers=1, folder=tmp_path / "cache").frame
    nobody = measure_corpus(corpus.filter(pl.lit(False)), folder=tmp_path / "cache").frame
    assert nobody.schema == whole.schema
    assert nobody.height == 0


def chunks(cache: Path) -> list[Path]:
    return sorted((cache / "measured").glob("*.parquet"))


def blank(path: Path) -> None:
    """Overwrite with zeros, without a trace in size and time."""
    stat = path.stat()
    path.write_bytes(bytes(stat.st_size))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def same(one: Measured, other: Measured) -> bool:
    prints = zip(one.fingerprints.items(), other.fingerprints.items(), strict=True)
    return one.frame.equals(other.frame) and all(
        a == b and np.array_equal(left, right) for (a, left), (b, right) in prints
    )
