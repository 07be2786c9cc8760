"""The telephone: by how many lines a clip goes through, one after the other."""

from __future__ import annotations

import numpy as np

from unheard.augment.telephone import Telephone
from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.stressors.changed import changed
from unheard.diagnose.stressors.stressor import Clips, Stressor


def call(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
    """8 kHz, the band of a line, 8-bit mu-law, so many times over; each line has its own edges and level."""
    return changed(clips, sample_rate, generator, *[Telephone(companding_p=1.0)] * round(severity))


TELEPHONE = Stressor(
    name="telephone",
    title="Telephone",
    unit="lines",
    at="On the telephone",
    severities=(1.0, 2.0, 4.0),
    ordinary=1.0,
    neutral=None,
    apply=call,
    remedies=(augment_remedy("telephone"),),
)
