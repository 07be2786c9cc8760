"""Clips that lost packets: gaps of digital silence or of a held value inside sound, and stutter."""

from __future__ import annotations

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.concentrated import COLUMNS as GROUPS
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.per_clip import Clip, about, each_or_once
from unheard.audit.phrases import plural

LONG_GAP_MS = 8.0  # a packet, less what resampling took of it
MANY_GAPS = 3


def check_gaps(material: Material) -> CheckResult:
    """Whatever the measure found; a single short gap is noted."""
    rows = material.measured.filter(pl.col("failed").is_null())
    rows = rows.select(
        "id",
        *GROUPS,
        "num_gaps",
        "longest_gap_ms",
        "first_gap_s",
        "num_stutters",
        "first_stutter_s",
    )
    gaps = rows.filter(pl.col("num_gaps") > 0).sort("longest_gap_ms", descending=True)
    stutters = rows.filter(pl.col("num_stutters") > 0).sort("num_stutters", descending=True)
    return CheckResult(
        findings=(
            *each_or_once(rows, gaps, _gaps, "have gaps inside their sound"),
            *each_or_once(rows, stutters, _stutters, "repeat pieces of their sound"),
        ),
        judged=rows.height,
        facts={"with_gaps": gaps.height, "with_stutter": stutters.height, "of": rows.height},
    )


def _gaps(clip: Clip) -> Finding:
    count, longest_ms = clip["num_gaps"], clip["longest_gap_ms"]
    is_bad = longest_ms >= LONG_GAP_MS or count >= MANY_GAPS
    stands = "stands still once" if count == 1 else f"stands still {count} times"
    return about(
        clip,
        "gaps",
        "warning" if is_bad else "note",
        f"Its sound {stands}, first at {clip['first_gap_s']:.3f} s and for up to {longest_ms:.1f} ms: "
        "packets were lost.",
        remedy="Get it from its source without loss, or drop it if the gap lies in the word.",
        confidence=0.95,
        evidence={"num_gaps": count, "longest_gap_ms": longest_ms, "first_gap_s": clip["first_gap_s"]},
        drop=is_bad,
    )


def _stutters(clip: Clip) -> Finding:
    count = clip["num_stutters"]
    return about(
        clip,
        "gaps",
        "warning",
        f"{plural(count, 'piece')} of its sound {'comes' if count == 1 else 'come'} twice, equal in every "
        f"sample, first at {clip['first_stutter_s']:.3f} s: packets were repeated.",
        remedy="Get it from its source without loss, or drop it if the stutter lies in the word.",
        confidence=0.95,
        evidence={"num_stutters": count, "first_stutter_s": clip["first_stutter_s"]},
        drop=True,
    )


CHECK = Check("gaps", "signal", "lost packets: gaps inside sound, and repeated pieces", check_gaps)
