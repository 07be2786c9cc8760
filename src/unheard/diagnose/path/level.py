"""Scale, polarity, gain and offset between two aligned waveforms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.path.difference import Step

Array = NDArray[np.float64]

# how much larger integers are than floats in [-1, 1]
SCALES = {"int8": 2.0**7, "int16": 2.0**15, "24-bit integers": 2.0**23, "int32": 2.0**31}
MIN_GAIN_DB = 0.1
_PEAKS = (1.0, 0.99, 0.95, 0.9, 0.8, 0.5)
_HUGE_DB = 60.0  # no gain is that large: integers and floats are mixed up, with a gain besides
_USUAL = ("int16", "int32")
_SLACK_DB = {"int16": 1.0}  # a path that scales by it may round and filter as well
_EXACT_DB = 0.02  # other scales must be met exactly: they might be gains
_FRAME_S = 0.05
_MIN_SPREAD_DB = 3.0


@dataclass(frozen=True)
class Level:
    """other = sign * scale * (gain * reference + offset)."""

    sign: int
    scale: float  # a power of two of `SCALES`, or 1 over one, or 1
    gain: float
    offset: float

    def undone(self, other: Array) -> Array:
        """The other waveform on the scale of the reference, gain and offset left in it."""
        return other / (self.sign * self.scale)


def rough_level(reference: Array, other: Array, sign: int) -> Level:
    """Scale by the power of what is steep; gain 1 and offset 0."""
    power, own = (float(np.square(np.diff(values)).sum()) for values in (reference, other))
    size_db = 10 * np.log10(max(own, 1e-30) / max(power, 1e-30))
    if abs(size_db) > _HUGE_DB:
        scales = [SCALES[name] for name in _USUAL]
        scale = min(scales, key=lambda one: abs(abs(size_db) - 20 * np.log10(one)))
        return Level(sign, scale if size_db > 0 else 1 / scale, 1.0, 0.0)
    for name, scale in SCALES.items():
        for factor in (scale, 1 / scale):
            if abs(size_db - 20 * np.log10(factor)) < _SLACK_DB.get(name, _EXACT_DB):
                return Level(sign, factor, 1.0, 0.0)
    return Level(sign, 1.0, 1.0, 0.0)


def fitted_gain(reference: Array, other: Array, clip: tuple[float, float] | None) -> tuple[float, float]:
    """Gain and offset by least squares over samples that are not cut."""
    chosen = slice(None) if clip is None else (other > 0.98 * clip[0]) & (other < 0.98 * clip[1])
    x, y = reference[chosen], other[chosen]
    if len(x) < 16 or np.ptp(x) == 0:
        return 1.0, 0.0
    gain = float(np.cov(x, y)[0, 1] / x.var(ddof=1))
    return gain, float(y.mean() - gain * x.mean())


def level_steps(level: Level, reference: Array, other: Array, min_gain_db: float = MIN_GAIN_DB) -> list[Step]:
    """What is told of it. reference, other: whole waveforms, as they came."""
    steps = []
    if level.sign < 0:
        steps.append(Step("scaling", "polarity", -1.0, "times", "its polarity is reversed."))
    if level.scale != 1:
        steps.append(_scale_step(level.scale))
    gain_db = float(20 * np.log10(max(abs(level.gain), 1e-15)))
    if abs(gain_db) > min_gain_db:
        steps.append(_gain_step(gain_db, level, reference, other))
    if (offset := _offset_step(level, reference, other)) is not None:
        steps.append(offset)
    return steps


def changing_gain(reference: Array, other: Array, sample_rate: int) -> tuple[Array, float]:
    """The reference at the level of the other frame by frame (50 ms), and the spread of the gain in dB."""
    size = max(64, int(_FRAME_S * sample_rate))
    count = len(reference) // size
    if count < 5:
        return reference, 0.0
    x, y = (values[: count * size].reshape(count, size) for values in (reference, other))
    power = np.square(x).sum(axis=1)
    gains = np.maximum((x * y).sum(axis=1) / np.maximum(power, 1e-12), 1e-4)
    loud = power > 1e-3 * power.max()
    low, high = np.percentile(20 * np.log10(gains[loud]), [10, 90])
    middles = (np.arange(count) + 0.5) * size
    return reference * np.interp(np.arange(len(reference)), middles, gains), float(high - low)


def changing_step(spread_db: float) -> Step | None:
    """What is told of a gain that changes; null where it hardly does."""
    if spread_db < _MIN_SPREAD_DB:
        return None
    message = (
        f"its gain changes by {spread_db:.1f} dB in the course of the recording, as with automatic gain "
        "control or noise suppression."
    )
    return Step("normalisation", "changing-gain", spread_db, "dB", message)


def _scale_step(scale: float) -> Step:
    up = scale > 1
    name, factor = next((n, s) for n, s in SCALES.items() if s in (scale, 1 / scale))
    what = f"{factor:.0f} times too {'large' if up else 'small'}"
    why = (
        f"{name} values taken for floats" if up else f"floats divided by {factor:.0f} as if they were {name}"
    )
    return Step("scaling", name, scale, "times", f"its samples are {what}: {why}.")


def _gain_step(gain_db: float, level: Level, reference: Array, other: Array) -> Step:
    other = level.undone(other)
    peak, rms = float(np.abs(other).max()), float(other.std())
    own_peak = float(np.abs(reference).max())
    change = f"its level is {abs(gain_db):.1f} dB {'higher' if gain_db > 0 else 'lower'}"
    target = next((value for value in _PEAKS if abs(peak / value - 1) < 1e-3), None)
    if abs(rms - 1) < 0.01 and abs(float(other.mean())) < 0.01:
        message = f"{change}: it has mean 0 and deviation 1, as after standardising."
        return Step("normalisation", "standardised", gain_db, "dB", message)
    if target is not None and abs(own_peak / target - 1) > 1e-2:
        message = f"{change}: its peak is {target:.2f}, as after peak normalisation; it was {own_peak:.2f}."
        return Step("normalisation", "peak", gain_db, "dB", message)
    return Step("normalisation", "gain", gain_db, "dB", f"{change}.")


def _offset_step(level: Level, reference: Array, other: Array) -> Step | None:
    rms = float(level.undone(other).std())
    if abs(level.offset) < max(2e-4, 0.01 * rms):
        return None
    removed = abs(float(level.undone(other).mean())) < 0.1 * abs(level.offset)
    if removed:
        message = f"its offset (DC) of {float(reference.mean()):.4f} was removed."
        return Step("normalisation", "offset-removed", level.offset, "of full scale", message)
    message = f"an offset (DC) of {level.offset:.4f} was added."
    return Step("normalisation", "offset", level.offset, "of full scale", message)
