"""Clips whose peaks were cut flat, also when their level was changed or they were coded afterwards."""

from __future__ import annotations

from typing import Any

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.concentrated import COLUMNS as GROUPS
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.per_clip import Clip, about, each_or_once
from unheard.audit.phrases import plural

NOTED_SHARE = 5e-4  # of the samples; below, a peak or two
AUDIBLE_SHARE = 2e-3
MIN_HUMP = 3.5  # standard deviations: one clip in a hundred that nobody clipped has more
CLEAR_HUMP = 8.0
FULL_SCALE_DBFS = -0.1
COLUMNS = ("clipped_share", "longest_clipped_run_samples", "clipped_level_dbfs", "clipping_histogram")


def check_clipping(material: Material) -> CheckResult:
    """Heaps of samples at a clip's extremes; else a hump near the top of its histogram."""
    rows = material.measured.filter(pl.col("failed").is_null())
    rows = rows.select("id", *GROUPS, "sample_rate", *COLUMNS)
    is_flat = (pl.col("clipped_share") >= NOTED_SHARE).fill_null(False)
    flat = rows.filter(is_flat).sort("clipped_share", descending=True)
    smeared = rows.filter(~is_flat & (pl.col("clipping_histogram") >= MIN_HUMP))
    smeared = smeared.sort("clipping_histogram", descending=True)
    return CheckResult(
        findings=(
            *each_or_once(rows, flat, _flat, "are cut flat at their peaks"),
            *each_or_once(rows, smeared, _smeared, "look cut flat before they were resampled or compressed"),
        ),
        judged=rows["clipped_share"].count(),
        not_judged=_not_judged(rows),
        facts=_facts(rows, flat, smeared),
    )


def _flat(clip: Clip) -> Finding:
    share, run, level_dbfs, _ = (clip[name] for name in COLUMNS)
    moved = "" if level_dbfs > FULL_SCALE_DBFS else " (its level was changed afterwards)"
    is_audible = share >= AUDIBLE_SHARE
    return about(
        clip,
        "clipping",
        "warning" if is_audible else "note",
        f"{100 * share:.2f} % of its samples are cut flat at {level_dbfs:.1f} dBFS{moved}; the longest run "
        f"is {plural(run, 'sample')} ({1000 * run / clip['sample_rate']:.1f} ms).",
        remedy="Record it again with less gain, or drop it; what is cut off cannot be brought back.",
        confidence=0.98 if is_audible else 0.95,
        evidence={name: clip[name] for name in COLUMNS},
        drop=is_audible,
    )


def _smeared(clip: Clip) -> Finding:
    hump = clip["clipping_histogram"]
    is_clear = hump >= CLEAR_HUMP
    return about(
        clip,
        "clipping",
        "warning" if is_clear else "note",
        f"Its samples crowd near its peak ({hump:.1f} standard deviations above the amplitudes below): it "
        "was probably cut flat before it was resampled or compressed.",
        remedy="Listen to it; if it crackles, record it again with less gain, or drop it.",
        confidence=0.8 if is_clear else 0.6,
        evidence={name: clip[name] for name in COLUMNS},
        drop=is_clear,
    )


def _not_judged(rows: pl.DataFrame) -> tuple[str, ...]:
    unknown = rows["clipped_share"].null_count()
    if not unknown:
        return ()
    return (f"{plural(unknown, 'clip')}: fewer than 16 levels up to the peak; any top looks flat.",)


def _facts(rows: pl.DataFrame, flat: pl.DataFrame, smeared: pl.DataFrame) -> dict[str, Any]:
    return {
        "flat": flat.height,
        "audible": flat.filter(pl.col("clipped_share") >= AUDIBLE_SHARE).height,
        "smeared": smeared.height,
        "of": rows.height,
    }


CHECK = Check(
    "clipping", "signal", "peaks cut flat, also before a change of level or a codec", check_clipping
)
