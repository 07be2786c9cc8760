"""Opus, the codec of calls over the internet: by bit rate."""

from __future__ import annotations

import numpy as np
import soundfile

from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.encoded import Samples, read, through, written
from unheard.diagnose.stressors.stressor import Clips, Stressor

RATES = (8000, 12000, 16000, 24000, 48000)
LOWEST_KBIT_S, HIGHEST_KBIT_S = 6, 256  # a channel

REMEDY = Remedy("live-path", "Send the sound to the model without Opus, or with at least 24 kbit/s.")


def as_opus(samples: Samples, rate: int, kbit_s: float) -> bytes:
    """An Ogg file with Opus of variable bit rate around the wanted one; its pages take another 4 kbit/s."""
    level = (HIGHEST_KBIT_S - kbit_s) / (HIGHEST_KBIT_S - LOWEST_KBIT_S)
    return written(samples, rate, format="OGG", subtype="OPUS", compression_level=level)


def decoded(samples: Samples, rate: int, kbit_s: float) -> Samples:
    """What comes out, as long as what went in, and where it was: the file says what to skip."""
    return read(as_opus(samples, rate, kbit_s))


def encode(clips: Clips, sample_rate: int, severity: float, _generator: np.random.Generator) -> Clips:
    """Clips as Opus of so many kbit/s."""
    return through(clips, sample_rate, severity, decoded, RATES)


def opus() -> Stressor | None:
    """The factor; None where libsndfile has no Opus."""
    if "OPUS" not in soundfile.available_subtypes("OGG"):
        return None
    return Stressor(
        name="opus",
        title="Opus",
        unit="kbit/s",
        at="As Opus of {} kbit/s",
        severities=(12.0, 6.0),
        ordinary=12.0,  # a call over a bad connection
        neutral=None,
        apply=encode,
        remedies=(REMEDY,),
    )
