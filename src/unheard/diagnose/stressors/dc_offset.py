"""A constant added to all samples, as cheap sound cards do: by percent of full scale."""

from __future__ import annotations

import numpy as np

from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.stressor import Clips, Stressor


def add_constant(clips: Clips, _sample_rate: int, severity: float, _generator: np.random.Generator) -> Clips:
    """The whole window is moved, padding too; nothing is cut."""
    return clips + np.float32(severity / 100)


DC_OFFSET = Stressor(
    name="dc-offset",
    title="DC offset",
    unit="%",
    at="With a constant of {} % of full scale added",
    severities=(1.0, 5.0, 20.0),
    ordinary=5.0,
    neutral=0.0,
    apply=add_constant,
    remedies=(Remedy("live-path", "Subtract the mean, or filter below 50 Hz, in front of the model."),),
)
