"""Coarse samples: by bits."""

from __future__ import annotations

import numpy as np

from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.stressor import Clips, Stressor

REMEDY = Remedy(
    "augment",
    "Train on clips in faint hiss.",
    {
        "transform": "colored_noise",
        "p": 0.3,
        "min_snr_db": 5,
        "max_snr_db": 30,
        "min_exponent": -0.5,
        "max_exponent": 0.5,
    },
)


def quantise(clips: Clips, _sample_rate: int, severity: float, _generator: np.random.Generator) -> Clips:
    """Samples rounded to 2^bits even steps between -1 and 1, as a converter without dither does."""
    steps = 2.0 ** (severity - 1)
    return np.asarray(np.rint(clips * steps).clip(-steps, steps - 1) / steps, dtype=np.float32)


QUANTISATION = Stressor(
    name="quantisation",
    title="Quantisation",
    unit="bits",
    at="At {} bits a sample",
    severities=(8.0, 6.0, 4.0),
    ordinary=8.0,  # the WAV files of old recorders and small devices
    neutral=16.0,
    apply=quantise,
    remedies=(Remedy("live-path", "Record with 16 bits a sample."), REMEDY),
)
