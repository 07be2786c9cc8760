from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import signal, stats
from torch import Tensor

from unheard.augment.base import BatchInfo
from unheard.augment.colored_noise import ColoredNoise, colored_noise
from unheard.augment.level import rms, speech_level


@pytest.mark.parametrize(("exponent", "db_an_octave"), [(-1, 3.01), (0, 0.0), (1, -3.01), (2, -6.02)])
def test_the_spectrum_falls_by_3_db_an_octave_and_exponent(exponent: float, db_an_octave: float) -> None:
    starts = torch.arange(20) * 50000
    noise = colored_noise(torch.full((20,), float(exponent)), starts, 16000, 16000)
    hz, power = signal.welch(noise.numpy(), 16000, nperseg=2048)
    band = (hz > 100) & (hz < 7000)
    slope = np.polyfit(np.log2(hz[band]), 10 * np.log10(power.mean(0)[band]), 1)[0]
    assert slope == pytest.approx(db_an_octave, abs=0.15)


def test_white_noise_is_gaussian_and_has_no_memory() -> None:
    noise = colored_noise(torch.zeros(1), torch.tensor([7]), 16000, 16000)[0].numpy()
    assert stats.kstest(noise / noise.std(), "norm").pvalue > 0.01
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 4 / 16000**0.5


def test_neighbouring_places_in_the_table_give_other_noise() -> None:
    noise = colored_noise(torch.zeros(2), torch.tensor([1000, 1001]), 16000, 16000)
    assert abs(torch.corrcoef(noise)[0, 1]) < 0.1


def test_the_last_place_in_the_table_works() -> None:
    assert colored_noise(torch.ones(1), torch.tensor([(1 << 20) - 1]), 8000, 8000).isfinite().all()


def test_the_measured_ratio_is_the_drawn_one(clips: Tensor, info: BatchInfo) -> None:
    params = ColoredNoise().draw(info, torch.Generator().manual_seed(1))
    added = ColoredNoise().apply(clips, params) - clips
    measured = 20 * torch.log10(speech_level(clips, 16000) / rms(added))
    torch.testing.assert_close(measured, params["snr_db"], atol=0.1, rtol=0)
