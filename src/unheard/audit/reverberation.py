"""Clips that ring on as in a live room."""

from __future__ import annotations

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.concentrated import COLUMNS
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.per_clip import Clip, about, each_or_once
from unheard.audit.phrases import plural

LIVE_DECAY_S = 0.5
LIVELY_DECAY_S = 0.8


def check_reverberation(material: Material) -> CheckResult:
    """Clips above a decay that dry rooms do not have. An order, not a reverberation time."""
    rows = material.measured.filter(pl.col("failed").is_null()).select("id", *COLUMNS, "decay_s")
    known = rows.filter(pl.col("decay_s").is_not_null())
    live = known.filter(pl.col("decay_s") > LIVE_DECAY_S).sort("decay_s", "id", descending=[True, False])
    unknown = rows.height - known.height
    quiet = f"{plural(unknown, 'clip')}: too short or too noisy for three steady decays of 120 ms."
    return CheckResult(
        findings=tuple(each_or_once(known, live, _ringing, "ring on as in a live room")),
        judged=known.height,
        not_judged=(quiet,) if unknown else (),
        facts={"live": live.height, "of": known.height, "median_decay_s": known["decay_s"].median()},
    )


def _ringing(clip: Clip) -> Finding:
    room = "a very live room" if clip["decay_s"] > LIVELY_DECAY_S else "a live room"
    return about(
        clip,
        "reverberation",
        "note",
        f"It rings on: at their steady slopes its bands fall by 60 dB in about {clip['decay_s']:.1f} s, "
        f"as in {room} or far from the microphone.",
        remedy="Keep it if such rooms are expected in use; else record nearer to the microphone.",
        confidence=0.8 if clip["decay_s"] > LIVELY_DECAY_S else 0.65,
        evidence={"decay_s": clip["decay_s"]},
    )


CHECK = Check("reverberation", "signal", "clips that ring on as in a live room", check_reverberation)
