"""Steady noise with the spectrum of speech, as of a ventilator next door: by signal-to-noise ratio."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.mixing import ORDINARY_SNR_DB, SNR_SEVERITIES_DB, mixed
from unheard.diagnose.stressors.stressor import Clips, Stressor

BLOCK_CLIPS = 64

REMEDY = Remedy(
    "augment",
    "Train on clips in steady noise of all colours, down to 0 dB.",
    {"transform": "colored_noise", "p": 0.4, "min_snr_db": 0, "max_snr_db": 20},
)


def steady_noise(voices: Clips) -> Stressor:
    """Gaussian noise that lasts the whole clip, its spectrum the mean one of spoken clips `(m, num_samples)`.

    Speech-shaped noise masks all of speech alike, as in the standard tests of hearing in noise.
    """
    size = np.sqrt(_mean_power(voices))

    def apply(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
        parts = generator.standard_normal((len(clips), 2, len(size)), dtype=np.float32)
        noise = np.fft.irfft((parts[:, 0] + 1j * parts[:, 1]) * size, clips.shape[1])
        return mixed(clips, noise, severity, sample_rate)

    return Stressor(
        name="steady-noise",
        title="Steady noise",
        unit="dB",
        at="At {} dB of steady noise with the spectrum of speech",
        severities=SNR_SEVERITIES_DB,
        ordinary=ORDINARY_SNR_DB,
        neutral=None,
        apply=apply,
        remedies=(REMEDY,),
    )


def _mean_power(voices: Clips) -> NDArray[np.float32]:
    """Mean power spectrum `(num_bins,)` of clips that all count alike; nothing at 0 Hz."""
    total = np.zeros(voices.shape[1] // 2 + 1)
    for first in range(0, len(voices), BLOCK_CLIPS):
        power = np.square(np.abs(np.fft.rfft(voices[first : first + BLOCK_CLIPS])))
        total += (power / np.maximum(power.sum(axis=1, keepdims=True), 1e-12)).sum(axis=0)
    total[0] = 0
    return total.astype(np.float32)
