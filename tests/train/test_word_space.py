"""The space of words: scatter divided away, and words that hold together whoever says them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from unheard.models.front_end import PRESETS
from unheard.models.speech_model import SpeechModel
from unheard.models.word_space import WordSpace, loud_weights
from unheard.train import word_space
from unheard.train.recipe import load_recipe
from unheard.train.word_space import OtherWords, embed, fit_space, whitening


def test_weights_are_on_what_is_loud() -> None:
    """Features of 2 are full scale, 1 is 40 dB below; half weight is 20 dB below the loudest."""
    features = torch.full((1, 80, 9), 1.0)
    features[:, :, 2:4] = 2.0
    features[:, :, 4:6] = 1.5
    weight = loud_weights(features)[0]
    assert weight.shape == (4,)
    assert float(weight.sum()) == pytest.approx(1)
    assert float(weight[2] / weight[1]) == pytest.approx(0.5, abs=0.01)
    assert float(weight[0] / weight[1]) < 0.01


def test_scatter_within_classes_becomes_the_identity() -> None:
    random = np.random.default_rng(0)
    classes = np.repeat(np.arange(50), 100)
    centres = random.normal(3, 5, (50, 4))
    pooled = centres[classes] + random.normal(0, 1, (5000, 4)) * [0.1, 1, 5, 20]  # no correlations to shrink
    weight, bias = whitening(pooled.astype(np.float32), classes)
    turned = pooled @ weight.T + bias
    within = turned - np.stack([turned[classes == k].mean(axis=0) for k in range(50)])[classes]
    np.testing.assert_allclose(within.T @ within / len(within), np.eye(4), atol=0.05)
    np.testing.assert_allclose(turned.mean(axis=0), 0, atol=1e-3)


def test_directions_have_length_1_in_both_precisions() -> None:
    torch.manual_seed(0)
    model = SpeechModel("word-space", 2, PRESETS["whisper"], 4000).eval()
    clips = np.random.default_rng(0).integers(-9999, 9999, (3, 4000), np.int16)
    exact, fast = embed(model, clips), embed(model, clips, fast=True)
    np.testing.assert_allclose(np.linalg.norm(exact, axis=1), 1, atol=1e-5)
    assert float((exact * fast).sum(axis=1).min()) > 0.99
    assert isinstance(model.network, WordSpace)
    with torch.no_grad():
        answered = model(torch.from_numpy(clips).float() / 32768)[1].numpy()
    np.testing.assert_allclose(answered, exact, atol=1e-5)


def test_a_word_is_no_negative_of_itself(tmp_path: Path) -> None:
    others = OtherWords(np.eye(3, dtype=np.float32), np.array(["cat", "dog", "cat"]))
    np.testing.assert_array_equal(others.without(("cat",)), [[0, 1, 0]])


def test_a_torn_space_is_fitted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNHEARD_CACHE", str(tmp_path))
    model = SpeechModel("word-space", 2, PRESETS["whisper"], 4000).eval()
    words = {"words": np.array(["cat"]), "pooled": np.ones((1, 768), np.float16)}
    monkeypatch.setattr(
        word_space, "_fitted", lambda *_: {"weight": np.eye(768), "bias": np.zeros(768), **words}
    )
    fit_space(model, load_recipe("large"), lambda _: None)
    (kept,) = (tmp_path / "word-space").glob("*.npz")
    kept.write_bytes(kept.read_bytes()[:1000])
    assert fit_space(model, load_recipe("large"), lambda _: None).words.tolist() == ["cat"]


def test_a_space_of_other_clips_sounds_or_weights_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what fitting costs, a minute, only the answer is left out here."""
    monkeypatch.setenv("UNHEARD_CACHE", str(tmp_path))
    model, fitted = SpeechModel("word-space", 2, PRESETS["whisper"], 4000).eval(), []

    def fit(model: SpeechModel, *_: object) -> dict[str, np.ndarray]:
        fitted.append(model)
        size = 768
        words = {"words": np.array(["cat"]), "pooled": np.ones((1, size), np.float16)}
        return {"weight": np.eye(size), "bias": np.zeros(size), **words}

    monkeypatch.setattr(word_space, "_fitted", fit)

    def num_fitted(model: SpeechModel) -> int:
        fit_space(model, load_recipe("large"), lambda _: None)
        return len(fitted)

    assert [num_fitted(model), num_fitted(model)] == [1, 1]
    monkeypatch.setattr(word_space, "CLIPS_FORMAT", 3)
    assert num_fitted(model) == 2
    faint = replace(PRESETS["whisper"], power_floor=1e-6)
    other = SpeechModel("word-space", 2, faint, 4000).eval()
    other.network.load_state_dict(model.network.state_dict())
    assert num_fitted(other) == 3
    with torch.no_grad():
        next(other.network.parameters()).mul_(2)
    assert [num_fitted(other), num_fitted(model)] == [4, 4]
