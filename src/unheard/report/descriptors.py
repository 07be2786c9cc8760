"""Which measurements of sound are drawn, how they are called, and in which unit."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from unheard.report.audit_words import UNITS, spell
from unheard.signal.sound import SPEECH_HOP_SAMPLES, SPEECH_RATE

FIRST_MEASURED = "failed"  # columns of the corpus stand before it in `Material.measured`


@dataclass(frozen=True)
class Descriptor:
    """A column; its values times `scale` are in `unit`."""

    column: str
    title: str
    unit: str
    scale: float = 1.0
    step: float = 0.0  # of values that come in steps, in `unit`


HOP_S = SPEECH_HOP_SAMPLES / SPEECH_RATE  # in which speech is told from what is not
KNOWN = (
    Descriptor("decoded_s", "Duration", "s"),
    Descriptor("speech_s", "Speech", "s", step=HOP_S),
    Descriptor("leading_silence_s", "Silence before speech", "s", step=HOP_S),
    Descriptor("trailing_silence_s", "Silence after speech", "s", step=HOP_S),
    Descriptor("level_dbfs", "Level", "dBFS"),
    Descriptor("peak_dbfs", "Peak", "dBFS"),
    Descriptor("snr_db", "Speech over noise", "dB"),
    Descriptor("noise_dbfs", "Noise floor", "dBFS"),
    Descriptor("bandwidth_hz", "Bandwidth", "kHz", scale=0.001),
    Descriptor("decay_s", "Decay by 60 dB", "s"),
    Descriptor("clipped_share", "Clipped samples", "%", scale=100.0),
)


def descriptors(measured: pl.DataFrame) -> tuple[list[Descriptor], list[Descriptor]]:
    """Those of `KNOWN` that have values, in that order, and all other numbers that were measured."""
    names = measured.columns
    begin = names.index(FIRST_MEASURED) + 1 if FIRST_MEASURED in names else len(names)
    numbers = [
        name
        for name in names[begin:]
        if measured.schema[name].is_numeric() and measured[name].null_count() < measured.height
    ]
    known = [row for row in KNOWN if row.column in numbers]
    taken = {row.column for row in KNOWN}
    return known, [_plain(name, measured.schema[name]) for name in numbers if name not in taken]


def _plain(column: str, kind: pl.DataType) -> Descriptor:
    """A descriptor from a name that ends in its unit: "longest_gap_ms" is "Longest gap" in ms."""
    stem, _, ending = column.rpartition("_")
    if ending == "share" and stem:
        return Descriptor(column, _title(column), "%", 100.0)
    unit = UNITS.get(ending, "") if stem else ""
    step = 1.0 if kind.is_integer() else 0.0
    return Descriptor(column, _title(stem if unit else column), unit, step=step)


def _title(name: str) -> str:
    words = spell(name)
    return words[:1].upper() + words[1:]
