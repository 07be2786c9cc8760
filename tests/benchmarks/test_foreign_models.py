"""Models made outside of this project are loaded as they are: same features, same scores."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import foreign_models
import numpy as np
import onnxruntime
import pytest
from foreign_models import LABELS, log_mel, make_keras_style_onnx, make_sklearn_function

from unheard.runtime.any_model import load_model


@pytest.fixture(autouse=True)
def few_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_models, "CLIPS_A_WORD", 12)


def test_the_keras_style_graph_answers_as_with_its_own_features(tmp_path: Path, data_dir: Path) -> None:
    path = make_keras_style_onnx(tmp_path, data_dir)
    clips, _ = foreign_models.training_clips(data_dir)
    samples = clips[::5] / np.float32(32768)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    scores, embedding = session.run(["dense_2", "dense_1"], {"input_1": log_mel(samples)[..., None]})
    model = load_model(str(path))
    answers = model.answer(samples)
    assert model.labels == LABELS
    np.testing.assert_allclose(np.exp(answers.logits), scores, atol=1e-4)
    assert answers.embedding is not None
    np.testing.assert_allclose(answers.embedding, embedding, atol=1e-3, rtol=1e-3)


def test_the_function_answers_as_when_it_is_called(tmp_path: Path, data_dir: Path) -> None:
    spec = make_sklearn_function(tmp_path, data_dir)
    clips, classes = foreign_models.training_clips(data_dir)
    samples = clips[::5] / np.float32(32768)
    answers = load_model(spec).answer(samples)
    found = importlib.util.spec_from_file_location("svm_words", tmp_path / "svm_words.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    np.testing.assert_allclose(answers.logits, [module.score(clip, 16_000) for clip in samples], rtol=1e-5)
    assert (answers.predicted == classes[::5]).mean() > 0.9  # it learned these
