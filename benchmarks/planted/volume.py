"""Forecasts from a part of the speakers of a corpus, held against what all of them reach."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from planted.row import Row

from unheard.audit.check import Material
from unheard.audit.labelled_words import LabelledWords, labelled_words
from unheard.audit.speaker_curve import measure_speaker_curve
from unheard.audit.volume import MOST_CLIPS, ONE_VIEW, forecast
from unheard.corpus.importing import load_corpus

NUM_SEEDS = 3
NUM_WORKERS = 2
PARTS = (8, 4, 2)  # the corpus has so many times the speakers that the forecast sees
GOAL = "the true gain lies in the interval of 95 %"


def rows(data: Path, seed: int) -> list[Row]:
    """Twice the speakers foreseen from an eighth, a quarter and half of Speech Commands."""
    corpus = load_corpus(data / "speech_commands")
    measured = corpus.utterances.with_columns(pl.lit(None, dtype=pl.String).alias("failed"))
    words = labelled_words(Material(corpus, measured, num_workers=NUM_WORKERS), most_clips=MOST_CLIPS)
    return [_row(words, part, seed) for part in PARTS]


def _row(words: LabelledWords, part: int, seed: int) -> Row:
    num_speakers = int(words.groups.max()) + 1
    seen = num_speakers // part
    inside, texts = 0, []
    for draw in range(seed, seed + NUM_SEEDS):
        (gain, low, high), truth = _foreseen(words, seen, draw)
        inside += low <= truth <= high
        texts.append(f"{100 * gain:.2f} ({100 * low:.2f} to {100 * high:.2f}), true {100 * truth:.2f}")
    return Row(
        "volume",
        "gain of twice the speakers",
        f"seen {seen} speakers",
        recall=inside / NUM_SEEDS,
        num_planted=NUM_SEEDS,
        false_alarms=None,
        num_clean=0,
        goal=GOAL,
        note="points: " + "; ".join(texts),
    )


def _foreseen(words: LabelledWords, seen: int, draw: int) -> tuple[tuple[float, float, float], float]:
    """Foreseen gain with its interval for `seen` speakers, and the gain that twice as many had."""
    order = np.random.default_rng(draw).permutation(int(words.groups.max()) + 1)
    curves = []
    for count in (seen, 2 * seen):
        chosen = np.isin(words.groups, order[:count])
        _, speakers = np.unique(words.groups[chosen], return_inverse=True)
        _, classes = np.unique(words.classes[chosen], return_inverse=True)
        curves.append(
            measure_speaker_curve(
                words.features[chosen][:, ONE_VIEW],
                classes,
                speakers,
                seed=draw,
                on_progress=lambda _done, _total: None,
            )
        )
    found = forecast(curves[0], int(curves[0].sizes[-1]), draw)
    return found.gain, float(curves[1].accuracy[-1] - curves[0].accuracy[-1])
