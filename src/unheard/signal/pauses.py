"""How much of a sound is silence, and where somebody speaks in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.signal.level import rms_db
from unheard.signal.sound import SPEECH_HOP_SAMPLES, SPEECH_RATE, Sound

MIN_SPEECH_SCORE = 0.5  # of a 32 ms hop that is speech
_EDGE_S = 0.02
_EVENT_HOPS = 3
_LEAST_POWER = 1e-12


@dataclass(frozen=True)
class Pauses:
    """What of a sound is no speech. Without `Sound.speech`, null but for `zero_share` and `stand_out_db`."""

    zero_share: float  # samples that are exactly 0, of all
    speech_s: float | None  # length of the hops that are speech
    leading_silence_s: float | None  # before the first of them; null where there is none, like the rest
    trailing_silence_s: float | None
    max_speech_score: float | None  # highest probability of speech of a hop
    start_level_db: float | None  # level of the first 20 ms over that of the speech
    end_level_db: float | None  # of the last 20 ms
    stand_out_db: float | None  # third loudest hop over the median one, above 150 Hz; null below 100 ms


def measure_pauses(sound: Sound) -> Pauses:
    """Silence of a sound. Hops are 32 ms, so that edges of speech are true to about that."""
    samples = sound.samples
    zero_share = 1.0 if len(samples) == 0 else 1 - np.count_nonzero(samples) / len(samples)
    stand_out_db = _stand_out_db(sound)
    if sound.speech is None or len(sound.speech) == 0:
        return Pauses(zero_share, None, None, None, None, None, None, stand_out_db)
    spoken = np.flatnonzero(sound.speech >= MIN_SPEECH_SCORE)
    highest = float(sound.speech.max())
    if len(spoken) == 0:
        return Pauses(zero_share, 0.0, None, None, highest, None, None, stand_out_db)
    hop_s = SPEECH_HOP_SAMPLES / SPEECH_RATE
    start_db, end_db = _edge_levels(sound)
    return Pauses(
        zero_share=zero_share,
        speech_s=min(len(spoken) * hop_s, sound.duration_s),
        leading_silence_s=float(spoken[0]) * hop_s,
        trailing_silence_s=max(0.0, sound.duration_s - float(spoken[-1] + 1) * hop_s),
        max_speech_score=highest,
        start_level_db=start_db,
        end_level_db=end_db,
        stand_out_db=stand_out_db,
    )


def _stand_out_db(sound: Sound) -> float | None:
    """By how much 100 ms are louder than the rest; steady noise has 2 or 3 dB, a word 20."""
    num_hops = len(sound.samples_16k) // SPEECH_HOP_SAMPLES
    if num_hops < _EVENT_HOPS:
        return None
    hops = sound.above_rumble_16k[: num_hops * SPEECH_HOP_SAMPLES].reshape(num_hops, SPEECH_HOP_SAMPLES)
    power = np.sort(np.einsum("ij,ij->i", hops, hops) / SPEECH_HOP_SAMPLES) + _LEAST_POWER
    return float(10 * np.log10(power[-_EVENT_HOPS] / power[num_hops // 2]))


def _edge_levels(sound: Sound) -> tuple[float, float]:
    """Levels in dB of the first and last 20 ms over the level of the speech."""
    samples: NDArray[np.float32] = sound.samples
    size = max(1, int(_EDGE_S * sound.sample_rate))
    mask = sound.speech_mask
    speech_db = rms_db(samples[mask] if mask is not None and mask.any() else samples)
    return rms_db(samples[:size]) - speech_db, rms_db(samples[-size:]) - speech_db
