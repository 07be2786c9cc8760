"""Time that leaks: training on what was recorded after the test, and within the same minute as it.

Recordings of one minute share the room, the day's voice and often the noise. Looked at where the corpus has a
column of times: dates, or texts and numbers whose column is named like one.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.check import Check, Material
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.phrases import part_of
from unheard.audit.shared_groups import NO_SPLITS
from unheard.corpus.schema import COLUMNS
from unheard.corpus.splits.temporal import read_times
from unheard.errors import UnheardError

SAME_MINUTE_S = 60.0
BLOCKING_FROM = 0.1  # share of a split, of one speaker or device, recorded in the minutes of the training
_NAMES = re.compile(r"(^|_)(date|datetime|time|timestamp|recorded|created)($|_at$|_on$|_time$|_date$)", re.I)
_MILLISECONDS_FROM = 1e11  # seconds since 1970 have ten digits
_SECONDS_FROM = 1e8
_DAY_S = 86_400.0


def check_time_leak(material: Material) -> CheckResult:
    """For validation and test: what of the training is later, and what of both is of one minute."""
    frame = material.measured
    if frame["split"].drop_nulls().n_unique() < 2:
        return CheckResult(not_judged=(NO_SPLITS,))
    found = find_times(frame)
    if found is None:
        return CheckResult(not_judged=("No column of times is there: leaks in time are not judged.",))
    column, times_s = found
    rows = frame.select("id", "split", "speaker", "device").with_columns(time_s=times_s).drop_nulls("time_s")
    findings = [
        finding
        for split in ("test", "validation")
        for finding in (_same_minute(rows, split, column), _later(rows, split, column))
        if finding is not None
    ]
    return CheckResult(tuple(findings), judged=rows.height, not_judged=_not_judged(rows, frame, column))


def find_times(frame: pl.DataFrame) -> tuple[str, pl.Series] | None:
    """The first column that holds times, and its seconds since 1970 as float64; None where there is none."""
    for name in frame.columns:
        if name in COLUMNS or frame[name].null_count() == frame.height:
            continue
        if frame[name].dtype in (pl.Date, pl.Datetime):
            return name, frame[name].cast(pl.Datetime("us")).to_physical() / 1e6
        if _NAMES.search(name) and (seconds := _seconds(frame, name)) is not None:
            return name, seconds
    return None


def _seconds(frame: pl.DataFrame, name: str) -> pl.Series | None:
    """A column of texts or numbers as seconds since 1970; None where it is something else."""
    try:
        times = read_times(frame, name)
    except UnheardError:
        return None
    if frame[name].cast(pl.Float64, strict=False).null_count() > times.null_count():
        return times / 1e6  # dates as text, read in microseconds
    first = float(np.nanmin(times.to_numpy()))
    seconds = times / 1000 if first > _MILLISECONDS_FROM else times
    return seconds if first > _SECONDS_FROM else None


def _later(rows: pl.DataFrame, split: str, column: str) -> Finding | None:
    """A note where training goes on after the first recording that is held out."""
    training, held_out = (rows.filter(split=name)["time_s"] for name in ("train", split))
    if training.is_empty() or held_out.is_empty():
        return None
    later = int((training > held_out.min()).sum())
    if later == 0:
        return None
    return Finding(
        check="time-leak",
        severity="note",
        subject=f"splits train and {split}",
        message=f"{part_of(later, len(training), 'training utterance')} are later than the first of {split}: "
        f"results on {split} say nothing about recordings that are yet to come.",
        evidence={"column": column, "later": later, "share": round(later / len(training), 4)},
        remedy="To test as it will be used, hold out what was recorded last: unheard corpus split "
        f"--method temporal --time-column {column}.",
        confidence=1.0,
    )


def _same_minute(rows: pl.DataFrame, split: str, column: str) -> Finding | None:
    """Held-out utterances with one of the same source in the training, less than a minute away."""
    if _is_days(rows["time_s"]):
        return None
    source = _source(rows)
    keyed = rows.with_columns(source=pl.col(source) if source else pl.lit("all")).drop_nulls("source")
    near = _near_training(keyed, split)
    if near.is_empty():
        return None
    total = rows.filter(split=split).height
    share = near.height / total
    whose = f" by the same {source}" if source else ""
    return Finding(
        check="time-leak",
        severity="blocking"
        if source == "speaker" and share >= BLOCKING_FROM
        else "warning"
        if source
        else "note",
        subject=f"splits train and {split}",
        message=f"{part_of(near.height, total, 'utterance')} of {split} were recorded{whose} within a minute "
        "of a training utterance: the same room, voice and noise are on both sides.",
        evidence={"column": column, "same_minute": near.height, "share": round(share, 4), "source": source},
        remedy="Keep what was recorded together on one side: give it one value in the column 'session' and "
        "split anew with: unheard corpus split --group-by session.",
        confidence=0.9 if source else 0.5,
        utterances=tuple(near["id"]),
    )


def _source(rows: pl.DataFrame) -> str | None:
    """What tells recordings of one minute from those of other people at the same time."""
    named = (name for name in ("speaker", "device") if rows[name].null_count() < 0.5 * rows.height)
    return next(named, None)


def _near_training(rows: pl.DataFrame, split: str) -> pl.DataFrame:
    """Rows of a split that have a training row of the same source at most a minute away."""
    training = rows.filter(split="train").select("source", "time_s").sort("time_s")
    held_out = rows.filter(split=split).sort("time_s")
    if training.is_empty() or held_out.is_empty():
        return held_out.clear()
    near = np.zeros(held_out.height, bool)
    number = {source: times for (source,), times in training.group_by("source")}
    places = held_out.with_row_index("row").group_by("source").agg("row", "time_s")
    for source, where, times in places.iter_rows():
        if source in number:
            near[where] = _gaps_s(np.array(times), number[source]["time_s"].to_numpy()) <= SAME_MINUTE_S
    return held_out.filter(pl.Series(near))


def _gaps_s(times_s: NDArray[np.float64], training_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Seconds from each time to the nearest of the training, which is sorted."""
    after = np.searchsorted(training_s, times_s).clip(max=len(training_s) - 1)
    before = (after - 1).clip(min=0)
    gaps = np.minimum(np.abs(training_s[after] - times_s), np.abs(times_s - training_s[before]))
    return np.asarray(gaps, np.float64)


def _is_days(times_s: pl.Series) -> bool:
    return bool((times_s % _DAY_S == 0).all())


def _not_judged(rows: pl.DataFrame, frame: pl.DataFrame, column: str) -> tuple[str, ...]:
    sentences = []
    if rows.height < frame.height:
        missing = frame.height - rows.height
        sentences.append(f"{part_of(missing, frame.height, 'utterance')} have no time in '{column}'.")
    if _is_days(rows["time_s"]):
        sentences.append(f"'{column}' holds days: what was recorded in the same minute is not judged.")
    return tuple(sentences)


CHECK = Check(
    "time-leak",
    "leaks",
    "training on what was recorded after, or with, what is held out",
    check_time_leak,
    quick=True,
)
