"""Clips of silence: their levels, what they are made of, and chance that can be replayed."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
import torch
from torch import Tensor

from unheard.augment.noise_bank import NoiseBank
from unheard.train.silence import SilenceMaker

RATE, NUM_CLIPS = 8000, 1000


def make(bank: NoiseBank | None, seed: int = 0, num_clips: int = NUM_CLIPS) -> Tensor:
    return SilenceMaker(bank, RATE).make(num_clips, 800, torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def humming() -> NoiseBank:
    """Two seconds of a pure tone of 1 kHz, as no coloured noise is."""
    return NoiseBank.from_recordings([0.3 * np.sin(2 * np.pi * 1000 * np.arange(16_000) / RATE)])


@pytest.fixture(scope="module")
def clips(humming: NoiseBank) -> Tensor:
    return make(humming)


def levels_db(clips: Tensor) -> Tensor:
    return 20 * clips.double().square().mean(1).sqrt().log10()


def tone_share(clips: Tensor) -> Tensor:
    """Share of each clip's power that lies about 1 kHz: a tone that swells and fades is a little wider."""
    power = torch.fft.rfft(clips).abs().square()
    return power[:, 80:121].sum(1) / power.sum(1)


def test_a_twentieth_is_digital_silence(clips: Tensor) -> None:
    num_silent = int((clips == 0).all(1).sum())
    assert scipy.stats.binomtest(num_silent, NUM_CLIPS, 0.05).pvalue > 0.001


def test_levels_are_uniform_from_minus_75_to_minus_15_db(clips: Tensor) -> None:
    sounding = levels_db(clips[(clips != 0).any(1)])
    assert scipy.stats.kstest(sounding.numpy(), "uniform", (-75, 60)).pvalue > 0.001


def test_three_fifths_are_background_where_there_is_some(clips: Tensor) -> None:
    sounding = clips[(clips != 0).any(1)]
    num_tones = int((tone_share(sounding) > 0.9).sum())
    assert scipy.stats.binomtest(num_tones, len(sounding), 0.6).pvalue > 0.001


def test_half_of_the_clips_swell_and_fade(clips: Tensor) -> None:
    tones = clips[tone_share(clips) > 0.9]
    frames_db = 20 * tones.reshape(len(tones), 10, 80).square().mean(2).sqrt().log10()
    num_unsteady = int((frames_db.amax(1) - frames_db.amin(1) > 3).sum())
    assert scipy.stats.binomtest(num_unsteady, len(tones), 0.5).pvalue > 0.001


def test_without_background_all_is_coloured_noise() -> None:
    clips = make(None)
    sounding = clips[(clips != 0).any(1)]
    assert len(sounding) > 900
    assert float(tone_share(sounding).max()) < 0.5


def test_a_silent_piece_of_background_stays_finite() -> None:
    quiet = NoiseBank.from_recordings([np.r_[np.zeros(2), 1e-7 * np.ones(798)]], dtype=torch.float32)
    clips = make(quiet)
    assert torch.isfinite(clips).all()
    assert float(clips.abs().max()) <= 1


def test_the_generator_decides(humming: NoiseBank) -> None:
    assert torch.equal(make(humming, 5, 20), make(humming, 5, 20))
    assert not torch.equal(make(humming, 5, 20), make(humming, 6, 20))
