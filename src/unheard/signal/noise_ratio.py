"""Signal-to-noise ratio of speech by two estimators that fail differently.

`snr_speech_db` compares the power while somebody speaks with the power while nobody does. `snr_wada_db` asks
how peaked the distribution of amplitudes is (WADA: C. Kim and R. M. Stern, "Robust Signal-to-Noise Ratio
Estimation Based on Waveform Amplitude Distribution Analysis", Interspeech 2008): clean speech is Gamma
distributed with shape 0.4, noise Gaussian. It needs no pause, and takes other voices, clicks and music for
speech.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.signal.sound import SPEECH_HOP_SAMPLES, SPEECH_RATE, Sound

MIN_NOISE_S = 0.1  # without speech, for `snr_speech_db`
MIN_WADA_S = 0.5
WADA_FIRST_DB, WADA_STEP_DB = -20, 2
# ln E|z| - E ln|z| of z = s + n at -20, -18 .. 60 dB, by integration over the Gamma density of |s|
WADA_TABLE = (
    *(0.4094, 0.4095, 0.4096, 0.4100, 0.4107, 0.4121, 0.4150, 0.4201, 0.4287, 0.4421, 0.4618, 0.4888, 0.5234),
    *(0.5654, 0.6139, 0.6673, 0.7242, 0.7828, 0.8417, 0.8997, 0.9558, 1.0095, 1.0604, 1.1081, 1.1527, 1.1941),
    *(1.2323, 1.2676, 1.3001, 1.3299, 1.3573, 1.3823, 1.4052, 1.4262, 1.4453, 1.4628, 1.4788, 1.4934, 1.5067),
    *(1.5189, 1.5300),
)

_SPEECH, _NO_SPEECH = 0.5, 0.3  # probabilities of a hop
_MIN_SPEECH_HOPS = 2
_SILENT_POWER = 1e-11  # hops of digital silence are no background
_LOUDEST_OF_MEDIAN = 4.0  # 6 dB: single sounds, and speech that was not heard as such, are not the background
_LEAST_SHARE = 0.01  # of the noise, that speech has at least: -20 dB


@dataclass(frozen=True)
class NoiseRatio:
    """Speech over noise in dB above 150 Hz, while somebody speaks. Digital silence counts as neither."""

    snr_db: float | None  # the figure to use: `snr_speech_db`, which errs least (see docs/audit.md)
    snr_speech_db: (
        float | None
    )  # null with less than 0.1 s of background or 64 ms of speech, or no `Sound.speech`
    snr_wada_db: float | None  # -20 to 60; null below 0.5 s, and for silence
    snr_disagreement_db: float | None  # between both, each within -10 to 30; null where one is
    noise_dbfs: float | None  # level of the background, as `snr_speech_db`


def measure_noise_ratio(sound: Sound) -> NoiseRatio:
    """Estimates of the ratio of speech and noise."""
    if len(sound.samples_16k) == 0:
        return NoiseRatio(None, None, None, None, None)
    samples = sound.above_rumble_16k
    wada_db = _wada_db(samples, sound.samples_16k != 0)
    powers = None if sound.speech is None else _powers(samples, sound.speech)
    if powers is None:
        return NoiseRatio(None, None, wada_db, None, None)
    speech, noise = powers
    speech_db = 10 * np.log10(max(speech - noise, _LEAST_SHARE * noise) / noise)
    return NoiseRatio(
        snr_db=float(speech_db),
        snr_speech_db=float(speech_db),
        snr_wada_db=wada_db,
        snr_disagreement_db=None if wada_db is None else _distance_db(float(speech_db), wada_db),
        noise_dbfs=float(10 * np.log10(noise)),
    )


def _distance_db(one_db: float, other_db: float) -> float:
    """How far two estimates are apart, where a difference means something: above 30 dB both say clean."""
    return abs(min(max(one_db, -10.0), 30.0) - min(max(other_db, -10.0), 30.0))


def _powers(samples: NDArray[np.float32], speech: NDArray[np.float32]) -> tuple[float, float] | None:
    """Mean power with somebody speaking and with nobody, or null where one of them is too short.

    Hops beside speech are neither: words begin and end in them.
    """
    num_hops = min(len(samples) // SPEECH_HOP_SAMPLES, len(speech))
    hops = samples[: num_hops * SPEECH_HOP_SAMPLES].reshape(num_hops, SPEECH_HOP_SAMPLES)
    power = np.einsum("ij,ij->i", hops, hops) / SPEECH_HOP_SAMPLES
    speech = speech[:num_hops]
    spoken = speech >= _SPEECH
    near = spoken.copy()
    near[1:] |= spoken[:-1]
    near[:-1] |= spoken[1:]
    background = ~near & (speech < _NO_SPEECH) & (power > _SILENT_POWER)
    background_s = background.sum() * SPEECH_HOP_SAMPLES / SPEECH_RATE
    if background_s < MIN_NOISE_S or spoken.sum() < _MIN_SPEECH_HOPS:
        return None
    noise = min(power[background].mean(), _LOUDEST_OF_MEDIAN * np.median(power[background]))
    return float(power[spoken].mean()), float(noise)


def _wada_db(samples: NDArray[np.float32], counts: NDArray[np.bool_]) -> float | None:
    """Ratio by the distribution of amplitudes of the samples that count."""
    size = np.abs(samples[counts])
    if len(size) < MIN_WADA_S * SPEECH_RATE or size.max() < 1e-6:
        return None
    peaked = np.log(size.mean(dtype=np.float64)) - np.log(np.maximum(size, 1e-9)).mean(dtype=np.float64)
    table_db = WADA_FIRST_DB + WADA_STEP_DB * np.arange(len(WADA_TABLE))
    return float(np.interp(peaked, WADA_TABLE, table_db))
