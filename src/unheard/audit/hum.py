"""Clips with mains hum."""

from __future__ import annotations

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.concentrated import COLUMNS as GROUPS
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.per_clip import Clip, about, each_or_once
from unheard.audit.phrases import plural

STRONG_DB = 20.0


def check_hum(material: Material) -> CheckResult:
    """Harmonics of 50 or 60 Hz that stand out where nobody speaks."""
    rows = material.measured.filter(pl.col("failed").is_null())
    rows = rows.select("id", *GROUPS, "hum_hz", "hum_db")
    judged = rows.filter(pl.col("hum_db").is_not_null())
    humming = judged.filter(pl.col("hum_hz").is_not_null()).sort("hum_db", descending=True)
    unknown = rows.height - judged.height
    return CheckResult(
        findings=tuple(each_or_once(judged, humming, _humming, "hum with the mains")),
        judged=judged.height,
        not_judged=(f"{plural(unknown, 'clip')}: too little in them is not speech to tell hum.",)
        if unknown
        else (),
        facts={
            f"{mains_hz}_hz": humming.filter(pl.col("hum_hz") == mains_hz).height for mains_hz in (50, 60)
        },
    )


def _humming(clip: Clip) -> Finding:
    return about(
        clip,
        "hum",
        "warning" if clip["hum_db"] >= STRONG_DB else "note",
        f"It hums at {clip['hum_hz']:.0f} Hz and multiples of it: where nobody speaks, these stand "
        f"{clip['hum_db']:.0f} dB above what is around them.",
        remedy="Filter out the lines, and see that no room, label or split has them alone.",
        confidence=0.95 if clip["hum_db"] >= STRONG_DB else 0.85,
        evidence={"hum_hz": clip["hum_hz"], "hum_db": clip["hum_db"]},
    )


CHECK = Check("hum", "signal", "mains hum at 50 or 60 Hz where nobody speaks", check_hum)
