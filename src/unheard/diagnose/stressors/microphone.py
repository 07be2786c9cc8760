"""Another microphone: by how many dB its frequency response is uneven."""

from __future__ import annotations

import numpy as np

from unheard.augment.microphone import Microphone
from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.stressors.changed import changed
from unheard.diagnose.stressors.stressor import Clips, Stressor


def equalise(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
    """Gains drawn between minus and plus the severity at 8 frequencies from 60 Hz to half the sample rate."""
    return changed(clips, sample_rate, generator, Microphone(max_gain_db=severity, bandwidth_p=0.0))


MICROPHONE = Stressor(
    name="microphone",
    title="Microphone",
    unit="dB",
    at="Through microphones that are uneven by ±{} dB",
    severities=(6.0, 12.0, 18.0),
    ordinary=12.0,  # between a headset and a laptop, or a telephone held the wrong way
    neutral=0.0,
    apply=equalise,
    remedies=(augment_remedy("microphone"),),
)
