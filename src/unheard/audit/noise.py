"""Clips whose speech stands little above their background, by the pauses and by the amplitudes."""

from __future__ import annotations

from typing import Any

import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.concentrated import COLUMNS
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.per_clip import Clip, about, each_or_once
from unheard.audit.phrases import plural
from unheard.signal.noise_ratio import MIN_NOISE_S

LOW_SNR_DB = 5.0  # voices and noise about as loud
NOTED_SNR_DB = 10.0
AGREEING_DB = 6.0  # both estimates
FIELDS = ("snr_db", "snr_wada_db", "snr_disagreement_db", "noise_dbfs")


def check_noise(material: Material) -> CheckResult:
    """Clips below a ratio of speech and noise, lowest first; surer where both estimates agree."""
    rows = material.measured.filter(pl.col("failed").is_null())
    rows = rows.select("id", *COLUMNS, *FIELDS)
    known = rows.filter(pl.col("snr_db").is_not_null())
    low = known.filter(pl.col("snr_db") < LOW_SNR_DB).sort("snr_db", "id")
    noted = known.filter(pl.col("snr_db").is_between(LOW_SNR_DB, NOTED_SNR_DB, closed="left"))
    noted = noted.sort("snr_db", "id")
    return CheckResult(
        findings=(
            *each_or_once(known, low, _noisy, f"have speech less than {LOW_SNR_DB:g} dB above noise"),
            *each_or_once(
                known, noted, _noisy, f"have speech {LOW_SNR_DB:g} to {NOTED_SNR_DB:g} dB above noise"
            ),
        ),
        judged=known.height,
        not_judged=_not_judged(rows, known),
        facts=_facts(known, low, noted),
    )


def _noisy(clip: Clip) -> Finding:
    is_low = clip["snr_db"] < LOW_SNR_DB
    apart_db = clip["snr_disagreement_db"]
    agreed = apart_db is not None and apart_db <= AGREEING_DB
    return about(
        clip,
        "noise",
        "warning" if is_low else "note",
        f"Its speech is {_over_pauses(clip['snr_db'])}{_other(clip, agreed)}.",
        remedy="Listen to it; keep it if such noise is expected in use, else drop it or record it again.",
        confidence=0.95 if agreed else 0.7,
        evidence={name: clip[name] for name in FIELDS},
    )


def _over_pauses(snr_db: float) -> str:
    if snr_db < 0:
        return f"{-snr_db:.0f} dB below what its pauses hold"
    return f"only {snr_db:.0f} dB above what its pauses hold"


def _other(clip: Clip, agreed: bool) -> str:
    """What the second estimate says."""
    if clip["snr_wada_db"] is None:
        return ""
    told = f"by its amplitudes {clip['snr_wada_db']:.0f} dB"
    return f" ({told})" if agreed else f" ({told}: the two estimates disagree)"


def _not_judged(rows: pl.DataFrame, known: pl.DataFrame) -> tuple[str, ...]:
    unknown = rows.height - known.height
    if not unknown:
        return ()
    return (f"{plural(unknown, 'clip')}: no speech, or less than {1000 * MIN_NOISE_S:.0f} ms without it.",)


def _facts(known: pl.DataFrame, low: pl.DataFrame, noted: pl.DataFrame) -> dict[str, Any]:
    apart = known["snr_disagreement_db"] > AGREEING_DB
    return {
        "low": low.height,
        "noted": noted.height,
        "disagreeing": int(apart.sum()),
        "of": known.height,
        "median_snr_db": known["snr_db"].median(),
    }


CHECK = Check("noise", "signal", "speech that stands little above its background", check_noise)
