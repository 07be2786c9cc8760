"""How far annotators agree beyond chance: Krippendorff's alpha for labels, with an interval over clips.

Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability": with the metric of nominal data, alpha is one
minus the disagreement within clips over that between any two judgements.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

NUM_RESAMPLES = 1000
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class Agreement:
    """`alpha`: 1 where all agree, 0 as by chance; null where no clip was judged twice or one label is all
    that was ever given. `low`, `high`: 95 % of clips drawn anew lie between."""

    alpha: float | None
    low: float | None
    high: float | None
    num_clips: int  # judged at least twice
    num_judgements: int  # of those clips


@dataclass(frozen=True)
class _Patterns:
    """Clips that got the same labels, counted: what makes the bootstrap of a million clips quick."""

    counts: NDArray[np.int64]  # (num_patterns,) clips
    within: NDArray[np.float64]  # (num_patterns,) disagreement inside one clip
    judged: NDArray[np.int64]  # (num_patterns,) judgements of one clip
    pattern: NDArray[np.int64]  # (num_cells,) a cell is one label of one pattern
    label: NDArray[np.int64]  # (num_cells,)
    times: NDArray[np.int64]  # (num_cells,) how often it was given


def agreement(clips: NDArray[np.int64], labels: NDArray[np.int64], seed: int) -> Agreement:
    """Agreement of judgements: for each its clip and its label `(num_judgements,)`, numbered from 0."""
    patterns = _count(clips, labels)
    num_clips = int(patterns.counts.sum())
    alpha = _alpha(patterns, patterns.counts) if num_clips else None
    low = high = None
    if alpha is not None:
        random = np.random.default_rng(seed)
        draws = random.multinomial(num_clips, patterns.counts / num_clips, NUM_RESAMPLES)
        drawn = [value for counts in draws if (value := _alpha(patterns, counts)) is not None]
        low, high = map(float, np.quantile(drawn, INTERVAL))
    return Agreement(alpha, low, high, num_clips, int(patterns.counts @ patterns.judged))


def _alpha(patterns: _Patterns, counts: NDArray[np.int64]) -> float | None:
    """Alpha of so many clips of each pattern."""
    total = int(counts @ patterns.judged)
    given = np.bincount(patterns.label, weights=patterns.times * counts[patterns.pattern])
    by_chance = (total**2 - float(given @ given)) / (total - 1)
    return 1 - float(counts @ patterns.within) / by_chance if by_chance > 0 else None


def _count(clips: NDArray[np.int64], labels: NDArray[np.int64]) -> _Patterns:
    rows = pl.DataFrame({"clip": clips, "label": labels})
    kinds = rows.sort("label").group_by("clip", maintain_order=True).agg("label")
    kinds = kinds.filter(pl.col("label").list.len() >= 2).group_by("label", maintain_order=True).len("clips")
    cells = kinds.with_row_index("pattern").explode("label").group_by("pattern", "label").len("times")
    pattern, label, times = (
        cells[name].to_numpy().astype(np.int64) for name in ("pattern", "label", "times")
    )
    judged = np.bincount(pattern, weights=times, minlength=kinds.height).astype(np.int64)
    same = np.bincount(pattern, weights=times**2, minlength=kinds.height)
    return _Patterns(
        counts=kinds["clips"].to_numpy().astype(np.int64),
        within=(judged**2 - same) / (judged - 1),
        judged=judged,
        pattern=pattern,
        label=label,
        times=times,
    )
