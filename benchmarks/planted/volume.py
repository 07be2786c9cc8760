"""Forecasts from a part of the speakers of a corpus, held against what all of them reach."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from planted.row import Row

from unheard.audit.check import Material
from unheard.audit.labelled_words import LabelledWords, labelled_words
from unheard.audit.speaker_curve import SpeakerCurve, measure_speaker_curve
from unheard.audit.volume import ONE_VIEW, forecast
from unheard.corpus.importing import load_corpus

NUM_SEEDS = 3
NUM_WORKERS = 2
PARTS = (8, 4, 2)  # the corpus has so many times the speakers that the forecast sees
Sizes = NDArray[np.int64]
Accuracy = NDArray[np.float64]
GOAL = "the true gain lies in the interval of 95 %"


def rows(data: Path, seed: int) -> list[Row]:
    """Twice the speakers foreseen from an eighth, a quarter and half of Speech Commands; the true gain is
    that of models of so many of its speakers."""
    corpus = load_corpus(data / "speech_commands")
    measured = corpus.utterances.with_columns(pl.lit(None, dtype=pl.String).alias("failed"))
    words = labelled_words(Material(corpus, measured, num_workers=NUM_WORKERS))
    everyone = np.unique(words.groups)
    whole = [_curve(words, everyone, draw) for draw in range(seed, seed + NUM_SEEDS)]
    accuracy = np.mean([curve.accuracy for curve in whole], axis=0)
    return [_row(words, part, seed, whole[0].sizes, accuracy) for part in PARTS]


def _row(words: LabelledWords, part: int, seed: int, sizes: Sizes, accuracy: Accuracy) -> Row:
    num_speakers = int(words.groups.max()) + 1
    texts, inside = [], 0
    for draw in range(seed, seed + NUM_SEEDS):
        some = np.random.default_rng(draw).permutation(num_speakers)[: num_speakers // part]
        curve = _curve(words, some, draw)
        heard = int(curve.sizes[-1])
        gain, low, high = forecast(curve, heard, draw).gain
        truth = float(np.diff(np.interp(np.log([heard, 2 * heard]), np.log(sizes), accuracy))[0])
        inside += low <= truth <= high
        texts.append(f"{100 * gain:.2f} ({100 * low:.2f} to {100 * high:.2f}), true {100 * truth:.2f}")
    return Row(
        "volume",
        "gain of twice the speakers",
        f"of {num_speakers // part} speakers",
        recall=inside / NUM_SEEDS,
        num_planted=NUM_SEEDS,
        false_alarms=None,
        num_clean=0,
        goal=GOAL,
        note="points of accuracy foreseen: " + "; ".join(texts),
    )


def _curve(words: LabelledWords, speakers: Sizes, draw: int) -> SpeakerCurve:
    chosen = np.isin(words.groups, speakers)
    return measure_speaker_curve(
        words.features[chosen][:, ONE_VIEW],
        np.unique(words.classes[chosen], return_inverse=True)[1],
        np.unique(words.groups[chosen], return_inverse=True)[1],
        seed=draw,
        on_progress=lambda _done, _total: None,
    )
