"""Changes of sample rate, well and badly done: through a lower rate and back, by that rate."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.signal import resample_poly

from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.stressor import Clips, Stressor
from unheard.signal.resample import resample, resampled_length

RATES_HZ = (11025.0, 8000.0)

Resampler = Callable[[Clips, int, int], Clips]  # (clips, from_rate, to_rate)


def soxr(clips: Clips, from_rate: int, to_rate: int) -> Clips:
    """SoX's, as good as they come."""
    return np.stack([resample(clip, from_rate, to_rate) for clip in clips])


def polyphase(clips: Clips, from_rate: int, to_rate: int) -> Clips:
    """SciPy's, with a gentler filter."""
    return np.asarray(resample_poly(clips, to_rate, from_rate, axis=1), dtype=np.float32)


def linear(clips: Clips, from_rate: int, to_rate: int) -> Clips:
    """Straight lines between samples, and no filter: treble folds down on the way there, and images of the
    bass stand above it on the way back."""
    place = _places(clips, from_rate, to_rate)
    first = np.minimum(place.astype(np.int64), clips.shape[1] - 2)
    share = np.minimum(place - first, 1).astype(np.float32)
    return np.asarray(clips[:, first] * (1 - share) + clips[:, first + 1] * share)


def nearest(clips: Clips, from_rate: int, to_rate: int) -> Clips:
    """The nearest sample, and no filter."""
    place = np.floor(_places(clips, from_rate, to_rate) + 0.5).astype(np.int64)
    return np.asarray(clips[:, np.minimum(place, clips.shape[1] - 1)])


def _places(clips: Clips, from_rate: int, to_rate: int) -> np.ndarray:
    """Where the new samples lie, in old ones."""
    return np.arange(resampled_length(clips.shape[1], from_rate, to_rate)) * (from_rate / to_rate)


def there_and_back(
    clips: Clips,
    sample_rate: int,
    severity: float,
    _generator: np.random.Generator,
    *,
    resampler: Resampler,
) -> Clips:
    """Clips that were once at a lower rate; as long as they were."""
    lower = resampler(clips, sample_rate, round(severity))
    back = resampler(lower, round(severity), sample_rate)[:, : clips.shape[1]]
    return np.pad(back, ((0, 0), (0, clips.shape[1] - back.shape[1])))


REMEDY_BAND = Remedy(
    "augment",
    "Train on clips through narrow-band lines.",
    {"transform": "telephone", "p": 0.3, "companding_p": 0.0},
)
KINDS: tuple[tuple[str, str, Resampler], ...] = (
    ("soxr", "well", soxr),
    ("polyphase", "by a polyphase filter", polyphase),
    ("linear", "by straight lines without a filter", linear),
    ("nearest", "by taking the nearest sample", nearest),
)


def resamplers(sample_rate: int) -> list[Stressor]:
    """A factor a kind of resampler; none where clips are at 8 kHz or below themselves."""
    rates = tuple(hz for hz in RATES_HZ if hz < sample_rate)
    return [
        Stressor(
            name=f"resampled-{kind}",
            title=f"Resampled, {kind}",
            unit="Hz",
            at=f"Resampled {words} through {{}} Hz",
            severities=rates,
            ordinary=8000.0,
            neutral=float(sample_rate),
            apply=partial(there_and_back, resampler=resampler),
            remedies=(_remedy(kind), REMEDY_BAND),
        )
        for kind, words, resampler in KINDS
        if rates
    ]


def _remedy(kind: str) -> Remedy:
    """What to do in front of the model."""
    if kind in ("soxr", "polyphase"):
        return Remedy("live-path", "Record at the model's own sample rate.")
    return Remedy("live-path", "Resample with a filter (soxr, or scipy.signal.resample_poly).")
