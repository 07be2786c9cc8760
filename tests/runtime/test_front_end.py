"""A declared front end against our own in torch, SciPy, and formulas written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.fft
import scipy.signal
import torch
from numpy.typing import NDArray
from pydantic import ValidationError

from unheard.models.front_end import PRESETS
from unheard.models.front_end import FrontEnd as TorchFrontEnd
from unheard.runtime.front_end import FrontEnd, FrontEndDeclaration

RATE = 16_000


def clips(count: int = 3, num_samples: int = RATE) -> NDArray[np.float32]:
    random = np.random.default_rng(0)
    loudness = np.geomspace(0.3, 1e-3, count)[:, None] * (1 + np.sin(np.arange(num_samples) / 1000))
    return (loudness * random.standard_normal((count, num_samples))).astype(np.float32)


def front_end(**options: Any) -> FrontEnd:
    return FrontEnd(FrontEndDeclaration(**{"window_ms": 32, "hop_ms": 10} | options), RATE)


# trained, or with bins left out: nobody else's program has these
OURS_ALONE = {name for name, options in PRESETS.items() if options.is_trained or options.bins_per_band}


@pytest.mark.parametrize("name", [name for name in PRESETS if name not in OURS_ALONE])
def test_our_own_front_ends_can_be_declared(name: str) -> None:
    options = PRESETS[name]
    means = {"scaled": (-80.0, 40.0), "bels": (-150.309, 10.0)}  # where the feature is 0, and dB to 1
    kind = options.normalisation
    given = dict(zip(("mean", "std"), means.get(kind, ()), strict=False))
    declared = front_end(
        window_ms=options.window_ms,
        hop_ms=options.hop_ms,
        n_fft=options.fft_samples,
        mel_scale=options.mel_scale,
        mel_norm="slaney" if options.mel_scale == "slaney" else "none",
        floor=options.power_floor,
        centre="zeros",
        spectrum_norm="full-scale",
        num_bands=options.num_bands,
        min_hz=options.min_hz,
        max_hz=options.max_hz,
        scale=options.scale,
        top_db=options.top_db,
        num_mfcc=options.num_mfcc,
        **({"normalisation": "given" if given else kind} | given),
    )
    samples = clips()
    expected = TorchFrontEnd(options, RATE)(torch.from_numpy(samples)).numpy()
    found = declared.features(samples)
    assert found.dtype == np.float32
    assert found.shape == (3, declared.num_bins, declared.num_frames(RATE)) == expected.shape
    np.testing.assert_allclose(found, expected, atol=2e-3)


@pytest.mark.parametrize(("centre", "mode"), [("reflect", "reflect"), ("zeros", "constant")])
def test_centred_frames_are_those_of_torch_stft(centre: str, mode: str) -> None:
    samples = clips()
    expected = torch.stft(
        torch.from_numpy(samples), 512, 160, 400, torch.hann_window(400), center=True, pad_mode=mode,
        return_complex=True,
    ).abs().numpy()  # fmt: skip
    declared = front_end(window_ms=25, n_fft=512, centre=centre, power=1, scale="none")
    np.testing.assert_allclose(declared.features(samples), expected, atol=1e-3)


def test_frames_of_the_window_are_scipys_and_as_many_as_tensorflows() -> None:
    """A window of 255 samples, an FFT of 256, a hop of 128: 124 frames of 129 bins in 16,000 samples."""
    declared = front_end(
        window_ms=255 / 16, hop_ms=8, n_fft=256, centre="none", frame="window", power=1, scale="none"
    )
    samples = clips(1)
    _, _, expected = scipy.signal.stft(
        samples[0], RATE, scipy.signal.get_window("hann", 255), nperseg=255, noverlap=127, nfft=256,
        boundary=None, padded=False, scaling="spectrum",
    )  # fmt: skip
    found = declared.features(samples)[0]
    assert found.shape == (129, 124)
    np.testing.assert_allclose(found, np.abs(expected) * 127.5, atol=1e-3)


@pytest.mark.parametrize("name", ["hann", "hamming"])
@pytest.mark.parametrize("symmetric", [False, True])
def test_windows_are_scipys(name: str, symmetric: bool) -> None:
    """The first frame of a lone impulse is the window's value there, flat over the spectrum."""
    impulse = np.zeros((1, 600), np.float32)
    impulse[0, 37] = 1
    options = {"centre": "none", "power": 1, "scale": "none", "window": name + "-symmetric" * symmetric}
    found = front_end(**options).features(impulse)[0, :, 0]
    window = scipy.signal.get_window(name, 512, fftbins=not symmetric)
    np.testing.assert_allclose(found, window[37], atol=1e-6)


def test_decibels_follow_their_formula() -> None:
    samples = clips()
    power = front_end(scale="none").features(samples)
    found = front_end(scale="db", ref="max", top_db=60).features(samples)
    logs = 10 * np.log10(np.maximum(power, 1e-10) / power.max(axis=(1, 2), keepdims=True))
    np.testing.assert_allclose(found, np.maximum(logs, -60), atol=1e-3)
    magnitude = front_end(scale="db", power=1).features(samples)
    np.testing.assert_allclose(magnitude, 10 * np.log10(power), atol=1e-2)


def test_logarithms_have_floor_and_offset() -> None:
    samples = np.concatenate([clips(1), np.zeros((1, RATE), np.float32)])
    power = front_end(scale="none").features(samples)
    np.testing.assert_allclose(front_end(scale="log10").features(samples)[1], -10, atol=1e-5)
    np.testing.assert_allclose(front_end(offset=1.0).features(samples), np.log1p(power), atol=1e-4)


def test_cepstra_are_scipys_dct_liftered_as_htk_does() -> None:
    samples = clips()
    logs = front_end(num_bands=40).features(samples)
    cepstrum = scipy.fft.dct(logs, type=2, norm="ortho", axis=1)[:, :13]
    np.testing.assert_allclose(front_end(num_bands=40, num_mfcc=13).features(samples), cepstrum, atol=1e-3)
    as_htk = scipy.fft.dct(logs, type=2, axis=1)[:, :13] / np.sqrt(2 * 40)  # sqrt(2 / N) times the sum
    np.testing.assert_allclose(
        front_end(num_bands=40, num_mfcc=13, dct="htk").features(samples), as_htk, atol=1e-3
    )
    lifted = front_end(num_bands=40, num_mfcc=13, lifter=22).features(samples)
    weight = 1 + 11 * np.sin(np.pi * np.arange(13) / 22)
    np.testing.assert_allclose(lifted, cepstrum * weight[:, None], atol=1e-2)
    counted_from_1 = front_end(num_bands=40, num_mfcc=13, lifter=22, lifter_from=1).features(samples)
    np.testing.assert_allclose(
        counted_from_1[:, 0], cepstrum[:, 0] * (1 + 11 * np.sin(np.pi / 22)), atol=1e-2
    )


def test_pre_emphasis_is_scipys_filter() -> None:
    samples = clips()
    filtered = scipy.signal.lfilter([1, -0.97], [1], samples).astype(np.float32)
    found = front_end(pre_emphasis=0.97).features(samples)
    np.testing.assert_allclose(found, front_end().features(filtered), atol=1e-2)


def test_normalisation_is_over_what_it_says() -> None:
    samples = clips()
    plain = front_end(num_bands=8).features(samples)
    clip = front_end(num_bands=8, normalisation="clip").features(samples)
    np.testing.assert_allclose([clip.mean(axis=(1, 2)), clip.std(axis=(1, 2))], [[0] * 3, [1] * 3], atol=1e-4)
    band = front_end(num_bands=8, normalisation="band").features(samples)
    np.testing.assert_allclose(band.std(axis=2), 1, atol=1e-4)
    rows = tuple(range(8))
    given = front_end(num_bands=8, normalisation="given", mean=rows, std=2.0).features(samples)
    np.testing.assert_allclose(given, (plain - np.arange(8)[:, None]) / 2, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"normalisation": "given"}, 'mean and std go with normalisation = "given"'),
        ({"top_db": 80}, 'go with scale = "db"; scale is "log"'),
        ({"num_bands": 10, "num_mfcc": 13}, "num_mfcc 13 is more than num_bands 10"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        front_end(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_fft": 256}, "n_fft 256 is less than the window of 512 samples"),
        ({"max_hz": 9000}, "from 0 to 9000 Hz do not fit below 8000 Hz"),
        ({"hop_ms": 0.001}, "make no samples at 16000 Hz"),
        ({"normalisation": "given", "num_bands": 8, "mean": (1.0, 2.0)}, "mean has 2 values for 8 rows"),
    ],
)
def test_options_that_do_not_fit_the_rate_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        front_end(**options)
