"""Small changes of clips, factor by factor and mild before strong: does one make a wrong answer right?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import istft, stft

from unheard.diagnose.explain.occlusion import stft_options
from unheard.diagnose.shift.sounds import active_frames, curve_gain, filtered
from unheard.diagnose.shift.speed import played
from unheard.diagnose.shift.timing import moved

Samples = NDArray[np.float32]  # (n, num_samples)

GATE_QUANTILE, GATE_FACTOR = 0.15, 2.0
TILT_HZ = (250.0, 4000.0)


@dataclass(frozen=True)
class Change:
    """One way to change clips: `apply(samples, sample_rate)` -> new clips of the same shape."""

    factor: str  # "timing"
    text: str  # "a shift of -40 ms"
    size: float  # share of the strongest change of its factor
    apply: Callable[[Samples, int], Samples]


@dataclass(frozen=True)
class Factor:
    """Changes of one kind. `doing`: how a sentence names it; `augment`: what trains against it, if any."""

    name: str
    doing: str
    augment: str
    changes: tuple[Change, ...]


def _shift(ms: int) -> Change:
    def apply(samples: Samples, sample_rate: int) -> Samples:
        return moved(samples, round(ms * sample_rate / 1000), sample_rate)

    return Change("timing", f"a shift of {ms:+d} ms", abs(ms) / 200, apply)


def _gain(db: int) -> Change:
    def apply(samples: Samples, sample_rate: int) -> Samples:
        return samples * np.float32(10 ** (db / 20))

    return Change("level", f"a gain of {db:+d} dB", abs(db) / 20, apply)


def _gate(name: str, floor_db: int, size: float) -> Change:
    def apply(samples: Samples, sample_rate: int) -> Samples:
        return gated(samples, sample_rate, floor_db)

    return Change("noise", f"{name} noise reduction (up to {-floor_db} dB)", size, apply)


def _high_pass(cut_hz: float) -> Change:
    def apply(samples: Samples, sample_rate: int) -> Samples:
        return filtered(samples, sample_rate, lambda hz: 1 / np.sqrt(1 + (cut_hz / np.maximum(hz, 1)) ** 8))

    return Change("rumble", f"a high-pass at {cut_hz:.0f} Hz", cut_hz / 200, apply)


def _tilt(db: int) -> Change:
    """From bass to treble, so many dB more of treble; the middle stays."""

    def apply(samples: Samples, sample_rate: int) -> Samples:
        gain = curve_gain(np.array(TILT_HZ), np.array([-db / 2, db / 2]))
        return filtered(samples, sample_rate, gain)

    return Change("colour", f"{abs(db)} dB {'more' if db > 0 else 'less'} treble", abs(db) / 12, apply)


def _speed(factor: float) -> Change:
    def apply(samples: Samples, sample_rate: int) -> Samples:
        return played(samples, factor)

    return Change("speed", f"{factor:g} times the speed", 1.0, apply)


def trimmed(samples: Samples, sample_rate: int) -> Samples:
    """Zeros before the first and after the last 20 ms that are within 25 dB of the loudest."""
    first, last = _active_span(samples, sample_rate)
    place = np.arange(samples.shape[1])
    inside = (place >= first[:, None]) & (place < last[:, None])
    return np.where(inside, samples, np.float32(0))


def centred(samples: Samples, sample_rate: int) -> Samples:
    """The same span in the middle of the window, what moves out at one end moved in at the other."""
    first, last = _active_span(samples, sample_rate)
    place = np.arange(samples.shape[1]) + ((first + last - samples.shape[1]) // 2)[:, None]
    return np.take_along_axis(samples, place % samples.shape[1], axis=1)


def gated(samples: Samples, sample_rate: int, floor_db: float) -> Samples:
    """Clips with the spectrum of their quietest frames taken off (spectral subtraction, Boll 1979).

    No bin loses more than `floor_db`, a negative number.
    """
    options = stft_options(sample_rate)
    spectrum = stft(samples, **options)[2]
    loudness = np.abs(spectrum)
    noise = GATE_FACTOR * np.quantile(loudness, GATE_QUANTILE, axis=2, keepdims=True)
    gain = np.maximum(1 - noise / np.maximum(loudness, 1e-12), 10 ** (floor_db / 20))
    return np.asarray(istft(spectrum * gain, **options)[1][:, : samples.shape[1]], dtype=np.float32)


def _active_span(samples: Samples, sample_rate: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """`(n,)` each: samples where the loud frames begin and end."""
    _, active = active_frames(samples, sample_rate)
    frame = max(1, round(0.02 * sample_rate))
    active[~active.any(axis=1)] = True
    first = active.argmax(axis=1) * frame
    last = (active.shape[1] - active[:, ::-1].argmax(axis=1)) * frame
    return first, last


FACTORS = (
    Factor(
        "timing",
        "shifting by up to 200 ms",
        "time_shift",
        tuple(map(_shift, (-40, 40, -100, 100, -200, 200))),
    ),
    Factor("level", "a gain of up to 20 dB either way", "gain", tuple(map(_gain, (-10, 10, -20, 20)))),
    Factor("noise", "reducing noise", "noise", (_gate("mild", -8, 0.5), _gate("strong", -24, 1.0))),
    Factor("rumble", "a high-pass", "", tuple(map(_high_pass, (100.0, 200.0)))),
    Factor("colour", "a tilt of up to 12 dB", "microphone", tuple(map(_tilt, (-6, 6, -12, 12)))),
    Factor("speed", "a speed of 0.9 or 1.1", "speed", tuple(map(_speed, (0.9, 1.1)))),
    Factor(
        "pauses",
        "trimming or centring the speech",
        "time_shift",
        (
            Change("pauses", "centring the speech", 0.5, centred),
            Change("pauses", "trimming to the speech", 1.0, trimmed),
        ),
    ),
)
CHANGES = tuple(change for factor in FACTORS for change in factor.changes)
