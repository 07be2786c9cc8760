"""The same clips as they would sound elsewhere: the conditions under which every model is measured."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.chain import Chain
from unheard.augment.colored_noise import ColoredNoise
from unheard.augment.gain import Gain
from unheard.augment.noise import Noise
from unheard.augment.noise_bank import NoiseBank
from unheard.augment.room_bank import RoomBank
from unheard.augment.room_simulation import RoomOptions, simulated_rooms
from unheard.augment.rooms import Rooms
from unheard.augment.telephone import Telephone

CLEAN = "clean"
NOISE_SNR_DB = (20, 10, 0)
QUIET_DB = -26.0
TEST_ROOM_SEED = 7_919  # other rooms than training simulates
BATCH = 200


def conditions(
    sample_rate: int, *, noise: NoiseBank | None = None, rooms: RoomBank | None = None
) -> dict[str, Chain]:
    """Name -> what is done to a clip. Without recordings, noise is coloured (white to brown) and rooms are
    simulated ones that training does not use."""

    def behind(snr_db: float) -> Transform:
        if noise is None:
            return ColoredNoise(min_snr_db=snr_db, max_snr_db=snr_db)
        return Noise(bank=noise, min_snr_db=snr_db, max_snr_db=snr_db)

    halls = rooms or simulated_rooms(RoomOptions(sample_rate=sample_rate, seed=TEST_ROOM_SEED, num_rooms=50))
    return {
        CLEAN: Chain(),
        **{f"noise {snr_db} dB": Chain((behind(snr_db),)) for snr_db in NOISE_SNR_DB},
        "reverberation": Chain((Rooms(bank=halls),)),
        "telephone": Chain((Telephone(),)),
        f"level {QUIET_DB:g} dB": Chain((Gain(min_gain_db=QUIET_DB, max_gain_db=QUIET_DB),)),
    }


def under_condition(
    samples: NDArray[np.int16], chain: Chain, sample_rate: int, seed: int
) -> Iterator[NDArray[np.int16]]:
    """Batches of the clips `(batch, num_samples)` under a condition, in 16 bits as a sound card gives them.

    Each clip's draw depends on the seed and its position only, so every model hears the same.
    """
    generator = torch.Generator().manual_seed(seed)
    for start in range(0, len(samples), BATCH):
        clips = torch.from_numpy(np.array(samples[start : start + BATCH])).float() / 32768.0
        changed = apply_to_batch(clips, chain, sample_rate, generator)
        yield (changed * 32768.0).round().clamp(-32768, 32767).to(torch.int16).numpy()


def apply_to_batch(clips: Tensor, chain: Chain, sample_rate: int, generator: torch.Generator) -> Tensor:
    """At most `BATCH` clips `(num_clips, num_samples)` after a chain.

    The draw is that of a full batch: what happens to a clip depends on the generator and its place only.
    """
    info = BatchInfo(BATCH, clips.shape[1], sample_rate)
    draws = [_of_first(len(clips), params) for params in chain.draw(info, generator)]
    return chain.apply(clips, draws)


def _of_first(num_clips: int, params: Params) -> Params:
    """What was drawn for the first clips of a batch."""
    return {name: value if value.ndim == 0 else value[:num_clips] for name, value in params.items()}
