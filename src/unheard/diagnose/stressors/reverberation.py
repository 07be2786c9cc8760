"""Rooms: by the time in which sound falls by 60 dB."""

from __future__ import annotations

import numpy as np

from unheard.augment.conditions import TEST_ROOM_SEED
from unheard.augment.room_bank import RoomBank
from unheard.augment.room_simulation import RoomOptions, simulated_rooms
from unheard.augment.rooms import Rooms
from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.stressors.changed import changed
from unheard.diagnose.stressors.stressor import Clips, Stressor

NUM_ROOMS = 24


def rooms_of(t60_s: float, sample_rate: int) -> RoomBank:
    """Simulated rooms of one T60 (at 1 kHz), talker and microphone 0.5 to 3 m apart; no training has them.

    Room i has the same walls, talker and microphone at every T60. Integrated backwards (Schroeder 1965), the
    responses have the stated T60 in the octave at 1 kHz within a tenth.
    """
    options = RoomOptions(
        num_rooms=NUM_ROOMS,
        sample_rate=sample_rate,
        min_size_m=3.0,
        min_rt60_s=t60_s,
        max_rt60_s=t60_s,
        min_distance_m=0.5,
        max_distance_m=3.0,
        seed=TEST_ROOM_SEED,
    )
    return simulated_rooms(options)


def reverberate(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
    """Each clip in one of the rooms, at the level that it had."""
    return changed(clips, sample_rate, generator, Rooms(bank=rooms_of(severity, sample_rate)))


REVERBERATION = Stressor(
    name="reverberation",
    title="Reverberation",
    unit="s",
    at="In rooms with a reverberation time of {} s",
    severities=(0.3, 0.6, 0.9, 1.2),
    ordinary=0.6,  # a living room, an office; 0.3 s is a furnished bedroom, 1.2 s a stairwell
    neutral=0.0,
    apply=reverberate,
    remedies=(augment_remedy("rooms"),),
)
