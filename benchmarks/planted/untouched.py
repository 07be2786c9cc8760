"""Real recordings to plant faults in, and what a check finds in sounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.check import Check, Material
from unheard.audit.finding import Finding
from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus
from unheard.signal.sound import Sound, read_sound
from unheard.signal.voice_activity import speech_probabilities

FOLDERS = (
    "speech_commands",
    "wake_words",
    "fsdd/recordings",
    "arabic_commands",
    "librispeech",
    "alphanumeric",
)
Measure = Callable[[Sound], Any]


def draw_sounds(data: Path, seed: int, num_each: int, folders: Sequence[str] = FOLDERS) -> list[Sound]:
    """Up to `num_each` whole clips of each folder, drawn at random."""
    random = np.random.default_rng(seed)
    drawn: list[Sound] = []
    for folder in folders:
        corpus = load_corpus(data / folder)
        utterances = replace(corpus, frame=corpus.utterances)
        rows = random.permutation(utterances.frame.height)[:num_each]
        sources = utterances.sources()
        spans = utterances.frame.select("start_s", "duration_s").rows()
        drawn += [read_sound(sources[row], start_s=spans[row][0], duration_s=spans[row][1]) for row in rows]
    return drawn


def with_speech(sounds: Sequence[Sound]) -> list[Sound]:
    """The sounds with where somebody speaks in them."""
    found = speech_probabilities([sound.samples_16k for sound in sounds])
    return [replace(sound, speech=speech) for sound, speech in zip(sounds, found, strict=True)]


def changed(sound: Sound, samples: NDArray[np.floating[Any]], rate: int | None = None) -> Sound:
    """A sound with other samples, rounded to 16 bits."""
    rounded = (np.round(np.atleast_2d(samples) * 32768).clip(-32768, 32767) / 32768).astype(np.float32)
    return replace(sound, channels=rounded, sample_rate=rate or sound.sample_rate)


def audit(check: Check, measures: Sequence[Measure], sounds: Sequence[Sound]) -> list[tuple[int, Finding]]:
    """What a check finds: (number of the sound, finding); the sounds make one corpus."""
    frame = pl.DataFrame(
        {
            "id": [str(number) for number in range(len(sounds))],
            "path": [f"/{number}" for number in range(len(sounds))],
            "duration_s": [sound.duration_s for sound in sounds],
            "sample_rate": [sound.sample_rate for sound in sounds],
            "num_channels": [len(sound.channels) for sound in sounds],
        }
    )
    corpus = Corpus(frame)
    measured = [{k: v for m in measures for k, v in asdict(m(sound)).items()} for sound in sounds]
    columns = pl.DataFrame(measured, infer_schema_length=None)
    failed = pl.Series("failed", [None] * len(sounds), dtype=pl.String)
    material = Material(corpus, corpus.utterances.hstack(columns).with_columns(failed))
    return list(_flat(check.run(material).findings))


def flagged(
    found: Sequence[tuple[int, Finding]], which: Callable[[Finding], bool] = lambda finding: True
) -> set[int]:
    """Numbers of the sounds that have a finding of this kind."""
    return {number for number, finding in found if which(finding)}


def _flat(findings: Sequence[Finding]) -> Iterator[tuple[int, Finding]]:
    for finding in findings:
        for name in finding.utterances:
            yield int(name), finding
