from __future__ import annotations

import math

import numpy as np
import pytest
import soxr
import torch
from torch import Tensor

from unheard.augment.base import BatchInfo
from unheard.augment.speed import Speed, resampled
from unheard.errors import UsageError


def _peak_hz(samples: Tensor) -> float:
    spectrum = np.abs(np.fft.rfft(samples.numpy() * np.hanning(len(samples)), 160000))
    return float(np.fft.rfftfreq(160000, 1 / 16000)[spectrum.argmax()])


@pytest.mark.parametrize("factor", [0.8, 0.93, 1.0, 1.07, 1.25])
def test_a_tone_of_440_hz_moves_by_the_factor(factor: float) -> None:
    tone = torch.sin(2 * math.pi * 440 / 16000 * torch.arange(16000)).unsqueeze(0)
    assert _peak_hz(resampled(tone, torch.tensor([factor]))[0]) == pytest.approx(440 * factor, abs=0.5)


@pytest.mark.parametrize(("hz", "error_db"), [(500, -70), (1000, -60), (2000, -50), (4000, -39), (6000, -30)])
def test_a_tone_is_the_faster_tone_but_for_images_far_below(hz: float, error_db: float) -> None:
    time = (torch.arange(16000, dtype=torch.float64) - 7999.5) / 16000
    ours = resampled(torch.sin(2 * math.pi * hz * time).float().unsqueeze(0), torch.tensor([0.93]))[0]
    truth = torch.sin(2 * math.pi * hz * 0.93 * time)
    middle = slice(2000, -2000)
    assert 20 * torch.log10((ours - truth)[middle].norm() / truth[middle].norm()) < error_db


def test_factor_one_raises_only_the_highest_frequencies_and_by_less_than_1_db(clips: Tensor) -> None:
    """Between points these are damped as much; the factor 1 alone reads every clip at its points."""
    gain = torch.fft.rfft(resampled(clips, torch.ones(6))).norm(dim=0) / torch.fft.rfft(clips).norm(dim=0)
    gain_db = 20 * torch.log10(gain[:7950])
    assert gain_db[:3000].abs().max() < 0.15
    assert -0.05 < gain_db.min() < gain_db.max() < 1


def test_the_middle_stays_in_place_and_a_burst_gets_shorter() -> None:
    clip = torch.zeros(1, 16001)
    clip[0, 7000:9001] = torch.hann_window(2001, periodic=False)
    fast = resampled(clip, torch.tensor([1.25]))[0]
    assert fast.argmax() == 8000
    above_half = (fast > 0.5).sum().item()
    assert above_half == pytest.approx(1000 / 1.25, abs=2)


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_it_agrees_with_soxr(factor: float, generator: torch.Generator) -> None:
    noise = torch.randn(1, 16000, generator=generator)
    spectrum = torch.fft.rfft(noise)
    spectrum[:, 5000:] = 0  # up to 5 kHz, below what either cuts off
    band = torch.fft.irfft(spectrum) * torch.hann_window(16000)
    ours = resampled(band, torch.tensor([factor]))[0].double().numpy()
    theirs = soxr.resample(band[0].double().numpy(), 16000 * factor, 16000, quality="VHQ")
    # soxr keeps the first sample in place, we keep the middle: compare spectra, which do not see the shift
    ours, theirs = (np.abs(np.fft.rfft(one, 20000)) for one in (ours, theirs))
    error = np.linalg.norm(ours - theirs) / np.linalg.norm(theirs)
    assert error < (0.02 if factor > 1 else 0.05)  # a slower clip loses its (windowed) ends


def test_what_would_alias_is_removed() -> None:
    tone = torch.sin(2 * math.pi * 7500 / 16000 * torch.arange(16000)).unsqueeze(0)
    assert resampled(tone, torch.tensor([1.15]))[0, 2000:-2000].abs().max() < 0.02


def test_a_faster_clip_ends_in_zeros_and_a_slower_one_fills_the_window(clips: Tensor) -> None:
    ones = torch.ones(2, 16000)
    changed = resampled(ones, torch.tensor([1.25, 0.8]))
    assert changed[0, :1599].abs().max() == 0
    assert changed[0, -1599:].abs().max() == 0
    assert changed[1].min() > 0.5


def test_factors_are_even_in_octaves(generator: torch.Generator) -> None:
    factor = Speed(min_factor=0.5, max_factor=2).draw(BatchInfo(20000, 1, 16000), generator)["factor"]
    assert (factor < 1).float().mean() == pytest.approx(0.5, abs=0.02)


def test_a_factor_of_zero_is_refused() -> None:
    with pytest.raises(UsageError, match="min_factor is 0; it must be above 0"):
        Speed(min_factor=0)
