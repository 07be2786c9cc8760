"""Clean real clips in noise of four kinds at known ratios: what is flagged, and how far estimates are off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from planted.row import Row
from planted.untouched import audit, changed, draw_sounds, flagged, with_speech

from unheard.audit.noise import CHECK
from unheard.signal.audio_file import read_audio
from unheard.signal.high_pass import above_rumble
from unheard.signal.noise_ratio import measure_noise_ratio
from unheard.signal.sound import Sound

NUM_EACH = 60
FOLDERS = ("speech_commands", "wake_words", "arabic_commands", "librispeech")  # at 16 kHz
CLEAN_DB = 30.0  # by the pauses; better recordings are mixed with noise
RATIOS_DB = (0, 5, 10, 15, 20)
LONGEST_SAMPLES = 8 * 16_000
Samples = NDArray[np.floating[Any]]
Draw = Callable[[int], Samples]


def rows(data: Path, seed: int) -> list[Row]:
    """The ratio is of powers above 150 Hz while somebody speaks. False alarms: clips mixed at 20 dB."""
    random = np.random.default_rng(seed)
    sounds = [sound for sound in draw_sounds(data, seed, NUM_EACH, FOLDERS) if len(sound.channels) == 1]
    clean = [sound for sound in with_speech(sounds) if (measure_noise_ratio(sound).snr_db or 0) >= CLEAN_DB]
    found = []
    for kind, draw in _kinds(data, random).items():
        mixed = {
            ratio_db: with_speech([_mixed(sound, draw, ratio_db) for sound in clean])
            for ratio_db in RATIOS_DB
        }
        hits = {
            ratio_db: len(flagged(audit(CHECK, [measure_noise_ratio], mixed[ratio_db]))) for ratio_db in mixed
        }
        for ratio_db in (0, 5):
            found.append(
                Row(
                    "noise",
                    f"speech in {kind}",
                    f"{ratio_db} dB",
                    recall=hits[ratio_db] / len(clean),
                    num_planted=len(clean),
                    false_alarms=hits[20] / len(clean),
                    num_clean=len(clean),
                    note=_errors(mixed) if ratio_db == 0 else "",
                )
            )
    return found


def _kinds(data: Path, random: np.random.Generator) -> dict[str, Draw]:
    voices = [read_audio(file)[0] for file in sorted((data / "librispeech").rglob("*.flac"))]
    noises = [read_audio(file, sample_rate=16_000)[0] for file in sorted((data / "noise").rglob("*.flac"))]

    def piece(recordings: list[NDArray[np.float32]], size: int) -> Samples:
        while True:
            chosen = recordings[random.integers(len(recordings))]
            begin = random.integers(max(1, len(chosen) - size))
            cut = np.resize(chosen[begin : begin + size], size)
            if cut.std() > 1e-4:
                return np.asarray(cut / cut.std())

    def pink(size: int) -> Samples:
        spectrum = np.fft.rfft(random.standard_normal(size))
        return np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), size)

    return {
        "white noise": random.standard_normal,
        "pink noise": pink,
        "babble of six voices": lambda size: np.sum([piece(voices, size) for _ in range(6)], axis=0),
        "recorded noise": lambda size: piece(noises, size),
    }


def _mixed(sound: Sound, draw: Draw, ratio_db: float) -> Sound:
    samples = sound.samples[:LONGEST_SAMPLES].astype(np.float64)
    noise = draw(len(samples))
    mask = sound.speech_mask
    spoken = np.ones(len(samples), bool) if mask is None else mask[: len(samples)]
    powers = [np.mean(above_rumble(part.astype(np.float32))[spoken] ** 2) for part in (samples, noise)]
    mixture = samples + noise * np.sqrt(powers[0] / max(powers[1], 1e-12) / 10 ** (ratio_db / 10))
    return changed(sound, mixture * min(1, 0.99 / np.abs(mixture).max()))


def _errors(mixed: dict[int, list[Sound]]) -> str:
    """Mean absolute errors and biases of both estimates over all ratios, and how often there is one."""
    told = []
    for name, field in (("by pauses", "snr_speech_db"), ("WADA", "snr_wada_db")):
        estimates = [
            (getattr(measure_noise_ratio(sound), field), true) for true in mixed for sound in mixed[true]
        ]
        errors = np.array([value - true for value, true in estimates if value is not None])
        answered = len(errors) / len(estimates)
        told.append(f"{name} {np.abs(errors).mean():.1f} dB (bias {errors.mean():+.1f}, {answered:.0%} told)")
    return f"mean error at 0 to 20 dB: {', '.join(told)}"
