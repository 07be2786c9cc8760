"""Real clips in rooms of known reverberation time: exponential noise, and shoeboxes of pyroomacoustics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyroomacoustics
from numpy.typing import NDArray
from planted.row import Row
from planted.untouched import audit, changed, draw_sounds, flagged
from scipy.signal import fftconvolve

from unheard.audit.reverberation import CHECK
from unheard.signal.reverberation import measure_reverberation
from unheard.signal.sound import Sound

NUM_EACH = 80
FOLDERS = ("speech_commands", "wake_words", "arabic_commands", "librispeech")  # at 16 kHz
TIMES_S = (0.4, 0.6, 0.8, 1.0)
Samples = NDArray[np.floating[Any]]


def rows(data: Path, seed: int) -> list[Row]:
    """False alarms are untouched clips that are flagged, whatever rooms they were recorded in."""
    random = np.random.default_rng(seed)
    sounds = [sound for sound in draw_sounds(data, seed, NUM_EACH, FOLDERS) if len(sound.channels) == 1]
    false = flagged(audit(CHECK, [measure_reverberation], sounds))
    clean = [sound for number, sound in enumerate(sounds) if number not in false]
    found = []
    for fault, make in (("exponential decay of noise", _noise_tail), ("simulated room, 2 m away", _room)):
        for t60_s in TIMES_S:
            responses = [make(t60_s, random) for _ in range(8)]
            planted = [_reverberated(sound, responses[random.integers(8)]) for sound in clean]
            hits = flagged(audit(CHECK, [measure_reverberation], planted))
            decays = [measure_reverberation(sound).decay_s for sound in planted]
            told = np.array([decay for decay in decays if decay is not None])
            found.append(
                Row(
                    "reverberation",
                    fault,
                    f"T60 {t60_s:g} s",
                    recall=len(hits) / len(planted),
                    num_planted=len(planted),
                    false_alarms=len(false) / len(sounds),
                    num_clean=len(sounds),
                    note=f"median estimate {np.median(told):.2f} s, told of {len(told) / len(planted):.0%}",
                )
            )
    return found


def _noise_tail(t60_s: float, random: np.random.Generator) -> Samples:
    """As much energy in the tail as in the direct sound."""
    time_s = np.arange(int(1.1 * 16_000 * t60_s)) / 16_000
    tail = random.standard_normal(len(time_s)) * 10 ** (-3 * time_s / t60_s)
    tail[:32] = 0
    tail /= np.sqrt(np.sum(tail**2))
    tail[0] = 1
    return np.asarray(tail)


def _room(t60_s: float, random: np.random.Generator) -> Samples:
    """A shoebox of random size by the image method; the microphone 2 m from the voice."""
    size = random.uniform((5, 4, 2.6), (9, 7, 3.5))
    absorption, order = pyroomacoustics.inverse_sabine(t60_s, size)
    room = pyroomacoustics.ShoeBox(
        size, fs=16_000, materials=pyroomacoustics.Material(absorption), max_order=order
    )
    voice = random.uniform(1, size - 1)
    angle = random.uniform(0, 2 * np.pi)
    away = np.array([2 * np.cos(angle), 2 * np.sin(angle), 0])
    room.add_source(voice)
    room.add_microphone(np.clip(voice + away, 0.3, size - 0.3))
    room.compute_rir()
    return np.asarray(room.rir[0][0])


def _reverberated(sound: Sound, response: Samples) -> Sound:
    samples = fftconvolve(sound.samples, response)[: len(sound.samples)]
    return changed(sound, samples / max(1.0, np.abs(samples).max()))
