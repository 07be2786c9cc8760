"""A trained model to ONNX, and the proof that both compute the same."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from unheard.errors import TrainingError
from unheard.models.speech_model import SpeechModel

OPSET = 18
TOLERANCE = 1e-4
PARITY_SEED = 20_24


def export_onnx(model: SpeechModel) -> bytes:
    """The model as ONNX: input `samples` (batch, num_samples), outputs `logits` and `embedding`.

    Raises: TrainingError when ONNX Runtime does not give what torch gives, within 1e-4.
    """
    model = model.cpu().eval()
    example = torch.zeros(2, model.window_samples)
    dynamic = ({0: torch.export.Dim("batch"), 1: torch.export.Dim("num_samples")},)
    with _quiet(), tempfile.TemporaryDirectory() as folder:
        program = torch.onnx.export(
            model,
            (example,),
            dynamo=True,
            dynamic_shapes=dynamic,
            input_names=["samples"],
            output_names=["logits", "embedding"],
            opset_version=OPSET,
            verbose=False,
        )
        path = Path(folder) / "model.onnx"
        assert program is not None
        program.save(path)
        content = path.read_bytes()
    difference = largest_difference(model, content)
    if not difference <= TOLERANCE:  # NaN is no match either
        raise TrainingError(
            f"Export: ONNX Runtime and torch differ by {difference:.2g}, more than {TOLERANCE:g}. "
            "Nothing was written; another front end or architecture may export well."
        )
    return content


def largest_difference(model: SpeechModel, content: bytes) -> float:
    """Largest absolute difference of logits and embeddings between torch and ONNX Runtime, over batches of
    one and three clips around the window's length and far from it, at loud and faint levels. NaN where either
    answers with NaN.
    """
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(PARITY_SEED)
    window, worst = model.window_samples, 0.0
    for length in (1, window // 2, window - 5, window, window + 5, 2 * window):
        for batch, level in ((1, 0.3), (3, 1e-3)):
            samples = (level * random.standard_normal((batch, length))).astype(np.float32)
            with torch.no_grad():
                expected = [output.numpy() for output in model(torch.from_numpy(samples))]
            found = session.run(["logits", "embedding"], {"samples": samples})
            pairs = zip(expected, found, strict=True)
            worst = float(np.max([worst, *(np.abs(one - other).max() for one, other in pairs)]))
    return worst


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the exporter's remarks on torchvision and its own internals."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    try:
        logger.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
