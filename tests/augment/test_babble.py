from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from unheard.augment.babble import Babble
from unheard.augment.base import BatchInfo
from unheard.augment.noise_bank import NoiseBank
from unheard.errors import UsageError


def test_the_babble_is_the_sum_of_so_many_voices_at_one_level(
    clips: Tensor, info: BatchInfo, noise_bank: NoiseBank
) -> None:
    transform = Babble(bank=noise_bank, min_voices=1, max_voices=4, min_snr_db=-20, max_snr_db=-20)
    params = transform.draw(info, torch.Generator().manual_seed(2))
    params["num_voices"] = torch.tensor([1, 2, 3, 4, 1, 2])
    added = (transform.apply(clips, params) - clips).numpy()
    speech = noise_bank.samples.numpy() / 32768
    for row in range(6):
        starts = params["start_samples"][row, : params["num_voices"][row]]
        voices = np.stack([speech[start : start + 16000] for start in starts])
        expected = (voices / np.sqrt(np.square(voices).mean(1, keepdims=True))).sum(0)
        assert np.corrcoef(added[row], expected)[0, 1] == pytest.approx(1, abs=1e-5)


def test_the_number_of_voices_is_drawn_with_both_ends(
    noise_bank: NoiseBank, generator: torch.Generator
) -> None:
    transform = Babble(bank=noise_bank, min_voices=2, max_voices=4)
    assert set(transform.draw(BatchInfo(99, 16000, 16000), generator)["num_voices"].tolist()) == {2, 3, 4}


def test_no_voice_is_refused(noise_bank: NoiseBank) -> None:
    with pytest.raises(UsageError, match="min_voices is 0; it takes at least one voice"):
        Babble(bank=noise_bank, min_voices=0)
