from __future__ import annotations

import pytest
import torch
from torch import Tensor

from unheard.augment.base import BatchInfo
from unheard.augment.noise import Noise
from unheard.augment.noise_bank import NoiseBank
from unheard.errors import UsageError


def test_what_is_added_is_a_piece_of_the_bank(clips: Tensor, info: BatchInfo, noise_bank: NoiseBank) -> None:
    transform = Noise(bank=noise_bank, min_snr_db=-20, max_snr_db=-20)
    params = transform.draw(info, torch.Generator().manual_seed(2))
    added = transform.apply(clips, params) - clips
    pieces = noise_bank.pieces(params["recording"], params["start_samples"], 16000)
    cosine = torch.nn.functional.cosine_similarity(added, pieces)
    torch.testing.assert_close(cosine, torch.ones(6), atol=1e-5, rtol=0)


def test_a_share_of_the_pieces_is_varied_and_the_others_are_as_recorded(
    clips: Tensor, noise_bank: NoiseBank
) -> None:
    transform = Noise(bank=noise_bank, min_snr_db=-20, max_snr_db=-20, vary_p=0.5)
    params = transform.draw(BatchInfo(6, 16000, 16000), torch.Generator().manual_seed(3))
    params["varies"] = torch.tensor([True, False, True, False, True, False])
    added = transform.apply(clips, params) - clips
    plain = noise_bank.pieces(params["recording"][:, 0], params["start_samples"][:, 0], 16000)
    alike = torch.nn.functional.cosine_similarity(added, plain)
    torch.testing.assert_close(alike[1::2], torch.ones(3), atol=1e-5, rtol=0)
    assert alike[::2].abs().max() < 0.5


@pytest.mark.parametrize(("varies", "under"), [(False, False), (True, False), (True, True)])
def test_all_pieces_or_none_may_be_varied(
    varies: bool, under: bool, clips: Tensor, noise_bank: NoiseBank
) -> None:
    transform = Noise(bank=noise_bank, min_snr_db=0, max_snr_db=0, vary_p=0.5)
    params = transform.draw(BatchInfo(6, 16000, 16000), torch.Generator().manual_seed(3))
    params["varies"], params["under"] = torch.full((6,), varies), torch.full((6,), under)
    added = transform.apply(clips, params) - clips
    assert added.isfinite().all()
    assert (added.square().mean(1) > 0).all()


def test_a_varied_tone_is_played_at_its_speed_and_filtered_as_drawn(clips: Tensor) -> None:
    tone = torch.sin(2 * torch.pi * 1000 * torch.arange(32000) / 16000)
    transform = Noise(bank=NoiseBank.from_recordings([tone]), min_snr_db=-40, max_snr_db=-40, vary_p=1)
    params = transform.draw(BatchInfo(6, 16000, 16000), torch.Generator().manual_seed(3))
    params["speed"] = torch.tensor([[0.5, 2.0]]).repeat(6, 1)
    params["under"] = torch.tensor([True] * 3 + [False] * 3)
    knots_hz = 60 * (8000 / 60) ** (torch.arange(8) / 7)  # gain falls 6 dB an octave
    params["gain_db"] = (-6 * torch.log2(knots_hz / 1000)).repeat(6, 1)
    added = transform.apply(clips, params) - clips
    level = torch.fft.rfft(added * torch.hann_window(16000)).abs()
    assert (level[:3].argmax(1) == 500).all()
    ratio_db = 20 * torch.log10(level[:, 500] / level[:, 2000])
    torch.testing.assert_close(ratio_db[:3], torch.full((3,), 12.0), atol=0.5, rtol=0)
    assert (ratio_db[3:] > 35).all()


def test_a_share_beyond_one_is_refused(noise_bank: NoiseBank) -> None:
    with pytest.raises(UsageError, match=r"noise: vary_p is 1\.5; it is a share, from 0 to 1"):
        Noise(bank=noise_bank, vary_p=1.5)
