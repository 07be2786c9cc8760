"""What a declared deployment has that the corpus lacks: noise, rooms, levels, bandwidth, labels, speakers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
import polars.selectors as cs
from numpy.typing import NDArray

from unheard.audit.check import Check, Material
from unheard.audit.cover_names import MANY_CLIPS, MIN_SHARE, few_speakers, missing_labels, missing_values
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.phrases import part_of
from unheard.audit.target import Range, Target

MAX_UNKNOWN_SHARE = 0.5  # of the clips, from which nothing is said about a quantity


@dataclass(frozen=True)
class Quantity:
    """A declared range and the measured column that it is looked for in."""

    name: str  # of the field of `Target`
    column: str
    title: str
    unit: str
    step: float  # width of a bin; a factor where `by_factor`
    remedy: str
    by_factor: bool = False
    holds_less: bool = False  # a clip with more than the range has what is in it: bandwidth can be taken away


QUANTITIES = (
    Quantity(
        "snr_db",
        "snr_db",
        "signal-to-noise ratio",
        "dB",
        5.0,
        "Record there, or train with noise at these ratios (transform noise).",
    ),
    Quantity(
        "t60_s",
        "decay_s",
        "reverberation time",
        "s",
        0.2,
        "Record in such rooms, or train with their responses (transform rooms).",
    ),
    Quantity(
        "level_dbfs",
        "level_dbfs",
        "level",
        "dBFS",
        6.0,
        "Train with these levels (transform level), and listen to one whether it is still speech.",
    ),
    Quantity(
        "bandwidth_hz",
        "bandwidth_hz",
        "bandwidth",
        "Hz",
        2**0.5,
        "Record with such microphones, or train with their bandwidth (transforms telephone, microphone).",
        by_factor=True,
        holds_less=True,
    ),
)


def check_cover(material: Material) -> CheckResult:
    """Compares the corpus with `material.target`; without one there is nothing to compare with."""
    target = material.target
    if target is None:
        told = "No deployment was declared (--target FILE): what of it is missing here is not judged."
        return CheckResult(not_judged=(told,))
    rows = material.measured.drop(cs.nested())  # spectra: large, and not looked at
    asked = [(quantity, limits) for quantity in QUANTITIES if (limits := getattr(target, quantity.name))]
    told_of = [(quantity, limits) for quantity, limits in asked if _is_known(rows, quantity)]
    tables = {quantity.name: cover_of(rows, quantity, limits) for quantity, limits in told_of}
    gaps = [gap for quantity, limits in told_of for gap in _gaps(rows, quantity, limits)]
    return CheckResult(
        findings=(
            *gaps,
            *missing_labels(rows, target),
            *few_speakers(rows, target),
            *missing_values(rows, target),
        ),
        judged=rows.height,
        not_judged=(
            *(_unknown(rows, quantity) for quantity, _ in asked if not _is_known(rows, quantity)),
            *_unnamed(rows, target),
        ),
        facts={"cover": tables},
    )


def cover_of(rows: pl.DataFrame, quantity: Quantity, limits: Range) -> list[dict[str, float]]:
    """The declared range in bins: low, high, clips, share (of those where the quantity is known)."""
    values = rows[quantity.column].drop_nulls().to_numpy().astype(np.float64)
    if quantity.holds_less:
        values = np.minimum(values, limits[1])
    edges = _edges(quantity, limits)
    counts, _ = np.histogram(values, edges)
    return [
        {"low": float(low), "high": float(high), "clips": int(count), "share": count / max(len(values), 1)}
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def _edges(quantity: Quantity, limits: Range) -> NDArray[np.float64]:
    """Edges of bins as wide as a step or less; a range without width gets one bin around it."""
    low, high = limits
    if quantity.by_factor:
        steps = math.log(high / low) / math.log(quantity.step)
        half = math.sqrt(quantity.step)
        return np.geomspace(low, high, math.ceil(steps) + 1) if steps else np.array([low / half, low * half])
    steps, half = (high - low) / quantity.step, quantity.step / 2
    return np.linspace(low, high, math.ceil(steps) + 1) if steps else np.array([low - half, low + half])


def _gaps(rows: pl.DataFrame, quantity: Quantity, limits: Range) -> list[Finding]:
    """Parts of the range that the corpus lacks, and those that only its test split lacks."""
    lacking = [entry for entry in cover_of(rows, quantity, limits) if _is_lacking(entry)]
    findings = [_gap(rows, lacking, quantity, limits, "corpus")] if lacking else []
    test = rows.filter(pl.col("split") == "test")
    known = {entry["low"] for entry in lacking}
    untested = [e for e in cover_of(test, quantity, limits) if _is_lacking(e) and e["low"] not in known]
    return (
        [*findings, _gap(test, untested, quantity, limits, "split test")]
        if untested and test.height
        else findings
    )


def _is_lacking(entry: dict[str, float]) -> bool:
    return entry["share"] < MIN_SHARE and entry["clips"] < MANY_CLIPS


def _gap(
    rows: pl.DataFrame, lacking: list[dict[str, float]], quantity: Quantity, limits: Range, subject: str
) -> Finding:
    clips, known = int(sum(entry["clips"] for entry in lacking)), rows[quantity.column].drop_nulls()
    parts = " and ".join(f"{_figure(low)} to {_figure(high)}" for low, high in _joined(lacking))
    there = part_of(clips, len(known), "clip")
    middle = float(known.median()) if len(known) else math.nan  # type: ignore[arg-type]
    return Finding(
        check="cover",
        severity="warning",
        subject=subject,
        message=f"Declared is a {quantity.title} of {_figure(limits[0])} to {_figure(limits[1])} "
        f"{quantity.unit}: from {parts} {quantity.unit} there are {there}, "
        f"the median has {_figure(middle)} {quantity.unit}.",
        evidence={"clips": clips, "of": len(known), "lacking": parts, "median": middle},
        remedy=quantity.remedy,
        confidence=0.8,
    )


def _figure(value: float) -> str:
    """Three digits, or all before the point."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _joined(lacking: list[dict[str, float]]) -> list[tuple[float, float]]:
    """Neighbouring bins as one range."""
    ranges: list[tuple[float, float]] = []
    for entry in lacking:
        if ranges and math.isclose(ranges[-1][1], entry["low"]):
            ranges[-1] = (ranges[-1][0], entry["high"])
        else:
            ranges.append((entry["low"], entry["high"]))
    return ranges


def _is_known(rows: pl.DataFrame, quantity: Quantity) -> bool:
    unknown = rows[quantity.column].null_count() if quantity.column in rows.columns else rows.height
    return unknown <= MAX_UNKNOWN_SHARE * rows.height and rows.height > 0


def _unknown(rows: pl.DataFrame, quantity: Quantity) -> str:
    unknown = rows[quantity.column].null_count() if quantity.column in rows.columns else rows.height
    return f"The {quantity.title} of {part_of(unknown, rows.height, 'clip')} cannot be told: not compared."


def _unnamed(rows: pl.DataFrame, target: Target) -> tuple[str, ...]:
    unnamed = rows["speaker"].null_count()
    if not unnamed or not (target.min_speakers or target.min_speakers_per_label):
        return ()
    return (f"{part_of(unnamed, rows.height, 'clip')} name no speaker: there may be more than are counted.",)


CHECK = Check(
    "cover", "cover", "what a declared deployment has that the corpus lacks", check_cover, quick=True
)
