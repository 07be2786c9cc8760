"""Conditions that live clips are given, none of them by the code or with the parameters of the diagnosis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyroomacoustics
import soundfile
import soxr
from numpy.typing import NDArray
from scipy.signal import fftconvolve, lfilter

Array = NDArray[np.float32]
RATE = 16_000
Plant = Callable[[Array, Path, np.random.Generator], Array]  # clips (n, 16000), folder of real recordings


@dataclass(frozen=True)
class Case:
    """A live condition. `causes`: names that a diagnosis should blame, in no order; none for `nothing`."""

    name: str
    plants: tuple[Plant, ...]  # in the order in which the world puts them on a voice
    causes: tuple[str, ...]


def to_16_bits(samples: Array) -> Array:
    """As a sound card gives them."""
    return np.asarray(np.rint(samples * 32768).clip(-32768, 32767) / 32768, np.float32)


def narrow_path(samples: Array, data: Path, random: np.random.Generator) -> Array:
    """8 kHz and back, by soxr."""
    there = [soxr.resample(soxr.resample(clip, RATE, 8000, "HQ"), 8000, RATE, "HQ") for clip in samples]
    return to_16_bits(np.stack([np.pad(clip, (0, RATE))[:RATE] for clip in there]))


def quiet(samples: Array, data: Path, random: np.random.Generator) -> Array:
    """30 dB less, then rounded."""
    return to_16_bits(samples * np.float32(10 ** (-30 / 20)))


def babble(samples: Array, data: Path, random: np.random.Generator) -> Array:
    """Four readers of LibriSpeech at once, 5 dB below the word's own loudest half second."""
    files = sorted((data / "librispeech").rglob("*.flac"))
    chosen = random.choice(len(files), 16, replace=False)
    readers = [soundfile.read(files[index], dtype="float32")[0] for index in chosen]
    mixed = np.empty_like(samples)
    for row, clip in enumerate(samples):
        noise = np.zeros(RATE, np.float32)
        for reader in random.choice(16, 4, replace=False):
            start = random.integers(len(readers[reader]) - RATE)
            piece = readers[reader][start : start + RATE]
            noise += piece / max(1e-4, float(np.sqrt(np.mean(piece**2))))
        power = np.convolve(clip.astype(np.float64) ** 2, np.ones(8000) / 8000, "valid").max()
        mixed[row] = clip + noise * np.sqrt(power / np.mean(noise**2) / 10**0.5)
    return to_16_bits(mixed)


def hall(samples: Array, data: Path, random: np.random.Generator) -> Array:
    """Six shoebox rooms with a T60 of 0.8 s by Sabine's formula, image sources only, 2 m from the speaker."""
    answers = []
    for _ in range(6):
        size = random.uniform((4, 4, 2.4), (7, 6, 3.2))
        absorption, order = pyroomacoustics.inverse_sabine(0.8, size)
        room = pyroomacoustics.ShoeBox(
            size, fs=RATE, materials=pyroomacoustics.Material(absorption), max_order=min(order, 25)
        )
        room.add_source(random.uniform((0.5, 0.5, 1.2), (1.2, 1.2, 1.8)))
        room.add_microphone(np.array(room.sources[0].position) + np.array((1.6, 1.2, -0.2)))
        room.compute_rir()
        answers.append(np.asarray(room.rir[0][0], np.float32))
    return _across(samples, answers, random)


def measured_rooms(samples: Array, data: Path, random: np.random.Generator) -> Array:
    """Measured responses of the folder `rooms`."""
    answers = []
    for path in sorted((data / "rooms").glob("*.flac")):
        if "telephone" not in path.name:
            channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
            answers += [soxr.resample(one, rate, RATE) for one in channels.T if one.any()]
    return _across(samples, answers, random)


def _across(samples: Array, answers: list[Array], random: np.random.Generator) -> Array:
    heard = np.empty_like(samples)
    for row, clip in enumerate(samples):
        answer = answers[random.integers(len(answers))]
        direct = int(np.abs(answer).argmax())
        wet = fftconvolve(clip, answer)[direct : direct + RATE]
        heard[row] = wet * np.sqrt(np.mean(clip**2) / max(1e-12, float(np.mean(wet**2))))
    return to_16_bits(heard)


def too_large(samples: Array, data: Path, random: np.random.Generator) -> Array:
    """16-bit whole numbers taken for floats."""
    return np.asarray(samples * np.float32(32768), np.float32)


def too_small(samples: Array, data: Path, random: np.random.Generator) -> Array:
    """Divided by 32768 twice."""
    return np.asarray(samples / np.float32(32768), np.float32)


def late(samples: Array, data: Path, random: np.random.Generator) -> Array:
    """Words begin 250 ms later; before them stands what each clip's first 40 ms sound like."""
    late_samples = 4000
    moved = np.empty_like(samples)
    for row, clip in enumerate(samples):
        head = clip[:640] if np.any(clip[:640]) else np.full(640, 1e-4, np.float32)
        phases = np.exp(2j * np.pi * random.random(2001))
        shape = np.interp(np.linspace(0, 1, 2001), np.linspace(0, 1, 321), np.abs(np.fft.rfft(head)))
        noise = np.fft.irfft(shape * phases, late_samples)
        noise *= np.sqrt(np.mean(head**2) / max(1e-20, float(np.mean(noise**2))))
        moved[row] = np.concatenate([noise, clip[:-late_samples]])
    return to_16_bits(moved)


def other_microphone(samples: Array, data: Path, random: np.random.Generator) -> Array:
    """Bass 15 dB down, a resonance of 9 dB at 2.6 kHz, treble 12 dB down (biquads of R. Bristow-Johnson)."""
    filters = (_shelf(280, -15, "low"), _peak(2600, 9, 1.2), _shelf(4200, -12, "high"))
    for numerator, denominator in filters:
        samples = lfilter(numerator, denominator, samples, axis=1).astype(np.float32)
    return to_16_bits(samples)


def _peak(hz: float, gain_db: float, q: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, w = 10 ** (gain_db / 40), 2 * np.pi * hz / RATE
    alpha = np.sin(w) / (2 * q)
    b = np.array([1 + alpha * a, -2 * np.cos(w), 1 - alpha * a])
    return b / (1 + alpha / a), np.array([1 + alpha / a, -2 * np.cos(w), 1 - alpha / a]) / (1 + alpha / a)


def _shelf(hz: float, gain_db: float, side: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, w = 10 ** (gain_db / 40), 2 * np.pi * hz / RATE
    s = 1 if side == "low" else -1
    cos, root = np.cos(w), 2 * np.sqrt(a) * np.sin(w) / np.sqrt(2)
    b = a * np.array(
        [
            (a + 1) - s * (a - 1) * cos + root,
            s * 2 * ((a - 1) - s * (a + 1) * cos),
            (a + 1) - s * (a - 1) * cos - root,
        ]
    )
    d = np.array(
        [
            (a + 1) + s * (a - 1) * cos + root,
            -s * 2 * ((a - 1) + s * (a + 1) * cos),
            (a + 1) + s * (a - 1) * cos - root,
        ]
    )
    return b / d[0], d / d[0]


SINGLE = (
    Case("8 kHz path", (narrow_path,), ("band-limit",)),
    Case("-30 dB", (quiet,), ("level",)),
    Case("babble, 5 dB", (babble,), ("noise",)),
    Case("T60 0.8 s", (hall,), ("reverberation",)),
    Case("measured rooms", (measured_rooms,), ("reverberation",)),
    Case("int16 as float", (too_large,), ("scaling",)),
    Case("divided twice", (too_small,), ("scaling",)),
    Case("late word", (late,), ("timing",)),
    Case("other microphone", (other_microphone,), ("microphone",)),
)
NOTHING = Case("nothing", (), ())
_IN_PAIRS = (
    "late word",
    "T60 0.8 s",
    "babble, 5 dB",
    "other microphone",
    "8 kHz path",
    "-30 dB",
    "int16 as float",
)


def _pairs() -> tuple[Case, ...]:
    by_name = {case.name: case for case in SINGLE}
    chosen = [by_name[name] for name in _IN_PAIRS]
    return tuple(
        Case(f"{one.name} + {two.name}", one.plants + two.plants, one.causes + two.causes)
        for number, one in enumerate(chosen)
        for two in chosen[number + 1 :]
        if {one.name, two.name} != {"-30 dB", "int16 as float"}
    )


PAIRS = _pairs()


def planted(samples: Array, case: Case, data: Path, seed: int) -> Array:
    """Live clips of a case."""
    random = np.random.default_rng([seed, 99])
    for plant in case.plants:
        samples = plant(samples, data, random)
    return samples
