"""What live and test clips sound like, and what each difference costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from unheard.diagnose.cause import Points
from unheard.report.diagnosis_words import capital, cause_title, interval, signed
from unheard.report.media import Listen
from unheard.report.plots.spectra import plot_spectra
from unheard.report.plots.strips import plot_quantiles
from unheard.report.sections.block import Block, Figures, Table
from unheard.report.sections.cells import digits, point_cells
from unheard.report.words import NOTHING

SIDES = {"test": "test", "live": "live", "explained": "test as live"}
# what engineers know of the descriptors -> title and unit; the others stand in a table
KNOWN = {
    "level_dbfs": ("Level of speech", "dBFS"),
    "dynamics_20_db": ("Quiet parts, under speech", "dB"),
    "onset_s": ("Speech begins", "s"),
    "end_s": ("Speech ends", "s"),
    "fall_2_db": ("Fall of sound in 70 ms", "dB"),
    "quiet_fine_db": ("Voices in quiet parts", "dB"),
    "crest_db": ("Peaks over speech", "dB"),
    "offset_db": ("Offset, against speech", "dB"),
}
FACTOR_COLUMNS = ("Factor", "", "Points lost", "By itself", "Undone live", "Chance of that by luck")


def draw_live_shift(facts: Mapping[str, Any], _listen: Listen) -> list[Block]:
    """Factors, then how both sides sound, then their spectra."""
    return [*_factors(facts), *_strips(facts), *_spectrum(facts), *_others(facts)]


def _factors(facts: Mapping[str, Any]) -> list[Block]:
    rows = facts.get("factors", ())
    points = [Points(row["points"], row["low"], row["high"], "") for row in rows]
    bars = point_cells(points, [point.sure for point in points])
    cells = [
        (
            capital(cause_title(row["name"])),
            *bar,
            signed(row["alone_points"]),
            _undone(row),
            digits(row["p_value"]),
        )
        for row, bar in zip(rows, bars, strict=True)
    ]
    title = "What test clips lose in the condition of the live clips, factor by factor"
    return [Table(FACTOR_COLUMNS, cells, title, numbers=(2, 3, 4, 5))] if rows else []


def _undone(row: Mapping[str, Any]) -> str:
    """What live clips win back without the factor."""
    if row["undo_points"] is None:
        return NOTHING
    won = Points(row["undo_points"], row["undo_low"], row["undo_high"], "")
    return f"{signed(won.value, plus='+')} {interval(won)}".rstrip()


def _strips(facts: Mapping[str, Any]) -> list[Block]:
    """Quantiles of what is easily understood."""
    rows = {row["name"]: row for row in facts.get("descriptors", ())}
    plots = [
        plot_quantiles(title, unit, _sides(rows[name]))
        for name, (title, unit) in KNOWN.items()
        if name in rows
    ]
    caption = (
        "Lines hold 90 % of the clips, boxes half of them, dots are medians. Test as live: test clips that "
        "were given all factors; where they lie on the live clips, the factors tell the difference."
    )
    shown = [plot for plot in plots if plot]
    return [Figures(shown, caption, title="How both sides sound")] if shown else []


def _sides(row: Mapping[str, Any]) -> dict[str, Sequence[float]]:
    return {title: row[name] for name, title in SIDES.items() if row.get(name)}


def _spectrum(facts: Mapping[str, Any]) -> list[Block]:
    spectrum = facts.get("spectrum") or {}
    lines = {
        title: np.asarray(spectrum[f"{name}_db"])
        for name, title in SIDES.items()
        if spectrum.get(f"{name}_db")
    }
    if not lines:
        return []
    plot = plot_spectra("Mean spectrum of speech", spectrum["hz"], lines)
    return [Figures([plot], legend=list(lines), title="Mean spectrum of speech, over the speech level")]


def _others(facts: Mapping[str, Any]) -> list[Block]:
    """Medians of all descriptors."""
    rows = [row for row in facts.get("descriptors", ()) if row["name"] not in KNOWN]
    cells = [(row["name"], *(digits(values[2]) for values in _sides(row).values())) for row in rows]
    title = f"Medians of {len(rows)} further descriptors"
    columns = ("Descriptor", *(capital(name) for name in SIDES.values()))
    return [Table(columns, cells, title, numbers=(1, 2, 3), folded=True)] if rows else []
