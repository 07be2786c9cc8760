"""Peaks cut flat: by the share of the spoken samples that are cut."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from unheard.augment.level import active_frames, frame_rms
from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.stressors.stressor import Clips, Stressor


def clip_peaks(clips: Clips, sample_rate: int, severity: float, _generator: np.random.Generator) -> Clips:
    """Each clip limited at the size that so many percent of its spoken samples exceed."""
    size = np.abs(clips)
    spoken = np.where(_spoken(clips, sample_rate), size, -1.0)
    ordered = -np.sort(-spoken, axis=1)
    cut = np.round(severity / 100 * (ordered >= 0).sum(axis=1)).astype(np.int64)
    limit = np.maximum(np.take_along_axis(ordered, cut[:, None], axis=1), 0)
    return np.asarray(np.clip(clips, -limit, limit), dtype=np.float32)


def _spoken(clips: Clips, sample_rate: int) -> NDArray[np.bool_]:
    """Samples in 20 ms frames within 25 dB of the loudest `(n, num_samples)`."""
    frames = active_frames(frame_rms(torch.from_numpy(clips), sample_rate)).numpy()
    frame_samples = clips.shape[1] // frames.shape[1]
    frame = np.minimum(np.arange(clips.shape[1]) // frame_samples, frames.shape[1] - 1)
    return np.asarray(frames[:, frame])


CLIPPING = Stressor(
    name="clipping",
    title="Clipping",
    unit="%",
    at="With {} % of the spoken samples clipped",
    severities=(1.0, 5.0, 10.0, 25.0),
    ordinary=5.0,  # shouted into a telephone
    neutral=0.0,
    apply=clip_peaks,
    remedies=(augment_remedy("clipping"),),
)
