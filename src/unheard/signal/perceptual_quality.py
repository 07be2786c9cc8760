"""How listeners would rate a recording of speech, by the DNSMOS P.835 model out of the package speechmos.

C. K. A. Reddy, V. Gopal and R. Cutler, "DNSMOS P.835: A Non-Intrusive Perceptual Objective Speech Quality
Metric to Evaluate Noise Suppressors", ICASSP 2022.
Clean speech gets about 3.3; use it to order, not as a limit.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.signal.model_files import ModelFile

WINDOW_SAMPLES = 144_160  # 9.01 s at 16 kHz, all that the model takes
# from what the model gives to ratings: square, linear and constant terms, as speechmos 0.0.1.1 states them
SPEECH_TERMS = (-0.08397278, 1.22083953, 0.0052439)
BACKGROUND_TERMS = (-0.13166888, 1.60915514, -0.39604546)
OVERALL_TERMS = (-0.06766283, 1.11546468, 0.04602535)

_MODEL = ModelFile(
    "Perceptual quality",
    "speechmos",
    "speechmos",
    "dnsmos_models/sig_bak_ovr.onnx",
    "269fbebdb513aa23cddfbb593542ecc540284a91849ac50516870e1ac78f6edd",
    "'unheard[audit]'",
)


@dataclass(frozen=True)
class PerceptualQuality:
    """Predicted mean opinions from 1 (bad) to 5 (excellent)."""

    speech: float
    background: float
    overall: float


def perceptual_quality(samples_16k: NDArray[np.float32]) -> PerceptualQuality:
    """Quality of the first 9 s of a sound at 16 kHz; what is shorter is repeated. Takes about 0.6 s.

    Raises: MissingExtraError without speechmos; BundleError when its model is another; ValueError for no
    samples.
    """
    if len(samples_16k) == 0:
        raise ValueError("Perceptual quality: a sound without samples has none.")
    heard = np.resize(samples_16k, WINDOW_SAMPLES)[np.newaxis].astype(np.float32)
    given = _session().run(None, {"input_1": heard})[0][0]
    speech, background, overall = (
        float(np.polyval(terms, value))
        for terms, value in zip((SPEECH_TERMS, BACKGROUND_TERMS, OVERALL_TERMS), given, strict=True)
    )
    return PerceptualQuality(speech, background, overall)


@functools.cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(_MODEL.locate()), options, providers=["CPUExecutionProvider"])
