"""A corpus of synthetic voices: whole, the same again, completed after an interruption."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile

from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus
from unheard.corpus.voices import VoiceOptions, draw_takes, draw_voices, render_take, synthesize_corpus
from unheard.errors import UsageError

pytest.importorskip("espeakng_loader", reason="needs unheard[voices]")

SMALL = VoiceOptions(num_voices=3, takes_per_word=2, seed=5)
WORDS = ("yes", "no")


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(folder.rglob("*.flac"))
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_the_corpus_names_words_speakers_and_conditions(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    corpus = synthesize_corpus(tmp_path, WORDS, SMALL, lambda done, total: seen.append((done, total)))
    assert corpus.frame.height == 2 * 3 * 2
    assert corpus.labels == ["no", "yes"]
    assert corpus.num_speakers == 3
    assert {"accent", "variant", "rate_wpm", "pitch", "pitch_range", "peak_db"} <= set(corpus.frame.columns)
    assert seen[-1] == (12, 12)
    row = corpus.frame.row(0, named=True)
    assert Path(row["path"]) == (tmp_path / row["id"]).resolve()
    assert row["speaker"] == f"{row['accent']}+{row['variant']}"
    assert Corpus.load(tmp_path / "corpus.parquet").fingerprint() == corpus.fingerprint()


def test_the_folder_itself_is_read_with_its_speakers(tmp_path: Path) -> None:
    corpus = synthesize_corpus(tmp_path, WORDS, SMALL)
    found = load_corpus(tmp_path).frame.sort("path")
    for column in ("path", "label", "text", "speaker", "accent", "variant", "rate_wpm", "peak_db"):
        assert found[column].to_list() == corpus.frame.sort("path")[column].to_list(), column


def test_files_are_16_khz_flac_with_the_level_and_length_that_the_table_says(tmp_path: Path) -> None:
    corpus = synthesize_corpus(tmp_path, WORDS, SMALL)
    for row in corpus.frame.iter_rows(named=True):
        samples, sample_rate = soundfile.read(row["path"])
        info = soundfile.info(row["path"])
        assert (sample_rate, info.format, info.subtype) == (16_000, "FLAC", "PCM_16")
        assert len(samples) == round(row["duration_s"] * sample_rate)
        assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(row["peak_db"], abs=0.02)


def test_the_word_lies_between_its_margins() -> None:
    for take in draw_takes(["stop", "seven"], draw_voices(SMALL), SMALL):
        samples = render_take(take, 16_000)
        audible = np.flatnonzero(np.abs(samples) > 10 ** (-50 / 20) * np.abs(samples).max())
        assert audible[0] == round(take.lead_s * 16_000)
        assert len(samples) - 1 - audible[-1] == round(take.tail_s * 16_000)
        assert np.all(np.isfinite(samples))
        assert samples.dtype == np.float32


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        options = VoiceOptions(num_voices=3, takes_per_word=2, seed=seed)
        synthesize_corpus(tmp_path / name, WORDS, options)
    assert _digests(tmp_path / "a") == _digests(tmp_path / "b")
    assert not set(_digests(tmp_path / "a").values()) & set(_digests(tmp_path / "c").values())
    assert len(set(_digests(tmp_path / "a").values())) == 12  # no two takes are alike


def test_a_run_that_was_killed_is_completed_without_a_trace(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from unheard.corpus.voices import *\n"
        "options = VoiceOptions(num_voices=40, takes_per_word=4, seed=5)\n"
        "synthesize_corpus(Path(sys.argv[1]), ['yes', 'no', 'stop'], options)"
    )
    killed = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "killed")])
    while len(list(tmp_path.rglob("*.flac"))) < 10 and killed.poll() is None:
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    left = _digests(tmp_path / "killed")
    assert 10 <= len(left) < 480
    assert not (tmp_path / "killed" / "corpus.parquet").exists()
    for name in left:
        soundfile.read(tmp_path / "killed" / name)  # whole
    two_hours_ago = time.time() - 7200
    for unfinished in (tmp_path / "killed").rglob("*.part"):
        os.utime(unfinished, (two_hours_ago, two_hours_ago))
    before = {name: (tmp_path / "killed" / name).stat().st_mtime_ns for name in left}
    options = VoiceOptions(num_voices=4, takes_per_word=2, seed=5)
    synthesize_corpus(tmp_path / "killed", ["yes", "no"], options)
    synthesize_corpus(tmp_path / "whole", ["yes", "no"], options)
    whole = _digests(tmp_path / "whole")
    assert not list((tmp_path / "killed").rglob("*.part"))
    assert whole.items() <= _digests(tmp_path / "killed").items()
    assert all((tmp_path / "killed" / name).stat().st_mtime_ns == before[name] for name in before)


def test_two_runs_that_want_the_same_voices_at_once_both_get_them(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from unheard.corpus.voices import *\n"
        "options = VoiceOptions(num_voices=10, takes_per_word=4, seed=5)\n"
        "for again in range(3): synthesize_corpus(Path(sys.argv[1]), ['yes', 'no', 'stop'], options)"
    )
    both = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "shared")]) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    options = VoiceOptions(num_voices=10, takes_per_word=4, seed=5)
    synthesize_corpus(tmp_path / "alone", ["yes", "no", "stop"], options)
    assert _digests(tmp_path / "shared") == _digests(tmp_path / "alone")


def test_a_damaged_clip_is_spoken_anew(tmp_path: Path) -> None:
    synthesize_corpus(tmp_path, WORDS, SMALL)
    whole = _digests(tmp_path)
    victim = tmp_path / sorted(whole)[3]
    victim.write_bytes(victim.read_bytes()[:200])
    synthesize_corpus(tmp_path, WORDS, SMALL)
    assert _digests(tmp_path) == whole


def test_more_words_and_voices_join_an_existing_corpus(tmp_path: Path) -> None:
    synthesize_corpus(tmp_path, WORDS, SMALL)
    first = _digests(tmp_path)
    grown = VoiceOptions(num_voices=5, takes_per_word=3, seed=5)
    corpus = synthesize_corpus(tmp_path, (*WORDS, "go"), grown)
    assert corpus.frame.height == 3 * 5 * 3
    assert first.items() <= _digests(tmp_path).items()


def test_a_folder_of_other_options_is_refused(tmp_path: Path) -> None:
    synthesize_corpus(tmp_path, WORDS, SMALL)
    with pytest.raises(UsageError, match="made with seed=5, asked for is 6"):
        synthesize_corpus(tmp_path, WORDS, VoiceOptions(num_voices=3, takes_per_word=2, seed=6))


def test_levels_vary_between_voices_more_than_between_takes(tmp_path: Path) -> None:
    options = VoiceOptions(num_voices=12, takes_per_word=3)
    corpus = synthesize_corpus(tmp_path, ["yes"], options)
    spread = corpus.frame.group_by("speaker").agg(pl.col("peak_db").std().alias("own"))["own"].mean()
    between = corpus.frame.group_by("speaker").agg(pl.col("peak_db").mean())["peak_db"].std()
    assert between > 2 * spread  # type: ignore[operator]
