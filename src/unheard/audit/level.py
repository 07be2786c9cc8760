"""Clips so quiet that the rounding of their samples is near, clips of few bits, and clips too hot."""

from __future__ import annotations

import math

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.concentrated import COLUMNS as GROUPS
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.per_clip import Clip, about, each_or_once

MIN_ABOVE_ROUNDING_DB = 40.0  # of the level; a good recording has 60
COARSE_STEP = 2.0**-13  # of full scale: samples in larger steps had less than 14 bits
QUIET_DBFS = -50.0
HOT_DBFS = -9.0  # speech that is not compressed clips at such a level
SILENT_DBFS = -90.0  # no sound to judge
QUANTILES = (0.01, 0.05, 0.5, 0.95, 0.99)


def check_level(material: Material) -> CheckResult:
    """Level against the rounding error of the samples (a step / sqrt(12)), and against full scale."""
    rows = material.measured.filter(pl.col("failed").is_null() & (pl.col("level_dbfs") > SILENT_DBFS))
    rounding_db = 20 * (pl.col("sample_step") / math.sqrt(12)).log10()
    rows = rows.select(
        "id",
        *GROUPS,
        "level_dbfs",
        "peak_dbfs",
        "loudness_lufs",
        "sample_step",
        above_rounding_db=pl.col("level_dbfs") - rounding_db,
    )
    is_coarse = (pl.col("above_rounding_db") < MIN_ABOVE_ROUNDING_DB) & (pl.col("sample_step") > COARSE_STEP)
    is_quiet = pl.col("level_dbfs") < QUIET_DBFS
    coarse = rows.filter(is_coarse).sort("above_rounding_db")
    quiet = rows.filter(is_quiet & ~is_coarse.fill_null(False)).sort("level_dbfs")
    hot = rows.filter(pl.col("level_dbfs") > HOT_DBFS).sort("level_dbfs", descending=True)
    return CheckResult(
        findings=(
            *each_or_once(rows, quiet, _quiet, "are too quiet"),
            *each_or_once(rows, coarse, _coarse, "have samples of few bits"),
            *each_or_once(rows, hot, _hot, "are too hot"),
        ),
        judged=rows.height,
        facts={"level_dbfs": _quantiles(rows["level_dbfs"]), "lufs": _quantiles(rows["loudness_lufs"])},
    )


def _quiet(clip: Clip) -> Finding:
    margin_db = clip["above_rounding_db"]
    is_near = margin_db is not None and margin_db < MIN_ABOVE_ROUNDING_DB
    rounding = f", {margin_db:.0f} dB above the rounding of its samples" if is_near else ""
    return about(
        clip,
        "level",
        "warning" if is_near else "note",
        f"It is too quiet: {clip['level_dbfs']:.1f} dBFS{rounding}.",
        remedy="Record it again with more gain; raising its level now raises its noise as well.",
        confidence=0.95,
        evidence=_evidence(clip),
        drop=is_near,
    )


def _coarse(clip: Clip) -> Finding:
    bits = 1 - math.log2(clip["sample_step"])
    return about(
        clip,
        "level",
        "warning",
        f"Its samples have steps of {100 * clip['sample_step']:.2g} % of full scale, as with {bits:.0f} "
        f"bits: it lies {clip['above_rounding_db']:.0f} dB above their rounding.",
        remedy="Get it in 16 bits; if its speaker or label alone has it, a model hears that.",
        confidence=0.95,
        evidence=_evidence(clip),
    )


def _hot(clip: Clip) -> Finding:
    return about(
        clip,
        "level",
        "note",
        f"It is too hot: {clip['level_dbfs']:.1f} dBFS with peaks at {clip['peak_dbfs']:.1f} dBFS, as only "
        "clipped or compressed speech is.",
        remedy="Listen to it; take the recording before its level was raised, if there is one.",
        confidence=0.7,
        evidence=_evidence(clip),
    )


def _evidence(clip: Clip) -> dict[str, float | None]:
    return {name: clip[name] for name in ("level_dbfs", "peak_dbfs", "loudness_lufs", "above_rounding_db")}


def _quantiles(values: pl.Series) -> dict[str, float | None]:
    return {f"{100 * share:g}%": values.quantile(share, "linear") for share in QUANTILES}


CHECK = Check("level", "signal", "clips that are too quiet, of few bits, or too hot", check_level)
