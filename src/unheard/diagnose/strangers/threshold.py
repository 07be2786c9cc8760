"""The threshold that keeps strangers out, and what it costs in right answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from unheard.diagnose.cause import Points
from unheard.diagnose.points import mean_points
from unheard.diagnose.strangers.judged import Judged, Scores, accepted_share

MAX_ACCEPTED = 0.05
CANDIDATES = 1 - np.geomspace(0.7, 1e-4, 60)  # 0.3 to 0.9999, finer towards 1


@dataclass(frozen=True)
class Rejection:
    """threshold: the lowest of the candidates with at most 5 % of the strangers above it, null where none is;
    accepted, accepted_now: share of the strangers above it and above the model's own, judged on the half of
    them that did not choose it; right_lost: right answers that fall between both, in accuracy points of the
    test; curve: (threshold, strangers accepted, accuracy kept) of 1."""

    threshold: float | None
    accepted: float
    accepted_now: float
    right_lost: Points | None
    curve: tuple[tuple[float, float, float], ...]


def find_threshold(
    judged: Sequence[Judged], known: Scores, right: np.ndarray, groups: Sequence[str], now: float, seed: int
) -> Rejection:
    """known: scores of known clips; right: `(n,)` bool, which of them are answered right."""
    halves = [_half(judged, which) for which in (0, 1)]
    chosen = [_lowest(half, now) for half in halves]
    accepted = [
        accepted_share(other, threshold)
        for other, threshold in zip(reversed(halves), chosen, strict=True)
        if threshold is not None
    ]
    threshold = _lowest(judged, now)
    lost = None
    if threshold is not None:
        between = right & (known.top >= now) & (known.top < threshold)
        lost = mean_points(between.astype(np.float64), groups, seed=seed)
    curve = [
        (float(one), accepted_share(judged, one), float(np.mean(right & (known.top >= one))))
        for one in CANDIDATES
    ]
    return Rejection(
        threshold,
        float(np.mean(accepted)) if accepted else accepted_share(judged, CANDIDATES[-1]),
        accepted_share(judged, now),
        lost,
        tuple(curve),
    )


def _half(judged: Sequence[Judged], which: int) -> list[Judged]:
    """Every second clip of each kind."""
    return [
        replace(one, scores=replace(one.scores, top=one.scores.top[which::2]))
        for one in judged
        if len(one.scores.top) > 1
    ]


def _lowest(judged: Sequence[Judged], now: float) -> float | None:
    """The model's own threshold where it does, else the lowest candidate that does."""
    possible = [now, *(float(one) for one in CANDIDATES if one > now)]
    return next((one for one in possible if accepted_share(judged, one) <= MAX_ACCEPTED), None)
