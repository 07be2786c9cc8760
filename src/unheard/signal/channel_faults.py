"""What is wrong between the channels of a recording: twice the same, dead, or turned round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.signal.level import FLOOR_DB, rms_db
from unheard.signal.sound import Sound

SAME_DB = -80.0  # a difference this far below the channels is rounding
DEAD_DB = 40.0  # a dead channel lies this far below the loudest


@dataclass(frozen=True)
class ChannelFaults:
    """All null for one channel, and for silence."""

    dual_mono: bool | None  # all channels are the same
    num_dead_channels: int | None  # silent, or 40 dB below the loudest
    channel_correlation: float | None  # lowest of live channels with the first live one; null: one lives


def measure_channel_faults(sound: Sound) -> ChannelFaults:
    """How the channels of a sound relate to each other."""
    if len(sound.channels) == 1:
        return ChannelFaults(None, None, None)
    centred = sound.channels - sound.channels.mean(axis=1, keepdims=True)
    levels_db = np.array([rms_db(channel) for channel in centred])
    loudest_db = float(levels_db.max())
    if loudest_db < SAME_DB:
        return ChannelFaults(None, None, None)
    live = centred[levels_db > loudest_db - DEAD_DB]
    rounding_db = max(loudest_db + SAME_DB, FLOOR_DB)
    return ChannelFaults(
        dual_mono=all(rms_db(channel - centred[0]) <= rounding_db for channel in centred[1:]),
        num_dead_channels=len(centred) - len(live),
        channel_correlation=_lowest_correlation(live) if len(live) > 1 else None,
    )


def _lowest_correlation(channels: NDArray[np.float32]) -> float:
    products = channels @ channels[0]
    norms = np.linalg.norm(channels, axis=1)
    return float(np.clip((products / (norms * norms[0])).min(), -1, 1))
