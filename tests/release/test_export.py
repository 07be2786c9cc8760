"""torch, ONNX Runtime and the stream give the same answers, and an export that does not is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import scipy.signal
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from unheard.corpus.classes import ClassMap
from unheard.errors import TrainingError
from unheard.models.catalog import CATALOG, architecture
from unheard.models.front_end import PRESETS
from unheard.models.speech_model import SpeechModel, fit_to_window
from unheard.release.export import export_onnx, largest_difference
from unheard.release.package import bundle_info
from unheard.runtime.bundle import MODEL_FILE, Bundle, write_bundle
from unheard.runtime.detector import StreamingDetector
from unheard.runtime.windows import WindowScorer
from unheard.signal.room_tone import with_room_tone

RATE = WINDOW = 16_000
LENGTHS = range(15_995, 16_006)
LABELS = ("yes", "no", "up", "_silence_", "_unknown_")


def sounds(length: int, batch: int, seed: int = 0) -> NDArray[np.float32]:
    """`(batch, length)`: bursts of noise, each of another colour, place, length and level."""
    random = np.random.default_rng([length, seed])
    clips = np.zeros((batch, length))
    for clip in clips:
        begin, end = np.sort(random.integers(0, length, 2))
        colour = random.uniform(-0.95, 0.95)
        burst = scipy.signal.lfilter([1 - abs(colour)], [1, -colour], random.standard_normal(end - begin))
        clip[begin:end] = 10 ** random.uniform(-3, 0) * burst
    return clips.astype(np.float32)


def model_of(name: str) -> SpeechModel:
    """A model whose statistics have seen sound, so that its answers differ from clip to clip."""
    torch.manual_seed(0)
    model = SpeechModel(name, len(LABELS), PRESETS[architecture(name).front_end], WINDOW)
    norms = [layer for layer in model.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.momentum = None  # the plain average over what it hears
    with torch.no_grad():
        for seed in range(5):
            model.train()(torch.from_numpy(sounds(WINDOW, 8, seed)))
    for norm in norms:
        norm.running_var.clamp_(min=0.05)  # a channel that no training made use of magnifies rounding
    return model.eval()


def bundle_of(model: SpeechModel, name: str, folder: Path) -> Bundle:
    info = bundle_info(
        model, ClassMap(LABELS), name=name, sample_rate=RATE, architecture=name, recipe="none", corpus={}
    )
    write_bundle(folder, export_onnx(model), info, "# Card\n")
    return Bundle.load(folder)


def answers(model: SpeechModel, samples: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    with torch.no_grad():
        return [output.numpy() for output in model(torch.from_numpy(samples))]


def streamed(
    bundle: Bundle, samples: NDArray[np.float32], random: np.random.Generator
) -> NDArray[np.float32]:
    """Scores of the first window of a stream that is cut at random places."""
    cuts = np.sort(random.integers(0, len(samples), random.integers(1, 9)))
    scorer, detector = WindowScorer(bundle), StreamingDetector(bundle)
    scored = []
    for chunk in np.split(samples, cuts):
        scored.append(scorer.push(chunk).scores)
        detector.push(chunk)
    scored.append(scorer.flush().scores)
    detector.flush()
    np.testing.assert_array_equal(detector.window_scores[1], np.concatenate(scored))
    return np.concatenate(scored)[0]


@pytest.mark.parametrize("name", CATALOG)
def test_torch_onnx_and_the_stream_agree(name: str, tmp_path: Path) -> None:
    model = model_of(name)
    bundle, random = bundle_of(model, name, tmp_path / "bundle"), np.random.default_rng(1)
    graph = onnxruntime.InferenceSession(bundle.path / MODEL_FILE)
    first_answers = []
    for length in LENGTHS:
        samples = sounds(length, 2)
        for found, expected in zip(
            graph.run(["logits", "embedding"], {"samples": samples}), answers(model, samples), strict=True
        ):
            np.testing.assert_allclose(found, expected, atol=1e-4, rtol=0)
        logits, embedding = answers(model, np.stack([with_room_tone(clip, WINDOW) for clip in samples]))
        for found, expected in zip(bundle.logits(samples), (logits, embedding), strict=True):
            np.testing.assert_allclose(found, expected, atol=1e-4, rtol=0)
        scores = torch.from_numpy(logits).softmax(1).numpy()
        np.testing.assert_allclose(streamed(bundle, samples[0], random), scores[0], atol=1e-4, rtol=0)
        first_answers.append(logits[0])
    assert np.ptp(first_answers, axis=0).max() > 0.1  # else agreement would mean nothing


class Crooked(nn.Module):
    """Mean and deviation of a window; its exported form adds `fault` to the logits."""

    window_samples = 400

    def __init__(self, fault: float) -> None:
        super().__init__()
        self.fault = fault

    def forward(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        window = fit_to_window(samples, self.window_samples)
        logits = torch.stack([window.mean(1), window.std(1)], dim=1)
        added = self.fault if torch.compiler.is_exporting() else 0.0
        return logits + added, logits


def test_an_export_that_computes_something_else_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"ONNX Runtime and torch differ by 0\.0002, more than 0\.0001"):
        export_onnx(Crooked(2e-4))  # type: ignore[arg-type]


def test_an_export_that_answers_nan_is_refused() -> None:
    with pytest.raises(TrainingError, match="differ by nan"):
        export_onnx(Crooked(float("nan")))  # type: ignore[arg-type]


def test_rounding_is_no_mismatch_and_is_measured() -> None:
    straight = Crooked(0)
    content = export_onnx(Crooked(5e-5))  # type: ignore[arg-type]
    assert largest_difference(straight, content) == pytest.approx(5e-5, rel=0.01)  # type: ignore[arg-type]


def test_the_graph_is_valid_and_takes_any_batch_and_length() -> None:
    graph = onnx.load_from_string(export_onnx(Crooked(0)))  # type: ignore[arg-type]
    onnx.checker.check_model(graph, full_check=True)
    (samples,) = graph.graph.input
    assert samples.name == "samples"
    assert all(size.dim_param for size in samples.type.tensor_type.shape.dim)
    assert [output.name for output in graph.graph.output] == ["logits", "embedding"]
