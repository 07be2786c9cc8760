"""Features against closed forms, SciPy, and properties that must hold."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import scipy.fft
import scipy.signal
import torch

from unheard.errors import UsageError
from unheard.models.front_end import (
    PRESETS,
    FrontEnd,
    FrontEndOptions,
    Pcen,
    dct_matrix,
    mel_filters,
    preset,
    smoothing_coefficient,
    smoothing_matrix,
)

RATE, WINDOW = 16_000, 16_000


def sine(hz: float, amplitude: float = 1.0) -> torch.Tensor:
    return (amplitude * torch.sin(2 * math.pi * hz * torch.arange(WINDOW) / RATE))[None].float()


def test_a_full_scale_sine_has_power_one_in_its_bin() -> None:
    front_end = FrontEnd(FrontEndOptions(), WINDOW)
    power = front_end.power(sine(1000.0))[0, 50]
    assert int(power.argmax()) == 1000 * 512 // RATE
    assert float(power.max()) == pytest.approx(1.0, abs=1e-3)


def test_the_spectrum_is_scipys() -> None:
    samples = torch.from_numpy(np.random.default_rng(0).standard_normal(WINDOW).astype(np.float32))
    options = FrontEndOptions()
    window = scipy.signal.get_window("hann", options.window_samples)
    padded = np.pad(window, (16, 16))
    _, _, expected = scipy.signal.stft(
        samples.numpy(), RATE, padded, nperseg=512, noverlap=512 - 160, boundary="zeros", padded=False
    )
    found = FrontEnd(options, WINDOW).power(samples[None])[0]
    np.testing.assert_allclose(found[:100].numpy(), (2 * np.abs(expected.T[:100])) ** 2, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("name", PRESETS)
def test_the_exported_form_computes_the_same(name: str) -> None:
    front_end = FrontEnd(PRESETS[name], WINDOW)
    samples = 0.1 * torch.randn(2, WINDOW, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(
        front_end.exported_energy(samples), front_end.energy(samples), atol=1e-7, rtol=1e-3
    )


def test_windows_of_an_odd_number_of_samples_have_as_many_frames() -> None:
    options = replace(PRESETS["whisper"], sample_rate=44_100)
    assert options.fft_samples % 2 == 1
    front_end = FrontEnd(options, 44_100)
    samples = 0.1 * torch.randn(1, 44_100, generator=torch.Generator().manual_seed(0))
    energy = front_end.energy(samples)
    assert energy.shape[2] == front_end.num_frames
    torch.testing.assert_close(front_end.exported_energy(samples), energy, atol=1e-7, rtol=1e-3)


def test_fewer_bins_keep_the_sum_of_a_band() -> None:
    whole = mel_filters(FrontEndOptions())
    thin = mel_filters(FrontEndOptions(bins_per_band=6))
    assert int(whole.any(dim=1).sum()) == 256
    assert int(thin.any(dim=1).sum()) < 120
    assert int((thin > 0).sum(dim=0).max()) == 6
    torch.testing.assert_close(thin.sum(dim=0), whole.sum(dim=0))


def test_fewer_bins_hear_the_same_of_noise() -> None:
    noise = 0.1 * torch.randn(8, WINDOW, generator=torch.Generator().manual_seed(0))
    whole, thin = (
        FrontEnd(FrontEndOptions(bins_per_band=count), WINDOW)(noise).mean(dim=(0, 2)) for count in (None, 6)
    )
    torch.testing.assert_close(thin, whole, atol=0.1, rtol=0)  # nepers of energy: 0.4 dB


@pytest.mark.parametrize("name", PRESETS)
def test_features_have_their_shape_and_are_finite_for_silence(name: str) -> None:
    options = PRESETS[name]
    front_end = FrontEnd(options, WINDOW)
    features = front_end(torch.stack([torch.zeros(WINDOW), torch.ones(WINDOW)]))
    assert features.shape == (2, options.num_bins, options.num_frames(WINDOW))
    assert torch.isfinite(features).all()


def test_band_edges_are_evenly_spaced_in_mel() -> None:
    filters = mel_filters(FrontEndOptions(num_bands=40, min_hz=20, max_hz=8000))
    peaks_hz = filters.argmax(0) * RATE / 512
    mels = 2595 * torch.log10(1 + peaks_hz / 700)
    steps = mels.diff()[8:]  # below, a band is narrower than a bin
    assert float((steps / steps.mean() - 1).abs().max()) < 0.35
    assert filters.shape == (257, 40)
    assert float(filters.max()) <= 1.0


def test_decibels_stop_80_db_below_the_loudest() -> None:
    features = FrontEnd(PRESETS["tutorial"], WINDOW)(sine(1000.0))
    assert float(features.max() - features.min()) == pytest.approx(80.0, abs=1e-3)


def test_ten_times_the_amplitude_is_20_db() -> None:
    options = FrontEndOptions(scale="db")
    loud, faint = (FrontEnd(options, WINDOW)(sine(1000.0, level)) for level in (1.0, 0.1))
    band = int(loud[0, :, 50].argmax())
    assert float(loud[0, band, 50] - faint[0, band, 50]) == pytest.approx(20.0, abs=0.01)


def test_band_mean_removes_level_and_stationary_colour() -> None:
    front_end = FrontEnd(PRESETS["mel-40-band-mean"], WINDOW)
    samples = 0.1 * torch.randn(1, WINDOW, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(front_end(samples), front_end(0.05 * samples), atol=2e-3, rtol=0)
    assert float(front_end(samples).mean(dim=2).abs().max()) < 1e-4


def test_mfcc_are_scipys_dct() -> None:
    bands = np.random.default_rng(0).standard_normal((80, 5)).astype(np.float32)
    expected = scipy.fft.dct(bands, type=2, norm="ortho", axis=0)[:40]
    np.testing.assert_allclose((dct_matrix(40, 80) @ torch.from_numpy(bands)).numpy(), expected, atol=1e-5)


def test_pcen_smooths_like_a_recursive_filter() -> None:
    energy = np.random.default_rng(0).random(50)
    start = scipy.signal.lfilter_zi([0.04], [1, -0.96]) * energy[0]
    expected, _ = scipy.signal.lfilter([0.04], [1, -0.96], energy, zi=start)
    found = torch.from_numpy(energy).float() @ smoothing_matrix(50, 0.04)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4)


def test_pcen_is_the_formula_of_its_paper_in_a_map_for_each_memory() -> None:
    energy = torch.rand(1, 3, 20, generator=torch.Generator().manual_seed(0)) * 1e-4
    scaled = energy.numpy()[0] * 2.0**30
    expected = []
    for coefficient in (0.04, 0.3):
        start = scipy.signal.lfilter_zi([coefficient], [1, coefficient - 1]) * scaled[:, :1]
        smooth, _ = scipy.signal.lfilter([coefficient], [1, coefficient - 1], scaled, zi=start)
        expected.append((scaled / (1e-6 + smooth) ** 0.96 + 2) ** 0.5 - 2**0.5)
    for root in ("trained", "square"):
        with torch.no_grad():
            found = Pcen(3, 20, [0.04, 0.3], root)(energy)[0].numpy()
        np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-3)


def test_pcen_forgets_as_fast_with_any_hop() -> None:
    assert smoothing_coefficient(10, 245) == pytest.approx(0.04, abs=1e-5)  # as in the paper
    assert 1 - smoothing_coefficient(20, 245) == pytest.approx((1 - smoothing_coefficient(10, 245)) ** 2)
    assert (1 - smoothing_coefficient(10, 50)) ** 5 == pytest.approx(1 / math.e)


def test_two_maps_are_the_logarithm_and_pcen_one_above_the_other() -> None:
    samples = sine(1000.0, amplitude=0.1) + 0.01 * torch.randn(
        WINDOW, generator=torch.Generator().manual_seed(2)
    )
    with torch.no_grad():
        both = FrontEnd(PRESETS["mel-pcen-40"], WINDOW)(samples)
        torch.testing.assert_close(both[:, :40], FrontEnd(PRESETS["mel-40-band-mean"], WINDOW)(samples))
        torch.testing.assert_close(both[:, 40:], FrontEnd(PRESETS["pcen-40"], WINDOW)(samples))


def test_each_memory_has_its_map_and_a_square_root_is_not_trained() -> None:
    samples = sine(1000.0, amplitude=0.1) + 0.01 * torch.randn(
        WINDOW, generator=torch.Generator().manual_seed(3)
    )
    options = PRESETS["mel-pcen2-40-slow"]
    front_end = FrontEnd(options, WINDOW)
    assert {name for name, _ in front_end.named_parameters()} == {"pcen.log_gain", "pcen.log_bias"}
    with torch.no_grad():
        _, *maps = front_end(samples).split(40, dim=1)
        for found, memory_ms in zip(maps, (245.0, 56.0), strict=True):
            alone = replace(options, scale="pcen", normalisation="none", pcen_memories_ms=(memory_ms,))
            torch.testing.assert_close(found, FrontEnd(alone, WINDOW)(samples))
    assert not torch.allclose(*maps, atol=0.1)


def test_impossible_options_are_refused() -> None:
    with pytest.raises(UsageError, match="do not fit below 8000 Hz"):
        FrontEndOptions(max_hz=9000)
    with pytest.raises(UsageError, match="hop_ms 40 is not between 0 and window_ms 30"):
        FrontEndOptions(hop_ms=40)
    with pytest.raises(UsageError, match="50 MFCC do not fit into 40 bands"):
        FrontEndOptions(num_mfcc=50)
    with pytest.raises(UsageError, match="MFCC are of one map, and here there are 3"):
        FrontEndOptions(scale="log+pcen", num_mfcc=13, pcen_memories_ms=(245, 56))
    with pytest.raises(UsageError, match="are not times in ms above 0"):
        FrontEndOptions(scale="pcen", pcen_memories_ms=(245, 0))
    with pytest.raises(UsageError, match="Did you mean 'mel-40'"):
        preset("mel40")
