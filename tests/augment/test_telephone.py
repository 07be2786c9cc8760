from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import signal
from torch import Tensor

from unheard.augment.base import BatchInfo, Params
from unheard.augment.telephone import Telephone, mu_law


def _line(
    num_clips: int = 1, *, compands: bool = False, line_peak_db: float = 0.0, rate: int = 16000
) -> Params:
    values = {
        "low_edge_hz": 300.0,
        "high_edge_hz": 3400.0,
        "low_slope_db": 24.0,
        "high_slope_db": 24.0,
        "line_peak_db": line_peak_db,
    }
    rows = {name: torch.full((num_clips,), value) for name, value in values.items()}
    flags = {"applies": torch.full((num_clips,), True), "compands": torch.full((num_clips,), compands)}
    return {**rows, **flags, "sample_rate": torch.tensor(rate)}


def _tones(hz: tuple[float, ...], rate: int = 16000) -> Tensor:
    time = torch.arange(rate) / rate
    return torch.stack([0.5 * torch.sin(2 * math.pi * one * time) for one in hz]) * torch.hann_window(rate)


def _gain_db(before: Tensor, after: Tensor) -> list[float]:
    return (20 * torch.log10(after.norm(dim=1) / before.norm(dim=1))).tolist()


def test_the_voice_band_passes_and_the_rest_does_not() -> None:
    tones = _tones((100, 300, 1000, 3400, 6000))
    gain_db = _gain_db(tones, Telephone().apply(tones, _line(5)))
    assert gain_db[0] == pytest.approx(-10 * math.log10(1 + 3 ** (2 * 24 / 6.0206)), abs=0.3)
    assert gain_db[1] == pytest.approx(-3.01, abs=0.1)
    assert gain_db[2] == pytest.approx(0, abs=0.05)
    assert gain_db[3] == pytest.approx(-3.01, abs=0.1)
    assert gain_db[4] < -60


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100])
def test_it_works_at_any_rate(rate: int) -> None:
    tones = _tones((100, 1000), rate)
    gain_db = _gain_db(tones, Telephone().apply(tones, _line(2, rate=rate)))
    assert gain_db[0] < -35
    assert gain_db[1] == pytest.approx(0, abs=0.05)


def test_nothing_is_moved_in_time(clips: Tensor) -> None:
    speech = torch.from_numpy(
        signal.sosfiltfilt(signal.butter(4, [500, 2500], "band", fs=16000, output="sos"), clips).copy()
    )
    through = Telephone().apply(speech.float(), _line(6))
    for before, after in zip(speech.numpy(), through.numpy(), strict=True):
        assert np.corrcoef(before, after)[0, 1] > 0.99


def test_mu_law_follows_the_formula_of_g711() -> None:
    samples = np.linspace(-1, 1, 2001)
    code = np.round(np.sign(samples) * np.log(1 + 255 * np.abs(samples)) / np.log(256) * 127)
    expected = np.sign(code) * (256 ** (np.abs(code) / 127) - 1) / 255
    np.testing.assert_allclose(mu_law(torch.from_numpy(samples)).numpy(), expected, atol=1e-12)
    assert len(np.unique(mu_law(torch.from_numpy(samples)).numpy())) <= 255


def test_mu_law_keeps_38_db_over_a_wide_range_of_levels() -> None:
    generator = torch.Generator().manual_seed(0)
    for level_db in (-12, -24, -36):
        samples = 10 ** (level_db / 20) * (torch.rand(100000, generator=generator) * 2 - 1)
        error = mu_law(samples) - samples
        assert 20 * math.log10(samples.norm() / error.norm()) == pytest.approx(37, abs=2.5)


def test_a_line_driven_6_db_too_high_clips_at_half_the_peak() -> None:
    tone = _tones((500,))
    through = Telephone().apply(tone, _line(compands=True, line_peak_db=6.0206))
    clipped = tone.clamp(-tone.max() / 2, tone.max() / 2)
    middle = slice(7000, 9000)
    spectrum = np.abs(np.fft.rfft(through[0, middle].numpy() * np.hanning(2000)))
    expected = np.abs(np.fft.rfft(clipped[0, middle].numpy() * np.hanning(2000)))
    third_harmonic = 3 * 500 * 2000 // 16000
    assert spectrum[third_harmonic] == pytest.approx(expected[third_harmonic], rel=0.1)


def test_companding_p_is_the_share_of_companded_clips(generator: torch.Generator) -> None:
    compands = Telephone(companding_p=0.3).draw(BatchInfo(10000, 1, 16000), generator)["compands"]
    assert compands.float().mean() == pytest.approx(0.3, abs=0.02)
