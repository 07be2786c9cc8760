"""The level of a recording: fainter, or louder until it clips."""

from __future__ import annotations

import numpy as np

from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.stressor import Clips, Stressor
from unheard.signal.audio_file import to_int16
from unheard.units import db_to_amplitude

REMEDY_LOUD = Remedy(
    "augment",
    "Train on clips with clipped peaks.",
    {"transform": "clipping", "p": 0.3, "min_peak_share": 0.1, "max_peak_share": 0.8},
)


def set_level(clips: Clips, _sample_rate: int, severity: float, _generator: np.random.Generator) -> Clips:
    """Gain in dB as before a 16-bit sound card: what is faint gets coarse, what is too loud is cut."""
    coarse = to_int16(clips * np.float32(db_to_amplitude(severity)))
    return np.asarray(coarse / np.float32(32768), dtype=np.float32)


FAINT = Stressor(
    name="faint",
    title="Level, fainter",
    unit="dB",
    at="At a level of {} dB of what it was",
    severities=(-10.0, -20.0, -30.0, -40.0),
    ordinary=-20.0,  # a low gain setting, or two metres away
    neutral=0.0,
    apply=set_level,
    remedies=(augment_remedy("gain"),),
)

LOUD = Stressor(
    name="loud",
    title="Level, louder",
    unit="dB",
    at="At a level of +{} dB, with peaks cut at full scale,",
    severities=(10.0, 20.0, 30.0),
    ordinary=10.0,
    neutral=0.0,
    apply=set_level,
    remedies=(REMEDY_LOUD, Remedy("live-path", "Lower the gain in front of the model until nothing clips.")),
)
