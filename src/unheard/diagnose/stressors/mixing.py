"""Noise behind clips at a signal-to-noise ratio; noise covers the whole window, padding too."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from unheard.augment.level import add_at_snr
from unheard.diagnose.stressors.stressor import Clips

SNR_SEVERITIES_DB = (20.0, 15.0, 10.0, 5.0, 0.0)
ORDINARY_SNR_DB = 10.0  # a busy room, a car, a television that is on


def mixed(clips: Clips, noise: NDArray[np.floating], snr_db: float, sample_rate: int) -> Clips:
    """Clips and noise `(n, num_samples)` together: rms of the loud frames of a clip over rms of its noise."""
    ratio = torch.full((len(clips),), snr_db)
    behind = torch.from_numpy(np.asarray(noise, dtype=np.float32))
    return np.asarray(add_at_snr(torch.from_numpy(clips), behind, ratio, sample_rate).numpy(), np.float32)
