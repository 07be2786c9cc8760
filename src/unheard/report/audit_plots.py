"""Plots of a whole corpus: what its recordings sound like, and how many each label and speaker has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from markupsafe import Markup
from numpy.typing import NDArray

from unheard.corpus.schema import COLUMNS, SPLITS
from unheard.report.descriptors import FIRST_MEASURED, Descriptor, descriptors
from unheard.report.plots.counts import plot_counts
from unheard.report.plots.histogram import plot_histogram
from unheard.report.plots.strips import plot_strips

MAX_GROUPS = 12  # groups of a small figure
MAX_VALUES, MIN_CLIPS = 40, 3  # values of a metadata column that is counted, clips of a value in the mean
COUNTED = ("label", "speaker", "session", "device")
NO_VALUE = "not named"


@dataclass(frozen=True)
class SoundPlots:
    """Histograms of known measurements, of all others, and box plots by each column with few values."""

    histograms: list[Markup]
    others: list[Markup]
    by_column: list[tuple[str, list[Markup]]]
    alike: list[str]  # measurements that are the same for nearly all recordings


def plot_sound(measured: pl.DataFrame) -> SoundPlots:
    """What was measured, as small figures."""
    known, others = descriptors(measured)
    drawn = {row.column: _histogram(row, measured) for row in (*known, *others)}
    by_column = [
        (column, figures)
        for column in ("label", "speaker", "device", "split")
        if (figures := _strips(measured, known, column))
    ]
    return SoundPlots(
        histograms=[plot for row in known if (plot := drawn[row.column])],
        others=[plot for row in others if (plot := drawn[row.column])],
        by_column=by_column,
        alike=[row.title for row in (*known, *others) if drawn[row.column] is None],
    )


def plot_balance(measured: pl.DataFrame) -> list[tuple[str, Markup]]:
    """Clips by label, speaker, session, device, and metadata with few values."""
    if measured.is_empty():
        return []
    return [
        (column, plot_counts(column, _counts(measured, column), splits_of(measured) or [NO_VALUE]))
        for column in (*COUNTED, *_metadata(measured))
        if measured[column].n_unique() > 1
    ]


def splits_of(measured: pl.DataFrame) -> list[str]:
    """Splits in the order in which plots have their colours; empty where there are none."""
    if measured.is_empty() or measured["split"].null_count() == measured.height:
        return []
    there = set(measured["split"].unique().fill_null(NO_VALUE))
    return [split for split in (*SPLITS, NO_VALUE) if split in there]


def _metadata(measured: pl.DataFrame) -> list[str]:
    """Free text columns of the corpus with few values."""
    names = measured.columns
    free = [name for name in names[: names.index(FIRST_MEASURED)] if name not in COLUMNS]
    most = min(MAX_VALUES, measured.height / MIN_CLIPS)
    texts = [name for name in free if measured.schema[name] == pl.String()]
    return [name for name in texts if 1 < measured[name].n_unique() <= most]


def _counts(measured: pl.DataFrame, column: str) -> dict[str, dict[str, int]]:
    pairs = measured.select(pl.col(column, "split").fill_null(NO_VALUE))
    counts: dict[str, dict[str, int]] = {}
    for name, split, number in pairs.group_by(column, "split").len().sort(column, "split").iter_rows():
        counts.setdefault(name, {})[split] = number
    return counts


def _histogram(row: Descriptor, measured: pl.DataFrame) -> Markup | None:
    splits = splits_of(measured)
    groups = _by(measured, "split", splits) if len(splits) > 1 else {"": measured}
    num_unknown = measured[row.column].null_count()
    return plot_histogram(row.title, row.unit, _values(row, groups), num_unknown=num_unknown, step=row.step)


def _strips(measured: pl.DataFrame, rows: Sequence[Descriptor], column: str) -> list[Markup]:
    if measured.is_empty():
        return []
    names = measured[column].drop_nulls().unique().sort().to_list()
    if not 1 < len(names) <= MAX_GROUPS:
        return []
    groups = _by(measured, column, names)
    drawn = [plot_strips(row.title, row.unit, _values(row, groups)) for row in rows]
    return [plot for plot in drawn if plot]


def _by(measured: pl.DataFrame, column: str, names: Sequence[str]) -> dict[str, pl.DataFrame]:
    """Numbers of the rows that have each of these values."""
    numbers = measured.select(column, pl.selectors.numeric())
    parts = numbers.with_columns(pl.col(column).fill_null(NO_VALUE)).partition_by(column, as_dict=True)
    return {name: parts[name,] for name in names}


def _values(row: Descriptor, groups: Mapping[str, pl.DataFrame]) -> dict[str, NDArray[np.float64]]:
    """What is known and finite of each group `(num_values,)`, in the unit of the plot."""
    return {name: _finite(part[row.column]) * row.scale for name, part in groups.items()}


def _finite(column: pl.Series) -> NDArray[np.float64]:
    values = column.drop_nulls().cast(pl.Float64).to_numpy()
    return np.asarray(values[np.isfinite(values)])
