"""Two arrays of features of the same sound: in what they differ.

In order: which axis is time, rows (bands), frames (hop, padding), logarithm, scale and offset, normalisation.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from unheard.diagnose.path.difference import PathDifference, Step
from unheard.diagnose.path.resampling import snr_db

Array = NDArray[np.float64]

SAME_DB = 50.0  # spread of the features over their difference
_MIN_CORRELATION = 0.9
_BETTER = 0.03
_MIN_FIT_DB = 10.0
_MAX_SHIFT_FRAMES = 6

# factors between logarithms of the same power or magnitude
FACTORS = {
    "natural logarithm against decibels (10 log10)": 10 / math.log(10),
    "natural logarithm against decibels of a magnitude (20 log10)": 20 / math.log(10),
    "base 10 against natural logarithm": math.log(10),
    "base 10 against decibels (10 log10)": 10.0,
    "base 10 against decibels of a magnitude (20 log10)": 20.0,
    "base 2 against natural logarithm": 1 / math.log(2),
    "magnitude against power": 2.0,
}
_FACTOR_SLACK = 0.03
_FACTOR_SPREAD = 0.1  # of the factors of rows, for their median to stand for all


@dataclass(frozen=True)
class _Frames:
    """How the frames of the other lie on those of the reference: `frame * ratio + shift`."""

    ratio: float  # of the other's hop to that of the reference
    shift: float  # in frames of the reference
    correlation: float


def compare_features(
    reference: NDArray[np.floating], other: NDArray[np.floating], duration_s: float | None = None
) -> PathDifference:
    """In what the other features differ. Both are two-dimensional, `(num_rows, num_frames)` or turned.

    duration_s: of the sound, for hops in milliseconds.
    """
    x, y = (np.asarray(values, np.float64).squeeze() for values in (reference, other))
    if x.ndim != 2 or y.ndim != 2:
        message = f"it has the shape {other.shape}, the reference {reference.shape}; both need two axes."
        return PathDifference((_step("shape", float(y.ndim), "axes", message),))
    begun = _agreement_db(x, y) if x.shape == y.shape else None
    steps: list[Step] = []
    if _is_turned(x, y):
        message = f"its axes are turned: {y.shape}, the reference has {x.shape}."
        steps.append(_step("transposed", 1.0, "turns", message))
        y = y.T
    if x.shape[0] != y.shape[0]:
        message = f"it has {len(y)} rows (bands or coefficients) a frame, the reference {len(x)}."
        return PathDifference((*steps, _step("rows", float(len(y)), "rows", message)), begun)
    agreement = _agreement_db(x, y) if x.shape == y.shape else 0.0
    if agreement > SAME_DB:
        return PathDifference(tuple(steps), begun, agreement)
    shape, frames = _best_shape(x, y)
    steps += _frame_steps(frames, x, y, duration_s)
    if shape:
        steps.append(_step(shape, 1.0, "", _SHAPES[shape]))
    moved, covered = _moved(_SHAPED[shape](y), frames, x.shape[1])
    told, left = _affine_steps(
        x[:, covered], moved[:, covered], between=frames.ratio != 1 or frames.shift % 1 > 0
    )
    return PathDifference((*steps, *told), begun, left)


def _step(kind: str, size: float, unit: str, message: str) -> Step:
    return Step("feature", kind, size, unit, message)


def _is_turned(x: Array, y: Array) -> bool:
    """Whether the other has time where the reference has rows."""
    if x.shape == y.shape and x.shape[0] != x.shape[1]:
        return False
    if x.shape == y.shape:
        return _correlation(x, y.T) > _correlation(x, y) + _BETTER
    return x.shape[0] == y.shape[1] != y.shape[0] or x.shape == y.shape[::-1]


def _best_shape(x: Array, y: Array) -> tuple[str, _Frames]:
    """What makes the other most alike (a logarithm, a DCT or nothing), and how its frames then lie."""
    laid = {name: _lay_frames(x, make(y)) for name, make in _SHAPED.items()}
    best = max(laid, key=lambda name: laid[name].correlation + (0.02 if name == "" else 0.0))
    best = best if laid[best].correlation > _MIN_CORRELATION else ""
    return best, laid[best]


def _frame_steps(frames: _Frames, x: Array, y: Array, duration_s: float | None) -> list[Step]:
    """What is told of hop and padding."""
    counts = f"{y.shape[1]} frames, the reference {x.shape[1]}"
    if abs(frames.ratio - 1) > 0.01:
        hops = ""
        if duration_s and x.shape[1] > 1:
            hop_ms = 1000 * duration_s / (x.shape[1] - 1)
            hops = f", about {hop_ms * frames.ratio:.1f} ms instead of {hop_ms:.1f}"
        message = f"its hop is {frames.ratio:.2f} times that of the reference{hops}: {counts}."
        return [_step("hop", frames.ratio, "times", message)]
    if x.shape[1] != y.shape[1] or abs(frames.shift) >= 0.5:
        message = f"its frames begin {frames.shift:+.1f} frames from those of the reference: it has {counts}."
        return [_step("frames", frames.shift, "frames", message)]
    return []


def _lay_frames(x: Array, y: Array) -> _Frames:
    """Hop and shift at which the frames are most alike; no change unless it is clearly better."""
    ratios = {1.0, (x.shape[1] - 1) / max(1, y.shape[1] - 1), x.shape[1] / y.shape[1]}
    step = 1.0 if x.shape[1] == y.shape[1] else 0.5  # half a frame smooths, which alone may bring them nearer
    shifts = np.arange(-_MAX_SHIFT_FRAMES, _MAX_SHIFT_FRAMES + step / 2, step)
    plain = _tried(x, y, 1.0, 0.0)
    tried = [_tried(x, y, ratio, float(shift)) for ratio in ratios for shift in shifts]
    best = max(tried, key=lambda one: one.correlation - 1e-3 * abs(one.shift))
    return best if best.correlation > plain.correlation + 0.01 else plain


def _tried(x: Array, y: Array, ratio: float, shift: float) -> _Frames:
    moved, covered = _moved(y, _Frames(ratio, shift, 0.0), x.shape[1])
    if covered.sum() < max(3, x.shape[1] // 3):
        return _Frames(ratio, shift, -1.0)
    return _Frames(ratio, shift, _correlation(x[:, covered], moved[:, covered]))


def _moved(y: Array, frames: _Frames, num_frames: int) -> tuple[Array, NDArray[np.bool_]]:
    """The other's features at the frames of the reference, and which of these it covers."""
    places = (np.arange(num_frames) - frames.shift) / frames.ratio
    below = np.clip(np.floor(places).astype(int), 0, max(0, y.shape[1] - 2))
    share = places - below
    above = np.minimum(below + 1, y.shape[1] - 1)
    covered = (places >= -1e-9) & (places <= y.shape[1] - 1 + 1e-9)
    return y[:, below] * (1 - share) + y[:, above] * share, covered


def _logarithm(values: Array) -> Array:
    """Natural logarithm of what is nowhere negative; else the values."""
    if values.min() < 0:
        return values
    positive = values[values > 0]
    return np.log(np.maximum(values, positive.min() if len(positive) else 1.0))


_SHAPED: dict[str, Callable[[Array], Array]] = {
    "": lambda y: y,
    "linear-against-log": _logarithm,
    "log-against-linear": lambda y: np.exp(np.minimum(y, 80)),
    "cepstrum-against-bands": lambda y: np.asarray(scipy.fft.idct(y, type=2, norm="ortho", axis=0)),
    "bands-against-cepstrum": lambda y: np.asarray(scipy.fft.dct(y, type=2, norm="ortho", axis=0)),
}
_SHAPES = {
    "linear-against-log": "it has no logarithm, the reference has one.",
    "log-against-linear": "it has a logarithm, the reference has none.",
    "cepstrum-against-bands": "it has cepstral coefficients (DCT), the reference bands.",
    "bands-against-cepstrum": "it has bands, the reference cepstral coefficients (DCT).",
}


def _affine_steps(x: Array, y: Array, *, between: bool) -> tuple[list[Step], float]:
    """What is told of factor and offset, over all values or row by row, and how well the two then agree.

    between: whether the other's frames lie between those of the reference, so that they never agree fully.
    """
    sounding = _above_floor(x) & _above_floor(y)
    factor, offset, left = _fit(x[sounding], y[sounding])
    rows = np.array([_fit(*(values[row, sounding[row]] for values in (x, y)))[:2] for row in range(len(x))])
    low, usual, high = np.quantile(rows[:, 0], [0.25, 0.5, 0.75])
    if _factor_name(factor) is None and high - low < _FACTOR_SPREAD * abs(usual):
        factor = float(usual)
    name = _factor_name(factor) if left > _MIN_FIT_DB else None
    undone = (y - rows[:, 1:]) / np.where(rows[:, :1] == 0, 1, rows[:, :1])
    rows_left = _agreement_db(x[sounding], undone[sounding])
    if name is None and rows_left > max(left + 10, 20):
        return [_rows_step(x, y, rows)], rows_left
    if left < _MIN_FIT_DB:
        message = (
            f"its values are others (correlation {_correlation(x, y):.2f}): another window, mel scale or "
            "floor, or other sound."
        )
        return [_step("values", left, "dB", message)], left
    steps = _whole_steps(x, y, factor, offset, name, slack=max(5e-3, 10 ** (-left / 20)))
    if left < SAME_DB and not between and (not steps or left < 30):
        message = (
            f"single values differ, {left:.0f} dB below their spread: another window, mel scale, floor or "
            "rounding."
        )
        steps.append(_step("values", left, "dB", message))
    return steps, left


def _above_floor(values: Array) -> NDArray[np.bool_]:
    """What is not at the lowest value, where a floor has gathered more than one in a hundred; else all."""
    lowest = values <= values.min() + 1e-6 * np.ptp(values)
    return ~lowest if 0.01 < lowest.mean() < 0.5 else np.ones(values.shape, np.bool_)


def _rows_step(x: Array, y: Array, rows: Array) -> Step:
    """What is told of factors and offsets `(num_rows, 2)` that differ from row to row."""
    factors, offsets = rows[:, 0], rows[:, 1]
    centred = np.abs(y.mean(axis=1)).max() < 0.05 * y.std()
    if centred and np.ptp(factors) > 0.05:
        message = (
            f"each row is normalised by its own mean and deviation: factors from {factors.min():.3g} to "
            f"{factors.max():.3g}."
        )
        return _step("normalised-rows", float(np.median(factors)), "times", message)
    if centred:
        message = f"the mean of each row was subtracted: {-offsets.max():.3g} to {-offsets.min():.3g}."
        return _step("row-means", float(np.median(-offsets)), "", message)
    message = (
        f"its rows differ by offsets from {offsets.min():.3g} to {offsets.max():.3g}: pre-emphasis, another "
        "microphone or filter, or weights of bands."
    )
    return _step("row-offsets", float(np.ptp(offsets)), "", message)


def _whole_steps(
    x: Array, y: Array, factor: float, offset: float, name: str | None, *, slack: float
) -> list[Step]:
    """What is told of one factor and offset for all values. slack: up to which they are chance."""
    steps = []
    if name is not None:
        message = f"its values are {factor:.3f} times as large: {name}."
        steps.append(_step("logarithm", factor, "times", message))
    elif abs(y.mean()) < 1e-2 and abs(y.std() - 1) < 1e-2 and abs(factor - 1) > slack:
        message = (
            f"it is normalised to mean 0 and deviation 1; the reference has {x.mean():.3g} and {x.std():.3g}."
        )
        return [_step("normalised", factor, "times", message)]
    elif abs(factor - 1) > slack:
        steps.append(_step("factor", factor, "times", f"its values are {factor:.3g} times as large."))
    if abs(offset) > slack * max(float(x.std()), abs(float(x.mean()))) * abs(factor):
        steps.append(_step("offset", offset, "", f"{offset:.3g} was added to its values."))
    return steps


def _factor_name(factor: float) -> str | None:
    """The logarithms that a factor is between."""
    for name, known in FACTORS.items():
        first, _, second = name.partition(" against ")
        if abs(factor / known - 1) < _FACTOR_SLACK:
            return f"{second} where the reference has {first}"
        if abs(factor * known - 1) < _FACTOR_SLACK:
            return f"{first} where the reference has {second}"
    return None


def _fit(x: Array, y: Array) -> tuple[float, float, float]:
    """y = factor * x + offset by least squares, and how well that holds in dB."""
    variance = float(x.var()) if x.size else 0.0
    if variance == 0:
        return 1.0, float(y.mean() - x.mean()) if x.size else 0.0, 0.0
    factor = float(((x - x.mean()) * (y - y.mean())).mean()) / variance
    offset = float(y.mean() - factor * x.mean())
    return factor, offset, snr_db(y - y.mean(), factor * x + offset - y.mean())


def _agreement_db(x: Array, y: Array) -> float:
    """Spread of the reference over the difference in dB."""
    return snr_db(x - x.mean(), y - x.mean())


def _correlation(x: Array, y: Array) -> float:
    if x.shape != y.shape:
        return -1.0
    x, y = x - x.mean(), y - y.mean()
    below = float(np.linalg.norm(x) * np.linalg.norm(y))
    return float((x * y).sum()) / below if below > 0 else 0.0
