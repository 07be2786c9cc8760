"""Higher and deeper voices at the same pace: by semitones."""

from __future__ import annotations

import numpy as np
import torch

from unheard.augment.speed import resampled
from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.stressors.changed import in_pieces
from unheard.diagnose.stressors.stressor import Clips, Stressor
from unheard.diagnose.stressors.stretch import stretched


def transpose(clips: Clips, sample_rate: int, severity: float, _generator: np.random.Generator) -> Clips:
    """Pitch and resonances move together, as those of a smaller or larger speaker; the length stays.

    The clips are stretched at their pitch and played faster by as much; a positive severity is higher.
    """
    factor = 2.0 ** (severity / 12)
    longer = stretched(clips, factor, sample_rate)
    missing = max(0, clips.shape[1] - longer.shape[1])
    padded = np.pad(longer, ((0, 0), (missing // 2, missing - missing // 2)))
    played = torch.cat(
        [resampled(piece, torch.full((len(piece),), factor)) for piece in in_pieces(torch.from_numpy(padded))]
    )
    first = (padded.shape[1] - clips.shape[1]) // 2
    return np.ascontiguousarray(played[:, first : first + clips.shape[1]].numpy())


HIGHER = Stressor(
    name="higher",
    title="Pitch, higher",
    unit="semitones",
    at="With voices {} semitones higher",
    severities=(2.0, 4.0, 6.0),
    ordinary=4.0,  # a child's voice beside a woman's
    neutral=0.0,
    apply=transpose,
    remedies=(augment_remedy("speed"),),
)


def deepen(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
    """As `transpose`, with the severity counted downwards."""
    return transpose(clips, sample_rate, -severity, generator)


DEEPER = Stressor(
    name="deeper",
    title="Pitch, deeper",
    unit="semitones",
    at="With voices {} semitones deeper",
    severities=(2.0, 4.0, 6.0),
    ordinary=4.0,
    neutral=0.0,
    apply=deepen,
    remedies=(augment_remedy("speed"),),
)
