"""Is a sum over speakers above 0 by more than chance? Whole speakers change sides, many questions at once."""

from __future__ import annotations

import numpy as np

from unheard.evaluate.tally import Array

NUM_RESAMPLES = 9999
_CELLS_AT_ONCE = 4_000_000


def sign_flip_p_values(sums: Array, *, seed: int, num_resamples: int = NUM_RESAMPLES) -> Array:
    """`(questions,)`: one-sided p-values.

    sums: `(speakers, questions)`, what each speaker adds to a total whose expectation is 0 under the
    hypothesis. Were it true, each speaker might as well have added the opposite: p is the share of random
    signs with a total at least as large, (hits + 1) / (draws + 1) (Phipson and Smyth 2010). As the signs
    leave the sum of squares alone, this is the test of the studentised total, too.
    """
    total = sums.sum(axis=0)
    hits = np.zeros(sums.shape[1])
    generator = np.random.default_rng(seed)
    rows = max(1, _CELLS_AT_ONCE // max(1, len(sums)))
    for start in range(0, num_resamples, rows):
        shape = (min(rows, num_resamples - start), len(sums))
        signs = generator.integers(2, size=shape) * 2.0 - 1.0
        hits += (signs @ sums >= total - 1e-12 * np.abs(sums).sum(axis=0)).sum(axis=0)
    return np.asarray((hits + 1) / (num_resamples + 1))


def holm(p_values: Array) -> Array:
    """`(questions,)`: p-values corrected for how many there are (Holm 1979), whatever their dependence."""
    order = np.argsort(p_values, kind="stable")
    factors = len(p_values) - np.arange(len(p_values))
    corrected = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    result = np.empty(len(p_values))
    result[order] = corrected
    return result
