"""MP3: by bit rate."""

from __future__ import annotations

import numpy as np
import soundfile

from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.encoded import Samples, read, through, written
from unheard.diagnose.stressors.stressor import Clips, Stressor

RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
DELAY_SAMPLES = 1105  # 576 of LAME, 529 of any decoder
_MOST_UNUSED = 0.9999  # libsndfile refuses a compression level of 1

REMEDY = Remedy("live-path", "Send the sound to the model without MP3, or with at least 64 kbit/s.")


def limits_kbit_s(rate: int) -> tuple[int, int]:
    """Lowest and highest bit rate of the layer for a sample rate: MPEG-2.5, MPEG-2 and MPEG-1."""
    if rate <= 12000:
        return 8, 64
    return (8, 160) if rate <= 24000 else (32, 320)


def as_mp3(samples: Samples, rate: int, kbit_s: float) -> bytes:
    """An MP3 file of constant bit rate, by LAME. libsndfile takes the rate as a share of what is possible."""
    low, high = limits_kbit_s(rate)
    level = min((high - kbit_s) / (high - low), _MOST_UNUSED)
    return written(samples, rate, format="MP3", compression_level=level, bitrate_mode="CONSTANT")


def decoded(samples: Samples, rate: int, kbit_s: float) -> Samples:
    """What comes out, as long as what went in, and where it was.

    Where frames are large enough to hold it, LAME writes how much was put before and after; else (below about
    40 kbit/s) the decoder gives that out too, and the delay of both is known.
    """
    found = read(as_mp3(samples, rate, kbit_s))
    first = 0 if len(found) == len(samples) else DELAY_SAMPLES
    return found[first : first + len(samples)]


def encode(clips: Clips, sample_rate: int, severity: float, _generator: np.random.Generator) -> Clips:
    """Clips as MP3 files of so many kbit/s."""
    return through(clips, sample_rate, severity, decoded, RATES)


def mp3(sample_rate: int) -> Stressor | None:
    """The factor for clips at this rate; None where libsndfile has no MP3."""
    if "MP3" not in soundfile.available_formats():
        return None
    low, _ = limits_kbit_s(next((rate for rate in RATES if rate >= sample_rate), RATES[-1]))
    return Stressor(
        name="mp3",
        title="MP3",
        unit="kbit/s",
        at="As MP3 of {} kbit/s",
        severities=(32.0, 16.0, 8.0) if low < 32 else (64.0, 48.0, 32.0),
        ordinary=32.0,  # voice memos and uploads of messengers
        neutral=None,
        apply=encode,
        remedies=(REMEDY,),
    )
