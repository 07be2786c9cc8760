"""Whatever is planted between two paths is named as the first stage that differs, with its size."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
import scipy.signal
import soxr
from numpy.typing import NDArray

from unheard.diagnose.path.pair import compare_paths
from unheard.signal.sound import Sound

Array = NDArray[np.float64]
Words = list[Array]


def as_sound(samples: NDArray[np.floating], sample_rate: int = 16_000) -> Sound:
    return Sound(np.atleast_2d(samples).astype(np.float32), sample_rate)


def mu_law(x: Array) -> Array:
    """G.711's continuous formula: 8 bits on a logarithmic scale with mu = 255."""
    code = np.rint(127 * np.sign(x) * np.log1p(255 * np.abs(x)) / np.log(256)) / 127
    return np.asarray(np.sign(code) * np.expm1(np.abs(code) * np.log(256)) / 255)


def down_and_up_linearly(x: Array) -> Array:
    low = soxr.resample(x, 16_000, 8_000)
    return np.interp(np.arange(len(x)) / 2, np.arange(len(low)), low)


def down_and_up_well(x: Array) -> Array:
    return np.asarray(soxr.resample(soxr.resample(x, 16_000, 8_000), 8_000, 16_000))[: len(x)]


def half_sample_late(x: Array) -> Array:
    turn = np.exp(-0.5j * np.pi * np.arange(len(x) // 2 + 1) / (len(x) // 2))
    return np.fft.irfft(np.fft.rfft(x) * turn, len(x))


def limit(x: Array) -> float:
    return 0.3 * float(np.abs(x).max())


PLANTED: dict[str, tuple[Callable[[Array], Sound], str, str, Callable[[Array], float]]] = {
    "header 8 kHz": (lambda x: as_sound(x, 8000), "sample-rate", "wrong-rate", lambda _: 0.5),
    "header 48 kHz": (lambda x: as_sound(x, 48_000), "sample-rate", "wrong-rate", lambda _: 3.0),
    "44.1 kHz for 48": (
        lambda x: as_sound(soxr.resample(x, 48_000, 44_100)),
        "sample-rate",
        "wrong-rate",
        lambda _: 48 / 44.1,
    ),
    "half the rate": (
        lambda x: as_sound(soxr.resample(x, 16_000, 8_000), 8_000),
        "sample-rate",
        "rate",
        lambda _: 8000,
    ),
    "37 samples late": (lambda x: as_sound(np.pad(x, (37, 0))[: len(x)]), "length", "delay", lambda _: 37),
    "start cut": (lambda x: as_sound(x[160:]), "length", "delay", lambda _: -160),
    "padded": (lambda x: as_sound(np.pad(x, (0, 500))), "length", "length", lambda _: 500),
    "over 32768": (lambda x: as_sound(x / 32768), "scaling", "int16", lambda _: 1 / 32768),
    "times 32768": (lambda x: as_sound(x * 32768), "scaling", "int16", lambda _: 32768),
    "polarity": (lambda x: as_sound(-x), "scaling", "polarity", lambda _: -1),
    "6 dB less": (lambda x: as_sound(x / 2), "normalisation", "gain", lambda _: 20 * np.log10(0.5)),
    "peak 1": (
        lambda x: as_sound(x / np.abs(x).max()),
        "normalisation",
        "peak",
        lambda x: -20 * np.log10(np.abs(x).max()),
    ),
    "standardised": (
        lambda x: as_sound((x - x.mean()) / x.std()),
        "normalisation",
        "standardised",
        lambda x: -20 * np.log10(x.std()),
    ),
    "offset": (lambda x: as_sound(x + 0.05), "normalisation", "offset", lambda _: 0.05),
    "linear, from 8 kHz": (
        lambda x: as_sound(down_and_up_linearly(x)),
        "resampler",
        "linear",
        lambda _: np.nan,
    ),
    "soxr, from 8 kHz": (lambda x: as_sound(down_and_up_well(x)), "resampler", "band-limit", lambda _: 3950),
    "half a sample": (lambda x: as_sound(half_sample_late(x)), "resampler", "fraction", lambda _: 0.5),
    "8 bits": (lambda x: as_sound(np.rint(x * 128) / 128), "quantisation", "bits", lambda _: 8),
    "10 bits, cut off": (lambda x: as_sound(np.floor(x * 512) / 512), "quantisation", "bits", lambda _: 10),
    "mu-law": (lambda x: as_sound(mu_law(x)), "quantisation", "companded", lambda _: np.nan),
    "clipped": (
        lambda x: as_sound(np.clip(x, -limit(x), limit(x))),
        "quantisation",
        "clipping",
        lambda x: 100 * float((np.abs(x) > limit(x)).mean()),
    ),
    "half of it": (lambda x: as_sound(x[4000:12_000]), "window", "part", lambda _: 0.25),
    "noise": (
        lambda x: as_sound(x + 0.1 * x.std() * np.random.default_rng(0).standard_normal(len(x))),
        "rest",
        "rest",
        lambda _: 20.0,
    ),
    "backwards": (lambda x: as_sound(x[::-1]), "recording", "another", lambda _: np.nan),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_the_first_stage(words: Words, name: str) -> None:
    plant, stage, kind, size = PLANTED[name]
    for word in words:
        found = compare_paths(as_sound(word), plant(word))
        assert found.first is not None
        assert (found.first.stage, found.first.kind) == (stage, kind)
        if not np.isnan(size(word)):
            assert found.first.size == pytest.approx(size(word), rel=0.05, abs=0.02)
        assert len(found.steps) == 1 or stage in ("sample-rate", "resampler", "rest")


@pytest.mark.parametrize("name", ["same", "rounded", "dithered"])
def test_identical_paths_are_quiet(words: Words, name: str) -> None:
    for word in words:
        dither = np.random.default_rng(0).uniform(-0.5, 0.5, len(word)) / 32768
        other = {"same": word, "rounded": np.rint((word + dither) * 32768) / 32768, "dithered": word + dither}
        found = compare_paths(as_sound(word), as_sound(other[name]))
        assert found.steps == ()
        assert found.message == "Both paths give the same."


def test_several_differences_are_told_in_the_order_of_the_path(words: Words) -> None:
    for word in words:
        other = np.clip(-word * 1.5 / np.abs(word).max(), -1, 1)
        found = compare_paths(as_sound(word), as_sound(np.pad(other, (37, 0)) * 32768))
        stages = ["length", "scaling", "scaling", "normalisation", "quantisation"]
        assert [step.stage for step in found.steps] == stages
        assert "The paths part at the stage length: it is 37 samples (2.3 ms) late." in found.message
        assert "After it, 4 more stages differ." in found.message


def test_a_filter_that_turns_phases_is_no_delay_and_no_polarity(words: Words) -> None:
    taps = scipy.signal.butter(4, 300, "high", fs=16_000, output="sos")
    for word in words:
        found = compare_paths(as_sound(word), as_sound(scipy.signal.sosfilt(taps, word)))
        assert found.first is not None
        assert (found.first.stage, found.first.kind) == ("resampler", "high-pass")
        assert found.first.size == pytest.approx(250, abs=50)  # -10 dB of this filter


def test_gain_that_changes_is_told(words: Words) -> None:
    for word in words:
        gain = np.interp(np.arange(len(word)), np.linspace(0, len(word), 5), [1, 3, 0.3, 2, 0.3])
        found = compare_paths(as_sound(word), as_sound(word * gain / 3))
        assert "changing-gain" in [step.kind for step in found.steps]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("left", "left-only"), ("right", "right-only"), ("sum", "sum"), ("turns", "interleaved")],
)
def test_mixes_of_channels_are_told(words: Words, name: str, kind: str) -> None:
    first, second = words[0][:12_000], 0.7 * words[1][:12_000]
    mixes = {"left": first, "right": second, "sum": first + second, "mean": (first + second) / 2}
    mixes["turns"] = np.stack([first, second], axis=1).reshape(-1)
    stereo = as_sound(np.stack([first, second]))
    found = compare_paths(stereo, as_sound(mixes[name]))
    assert [(step.stage, step.kind) for step in found.steps] == [("channels", kind)]
    assert compare_paths(stereo, as_sound(mixes["mean"])).steps == ()
    with_source = compare_paths(as_sound(mixes["mean"]), as_sound(mixes[name]), stereo)
    assert [(step.stage, step.kind) for step in with_source.steps] == [("channels", kind)]


def test_messages_have_their_figures(words: Words) -> None:
    def message(other: Sound) -> str:
        first = compare_paths(as_sound(words[0]), other).first
        assert first is not None
        return first.message

    assert message(as_sound(words[0], 8000)) == (
        "it plays 2 times too slow: its header says 8000 Hz, its samples are of 16000 Hz."
    )
    assert message(as_sound(words[0] * 32768)) == (
        "its samples are 32768 times too large: int16 values taken for floats."
    )
    assert message(as_sound(np.rint(words[0] * 128) / 128)) == "it has 8 bits a sample: steps of 0.0078."
    ends = re.fullmatch(
        r"it ends at (\d+) Hz; the reference goes up to \d+ Hz\.",
        message(as_sound(down_and_up_well(words[0]))),
    )
    assert ends is not None
    assert 3700 < int(ends[1]) < 4000


def test_a_difference_is_plain_data(words: Words) -> None:
    plain = compare_paths(as_sound(words[0]), as_sound(-words[0])).to_dict()
    assert plain["steps"][0]["kind"] == "polarity"
    assert plain["message"].startswith("The paths part at the stage scaling")
