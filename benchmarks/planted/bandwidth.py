"""Real clips brought to a lower rate and back by three resamplers, then left, changed or coded."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from planted.row import Row
from planted.untouched import audit, changed, draw_sounds, flagged
from scipy.signal import resample_poly

from unheard.audit.bandwidth import CHECK
from unheard.signal.bandwidth import measure_bandwidth
from unheard.signal.sound import Sound

NUM_EACH = 250
FOLDERS = ("speech_commands", "wake_words", "arabic_commands", "librispeech")  # at 16 kHz
GOAL = "found >= 95 %, false alarms <= 3 %"
KINDS = ("soxr", "polyphase", "linear")
AFTERWARDS = ("as it is", "20 dB quieter", "trimmed and 6 dB louder", "with white noise at -70 dBFS")
Samples = NDArray[np.floating[Any]]


def rows(data: Path, seed: int) -> list[Row]:
    """Clips that are flagged untouched are false alarms, and nothing is planted in them."""
    random = np.random.default_rng(seed)
    sounds = [sound for sound in draw_sounds(data, seed, NUM_EACH, FOLDERS) if len(sound.channels) == 1]
    false = flagged(audit(CHECK, [measure_bandwidth], sounds))
    clean = [sound for number, sound in enumerate(sounds) if number not in false]

    def row(fault: str, severity: str, change: Callable[[Sound], Sound], goal: str = "") -> Row:
        planted = [change(sound) for sound in clean]
        hits = flagged(audit(CHECK, [measure_bandwidth], planted))
        shares = len(hits) / len(planted), len(false) / len(sounds)
        return Row("bandwidth", fault, severity, shares[0], len(planted), shares[1], len(sounds), goal)

    found = []
    for old in (8_000, 11_025):
        for kind in KINDS:
            for severity in AFTERWARDS if old == 8_000 else AFTERWARDS[:1]:
                change = _narrowed(old, kind, severity, random)
                goal = GOAL if old == 8_000 and severity == AFTERWARDS[0] else ""
                found.append(row(f"{old / 1000:g} kHz in 16 kHz, {kind}", severity, change, goal))
    found.append(row("8 kHz in 16 kHz, soxr", "then OGG (libsndfile's default)", _ogg_of_narrow))
    return found


def _narrowed(old: int, kind: str, severity: str, random: np.random.Generator) -> Callable[[Sound], Sound]:
    def change(sound: Sound) -> Sound:
        samples = _there_and_back(sound, old, kind)
        if severity == AFTERWARDS[1]:
            samples = samples / 10
        elif severity == AFTERWARDS[2]:
            samples = 2 * samples[random.integers(1, 400) :]
        elif severity == AFTERWARDS[3]:
            samples = samples + 10 ** (-70 / 20) * random.standard_normal(len(samples))
        return changed(sound, samples)

    return change


def _there_and_back(sound: Sound, old: int, kind: str) -> Samples:
    """Down by soxr at its best, so that only the way back is of its kind."""
    rate = sound.sample_rate
    low = soxr.resample(sound.samples, rate, old, quality="VHQ")
    if kind == "soxr":
        return np.asarray(soxr.resample(low, old, rate))
    if kind == "polyphase":
        divisor = np.gcd(old, rate)
        return np.asarray(resample_poly(low, rate // divisor, old // divisor))
    times = np.arange(int(len(low) * rate / old)) / rate
    return np.interp(times, np.arange(len(low)) / old, low)


def _ogg_of_narrow(sound: Sound) -> Sound:
    stream = io.BytesIO()
    samples = _there_and_back(sound, 8_000, "soxr")
    soundfile.write(stream, samples, sound.sample_rate, format="OGG", subtype="VORBIS")
    stream.seek(0)
    return changed(sound, soundfile.read(stream)[0])
