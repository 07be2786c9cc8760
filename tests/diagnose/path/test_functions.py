"""Two functions from a file to what a model takes, on real recordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from unheard.diagnose.path.functions import compare_functions, explain_pair
from unheard.errors import BundleError, UsageError


def training(path: Path) -> Any:
    samples, rate = soundfile.read(path, always_2d=True, dtype="float32")
    return soxr.resample(samples.mean(axis=1), rate, 16_000), 16_000


def linear(path: Path) -> Any:
    samples, rate = soundfile.read(path, dtype="float32")
    times = np.arange(round(len(samples) * 16_000 / rate)) * (rate / 16_000)
    return np.interp(times, np.arange(len(samples)), samples), 16_000


def as_int16(path: Path) -> Any:
    return (training(path)[0] * 32768).astype(np.int16)


def loudest_is_1(path: Path) -> Any:
    samples, rate = training(path)
    return samples / np.abs(samples).max(), rate


@pytest.fixture(scope="module")
def digits(data_dir: Path) -> list[Path]:
    """Five spoken digits at 8 kHz."""
    return sorted((data_dir / "fsdd" / "recordings").glob("*.flac"))[::450]


def test_a_path_is_like_itself(digits: list[Path]) -> None:
    assert compare_functions(training, training, digits).steps == ()


def test_the_resampler_is_named_by_its_output(digits: list[Path]) -> None:
    found = compare_functions(training, linear, digits)
    assert found.first is not None
    assert (found.first.stage, found.first.kind) == ("resampler", "linear")
    assert found.first.message.startswith(
        "it resamples 8000 to 16000 Hz by linear interpolation, the reference by a long filter (as soxr)"
    )


def test_what_most_recordings_show_is_told_with_its_spread(digits: list[Path]) -> None:
    peaks = sorted(-20 * np.log10(np.abs(training(file)[0]).max()) for file in digits)
    found = compare_functions(training, loudest_is_1, digits)
    assert found.first is not None
    assert (found.first.stage, found.first.kind) == ("normalisation", "peak")
    assert found.first.size == pytest.approx(peaks[len(peaks) // 2], abs=0.01)
    wanted = f"(in 5 of 5 recordings, {peaks[0]:.3g} to {peaks[-1]:.3g} dB)"
    assert found.first.message.endswith(wanted)


def test_int16_against_float_is_told_where_only_one_path_says_its_rate(data_dir: Path) -> None:
    files = sorted((data_dir / "speech_commands" / "yes").glob("*.flac"))[:3]
    found = compare_functions(training, as_int16, files)
    assert [(step.stage, step.kind, step.size) for step in found.steps] == [("scaling", "int16", 32768)]


def test_paths_can_be_named_and_give_features(tmp_path: Path, digits: list[Path]) -> None:
    (tmp_path / "paths.py").write_text(
        "import numpy as np, soundfile\n"
        "def bands(path):\n"
        "    x = soundfile.read(path)[0][:1700].reshape(-1, 100)\n"
        "    return np.log(np.abs(np.fft.rfft(x, axis=1)) + 1e-3)\n"
        "def turned(path):\n    return bands(path).T\n"
    )
    file = tmp_path / "paths.py"
    found = compare_functions(f"{file}:bands", f"{file}:turned", digits)
    assert [(step.stage, step.kind) for step in found.steps] == [("feature", "transposed")]


def test_a_pair_of_files_is_explained(tmp_path: Path, words: list[NDArray[np.float64]]) -> None:
    word = words[0]
    soundfile.write(tmp_path / "training.wav", word, 16_000)
    soundfile.write(tmp_path / "live.wav", word, 8000)
    found = explain_pair(tmp_path / "training.wav", tmp_path / "live.wav")
    assert "its header says 8000 Hz, its samples are of 16000 Hz" in found.message


def test_what_cannot_be_compared_is_told(tmp_path: Path, digits: list[Path]) -> None:
    with pytest.raises(UsageError, match="give at least one file"):
        compare_functions(training, linear, [])
    with pytest.raises(UsageError, match=r"gives samples of shape .*, the live path features of"):
        compare_functions(training, lambda _: np.ones((9, 7)), digits)
    with pytest.raises(BundleError, match=r"Path 'training' failed on '.*nowhere.wav': LibsndfileError"):
        compare_functions(training, linear, [tmp_path / "nowhere.wav"])
    with pytest.raises(BundleError, match=r"gave for .* float64 of shape \(3, 3, 3\)"):
        compare_functions(training, lambda _: np.ones((3, 3, 3)), digits)
