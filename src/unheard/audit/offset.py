"""Clips with a constant offset, and clips that are mostly rumble."""

from __future__ import annotations

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.concentrated import COLUMNS as GROUPS
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.per_clip import Clip, about, each_or_once
from unheard.audit.phrases import percent, plural
from unheard.signal.offset import RUMBLE_HZ
from unheard.units import amplitude_to_db

MIN_OFFSET = 0.003  # of full scale
MIN_OFFSET_SHARE = 0.05  # of the root mean square
STRONG_OFFSET_SHARE = 0.5
MIN_RUMBLE_SHARE = 0.5  # of the power: it, and not the voice, sets the level
HIGH_PASS = "Pass it through a high-pass filter"


def check_offset(material: Material) -> CheckResult:
    """Means that are not near zero; power below 40 Hz."""
    rows = material.measured.filter(pl.col("failed").is_null())
    rows = rows.select("id", *GROUPS, "dc_offset", "rumble_share", "level_dbfs")
    share = pl.col("dc_offset").abs() / 10 ** (pl.col("level_dbfs") / 20)
    rows = rows.with_columns(offset_share=share)
    is_offset = (pl.col("dc_offset").abs() >= MIN_OFFSET) & (pl.col("offset_share") >= MIN_OFFSET_SHARE)
    offset = rows.filter(is_offset).sort("offset_share", descending=True)
    rumbling = rows.filter(pl.col("rumble_share") >= MIN_RUMBLE_SHARE).sort("rumble_share", descending=True)
    unknown = rows["rumble_share"].null_count()
    return CheckResult(
        findings=(
            *each_or_once(rows, offset, _offset, "do not swing around zero"),
            *each_or_once(rows, rumbling, _rumbling, f"are mostly rumble below {RUMBLE_HZ:.0f} Hz"),
        ),
        judged=rows.height,
        not_judged=(f"{plural(unknown, 'clip')}: too short, or silent, to tell rumble.",) if unknown else (),
        facts={"offset": offset.height, "rumbling": rumbling.height, "of": rows.height},
    )


def _offset(clip: Clip) -> Finding:
    offset, share = clip["dc_offset"], clip["offset_share"]
    return about(
        clip,
        "offset",
        "warning" if share >= STRONG_OFFSET_SHARE else "note",
        f"It does not swing around zero: its mean is {offset:+.4f} of full scale, {percent(share)} of its "
        "root mean square.",
        remedy=f"{HIGH_PASS} (20 Hz) and see to the sound card it was recorded with.",
        confidence=0.99,
        evidence={"dc_offset": offset, "level_dbfs": clip["level_dbfs"]},
    )


def _rumbling(clip: Clip) -> Finding:
    share = clip["rumble_share"]
    rest_db = clip["level_dbfs"] + amplitude_to_db(max(1 - share, 1e-6) ** 0.5)
    return about(
        clip,
        "offset",
        "warning",
        f"{percent(share)} of its power is rumble below {RUMBLE_HZ:.0f} Hz, where no voice is; without it, "
        f"it has {rest_db:.1f} dBFS.",
        remedy=f"{HIGH_PASS} (50 Hz), then set its level.",
        confidence=0.95,
        evidence={"rumble_share": share, "level_dbfs": clip["level_dbfs"]},
    )


CHECK = Check("offset", "signal", "a constant offset, and rumble below 40 Hz", check_offset)
