"""A word beside a model: it wins where its own logit is above 0, and nowhere else."""

from __future__ import annotations

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from unheard.models.speech_model import fit_to_window
from unheard.release.attach import attach_word
from unheard.release.export import export_onnx


class Means(nn.Module):
    """Logits: the clip's mean times each of `factors`, plus `offset`; its deviation as embedding."""

    window_samples = 400

    def __init__(self, factors: list[float], offset: float = 0.0) -> None:
        super().__init__()
        self.factors, self.offset = nn.Parameter(torch.tensor(factors)), offset

    def forward(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        window = fit_to_window(samples, self.window_samples)
        logits = window.mean(1, keepdim=True) * self.factors + self.offset
        return logits, window.std(1, keepdim=True)


def test_each_new_class_lies_by_its_logit_above_the_highest() -> None:
    base = export_onnx(Means([10.0, -20.0]))  # type: ignore[arg-type]
    word = export_onnx(Means([30.0], offset=-6.0))  # type: ignore[arg-type]
    once = attach_word(base, word)
    twice = attach_word(once, word)
    clips = np.array([[0.1], [0.3], [-0.5]], np.float32) * np.ones((3, 400), np.float32)

    logits, embedding = answers(once, clips)

    np.testing.assert_allclose(logits[:, :2], [[1, -2], [3, -6], [-5, 10]], atol=1e-5)
    np.testing.assert_allclose(logits[:, 2], [1 - 3, 3 + 3, 10 - 21], atol=1e-4)
    np.testing.assert_allclose(embedding, 0, atol=1e-3)
    np.testing.assert_allclose(answers(twice, clips)[0][:, :3], logits, atol=1e-5)
    np.testing.assert_allclose(answers(twice, clips)[0][:, 3], [1 - 3, 6 + 3, 10 - 21], atol=1e-4)


def answers(model: bytes, clips: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    assert [node.name for node in session.get_outputs()] == ["logits", "embedding"]
    return list(session.run(["logits", "embedding"], {"samples": clips}))
