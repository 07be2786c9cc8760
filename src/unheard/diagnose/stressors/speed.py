"""Speech played faster or slower, pitch and all: by how many times."""

from __future__ import annotations

import math

import numpy as np
import torch

from unheard.augment.speed import resampled
from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.stressors.changed import in_pieces
from unheard.diagnose.stressors.room_tone import room_tone
from unheard.diagnose.stressors.stressor import Clips, Stressor


def play(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
    """The middle stays where it is. What is faster gets its own background at both ends; what is slower loses
    them."""
    pieces = [
        resampled(piece, torch.full((len(piece),), severity)) for piece in in_pieces(torch.from_numpy(clips))
    ]
    played = np.array(torch.cat(pieces).numpy())
    gap = max(0, math.ceil((clips.shape[1] - 1) / 2 * (1 - 1 / severity)))
    if gap:
        before, after = generator.spawn(2)
        played[:, :gap] = room_tone(clips, gap, "before", sample_rate, before)
        played[:, -gap:] = room_tone(clips, gap, "after", sample_rate, after)
    return played


FASTER = Stressor(
    name="faster",
    title="Faster",
    unit="times",
    at="At {} times the speed",
    severities=(1.15, 1.3, 1.5),
    ordinary=1.15,
    neutral=1.0,
    apply=play,
    remedies=(augment_remedy("speed"),),
)

SLOWER = Stressor(
    name="slower",
    title="Slower",
    unit="times",
    at="At {} times the speed",
    severities=(0.85, 0.75, 0.65),
    ordinary=0.85,
    neutral=1.0,
    apply=play,
    remedies=(augment_remedy("speed"),),
)
