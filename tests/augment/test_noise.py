from __future__ import annotations

import pytest
import torch
from torch import Tensor

from unheard.augment.base import BatchInfo
from unheard.augment.level import rms, speech_level
from unheard.augment.noise import Noise
from unheard.augment.noise_bank import NoiseBank
from unheard.errors import UsageError


def test_the_measured_ratio_is_the_drawn_one(clips: Tensor, info: BatchInfo, noise_bank: NoiseBank) -> None:
    transform = Noise(bank=noise_bank, min_snr_db=-5, max_snr_db=25)
    params = transform.draw(info, torch.Generator().manual_seed(1))
    added = transform.apply(clips, params) - clips
    measured = 20 * torch.log10(speech_level(clips, 16000) / rms(added))
    torch.testing.assert_close(measured, params["snr_db"], atol=0.1, rtol=0)


def test_what_is_added_is_a_piece_of_the_bank(clips: Tensor, info: BatchInfo, noise_bank: NoiseBank) -> None:
    transform = Noise(bank=noise_bank, min_snr_db=-20, max_snr_db=-20)
    params = transform.draw(info, torch.Generator().manual_seed(2))
    added = transform.apply(clips, params) - clips
    pieces = noise_bank.pieces(params["recording"], params["start_samples"], 16000)
    cosine = torch.nn.functional.cosine_similarity(added, pieces)
    torch.testing.assert_close(cosine, torch.ones(6), atol=1e-5, rtol=0)


def test_a_range_with_swapped_ends_is_refused(noise_bank: NoiseBank) -> None:
    with pytest.raises(UsageError, match="noise: min_snr_db is 20 and max_snr_db is 5"):
        Noise(bank=noise_bank, min_snr_db=20, max_snr_db=5)
