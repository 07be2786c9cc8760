"""A curve of accuracy over severity, and what it says: what is lost where, and how much the model bears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Points
from unheard.diagnose.points import NUM_RESAMPLES, mean_points, share_points
from unheard.diagnose.stressors.stressor import Stressor
from unheard.evaluate.intervals import MIN_BOOTSTRAP_SPEAKERS, TAILS, draw_weights
from unheard.evaluate.sign_flips import holm, sign_flip_p_values

FALL_POINTS = 5.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fall:
    """Where accuracy has fallen by 5 points: severities, null where the harshest tested one does not do it.

    `mildest` to `harshest`: 95 % interval over speakers; both null under 20 speakers.
    """

    at: float | None
    mildest: float | None
    harshest: float | None


@dataclass(frozen=True)
class Curve:
    """What a model loses to a factor. `accuracy` and `loss` (paired, against the clips as they are) have a
    value a severity, in points of 100."""

    stressor: Stressor
    clean: Points
    accuracy: tuple[Points, ...]
    loss: tuple[Points, ...]
    fall: Fall
    lost_by_speaker: Floats  # `(speakers,)` clips at the ordinary severity; less than 0 where some are won

    @property
    def ordinary_accuracy(self) -> Points:
        return self.accuracy[self.stressor.num_ordinary - 1]

    @property
    def ordinary_loss(self) -> Points:
        return self.loss[self.stressor.num_ordinary - 1]

    @property
    def score(self) -> float:
        """0 to 100: how much of its accuracy the model keeps in ordinary use.

        The mean accuracy over the severities up to the ordinary one, in percent of the accuracy on the clips
        as they are. 100 is a factor that does not matter; what is guessed right by chance counts too.
        """
        ordinary = [point.value for point in self.accuracy[: self.stressor.num_ordinary]]
        return min(100.0, 100 * float(np.mean(ordinary)) / max(self.clean.value, 1e-9))


def measure_curve(
    stressor: Stressor,
    clean: NDArray[np.bool_],
    stressed: NDArray[np.bool_],
    groups: Sequence[str],
    *,
    seed: int = 0,
) -> Curve:
    """The curve of one factor.

    clean: `(n,)` which clips are right as they are; stressed: `(severities, n)` the same under stress.
    """
    lost = clean.astype(np.float64) - stressed
    by_speaker, num_clips = _by_speaker(lost, groups)
    return Curve(
        stressor=stressor,
        clean=share_points(clean, groups, seed=seed),
        accuracy=tuple(share_points(right, groups, seed=seed) for right in stressed),
        loss=tuple(mean_points(row, groups, seed=seed) for row in lost),
        fall=_fall(stressor, by_speaker, num_clips, seed),
        lost_by_speaker=by_speaker[:, stressor.num_ordinary - 1],
    )


def _by_speaker(lost: Floats, groups: Sequence[str]) -> tuple[Floats, Floats]:
    """Clips lost `(speakers, severities)` and clips in all `(speakers,)`."""
    names, index = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
    is_said_by = (index == np.arange(len(names))[:, None]).astype(np.float64)
    return is_said_by @ lost.T, is_said_by.sum(axis=1)


def _fall(stressor: Stressor, sums: Floats, counts: Floats, seed: int) -> Fall:
    total = 100 * sums.sum(axis=0, keepdims=True) / counts.sum()
    (place,) = _first_fall(total, stressor.neutral is not None)
    if len(sums) < MIN_BOOTSTRAP_SPEAKERS:
        return Fall(_severity(stressor, place), None, None)
    resampled = np.concatenate(
        [
            _first_fall(100 * (weights @ sums) / (weights @ counts)[:, None], stressor.neutral is not None)
            for weights in draw_weights(len(sums), NUM_RESAMPLES, seed)
        ]
    )
    mildest, harshest = np.quantile(resampled, TAILS, method="inverted_cdf")
    return Fall(
        _severity(stressor, place),
        _severity(stressor, min(mildest, place)),
        _severity(stressor, max(harshest, place)),
    )


def _first_fall(loss: Floats, has_neutral: bool) -> Floats:
    """Where curves `(rows, severities)` of points lost first come to 5: `(rows,)` places between severities,
    as `Stressor.severity_at` takes them, infinite where they never do.

    Between two severities the curve is a straight line; without a neutral one, it begins at the mildest.
    """
    curve = np.concatenate([np.zeros((len(loss), 1)), loss], axis=1)
    over = curve >= FALL_POINTS
    after = over.argmax(axis=1)
    rows = np.arange(len(curve))
    before = curve[rows, after - 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        place = after - 1 + (FALL_POINTS - before) / (curve[rows, after] - before)
    if not has_neutral:
        place = np.maximum(place, 1.0)
    return np.where(over.any(axis=1), place, np.inf)


def _severity(stressor: Stressor, place: float) -> float | None:
    return stressor.severity_at(place) if np.isfinite(place) else None


def chances(curves: Sequence[Curve], seed: int) -> list[float]:
    """A p-value a curve that nothing is lost at its ordinary severity, corrected for how many there are.

    Speakers change sides: under the hypothesis, each might as well have won what it lost.
    """
    lost = np.stack([curve.lost_by_speaker for curve in curves], axis=1)
    return [float(value) for value in holm(sign_flip_p_values(lost, seed=seed))]
