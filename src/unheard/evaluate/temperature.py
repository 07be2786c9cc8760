"""Temperature scaling (Guo et al. 2017): one number that makes scores honest and changes no decision."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from unheard.errors import CorpusError

MIN_TEMPERATURE, MAX_TEMPERATURE = 0.25, 10.0


def fit_temperature(logits: NDArray[np.floating], truth: NDArray[np.int64]) -> float:
    """Temperature in [0.25, 10] with the lowest log loss of softmax(logits / temperature).

    logits: `(n, classes)`, truth: `(n,)`; of validation clips, of speakers who are in no other split.
    Where every clip is right the best temperature is zero, which would make the first wrong clip a certainty:
    the lower bound keeps it off.
    """
    if logits.ndim != 2 or truth.shape != logits.shape[:1] or len(truth) == 0:
        raise CorpusError(
            f"A temperature needs logits (n, classes) and truth (n,) of at least one clip; "
            f"the shapes are {logits.shape} and {truth.shape}."
        )
    logits = logits.astype(np.float64)
    true_logits = np.take_along_axis(logits, truth[:, None], axis=1)[:, 0]

    def mean_log_loss(log_temperature: float) -> float:
        temperature = math.exp(log_temperature)
        return float(np.mean(logsumexp(logits / temperature, axis=1) - true_logits / temperature))

    bounds = (math.log(MIN_TEMPERATURE), math.log(MAX_TEMPERATURE))
    found = minimize_scalar(mean_log_loss, bounds=bounds, method="bounded", options={"xatol": 1e-5})
    return float(math.exp(found.x))
