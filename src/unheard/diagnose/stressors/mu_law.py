"""Companding as on digital lines: by bits a sample (8 are G.711: 64 kbit/s at 8 kHz)."""

from __future__ import annotations

import numpy as np
import torch

from unheard.augment.telephone import mu_law
from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.stressors.stressor import Clips, Stressor


def compand(clips: Clips, _sample_rate: int, severity: float, _generator: np.random.Generator) -> Clips:
    """Clips at their own rate and level: what a telephone takes besides is in `telephone`."""
    return np.asarray(mu_law(torch.from_numpy(clips), round(severity)).numpy())


MU_LAW = Stressor(
    name="mu-law",
    title="Mu-law",
    unit="bits",
    at="Through mu-law of {} bits",
    severities=(8.0, 6.0, 4.0),
    ordinary=8.0,
    neutral=None,
    apply=compand,
    remedies=(augment_remedy("telephone"),),
)
