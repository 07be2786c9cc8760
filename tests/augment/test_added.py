"""Whatever is added stands at the drawn ratio behind the speech."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from unheard.augment.added import Added
from unheard.augment.babble import Babble
from unheard.augment.base import BatchInfo
from unheard.augment.calls import Calls
from unheard.augment.clatter import Clatter
from unheard.augment.colored_noise import ColoredNoise
from unheard.augment.level import rms, speech_level
from unheard.augment.noise import Noise
from unheard.augment.noise_bank import NoiseBank
from unheard.augment.sounds import Sounds
from unheard.errors import UsageError

KINDS = ("noise", "babble", "calls", "colored_noise", "sounds", "clatter")


def made(name: str, bank: NoiseBank, **options: float) -> Added:
    plain = {"colored_noise": ColoredNoise, "sounds": Sounds, "clatter": Clatter}
    of_bank = {"noise": Noise, "babble": Babble, "calls": Calls}
    return plain[name](**options) if name in plain else of_bank[name](bank=bank, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", KINDS)
def test_the_measured_ratio_is_the_drawn_one(
    name: str, clips: Tensor, info: BatchInfo, noise_bank: NoiseBank
) -> None:
    transform = made(name, noise_bank, min_snr_db=-3, max_snr_db=9)
    params = transform.draw(info, torch.Generator().manual_seed(1))
    assert ((params["snr_db"] >= -3) & (params["snr_db"] <= 9)).all()
    added = transform.apply(clips, params) - clips
    measured = 20 * torch.log10(speech_level(clips, 16000) / rms(added))
    torch.testing.assert_close(measured, params["snr_db"], atol=0.1, rtol=0)


@pytest.mark.parametrize("name", KINDS)
def test_swapped_ends_are_refused(name: str, noise_bank: NoiseBank) -> None:
    with pytest.raises(UsageError, match=f"{name}: min_snr_db is 5 and max_snr_db is 0"):
        made(name, noise_bank, min_snr_db=5, max_snr_db=0)
