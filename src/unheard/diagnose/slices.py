"""Kinds of clips on which a model is worse: found on half of the speakers, confirmed on the other half.

Asks for no answers. Facts, a block each for `test` and `live` (null where there are no labels):

    explored    slices with at least 5 speakers and 20 clips in and beside them in each half
    tested      those that the first half suggested, on the second half, best first:
                name, conditions (column, value or low and high), clips, speakers, share_of_clips,
                deficit_points, found_deficit_points (first half), lost_points, low_points, high_points,
                p_value, p_corrected, confirmed
    halves      clips and speakers of both halves: [[clips, speakers], [clips, speakers]]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.phrases import plural
from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.cause import Cause, Outcome, Points, Remedy
from unheard.diagnose.experiment import Experiment, Material, Part
from unheard.diagnose.slice_candidates import Candidates, Condition, candidates
from unheard.evaluate.slices import (
    MIN_CLIPS,
    MIN_SPEAKERS,
    Answered,
    SliceResult,
    SliceSearch,
    search_slices,
    second_half,
)

MAX_CAUSES = 5
MIN_POINTS = 1.0
MAX_TOLD = 0.5  # share of a slice's clips that slices told before it may hold
MIN_NEW_SPEAKERS = 20


def slices(material: Material) -> Outcome:
    """Slices of the test clips, and of labelled live clips, that a fresh half of the speakers confirms."""
    causes: list[Cause] = []
    remarks, not_measured = [], []
    facts: dict[str, Any] = {"test": None, "live": None}
    for where, part in (("test", material.test), ("live", material.live)):
        if part is None or not part.labelled:
            continue
        found = candidates(part, material.model.labels)
        answered = Answered.of(~part.correct, part.classes, part.groups)
        second = second_half(answered, material.seed)
        search = search_slices(
            found.masks, found.by_class, found.parents, answered, second, seed=material.seed
        )
        facts[where] = _facts(found, search, answered, second)
        if search.explored == 0:
            not_measured.append(_too_few(where, answered))
        else:
            causes += _causes(material, where, part, found, search, second)
            remarks.append(_remark(where, search))
    return Outcome(_worst(causes), tuple(not_measured), facts, tuple(remarks))


def _worst(causes: Sequence[Cause]) -> tuple[Cause, ...]:
    return tuple(sorted(causes, key=lambda cause: -cause.points.value)[:MAX_CAUSES])


def _causes(
    material: Material,
    where: str,
    part: Part,
    found: Candidates,
    search: SliceSearch,
    second: NDArray[np.bool_],
) -> list[Cause]:
    """The confirmed slices, surest first, without those whose clips were told mostly already."""
    told = np.zeros(len(part), np.bool_)
    causes = []
    for result in sorted(search.tested, key=lambda row: (row.p_corrected, -row.lost.value)):
        mask = found.masks[:, result.index]
        if result.confirmed and (told & mask).sum() <= MAX_TOLD * mask.sum():
            told |= mask
            causes.append(_cause(material, where, found, result, len(search.tested), int(second.sum())))
    return causes


def _cause(
    material: Material, where: str, found: Candidates, result: SliceResult, num_tested: int, num_clips: int
) -> Cause:
    conditions, name = found.conditions[result.index], found.name(result.index)
    points = _points(result)
    by_class = bool(found.by_class[result.index])
    message = (
        f"{_live(where)}Clips with {name} are recognised {100 * result.deficit:.1f} points worse than the "
        f"others{', word by word' if by_class else ''} (p {result.p_corrected:.2g} after correction for "
        f"{plural(num_tested, 'slice')} tested): {plural(result.clips, 'clip')} of "
        f"{plural(result.speakers, 'speaker')} who had no part in finding it. Were they like the others, "
        f"{points.value:.1f} points{_interval(points)} of all {where} clips would be won."
    )
    return Cause(
        name=f"slice: {'live, ' if where == 'live' else ''}{name}",
        where="slice",
        points=points,
        blamed=points.sure and points.value >= MIN_POINTS,
        message=message,
        evidence={
            "deficit_points": 100 * result.deficit,
            "found_deficit_points": 100 * result.found_deficit,
            "clips": result.clips,
            "speakers": result.speakers,
            "share_of_clips": result.clips / num_clips,
            "p_value": result.p_value,
            "p_corrected": result.p_corrected,
            "slices_tested": num_tested,
        },
        remedies=_remedies(material, name, conditions),
    )


def _live(where: str) -> str:
    return "Live: " if where == "live" else ""


def _interval(points: Points) -> str:
    return "" if points.low is None or points.high is None else f" ({points.low:.1f} to {points.high:.1f})"


def _points(result: SliceResult) -> Points:
    lost = result.lost
    low, high = (None if end is None else 100 * end for end in (lost.low, lost.high))
    return Points(100 * lost.value, low, high, lost.method)


def _remedies(material: Material, name: str, conditions: tuple[Condition, ...]) -> tuple[Remedy, ...]:
    """Transforms that make such clips out of others, and more of them."""
    speakers = _new_speakers(material, conditions)
    transforms = dict.fromkeys(row.augment for row in conditions if row.augment)
    return (
        *(augment_remedy(transform) for transform in transforms),
        Remedy(
            "record",
            f"Record {speakers} more speakers with {name}, for training.",
            {"speakers": speakers, "conditions": [row.settings for row in conditions]},
        ),
    )


def _new_speakers(material: Material, conditions: Sequence[Condition]) -> int:
    """As many as training has of that kind, where its metadata tell; at least 20."""
    if material.training is None:
        return MIN_NEW_SPEAKERS
    frame = material.training.learned.utterances
    if any(row.value is None or row.column not in frame.columns for row in conditions):
        return MIN_NEW_SPEAKERS
    alike = frame.filter(*(pl.col(row.column).cast(pl.String) == row.value for row in conditions))
    return max(MIN_NEW_SPEAKERS, alike["speaker"].drop_nulls().n_unique())


def _remark(where: str, search: SliceSearch) -> str:
    confirmed = sum(row.confirmed for row in search.tested)
    if not search.tested:
        return f"No {where} slice of {search.explored:,} looked worse than the rest on half of the speakers."
    if confirmed:
        result = f"{confirmed} of them confirmed"
    else:
        result = "none of them confirmed: no kind of clip is known to be worse"
    return (
        f"Of {search.explored:,} {where} slices, half of the speakers suggested "
        f"{plural(len(search.tested), 'slice')} as worse; the other half tested these, and {result}."
    )


def _too_few(where: str, answered: Answered) -> str:
    speakers = int(answered.speaker.max()) + 1
    return (
        f"Slices of the {where} clips: {plural(len(answered.wrong), 'clip')} of "
        f"{plural(speakers, 'speaker')} have no two halves with {MIN_SPEAKERS} speakers and {MIN_CLIPS} "
        "clips in and beside a slice. Give more speakers, or columns that tell clips apart (device, accent)."
    )


def _facts(
    found: Candidates, search: SliceSearch, answered: Answered, second: NDArray[np.bool_]
) -> dict[str, Any]:
    halves = [[int(half.sum()), len(np.unique(answered.speaker[half]))] for half in (~second, second)]
    tested = [_row(found, row, int(second.sum())) for row in search.tested]
    return {"explored": search.explored, "tested": tested, "halves": halves}


def _row(found: Candidates, result: SliceResult, num_clips: int) -> dict[str, Any]:
    points = _points(result)
    return {
        "name": found.name(result.index),
        "conditions": [row.settings for row in found.conditions[result.index]],
        "clips": result.clips,
        "speakers": result.speakers,
        "share_of_clips": result.clips / num_clips,
        "deficit_points": 100 * result.deficit,
        "found_deficit_points": 100 * result.found_deficit,
        "lost_points": points.value,
        "low_points": points.low,
        "high_points": points.high,
        "p_value": result.p_value,
        "p_corrected": result.p_corrected,
        "confirmed": result.confirmed,
    }


EXPERIMENT = Experiment("slices", "kinds of clips that are worse, confirmed on a fresh half", slices)
