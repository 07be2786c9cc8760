"""Is model A better than model B on the same clips? Speakers, not clips, are swapped and resampled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from unheard.errors import CorpusError, UsageError, unknown_name
from unheard.evaluate.intervals import MIN_BOOTSTRAP_SPEAKERS, Estimate, cluster_interval, draw_weights
from unheard.evaluate.metrics import METRICS, Metric
from unheard.evaluate.predictions import Predictions
from unheard.evaluate.tally import Array, Tally, tally_speakers

MAX_EXACT_SPEAKERS = 16
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Difference:
    """Metric of A minus metric of B, its 95 % interval and its two-sided p-value; method names both."""

    metric: str
    value: float
    low: float | None
    high: float | None
    p_value: float
    method: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def paired_difference(
    a: Predictions,
    b: Predictions,
    metric: str = "accuracy",
    *,
    num_resamples: int = 10_000,
    seed: int = 0,
) -> Difference:
    """How much better A is than B, for speakers like these.

    Under the hypothesis that A and B are alike, swapping the answers of the two models for a whole speaker
    changes nothing: p is the share of such swaps with a difference at least as large. All swaps are tried
    where at most 16 speakers have different answers; else `num_resamples` random ones, and p is
    (hits + 1) / (draws + 1) (Phipson and Smyth 2010).
    The clips may come in any order. Raises CorpusError where the two do not share clips, labels and speakers.
    """
    if metric not in METRICS:
        raise UsageError(unknown_name("metric", metric, METRICS))
    b = _same_clips(a, b)
    tally_a, tally_b, chosen = tally_speakers(a), tally_speakers(b), METRICS[metric]
    value = float(_gap(chosen, tally_a.total(), tally_b.total()))
    p_value, test = _swap_test(chosen, tally_a, tally_b, num_resamples, seed)
    interval = _interval(chosen, value, tally_a, tally_b, num_resamples, seed)
    return Difference(metric, value, interval.low, interval.high, p_value, f"{test}; {interval.method}")


def _gap(metric: Metric, a: Tally, b: Tally) -> Array:
    return np.asarray(metric.function(a) - metric.function(b))


def _swap_test(metric: Metric, a: Tally, b: Tally, num_resamples: int, seed: int) -> tuple[float, str]:
    """Two-sided p-value over swaps of the speakers whose answers differ, and the name of the test."""
    differ = np.any(a.sums != b.sums if metric.needs_scores else a.decisions != b.decisions, axis=1)
    num_speakers = int(differ.sum())
    exact = num_speakers <= MAX_EXACT_SPEAKERS
    observed = abs(float(_gap(metric, a.total(), b.total())))
    change = Tally((b.sums - a.sums)[differ], a.num_classes)
    hits = draws = 0
    for swaps in _all_swaps(num_speakers) if exact else _random_swaps(num_speakers, num_resamples, seed):
        moved = change.weighted(swaps).sums
        gaps = _gap(
            metric,
            Tally(a.total().sums + moved, a.num_classes),
            Tally(b.total().sums - moved, a.num_classes),
        )
        hits += int(np.sum(np.abs(gaps) >= observed - 1e-9))
        draws += len(swaps)
    if exact:
        return hits / draws, f"exact swap test over {num_speakers} speakers that differ"
    return (hits + 1) / (draws + 1), f"random swap test over {num_speakers} speakers that differ"


def _all_swaps(num_speakers: int) -> Iterator[Array]:
    """Every 0/1 row of `num_speakers` columns, some rows at a time."""
    for start in range(0, 2**num_speakers, _ROWS_AT_ONCE):
        codes = np.arange(start, min(start + _ROWS_AT_ONCE, 2**num_speakers))
        yield ((codes[:, None] >> np.arange(num_speakers)) & 1).astype(np.float64)


def _random_swaps(num_speakers: int, num_resamples: int, seed: int) -> Iterator[Array]:
    generator = np.random.default_rng(seed)
    for start in range(0, num_resamples, _ROWS_AT_ONCE):
        rows = min(_ROWS_AT_ONCE, num_resamples - start)
        yield generator.integers(2, size=(rows, num_speakers)).astype(np.float64)


def _interval(metric: Metric, value: float, a: Tally, b: Tally, num_resamples: int, seed: int) -> Estimate:
    """The cluster interval of a difference; on its own scale, because it may be negative."""
    resampled = [np.empty(0)]
    if len(a.sums) >= MIN_BOOTSTRAP_SPEAKERS:
        weights = draw_weights(len(a.sums), num_resamples, seed)
        resampled = [_gap(metric, a.weighted(rows), b.weighted(rows)) for rows in weights]
    left_out = _gap(metric, a.leave_one_out(), b.leave_one_out())
    return cluster_interval(value, np.concatenate(resampled), left_out, len(a.sums), "difference")


def _same_clips(a: Predictions, b: Predictions) -> Predictions:
    """B with its clips in the order of A."""
    shared = len(set(a.ids) & set(b.ids))
    if not shared == len(a) == len(b):
        raise CorpusError(
            f"A paired comparison needs the same clips: A has {len(a)}, B has {len(b)}, {shared} are in both."
            " Evaluate both models on the same corpus."
        )
    if a.labels != b.labels:
        raise CorpusError(
            f"A paired comparison needs the same labels in the same order: A has {', '.join(a.labels)}; "
            f"B has {', '.join(b.labels)}."
        )
    row = {clip: i for i, clip in enumerate(b.ids)}
    b = b.take([row[clip] for clip in a.ids])
    unlike = int(np.sum(a.truth != b.truth)) + sum(x != y for x, y in zip(a.groups, b.groups, strict=True))
    if unlike:
        raise CorpusError(
            f"A paired comparison needs the same truth: {unlike} of {2 * len(a)} true labels and speakers "
            "differ between A and B. Evaluate both models on the same corpus."
        )
    return b
