"""One waveform explained by another: in what two paths from the same recording differ.

Each stage that is found to differ is undone before the next is looked at: rate, channels, delay, scale, gain,
and so on. What only rounds to 16 bits is no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.path import align as aligning
from unheard.diagnose.path.damage import damage_steps, look_for_damage, replayed, unwrapped
from unheard.diagnose.path.difference import PathDifference, Step, in_order
from unheard.diagnose.path.level import (
    Level,
    changing_gain,
    changing_step,
    fitted_gain,
    level_steps,
    rough_level,
)
from unheard.diagnose.path.mixing import is_interleaved, mix_of, mix_step, mixed
from unheard.diagnose.path.resampling import named_step, resampler_steps, snr_db, which_resampler
from unheard.diagnose.path.response import filtered_like, measure_response, usual_gain_db
from unheard.signal.resample import resample
from unheard.signal.sound import Sound

Array = NDArray[np.float64]

SAME_DB = 60.0  # signal over difference from which two waveforms are the same
ROUNDING = 1.02 / 32768  # as far as 16 bits may be off
REST_DB = 40.0  # what is left below this is told
_AFTER_FILTER_DB = 20.0  # after a filter was found, which is undone only roughly
_MIN_GAIN_OF_FILTER_DB = 0.5  # less is of the filter
_MIN_BETTER_DB = 6.0
_ANOTHER_DB = 3.0  # less than that is explained
_MIN_SHIFT_SAMPLES = 1
_ONE = 0.95  # from here on a fraction counts as one sample
_MIN_LENGTH_SAMPLES = 3
_WINDOW_SHIFT_S = 0.05
_SILENT = 0.02  # of the RMS: what was padded


def compare_paths(reference: Sound, other: Sound, source: Sound | None = None) -> PathDifference:
    """In what `other` differs from `reference`, which came from the same recording.

    source: the recording itself, where it is at hand; then mixes of its channels and the resampler are known
    by their output.
    """
    x = _mono(reference)
    rate = min(reference.sample_rate, other.sample_rate)
    several = source or (reference if len(reference.channels) > 1 else None)
    y, steps = _mono_of_other(reference, other, several)
    channels = _channels(several, reference.sample_rate)
    x, y, found, rate_steps = _at_one_rate([x, *channels], y, reference.sample_rate, other.sample_rate)
    steps += rate_steps
    if found.correlation < aligning.MIN_CORRELATION:
        return PathDifference((_another_sound(found.correlation),))
    if several is not None:
        x, mix_steps = _same_mix(x, y, _channels(several, rate))
        steps += mix_steps
        found = aligning.align(x, y)
    delay, sign = _whole_delay(x, y, found.delay, rate)
    begun = snr_db(*_cut(x, y, delay))
    known = _known_resampler(x, y, source, rate)
    if known is None or abs(delay) > 1:  # resamplers place samples half a sample apart
        steps += _place_steps(x, y, delay, rate)
    more, left = _same_time((x, y), *_cut(x, y, delay), sign, rate, known)
    if left < _ANOTHER_DB:
        return PathDifference((_another_sound(found.correlation),))
    return PathDifference(in_order([*steps, *more]), begun, left)


def _mono(sound: Sound) -> Array:
    return np.asarray(sound.samples, np.float64)


def _mono_of_other(reference: Sound, other: Sound, several: Sound | None) -> tuple[Array, list[Step]]:
    """The other's mono waveform, and what is told of the number of its channels."""
    y = _mono(other)
    if several is not None and is_interleaved(y, several.channels.astype(np.float64)):
        message = "it reads the two channels, which alternate sample by sample, as one."
        pairs = y[: len(y) // 2 * 2].reshape(-1, 2)
        return pairs.mean(axis=1), [Step("channels", "interleaved", 2.0, "channels", message)]
    return y, _channel_counts(reference, other)


def _cut(x: Array, y: Array, delay: int) -> tuple[Array, Array]:
    return aligning.overlap(x, y, delay)


def _whole_delay(x: Array, y: Array, near: int, rate: int) -> tuple[int, int]:
    """Delay and sign; a delay of less than one sample is none, but a matter of the resampler."""
    delay, sign = aligning.refined(x, y, near)
    if abs(delay) == 1 and abs(delay + measure_response(*_cut(x, y, delay), rate).delay_samples) < _ONE:
        return 0, sign
    return delay, sign


def _another_sound(correlation: float) -> Step:
    message = f"it does not hold the same sound: the highest correlation at any delay is {correlation:.2f}."
    return Step("recording", "another", correlation, "correlation", message)


def _channel_counts(reference: Sound, other: Sound) -> list[Step]:
    wanted, count = len(reference.channels), len(other.channels)
    if count <= 1 or wanted == count:
        return []
    message = f"it has {count} channels, the reference {wanted}."
    return [Step("channels", "count", float(count), "channels", message)]


def _channels(sound: Sound | None, rate: int) -> Array:
    """`(num_channels, num_samples)` at a rate; none of them without a sound."""
    if sound is None:
        return np.zeros((0, 0))
    return np.stack([_resampled(channel, sound.sample_rate, rate) for channel in sound.channels])


def _at_one_rate(
    references: Sequence[Array], y: Array, x_rate: int, y_rate: int
) -> tuple[Array, Array, aligning.Alignment, list[Step]]:
    """The first reference and the other at the lower rate and at the same speed, aligned, and what is told of
    rate and speed. Further references are channels, one of which the other may be."""
    rate = min(x_rate, y_rate)
    x, y_then = _resampled(references[0], x_rate, rate), _resampled(y, y_rate, rate)
    found = aligning.align_at_any_speed(x, y_then, rate)
    if found.correlation < aligning.SURE_CORRELATION:
        others = [_resampled(each, x_rate, rate) for each in references[1:]]
        tried = [found, *(aligning.align_at_any_speed(each, y_then, rate) for each in others)]
        found = max(tried, key=lambda one: one.correlation)
    if found.speed != 1:
        step = _speed_step(found.speed, x_rate, y_rate)
        return x, _resampled(y, round(y_rate / found.speed), rate), found, [step]
    if x_rate == y_rate:
        return x, y_then, found, []
    message = f"its sample rate is {y_rate} Hz, that of the reference {x_rate} Hz."
    return x, y_then, found, [Step("sample-rate", "rate", float(y_rate), "Hz", message)]


def _resampled(samples: Array, from_rate: int, to_rate: int) -> Array:
    return np.asarray(resample(samples.astype(np.float32), from_rate, to_rate), np.float64)


def _speed_step(speed: float, x_rate: int, y_rate: int) -> Step:
    pace = f"{speed:.3g} times too fast" if speed > 1 else f"{1 / speed:.3g} times too slow"
    true_rate = round(y_rate / speed)
    if x_rate != y_rate and abs(true_rate - x_rate) < 2:
        why = f"its header says {y_rate} Hz, its samples are of {x_rate} Hz"
    else:
        true, stated = aligning.rates_of_speed(speed)
        why = f"as if samples of {true} Hz were taken for {stated} Hz"
    return Step("sample-rate", "wrong-rate", speed, "times", f"it plays {pace}: {why}.")


def _same_mix(x: Array, y: Array, channels: Array) -> tuple[Array, list[Step]]:
    """The reference with the other's mix of channels, and what is told of it."""
    expected, name = mix_of(x, channels), mix_of(y, channels)
    if expected is None or name is None or expected == name:
        return x, []
    source = mixed(name, channels)
    delay = aligning.align(mixed(expected, channels), x).delay
    placed = np.zeros_like(x)
    first, end = max(0, delay), min(len(x), len(source) + delay)
    placed[first:end] = source[first - delay : end - delay]
    return placed, [mix_step(name, expected)]


def _place_steps(x: Array, y: Array, delay: int, rate: int) -> list[Step]:
    """What is told of where the other begins and ends."""
    shift_s = abs(delay) / rate
    missing = len(x) - len(y)
    if abs(delay) >= _MIN_SHIFT_SAMPLES and _is_other_window(x, y, delay, rate):
        return [_window_step(x, y, delay, rate)]
    steps = []
    if abs(delay) >= _MIN_SHIFT_SAMPLES:
        side = "late" if delay > 0 else "early: its start is cut off"
        message = f"it is {abs(delay)} samples ({1000 * shift_s:.1f} ms) {side}."
        steps.append(Step("length", "delay", float(delay), "samples", message))
    if abs(missing) >= _MIN_LENGTH_SAMPLES and abs(missing + delay) >= _MIN_LENGTH_SAMPLES:
        change = "shorter" if missing > 0 else "longer"
        message = f"it is {abs(missing)} samples ({1000 * abs(missing) / rate:.1f} ms) {change}."
        steps.append(Step("length", "length", float(-missing), "samples", message))
    return steps


def _window_step(x: Array, y: Array, delay: int, rate: int) -> Step:
    start_s, end_s = -delay / rate, (len(y) - delay) / rate
    if delay <= 0 and len(y) - delay <= len(x):
        message = f"it takes {start_s:.2f} to {end_s:.2f} s of the {len(x) / rate:.2f} s of the reference."
    else:
        side = "later" if delay < 0 else "earlier"
        message = f"it takes a part of the recording that begins {abs(start_s):.2f} s {side}."
    return Step("window", "part", start_s, "s", message)


def _is_other_window(x: Array, y: Array, delay: int, rate: int) -> bool:
    """Whether the other holds sound where the reference has ended or not begun, or is a piece of it."""
    if abs(delay) < _WINDOW_SHIFT_S * rate:
        return False
    if delay > 0:
        head = y[:delay]
        return bool(np.sqrt(np.square(head).mean()) > _SILENT * np.sqrt(np.square(y).mean()))
    tail = y[len(x) + delay :]
    if len(tail) == 0:
        return True
    return bool(np.sqrt(np.square(tail).mean()) > _SILENT * np.sqrt(np.square(y).mean()))


def _known_resampler(x: Array, y: Array, source: Sound | None, rate: int) -> Step | None:
    """What is told of the resamplers of reference and other, where they are known and differ."""
    if source is None or source.sample_rate == rate:
        return None
    recording = _mono(source)
    names = [which_resampler(samples, recording, source.sample_rate, rate) for samples in (x, y)]
    if names[0] is None or names[1] is None or names[0] == names[1]:
        return None
    gain = float(np.abs(y).max() / max(np.abs(x).max(), 1e-12))
    left = snr_db(*_cut(gain * x, y, aligning.align(x, y).delay))
    return named_step(names[1], names[0], source.sample_rate, rate, left)


def _same_time(
    whole: tuple[Array, Array], x: Array, y: Array, sign: int, rate: int, known: Step | None
) -> tuple[list[Step], float]:
    """What is told of two waveforms that lie above each other, and what is left in dB."""
    level = rough_level(x, y, sign)
    y = level.undone(y)
    damage = look_for_damage(x, y)
    for gain, offset in ((1.0, 0.0), fitted_gain(x, y, damage.clip)):
        level = replace(level, gain=gain, offset=offset)
        scaled = gain * x + offset
        fixed, wrapped = unwrapped(scaled, y)
        left = snr_db(replayed(scaled, fixed, damage), fixed)
        if left > SAME_DB or np.abs(replayed(scaled, fixed, damage) - fixed).max() < ROUNDING:
            told = level_steps(level, *whole)
            return [*told, *damage_steps(scaled, damage, wrapped)], left
    return _filtered(whole, x, y, rate, known, level)


def _filtered(
    whole: tuple[Array, Array], x: Array, y: Array, rate: int, known: Step | None, level: Level
) -> tuple[list[Step], float]:
    """The same where gain and damage alone do not explain it: a filter, a changing gain, a rest."""
    damage = look_for_damage(x, y)
    expected = replayed(level.gain * x + level.offset, y, damage)
    response = measure_response(expected, y, rate)
    gain_db = usual_gain_db(response)
    if np.isfinite(gain_db):
        gain = level.gain * 10 ** (gain_db / 20)
        level = replace(level, gain=gain, offset=float(y.mean() - gain * x.mean()))
        expected = replayed(gain * x + level.offset, y, damage)
    before = snr_db(expected, y)
    coded = damage_steps(level.gain * x, damage, 0.0)
    shaped, after = _shape_steps(expected, y, rate, before)
    if known is not None:
        shaped = [known]
    elif damage.num_levels is not None:
        shaped = []
    elif not shaped or shaped[0].kind != "changing-gain":
        shaped += resampler_steps(response, x, y, rate, before, improved_db=after - before)
    if any(step.kind == "high-pass" for step in shaped):
        level = replace(level, offset=0.0)  # which the filter took as well
    steps = [*level_steps(level, *whole, _MIN_GAIN_OF_FILTER_DB), *coded, *shaped]
    if after < (_AFTER_FILTER_DB if steps else REST_DB) or not steps:
        steps.append(_rest_step(after))
    return steps, after


def _shape_steps(expected: Array, y: Array, rate: int, before: float) -> tuple[list[Step], float]:
    """A gain that changes over time, where it explains more than a filter; and what is left in dB."""
    after = max(before, snr_db(filtered_like(expected, y), y))
    changed, spread_db = changing_gain(expected, y, rate)
    step = changing_step(spread_db)
    left = snr_db(changed, y[: len(changed)])
    if step is None or left < max(before + _MIN_BETTER_DB, after):
        return [], after
    return [step], left


def _rest_step(after: float) -> Step:
    message = (
        f"what is left lies {after:.0f} dB below the signal and is no filter, gain or rounding: noise, echo, "
        "a codec, or another way of resampling."
    )
    return Step("rest", "rest", after, "dB", message)
