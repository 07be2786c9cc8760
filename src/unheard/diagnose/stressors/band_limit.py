"""Treble that is missing: by the frequency above which nothing comes through."""

from __future__ import annotations

import numpy as np
import torch

from unheard.augment.fft_filter import fft_length, filter_clips, frequencies_hz, high_pass_db
from unheard.augment.level import db_to_ratio
from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.stressor import Clips, Stressor

SLOPE_DB = 96.0  # an octave, as steep as the filter of a resampler that saves no effort
SEVERITIES_HZ = (5000.0, 4000.0, 3000.0, 2000.0)
HIGHEST_SHARE = 0.9  # of half the sample rate, for an edge that takes anything away

REMEDY = Remedy(
    "augment",
    "Train on clips through microphones that pass no treble.",
    {
        "transform": "microphone",
        "p": 0.5,
        "max_gain_db": 6,
        "bandwidth_p": 0.6,
        "min_bandwidth_hz": 2000,
        "max_bandwidth_hz": 7000,
    },
)


def low_pass(clips: Clips, sample_rate: int, severity: float, _generator: np.random.Generator) -> Clips:
    """3 dB down at the edge and 96 dB an octave above it; nothing moves in time."""
    num_fft = fft_length(clips.shape[1], sample_rate)
    hz = frequencies_hz(num_fft, sample_rate, torch.device("cpu"))
    gain_db = high_pass_db(torch.log2(severity / hz.clamp(min=1.0)), torch.tensor(SLOPE_DB))
    return np.asarray(filter_clips(torch.from_numpy(clips), db_to_ratio(gain_db), num_fft).numpy())


def band_limit(sample_rate: int) -> Stressor | None:
    """The factor for clips at this rate; None where they have no treble to lose."""
    there = tuple(hz for hz in SEVERITIES_HZ if hz < HIGHEST_SHARE * sample_rate / 2)
    if not there:
        return None
    return Stressor(
        name="band-limit",
        title="Band limit",
        unit="Hz",
        at="Without what lies above {} Hz",
        severities=there,
        ordinary=4000.0 if 4000.0 in there else there[0],  # an 8 kHz path, a headset over Bluetooth
        neutral=sample_rate / 2,
        apply=low_pass,
        remedies=(REMEDY,),
    )
