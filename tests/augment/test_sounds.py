"""Made-up sounds: what a draw says is what is heard, measured by other means."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import signal, stats
from torch import Tensor

from unheard.augment.base import BatchInfo, Params
from unheard.augment.level import rms
from unheard.augment.sounds import NUM_OVERTONES, NUM_PEAKS, draw_sounds, made_sounds

RATE = 16000


def one(**changes: Tensor | float) -> Params:
    """The values of one clip: a steady hiss with a flat spectrum, but for the changes."""
    drawn = draw_sounds(BatchInfo(1, RATE, RATE), torch.Generator().manual_seed(3))
    plain = {"tone_share": 0.0, "decay": 0.0, "swell_db": 0.0, "peak_db": 0.0, "overtone_db": 0.0}
    for name, value in {**plain, **changes}.items():
        drawn[name] = torch.zeros_like(drawn[name]) + torch.as_tensor(value, dtype=torch.float32)
    return drawn


def spectrum_db(samples: Tensor) -> np.ndarray:
    """Level of each Hz of a clip of one second."""
    window = signal.get_window("blackmanharris", RATE)
    found = np.abs(np.fft.rfft(samples[0].numpy() * window))
    return np.asarray(20 * np.log10(found / found.max() + 1e-9))


def test_a_steady_tone_has_its_overtones_at_the_drawn_levels_and_nothing_else() -> None:
    overtone_db = torch.full((1, NUM_OVERTONES), -200.0)
    overtone_db[0, [0, 2, 6]] = torch.tensor([0.0, -6.0, -12.0])
    found = spectrum_db(made_sounds(one(tone_share=1.0, pitch_hz=400.0, overtone_db=overtone_db), RATE))
    assert found[[400, 1200, 2800]] == pytest.approx([0, -6, -12], abs=0.1)
    elsewhere = np.ones(len(found), bool)
    for hz in (400, 1200, 2800):
        elsewhere[hz - 5 : hz + 6] = False
    assert found[elsewhere].max() < -40


def test_overtones_beyond_half_the_rate_are_left_out() -> None:
    found = spectrum_db(made_sounds(one(tone_share=1.0, pitch_hz=3000.0), RATE))
    peaks = signal.find_peaks(found, height=-20, distance=100)[0]
    assert peaks.tolist() == [3000, 6000]


def test_a_gliding_tone_ends_where_its_last_pitch_says() -> None:
    values = one(tone_share=1.0, overtone_db=torch.tensor([[0.0] + [-200.0] * (NUM_OVERTONES - 1)]))
    values["pitch_hz"] = torch.linspace(500, 1500, values["pitch_hz"].shape[1]).unsqueeze(0)
    hz, _, power = signal.spectrogram(made_sounds(values, RATE)[0].numpy(), RATE, nperseg=1024)
    loudest = hz[power.argmax(0)]
    assert loudest[[0, -1]] == pytest.approx([530, 1440], abs=40)
    assert (np.diff(loudest) >= 0).all()


def test_a_flat_hiss_is_white_and_gaussian() -> None:
    hiss = made_sounds(one(), RATE)[0].numpy()
    assert stats.kstest(hiss / hiss.std(), "norm").pvalue > 0.01
    assert abs(np.corrcoef(hiss[1:], hiss[:-1])[0, 1]) < 4 / RATE**0.5


def test_peaks_and_holes_lie_evenly_over_the_octaves() -> None:
    peak_db = torch.full((1, NUM_PEAKS), -40.0)
    peak_db[0, 5] = 0.0  # 60 Hz * (8000 / 60) ** (5 / 9)
    hz, power = signal.welch(made_sounds(one(peak_db=peak_db), RATE)[0].numpy(), RATE, nperseg=1024)
    assert hz[power.argmax()] == pytest.approx(60 * (8000 / 60) ** (5 / 9), rel=0.08)
    assert 10 * np.log10(power.max() / power[hz > 5000].mean()) > 25


def test_pulses_come_at_the_drawn_rate_and_fall_as_drawn() -> None:
    values = one(decay=6.0, pulses_hz=10.0, pulse_start=0.0)
    envelope = made_sounds(values, RATE)[0].square().reshape(100, 160).mean(1).sqrt().numpy()
    assert np.fft.rfft(envelope - envelope.mean()).__abs__().argmax() == 10
    within = np.log(envelope.reshape(10, 10).mean(0))
    assert np.polyfit(np.arange(10) / 10, within, 1)[0] == pytest.approx(-6.0, abs=0.4)


def test_swells_follow_their_levels() -> None:
    swell_db = torch.zeros(1, 16)
    swell_db[0, 8:] = -40.0
    sound = made_sounds(one(swell_db=swell_db), RATE)
    fall_db = 20 * torch.log10(rms(sound[:, 9000:]) / rms(sound[:, :7000]))
    assert fall_db.item() == pytest.approx(-40, abs=0.3)


def test_many_draws_are_all_different_and_all_sound() -> None:
    info = BatchInfo(200, RATE, RATE)
    sounds = made_sounds(draw_sounds(info, torch.Generator().manual_seed(5)), RATE)
    assert sounds.isfinite().all()
    assert (rms(sounds) > 1e-3).all()
    alike = torch.corrcoef(sounds).fill_diagonal_(0)
    assert alike.abs().max() < 0.9
