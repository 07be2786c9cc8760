from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unheard.errors import MissingExtraError
from unheard.signal import perceptual_quality as module
from unheard.signal.audio_file import read_audio
from unheard.signal.perceptual_quality import perceptual_quality

pytest.importorskip("speechmos", reason="perceptual quality needs the extra 'audit'")


@pytest.fixture(scope="module")
def word(data_dir: Path) -> np.ndarray:
    file = sorted((data_dir / "wake_words" / "jarvis").glob("*.flac"))[0]
    return read_audio(file, sample_rate=16_000)[0]


def test_noise_lowers_all_ratings(word: np.ndarray) -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(len(word)).astype(np.float32)
    clean, noisy = perceptual_quality(word), perceptual_quality(word + noise)
    assert clean.overall > noisy.overall + 0.3
    assert clean.background > noisy.background + 1
    assert all(1 <= value <= 5 for value in vars(clean).values())


def test_a_repeated_clip_is_the_same_to_it(word: np.ndarray) -> None:
    once, twice = perceptual_quality(word), perceptual_quality(np.tile(word, 2))
    assert vars(once) == pytest.approx(vars(twice))


def test_nothing_has_no_quality() -> None:
    with pytest.raises(ValueError, match="a sound without samples has none"):
        perceptual_quality(np.zeros(0, np.float32))


def test_what_to_install_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MODEL", module.ModelFile("Quality", "none", "no_such", "x", "", "none"))
    module._session.cache_clear()
    with pytest.raises(MissingExtraError, match="Quality needs the package 'none'"):
        perceptual_quality(np.ones(1, np.float32))
    module._session.cache_clear()
