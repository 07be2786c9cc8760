"""The talker further from the microphone: fainter, and more of the room in the sound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from unheard.augment.conditions import TEST_ROOM_SEED
from unheard.augment.room_bank import RoomBank
from unheard.augment.room_simulation import Room, RoomOptions, impulse_response
from unheard.augment.rooms import convolved
from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.stressors.changed import in_pieces
from unheard.diagnose.stressors.stressor import Clips, Stressor

NUM_ROOMS = 12
T60_S = 0.5
REFERENCE_M = 0.3  # where the clips are taken to be spoken: a telephone or computer within reach


def responses_at(distance_m: float, sample_rate: int) -> RoomBank:
    """Responses of living rooms with a T60 of 0.5 s, as loud as they are beside a direct sound of 1 at
    `REFERENCE_M`. Room i is the same at every distance, but for where the microphone stands."""
    options = RoomOptions(sample_rate=sample_rate)
    generators = np.random.default_rng(TEST_ROOM_SEED).spawn(NUM_ROOMS)
    responses = [impulse_response(_room(distance_m, one), options, one) for one in generators]
    bank = RoomBank.from_responses(responses, sample_rate)  # in time, but each at a level of its own
    peaks = torch.tensor([float(np.abs(response).max()) for response in responses])
    as_loud = REFERENCE_M * peaks / bank.responses.abs().amax(1)  # images have the amplitude 1 / distance
    return replace(bank, responses=bank.responses * as_loud.unsqueeze(1))


def move_away(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
    """The direct sound falls by 6 dB whenever the distance doubles, the sound of the room hardly at all."""
    bank = responses_at(severity, sample_rate)
    room = torch.from_numpy(generator.integers(NUM_ROOMS, size=len(clips)))
    pieces = zip(in_pieces(torch.from_numpy(clips)), in_pieces(room), strict=True)
    moved = [convolved(piece, bank.responses[rooms], bank.lead_samples) for piece, rooms in pieces]
    return np.asarray(torch.cat(moved).numpy())


def _room(distance_m: float, generator: np.random.Generator) -> Room:
    """A room, the talker near one wall of it and the microphone straight ahead."""
    size = generator.uniform((6.5, 4.0, 2.4), (8.0, 6.0, 3.0))
    talker = np.array([generator.uniform(0.8, 1.2), *generator.uniform((1.3, 1.0), (size[1] - 1.3, 1.4))])
    ahead = np.array([distance_m, 0.0, 0.0])
    return Room(size, talker, talker + ahead, T60_S, bass_share=1.0, treble_share=0.7)


DISTANCE = Stressor(
    name="distance",
    title="Distance",
    unit="m",
    at="At {} m from the microphone",
    severities=(0.5, 1.0, 2.0, 4.0),
    ordinary=2.0,  # across a table, or a device on a shelf
    neutral=REFERENCE_M,
    apply=move_away,
    remedies=(augment_remedy("rooms"), augment_remedy("gain")),
)
