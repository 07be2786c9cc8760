"""Plots of what is not speech: whether it tells labels, splits and speakers apart, and how it sounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from markupsafe import Markup

from unheard.audit.result import Audit
from unheard.audit.shortcut_features import EDGES, LEVEL, SPEECH
from unheard.report.plots.spectra import NUM_LOOKS, plot_spectra
from unheard.report.plots.told import plot_told
from unheard.signal.background import BAND_CENTRES_HZ

CHECK = "shortcuts"
BANDS = "background_bands_db"
NATURAL = {"label": (EDGES.name, LEVEL.name, SPEECH.name)}  # what tells words apart because they are words
TITLES = {"label": "Labels", "split": "Splits", "speaker": "Speakers"}
MIN_CLIPS = 5  # of a group, for its mean spectrum


@dataclass(frozen=True)
class Spectra:
    """Mean backgrounds by the values of a column; `names` in the order of their colours."""

    column: str
    names: list[str]
    plot: Markup


def plot_told_apart(audit: Audit) -> list[Markup]:
    """How well each label, split and speaker is told, as the check of shortcuts states it in its facts."""
    facts = next((outcome.facts for outcome in audit.outcomes if outcome.check == CHECK), {})
    plots = [
        plot_told(f"{title} told apart{_held_out(facts, key)}", _accuracies(facts, key), NATURAL.get(key, ()))
        for key, title in TITLES.items()
    ]
    return [plot for plot in plots if plot]


def plot_backgrounds(measured: pl.DataFrame) -> list[Spectra]:
    """Mean spectrum of the background of each speaker, device, label and split, where these are few."""
    if BANDS not in measured.columns:
        return []
    columns = ("speaker", "device", "label", "split")
    known = measured.select(*columns, BANDS).filter(pl.col(BANDS).is_not_null())
    found = [_spectra(known, column) for column in columns]
    return [row for row in found if row]


def _spectra(known: pl.DataFrame, column: str) -> Spectra | None:
    counts = known[column].drop_nulls().value_counts()
    names = counts.filter(pl.col("count") >= MIN_CLIPS)[column].sort().to_list()
    if not 1 < len(names) <= NUM_LOOKS:
        return None
    means = {name: _mean_bands_db(known.filter(pl.col(column) == name)) for name in names}
    plot = plot_spectra(f"Background by {column}", BAND_CENTRES_HZ.tolist(), means)
    return Spectra(column, list(means), plot)


def _mean_bands_db(rows: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    bands = rows[BANDS].list.to_array(len(BAND_CENTRES_HZ)).to_numpy()
    return np.asarray(bands.mean(axis=0, dtype=np.float64))


def _accuracies(facts: Mapping[str, Any], key: str) -> Mapping[str, Mapping[str, float]]:
    return facts[key]["balanced_accuracy"] if key in facts else {}


def _held_out(facts: Mapping[str, Any], key: str) -> str:
    """The unit that was held out of what told them apart; clips say nothing for whole speakers."""
    unit = facts.get(key, {}).get("held_out")
    return f", {unit}s held out" if unit and unit != "id" else ""
