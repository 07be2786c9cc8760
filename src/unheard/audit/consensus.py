"""The label that several annotators together make most probable, and how reliable each of them is.

Expectation maximisation after Dawid & Skene 1979 (Applied Statistics 28, 20-28), with one figure for each
annotator instead of a table: right with probability `reliability`, else any other label is as likely. That
is what few judgements a label allow to estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

PRIOR_RIGHT, PRIOR_WRONG = 4.0, 1.0  # judgements that an annotator is believed to have made before the first
TOLERANCE = 1e-4
MAX_ROUNDS = 100


@dataclass(frozen=True)
class Consensus:
    """`frame`: clip, label and probability of each label that anyone gave a clip, by clip.

    `reliability` `(num_annotators,)`: probability that a judgement is right.
    """

    frame: pl.DataFrame
    reliability: NDArray[np.float64]


def find_consensus(
    clips: NDArray[np.int64], annotators: NDArray[np.int64], labels: NDArray[np.int64]
) -> Consensus:
    """Consensus of judgements `(num_judgements,)`: of each its clip, annotator and label, numbered from 0."""
    num_labels, num_annotators = int(labels.max()) + 1, int(annotators.max()) + 1
    keys, choice = np.unique(clips * num_labels + labels, return_inverse=True)  # a choice: a label of a clip
    clip, label = keys // num_labels, keys % num_labels
    judged = np.bincount(annotators, minlength=num_annotators)
    reliability = np.full(num_annotators, PRIOR_RIGHT / (PRIOR_RIGHT + PRIOR_WRONG))
    for _ in range(MAX_ROUNDS):
        probability = _probability(choice, clip, reliability[annotators], num_labels)
        right = np.bincount(annotators, weights=probability[choice], minlength=num_annotators)
        updated = (right + PRIOR_RIGHT) / (judged + PRIOR_RIGHT + PRIOR_WRONG)
        change = float(np.abs(updated - reliability).max())
        reliability = updated
        if change < TOLERANCE:
            break
    frame = pl.DataFrame({"clip": clip, "label": label, "probability": probability})
    return Consensus(frame, reliability)


def _probability(
    choice: NDArray[np.int64], clip: NDArray[np.int64], reliability: NDArray[np.float64], num_labels: int
) -> NDArray[np.float64]:
    """Probability of each choice, all labels being as likely before; labels that nobody gave count as well.

    `reliability` `(num_judgements,)`: that of the annotator of each judgement.
    """
    others = max(num_labels - 1, 1)
    weight = np.log(reliability * others / (1 - reliability))  # for a label, against one that nobody gave
    score = np.bincount(choice, weights=weight)
    best = np.zeros(int(clip.max()) + 1)
    np.maximum.at(best, clip, score)
    odds = np.exp(score - best[clip])
    num_given = np.bincount(clip, minlength=len(best))
    total = np.bincount(clip, weights=odds, minlength=len(best)) + (num_labels - num_given) * np.exp(-best)
    return np.asarray(odds / total[clip])
