"""Synthetic voices: words spoken by many espeak-ng voices, as a corpus with speakers and conditions.

First everything is drawn (`draw_voices`, `draw_takes`: plain values), then spoken (`render_take`), which is
also the way to extra training audio in memory.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.corpus.espeak import synthesize
from unheard.corpus.table import Corpus
from unheard.corpus.voice_draws import Take, VoiceOptions, draw_takes, draw_voices
from unheard.errors import AudioError, UsageError
from unheard.files import remove_left_behind, write_text
from unheard.signal.audio_file import AudioInfo, probe_audio, write_audio
from unheard.signal.resample import resample
from unheard.units import db_to_amplitude, seconds_to_samples

__all__ = ["VoiceOptions", "draw_takes", "draw_voices", "render_take", "synthesize", "synthesize_corpus"]

LAYOUT = "synthetic-voices"
SILENCE_DB = -50.0  # below the peak: what is quieter at either end is cut off
OnProgress = Callable[[int, int], None]

USUAL = VoiceOptions()

_FORMAT = 1


def synthesize_corpus(
    out_dir: Path,
    words: Sequence[str],
    options: VoiceOptions = USUAL,
    on_progress: OnProgress | None = None,
) -> Corpus:
    """Words spoken by synthetic voices: `<word>/<speaker>_<take>.flac`, with `corpus.parquet` and a
    `metadata.csv` of the same rows beside them, so that the folder too is read with its speakers.

    A folder that was left half-way is completed; same words, options and seed give the same bytes. More
    words, voices or takes may be asked for later: clips that are there stay as they are.
    Raises `UsageError` if the folder holds clips that were made with other options.
    """
    takes = draw_takes(words, draw_voices(options), options)
    _claim(out_dir, options)

    def speak(take: Take) -> AudioInfo:
        return _spoken(out_dir / take.file_name, take, options.sample_rate)

    clips: list[AudioInfo] = []
    with ThreadPoolExecutor(4) as pool:  # one thread speaks, the others wait for the disk
        for clip in pool.map(speak, takes):
            clips.append(clip)
            if on_progress is not None:
                on_progress(len(clips), len(takes))
    corpus = Corpus(_table(out_dir, takes, clips), layout=LAYOUT)
    corpus.save(out_dir / "corpus.parquet")
    _write_metadata(out_dir, corpus)
    return corpus


def render_take(take: Take, sample_rate: int) -> NDArray[np.float32]:
    """A take as samples `(num_samples,)`: spoken, trimmed, levelled, with its margins of silence."""
    spoken, rate = synthesize(
        take.word,
        take.voice.espeak_name,
        take.rate_wpm,
        take.pitch,
        pitch_range=take.voice.pitch_range,
        seed=take.seed,
    )
    word = _trim(resample(spoken, rate, sample_rate))
    word *= np.float32(db_to_amplitude(take.peak_db) / np.abs(word).max())
    margins = seconds_to_samples(take.lead_s, sample_rate), seconds_to_samples(take.tail_s, sample_rate)
    return np.pad(word, margins)


def _trim(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples from the first to the last that is louder than `SILENCE_DB` below the peak."""
    magnitude = np.abs(samples)
    loud = np.flatnonzero(magnitude > magnitude.max() * db_to_amplitude(SILENCE_DB))
    return samples[loud[0] : loud[-1] + 1].copy()


def _claim(out_dir: Path, options: VoiceOptions) -> None:
    """Note in the folder how its clips are made; raise if those in it were made otherwise."""
    wanted = dataclasses.asdict(options) | {"format": _FORMAT}
    for growing in ("num_voices", "takes_per_word"):
        del wanted[growing]
    wanted = json.loads(json.dumps(wanted))
    remove_left_behind(out_dir)
    note = out_dir / "voices.json"
    if not note.is_file():
        write_text(note, json.dumps(wanted, indent=2) + "\n")
        return
    found = json.loads(note.read_text(encoding="utf-8"))
    for name, value in wanted.items():
        if found.get(name) != value:
            raise UsageError(
                f"Folder '{out_dir}' holds voices made with {name}={found.get(name)}, asked for is {value}. "
                "Choose another folder, or the same options."
            )


def _write_metadata(out_dir: Path, corpus: Corpus) -> None:
    """The table as Hugging Face's audiofolder has it."""
    columns = ["label", "text", "speaker", *corpus.metadata_columns]
    write_text(
        out_dir / "metadata.csv", corpus.frame.select(pl.col("id").alias("file_name"), *columns).write_csv()
    )


def _spoken(path: Path, take: Take, sample_rate: int) -> AudioInfo:
    """The clip at `path`; speaks it if it is not there, or not whole."""
    if path.is_file():
        try:
            return probe_audio(path)
        except AudioError:
            path.unlink()
    write_audio(path, render_take(take, sample_rate), sample_rate)
    return probe_audio(path)


def _table(out_dir: Path, takes: Sequence[Take], clips: Sequence[AudioInfo]) -> pl.DataFrame:
    """One row a clip; conditions that a diagnosis can slice by are columns."""
    root = out_dir.resolve()
    rows = [
        {
            "id": take.file_name,
            "path": (root / take.file_name).as_posix(),
            "duration_s": clip.duration_s,
            "sample_rate": clip.sample_rate,
            "label": take.word,
            "text": take.word,
            "speaker": take.voice.speaker,
            "accent": take.voice.accent,
            "variant": take.voice.variant,
            "rate_wpm": take.rate_wpm,
            "pitch": take.pitch,
            "pitch_range": take.voice.pitch_range,
            "peak_db": take.peak_db,
        }
        for take, clip in zip(takes, clips, strict=True)
    ]
    return pl.DataFrame(rows)
