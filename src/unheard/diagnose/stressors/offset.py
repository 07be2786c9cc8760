"""The word earlier or later in the window: by milliseconds; what leaves the window is lost."""

from __future__ import annotations

import numpy as np

from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.room_tone import room_tone
from unheard.diagnose.stressors.stressor import Clips, Stressor
from unheard.units import seconds_to_samples

SEVERITIES_MS, ORDINARY_MS = (100.0, 200.0, 300.0), 100.0  # a trigger, or the hop of a stream, comes late
REMEDIES = (
    augment_remedy("time_shift"),
    Remedy("live-path", "Cut the window around the word as the test clips are cut."),
)


def delay(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
    """Later in the window, after a stretch of the clip's own background."""
    gap = min(seconds_to_samples(severity / 1000, sample_rate), clips.shape[1])
    before = room_tone(clips, gap, "before", sample_rate, generator)
    return np.concatenate([before, clips[:, : clips.shape[1] - gap]], axis=1)


def advance(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
    """Earlier in the window, with a stretch of the clip's own background at its end."""
    gap = min(seconds_to_samples(severity / 1000, sample_rate), clips.shape[1])
    after = room_tone(clips, gap, "after", sample_rate, generator)
    return np.concatenate([clips[:, gap:], after], axis=1)


LATE = Stressor(
    name="late",
    title="Word too late",
    unit="ms",
    at="With the word {} ms later in the window",
    severities=SEVERITIES_MS,
    ordinary=ORDINARY_MS,
    neutral=0.0,
    apply=delay,
    remedies=REMEDIES,
)

EARLY = Stressor(
    name="early",
    title="Word too early",
    unit="ms",
    at="With the word {} ms earlier in the window",
    severities=SEVERITIES_MS,
    ordinary=ORDINARY_MS,
    neutral=0.0,
    apply=advance,
    remedies=REMEDIES,
)
