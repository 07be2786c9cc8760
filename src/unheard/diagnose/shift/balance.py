"""The gap from test to live clips, and what all factors together may have of it.

What live clips lose says more about the size of all factors together than an imitation on other people's
clips: where they have labels, the points of all factors are multiplied by one number. Then they take no more
than live clips lose; and of what live clips lose more, half counts as theirs as far as chance can do it, for
it may as well be something that no factor describes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Points
from unheard.diagnose.experiment import Material, Part
from unheard.diagnose.points import gap_points, mean_points, share_points
from unheard.diagnose.shift.replay import Replay

LEAST_TAKEN = 1.0  # points, below which nothing is scaled
THEIR_SHARE = 0.5  # of what is left over by chance
LEAST_SCALE, LARGEST_SCALE = 0.3, 1.5

Weights = NDArray[np.float64]


def agreement(taken: float, left: Points | None) -> float:
    """What factors that take some points from test clips are multiplied by, when so many are left over."""
    if left is None or left.low is None or left.high is None or taken < LEAST_TAKEN:
        return 1.0
    by_chance = (left.high - left.low) / 2
    more = left.value if left.value < 0 else THEIR_SHARE * min(left.value, by_chance)
    return float(np.clip((taken + more) / taken, LEAST_SCALE, LARGEST_SCALE))


def left_over(live: Part, played: Replay, weights: Weights, seed: int) -> Points | None:
    """What live clips lose more than test clips under all factors; null without labels."""
    if not live.labelled:
        return None
    explained, groups = played.correct[max(played.correct, key=len)], played.part.groups
    left = gap_points(live.correct, live.groups, explained, groups, second_weights=weights, seed=seed)
    low, high = (None if end is None else -end for end in (left.high, left.low))
    return Points(-left.value, low, high, left.method)


def balance_of(
    material: Material, played: Replay, weights: Weights, scale: float, left: Points | None
) -> dict[str, Any]:
    """Facts: the whole gap and its parts that belong to no factor, once factors are scaled."""
    live, test, seed = material.live, played.part, material.seed
    assert live is not None
    together = mean_points(scale * weights * played.together(), test.groups, seed=seed)
    found: dict[str, Any] = {
        "test_accuracy": plain(share_points(test.correct, test.groups, seed=seed)),
        "together": plain(together),
        "agreement": scale,
    }
    if left is None:
        return {**found, "live_accuracy": None, "gap": None, "mix": None, "unexplained": None}
    return {
        **found,
        "live_accuracy": plain(share_points(live.correct, live.groups, seed=seed)),
        "gap": plain(gap_points(test.correct, test.groups, live.correct, live.groups, seed=seed)),
        "mix": plain(mean_points((1 - weights) * test.correct, test.groups, seed=seed)),
        "unexplained": plain(_moved(left, together.value / scale - together.value)),
    }


def plain(points: Points) -> dict[str, float | None]:
    """For facts."""
    return {"points": points.value, "low": points.low, "high": points.high}


def _moved(points: Points, by: float) -> Points:
    low, high = (None if end is None else end + by for end in (points.low, points.high))
    return Points(points.value + by, low, high, points.method)
