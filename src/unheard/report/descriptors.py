"""Which measurements of sound are drawn, how they are called, and in which unit."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from unheard.report.audit_words import UNITS, spell

FIRST_MEASURED = "failed"  # columns of the corpus stand before it in `Material.measured`


@dataclass(frozen=True)
class Descriptor:
    """A column; its values times `scale` are in `unit`."""

    column: str
    title: str
    unit: str
    scale: float = 1.0
    meaning: str = ""


KNOWN = (
    Descriptor("decoded_s", "Duration", "s"),
    Descriptor("speech_s", "Speech", "s", meaning="length of what the voice detector takes for speech"),
    Descriptor("leading_silence_s", "Silence before speech", "s"),
    Descriptor("trailing_silence_s", "Silence after speech", "s"),
    Descriptor("level_dbfs", "Level", "dBFS", meaning="root mean square; full scale is 0 dB"),
    Descriptor("peak_dbfs", "Peak", "dBFS"),
    Descriptor("snr_db", "Speech over noise", "dB"),
    Descriptor("noise_dbfs", "Noise floor", "dBFS"),
    Descriptor("bandwidth_hz", "Bandwidth", "kHz", 0.001, "highest frequency with sound in it"),
    Descriptor(
        "decay_s",
        "Decay",
        "s",
        meaning="60 dB of it: the reverberation of the room, as far as it can be told",
    ),
    Descriptor("clipped_share", "Clipped samples", "%", 100.0),
    Descriptor("max_speech_score", "Highest speech score", "", meaning="1: surely speech somewhere"),
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
    return known, [_plain(name) for name in numbers if name not in taken]


def _plain(column: str) -> Descriptor:
    """A descriptor from a name that ends in its unit: "longest_gap_ms" is "Longest gap" in ms."""
    stem, _, ending = column.rpartition("_")
    if ending == "share" and stem:
        return Descriptor(column, _title(column), "%", 100.0)
    unit = UNITS.get(ending, "") if stem else ""
    return Descriptor(column, _title(stem if unit else column), unit)


def _title(name: str) -> str:
    words = spell(name.removeprefix("num_"))
    return words[:1].upper() + words[1:]
