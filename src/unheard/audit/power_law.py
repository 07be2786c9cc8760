"""Learning curves: the power law that errors follow, and what it says of more data.

error(k) = floor + scale * k ** -power (Hestness et al. 2017, arXiv:1712.00409; Rosenfeld et al., ICLR 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_POWERS = np.linspace(0.05, 1.5, 146)  # outside, the floor or the scale mean nothing

Curve = NDArray[np.float64]


@dataclass(frozen=True)
class PowerLaw:
    """`floor` and `scale` are errors, 0 to 1; arrays where many curves were fitted at once."""

    floor: Curve
    scale: Curve
    power: Curve

    def error(self, size: float | Curve) -> Curve:
        """Error at a size, or at many `(num_sizes,)`: then `(..., num_sizes)`."""
        sizes = np.asarray(size, np.float64)
        floor, scale, power = (
            np.expand_dims(value, tuple(range(value.ndim, value.ndim + sizes.ndim)))
            for value in (self.floor, self.scale, self.power)
        )
        return np.asarray(floor + scale * sizes**-power)

    def gain_of_doubling(self, size: float) -> Curve:
        """By how much the error falls from a size to twice of it."""
        return self.error(size) - self.error(2 * size)

    def size_of_gain(self, gain: float) -> Curve:
        """The size from which on a doubling brings less than this."""
        with np.errstate(divide="ignore"):
            log_size = (np.log(self.scale * (1 - 2**-self.power)) - np.log(gain)) / self.power
        return np.asarray(np.exp(np.minimum(log_size, 700.0)))


def fit_power_law(sizes: Curve, errors: Curve, weights: Curve) -> PowerLaw:
    """Weighted least squares with floor and scale of 0 or more.

    `sizes` and `weights` are `(num_sizes,)`; `errors` is `(num_sizes,)`, or `(num_curves, num_sizes)` for
    many curves at once. For each power of a grid floor and scale are known in closed form; the best is kept.
    """
    fits = [_fit_line(sizes**-power, errors, weights) for power in _POWERS]
    best = np.argmin([loss for _, _, loss in fits], axis=0)
    floor, scale = (np.stack([fit[part] for fit in fits]) for part in (0, 1))
    index = best[None, ...]
    return PowerLaw(
        np.take_along_axis(floor, index, axis=0)[0],
        np.take_along_axis(scale, index, axis=0)[0],
        _POWERS[best],
    )


def joined(laws: Sequence[PowerLaw]) -> PowerLaw:
    """All laws of several arrays in one."""
    floor, scale, power = (
        np.concatenate([getattr(law, name) for law in laws]) for name in ("floor", "scale", "power")
    )
    return PowerLaw(floor, scale, power)


def _fit_line(falling: Curve, errors: Curve, weights: Curve) -> tuple[Curve, Curve, Curve]:
    """Floor and scale of `errors` along `falling` and their loss, both 0 or more."""
    share = weights / weights.sum()
    mean_x, mean_y = falling @ share, errors @ share
    centred = falling - mean_x
    slope = np.maximum((errors - mean_y[..., None]) @ (centred * share) / (centred**2 @ share), 0)
    through_zero = errors @ (falling * share) / (falling**2 @ share)
    floor = mean_y - slope * mean_x
    slope = np.where(floor < 0, through_zero, slope)
    floor = np.maximum(floor, 0)
    residual = errors - floor[..., None] - slope[..., None] * falling
    return floor, slope, np.asarray(residual**2 @ share)
