"""Accuracy against the number of speakers that were learned from, and what twice as many would bring.

The law is the audit's (`audit.power_law`): error(k) = floor + scale * k ** -power.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.audit.power_law import PowerLaw, fit_power_law
from unheard.diagnose.cause import Points
from unheard.diagnose.experiment import Part
from unheard.diagnose.head import head_answers
from unheard.evaluate.intervals import draw_weights

SHARES = (0.125, 0.25, 0.5, 1.0)  # of the speakers
NUM_DRAWS = 3  # of speakers for each share
MIN_SPEAKERS = 16
MIN_TEST_SPEAKERS = 3  # resampling fewer says nothing of how they differ
NUM_RESAMPLES = 400
INTERVAL = (2.5, 97.5)
POINT = 0.01  # accuracy
FURTHEST = 20  # times the speakers that there are: beyond, nothing can be told


@dataclass(frozen=True)
class SpeakerCurve:
    """`right`: `(num_sizes, num_test_speakers)`, test clips of each that are recognised after learning from
    so many speakers, on average over draws of these; `clips`: `(num_test_speakers,)`."""

    sizes: NDArray[np.int64]
    right: NDArray[np.float64]
    clips: NDArray[np.float64]


@dataclass(frozen=True)
class LearnedSpeakers:
    """`rows`: `speakers`, `accuracy`, `low`, `high`. `gain`: points of a doubling."""

    of: str
    rows: tuple[dict[str, Any], ...]
    gain: Points
    speakers_for_a_point: int | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "of": self.of,
            "rows": list(self.rows),
            "gain_of_doubling_points": self.gain.value,
            "low_points": self.gain.low,
            "high_points": self.gain.high,
        }


def head_curve(learned: Part, test: Part, seed: int) -> SpeakerCurve | str:
    """The last layer learned anew from more and more speakers; or why that can't be measured."""
    known, asked = learned.answers.embedding, test.answers.embedding
    if known is None or asked is None:
        return (
            "What more speakers would bring: the model shows no embedding to learn its last layer from anew."
        )
    names, index = np.unique(np.array(learned.groups, dtype=np.str_), return_inverse=True)
    if len(names) < MIN_SPEAKERS:
        return (
            f"What more speakers would bring: {len(names)} training speakers are too few for a curve, which "
            f"takes {MIN_SPEAKERS}."
        )
    random = np.random.default_rng(seed)
    sizes = np.unique(np.array([max(2, round(share * len(names))) for share in SHARES], np.int64))
    right = []
    for size in sizes:
        draws = 1 if size == len(names) else NUM_DRAWS
        chosen = [np.isin(index, random.permutation(len(names))[:size]) for _ in range(draws)]
        answers = [head_answers(known[rows], learned.classes[rows], asked) for rows in chosen]
        right.append(np.mean([found == test.classes for found in answers], axis=0))
    return speaker_curve(sizes, np.array(right), test)


def speaker_curve(sizes: NDArray[np.int64], right: NDArray[np.float64], test: Part) -> SpeakerCurve:
    """Of `right` `(num_sizes, num_clips)` of the test."""
    _, index = np.unique(np.array(test.groups, dtype=np.str_), return_inverse=True)
    sums = np.stack([np.bincount(index, weights=row).astype(np.float64) for row in right])
    return SpeakerCurve(sizes, sums, np.bincount(index).astype(np.float64))


def more_speakers(curve: SpeakerCurve, of: str, seed: int) -> LearnedSpeakers:
    """What a law that is fitted to the curve says of twice the speakers; intervals resample test speakers.

    With one or two of these nothing is known of how speakers differ: the intervals hold everything.
    """
    draws = np.concatenate(list(draw_weights(len(curve.clips), NUM_RESAMPLES, seed)))
    draws = np.concatenate([np.ones((1, len(curve.clips))), draws])
    shares = (draws @ curve.right.T) / (draws @ curve.clips)[:, None]
    sizes = curve.sizes.astype(np.float64)
    laws = fit_power_law(sizes, 1 - shares, np.sqrt(sizes))
    gains = 100 * laws.gain_of_doubling(float(sizes[-1]))
    low, high = np.percentile(gains[1:], INTERVAL)
    lows, highs = np.percentile(shares[1:], INTERVAL, axis=0)
    if len(curve.clips) < MIN_TEST_SPEAKERS:
        low, high, lows, highs = -100.0, 100.0, np.zeros(len(sizes)), np.ones(len(sizes))
    rows = [
        {
            "speakers": int(size),
            "accuracy": round(float(shares[0, number]), 4),
            "low": round(float(lows[number]), 4),
            "high": round(float(highs[number]), 4),
        }
        for number, size in enumerate(curve.sizes)
    ]
    gain = Points(
        float(gains[0]), float(low), float(high), "power law, fitted to curves of resampled test speakers"
    )
    return LearnedSpeakers(of, tuple(rows), gain, _for_a_point(laws, float(sizes[-1])))


def _for_a_point(laws: PowerLaw, speakers: float) -> int | None:
    """Further speakers by which the best guess of the error falls by a point; null where it never does."""
    law = PowerLaw(*(np.asarray(part).reshape(-1)[0] for part in (laws.floor, laws.scale, laws.power)))
    sizes = np.unique(np.round(np.geomspace(speakers + 1, FURTHEST * speakers, 400)))
    enough = np.flatnonzero(law.error(speakers) - law.error(sizes) >= POINT)
    return int(sizes[enough[0]] - speakers) if len(enough) else None
