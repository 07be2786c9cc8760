"""Recordings whose spectrum ends early for their sample rate: upsampled, telephone, codec."""

from __future__ import annotations

from typing import Any

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.concentrated import COLUMNS
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.per_clip import Clip, about, each_or_once
from unheard.audit.phrases import plural
from unheard.signal.bandwidth import MIN_MIRROR_CORRELATION

SPEECH_HZ = 5_600  # an edge below takes something from speech: s, f and t have most above 4 kHz
MAX_TOLD_HZ = 8_000  # edges above matter to nobody who recognises speech
FIELDS = ("bandwidth_hz", "cliff_db", "mirror_correlation", "upsampled_from_hz")


def check_bandwidth(material: Material) -> CheckResult:
    """Edges and mirror images, worst where they cut speech; most of all where they go with a label."""
    rows = material.measured.filter(pl.col("failed").is_null())
    rows = rows.select("id", *COLUMNS, "sample_rate", *FIELDS)
    known = rows.filter(pl.col("bandwidth_hz").is_not_null())
    ends = (pl.col("bandwidth_hz") < 0.5 * pl.col("sample_rate")) & (pl.col("bandwidth_hz") < MAX_TOLD_HZ)
    narrow = known.filter(ends & (pl.col("bandwidth_hz") < SPEECH_HZ)).sort("bandwidth_hz", "id")
    limited = known.filter(ends & (pl.col("bandwidth_hz") >= SPEECH_HZ)).sort("bandwidth_hz", "id")
    return CheckResult(
        findings=(
            *each_or_once(known, narrow, _ending, f"have nothing above {SPEECH_HZ / 1000:.1f} kHz"),
            *each_or_once(known, limited, _ending, "have nothing in the upper part of their band"),
        ),
        judged=known.height,
        not_judged=_not_judged(rows),
        facts=_facts(known, narrow, limited),
    )


def _ending(clip: Clip) -> Finding:
    bandwidth_khz, rate_khz = clip["bandwidth_hz"] / 1000, clip["sample_rate"] / 1000
    is_narrow = clip["bandwidth_hz"] < SPEECH_HZ
    is_mirrored = clip["mirror_correlation"] >= MIN_MIRROR_CORRELATION
    return about(
        clip,
        "bandwidth",
        "warning" if is_narrow else "note",
        f"Its sample rate is {rate_khz:g} kHz, but it has nothing of its own above {bandwidth_khz:.1f} kHz: "
        f"{_mirrored(clip) if is_mirrored else _cut(clip)}.",
        remedy="Bring all recordings, and those to be recognised, to one bandwidth, or record these again.",
        confidence=0.98 if is_mirrored else 0.9,
        evidence={name: clip[name] for name in FIELDS} | {"sample_rate": clip["sample_rate"]},
    )


def _mirrored(clip: Clip) -> str:
    old = f"upsampled from {clip['upsampled_from_hz'] / 1000:g} kHz"
    return f"what is there mirrors what is below (correlation {clip['mirror_correlation']:.2f}), as {old}"


def _cut(clip: Clip) -> str:
    edge = f"the spectrum ends in an edge of {clip['cliff_db']:.0f} dB"
    if clip["upsampled_from_hz"] is None:
        return f"{edge}, as of a codec"
    return f"{edge}, as of a recording at {clip['upsampled_from_hz'] / 1000:g} kHz or of a codec"


def _not_judged(rows: pl.DataFrame) -> tuple[str, ...]:
    unknown = rows["bandwidth_hz"].null_count()
    if not unknown:
        return ()
    return (
        f"{plural(unknown, 'clip')}: too short, or so quiet that their spectrum sinks into rounding noise.",
    )


def _facts(known: pl.DataFrame, narrow: pl.DataFrame, limited: pl.DataFrame) -> dict[str, Any]:
    upsampled = known["upsampled_from_hz"].drop_nulls().value_counts().sort("upsampled_from_hz")
    return {
        "narrow": narrow.height,
        "limited": limited.height,
        "of": known.height,
        "upsampled_from_hz": {f"{rate:.0f}": count for rate, count in upsampled.iter_rows()},
    }


CHECK = Check("bandwidth", "signal", "spectra that end early: upsampled, telephone, codec", check_bandwidth)
