"""Two paths from a file to what a model takes, as functions, on the same recordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.path.difference import PathDifference, Step, in_order
from unheard.diagnose.path.features import compare_features
from unheard.diagnose.path.pair import compare_paths
from unheard.errors import BundleError, UsageError
from unheard.runtime.own_function import import_function
from unheard.signal.sound import Sound, read_sound

PathFunction = Callable[[Path], Any]
"""A file to samples `(num_samples,)` or `(num_channels, num_samples)`, a pair (samples, sample rate), or
features `(num_rows, num_frames)` in either order of axes."""

MIN_SHARE = 0.5  # of the recordings that must show a difference for it to be told
_MAX_CHANNELS = 8
_MIN_SAMPLES_A_CHANNEL = 2_000


@dataclass(frozen=True)
class _Output:
    """What a path gave for one recording."""

    values: NDArray[np.floating]
    sample_rate: int | None  # None: it did not say
    is_features: bool


def explain_pair(training_file: Path, live_file: Path) -> PathDifference:
    """In what the live file differs from the training file, where both came from the same sound.

    Raises: AudioError where one cannot be read.
    """
    return compare_paths(read_sound(training_file), read_sound(live_file))


def compare_functions(
    training_path: PathFunction | str,
    live_path: PathFunction | str,
    recordings: Sequence[Path],
    *,
    sample_rate: int | None = None,
) -> PathDifference:
    """In what the live path differs from the training path: what at least half of the recordings show.

    Paths are functions or `package.module:function`. sample_rate: of samples whose path does not say; None
    for that of the file. Sizes are medians over the recordings.
    Raises: UsageError for outputs that cannot be compared, BundleError where a path fails.
    """
    if not recordings:
        raise UsageError("No recordings to compare two paths on; give at least one file.")
    training, live = (_loaded(path) for path in (training_path, live_path))
    found = [_on_one(training, live, Path(recording), sample_rate) for recording in recordings]
    return found[0] if len(found) == 1 else _joined(found)


def _on_one(
    training: tuple[str, PathFunction], live: tuple[str, PathFunction], file: Path, sample_rate: int | None
) -> PathDifference:
    first, second = (_output(name, function, file) for name, function in (training, live))
    if first.is_features != second.is_features:
        kinds = ["features" if each.is_features else "samples" for each in (first, second)]
        raise UsageError(
            f"For '{file}' the training path gives {kinds[0]} of shape {first.values.shape}, the live path "
            f"{kinds[1]} of shape {second.values.shape}; give paths that end at the same stage."
        )
    source = read_sound(file)
    if first.is_features:
        return compare_features(first.values, second.values, source.duration_s)
    rate = sample_rate or source.sample_rate
    reference, other = (
        Sound(np.atleast_2d(each.values).astype(np.float32), each.sample_rate or rate)
        for each in (first, second)
    )
    return compare_paths(reference, other, source)


def _loaded(path: PathFunction | str) -> tuple[str, PathFunction]:
    """A path with the name that errors call it."""
    if isinstance(path, str):
        return path, import_function(path)[0]
    return getattr(path, "__name__", "path"), path


def _output(name: str, function: PathFunction, file: Path) -> _Output:
    try:
        given = function(file)
        rate = None
        if isinstance(given, tuple) and len(given) == 2 and np.ndim(given[1]) == 0:
            given, rate = given[0], int(given[1])
        values = np.asarray(given)
    except Exception as error:  # anything may come out of somebody else's code
        text = " ".join(str(error).split())[:300]
        raise BundleError(f"Path '{name}' failed on '{file}': {type(error).__name__}: {text}") from error
    return _named(name, file, values, rate)


def _named(name: str, file: Path, values: NDArray[Any], rate: int | None) -> _Output:
    """What an array is: samples, channels or features."""
    values = values.squeeze()
    good = values.dtype.kind in "fiu" and values.size > 0 and np.isfinite(values).all()
    if values.ndim not in (1, 2) or not good:
        raise BundleError(
            f"Path '{name}' gave for '{file}' {values.dtype} of shape {values.shape}; finite samples, "
            "(samples, sample rate) or features with two axes are possible."
        )
    if values.ndim == 1:
        return _Output(values, rate, False)
    short, long = sorted(values.shape)
    channels = rate is not None or (short <= _MAX_CHANNELS and long >= short * _MIN_SAMPLES_A_CHANNEL)
    turned = values.T if channels and values.shape[0] > values.shape[1] else values
    return _Output(turned, rate, not channels)


def _joined(found: Sequence[PathDifference]) -> PathDifference:
    """One difference of many: steps that enough of them have, with the median size."""
    counts = Counter((step.stage, step.kind) for each in found for step in each.steps)
    steps = []
    for key, count in counts.items():
        if count < MIN_SHARE * len(found):
            continue
        same = sorted(
            (step for each in found for step in each.steps if (step.stage, step.kind) == key),
            key=lambda step: step.size,
        )
        steps.append(_of_many(same, count, len(found)))
    return PathDifference(
        in_order(steps),
        _median([each.snr_before_db for each in found]),
        _median([each.snr_after_db for each in found]),
    )


def _of_many(same: Sequence[Step], count: int, total: int) -> Step:
    """The step of middle size, told for all."""
    middle = same[len(same) // 2]
    low, high = same[0].size, same[-1].size
    spread = (
        "" if high - low <= 0.02 * abs(middle.size) else f", {low:.3g} to {high:.3g} {middle.unit}".rstrip()
    )
    message = f"{middle.message} (in {count} of {total} recordings{spread})"
    return Step(middle.stage, middle.kind, middle.size, middle.unit, message)


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.median(known)) if known else None
