"""The clips of a sample that listeners would rate far below the others of the corpus."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from unheard.audit.check import Check, Material
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.per_clip import Clip, about
from unheard.audit.phrases import plural
from unheard.signal.audio_file import read_audio
from unheard.signal.perceptual_quality import PerceptualQuality, perceptual_quality

MAX_CLIPS = 200  # about two minutes on one core
MIN_CLIPS = 10
MAX_DEVIATION = 2.0  # robust standard deviations below the median: the lowest twentieth or less
MIN_DISTANCE = 0.5  # of the scale from 1 to 5
MAD_TO_DEVIATION = 1.4826  # of a normal distribution
QUALITIES = ("overall", "speech", "background")


def check_quality(material: Material) -> CheckResult:
    """Rate a sample of the clips; told are the lowest outliers, and never an absolute limit."""
    rows = material.measured.filter(pl.col("failed").is_null()).select("id", "start_s", "duration_s")
    if rows.height < MIN_CLIPS:
        few = (
            f"{plural(rows.height, 'clip')}: too few to tell which is low for its corpus (needs {MIN_CLIPS})."
        )
        return CheckResult(not_judged=(few,))
    sample = rows.sample(min(MAX_CLIPS, rows.height), seed=material.seed).sort("id")
    rated = _rate(material, sample)
    overall = rated["overall"].to_numpy()
    usual = float(np.median(overall))
    deviation = MAD_TO_DEVIATION * float(np.median(np.abs(overall - usual)))
    limit = usual - max(MAX_DEVIATION * deviation, MIN_DISTANCE)
    low = rated.filter(pl.col("overall") < limit).sort("overall", "id").with_columns(usual=pl.lit(usual))
    rest = rows.height - sample.height
    return CheckResult(
        findings=tuple(map(_low, low.iter_rows(named=True))),
        judged=sample.height,
        not_judged=(f"{plural(rest, 'clip')}: rating one takes 0.6 s, so a sample was drawn.",)
        if rest
        else (),
        facts={name: rated[name].to_list() for name in QUALITIES},
    )


def _rate(material: Material, sample: pl.DataFrame) -> pl.DataFrame:
    """The sample with a column for each of `QUALITIES`."""

    def rate(clip: Clip) -> PerceptualQuality:
        span = {"start_s": clip["start_s"], "duration_s": clip["duration_s"]}
        samples, _ = read_audio(material.sources[clip["id"]], **span, sample_rate=16_000)
        return perceptual_quality(samples)

    found: list[PerceptualQuality] = []
    with ThreadPoolExecutor(material.num_workers) as pool:
        for quality in pool.map(rate, sample.iter_rows(named=True)):
            found.append(quality)
            material.on_progress(len(found), sample.height)
    return sample.with_columns(
        pl.Series(name, np.array([getattr(quality, name) for quality in found])) for name in QUALITIES
    )


def _low(clip: Clip) -> Finding:
    return about(
        clip,
        "quality",
        "note",
        f"A model guesses that listeners rate it {clip['overall']:.1f} of 5 (speech {clip['speech']:.1f}, "
        f"background {clip['background']:.1f}); half of this corpus gets {clip['usual']:.1f} or more.",
        remedy="Listen to it, and to others of its speaker and device.",
        confidence=0.6,
        evidence={name: clip[name] for name in (*QUALITIES, "usual")},
    )


CHECK = Check(
    "quality",
    "signal",
    f"clips of a sample of {MAX_CLIPS} that listeners would rate lowest (DNSMOS)",
    check_quality,
    opt_in=True,
)
