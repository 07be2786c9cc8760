"""Misclassified clips explained: what decided, what training clips they sound like, what makes them right.

The surest wrong answers, at most 3 of each pair of words. Asks for up to 7,000 answers for the test clips, as
many for labelled live clips, and those of `training_part`, which experiments share. Facts:

    test, live: null where nothing is labelled or wrong; else
        num_wrong         of the part
        tried: {wrong, right}   clips on which every change was tried
        factors: [{factor, doing, best, made_right, made_wrong, best_made_right, best_made_wrong, points, low,
            high, p_corrected}]   shares of the tried wrong and right clips; points of all clips
        clips: [{row, id, path, speaker, word, truth, predicted, score,   row: in the part, for its samples;
                                                                           word: as labelled; truth: its class
            margin, edges_s, edges_hz, drops,   drops: 8 bands, lowest first, of 12 steps each: logits that
                                                a tile holds up; margin: logit of the answer over the next one
            neighbours: [{id, path, label, word, speaker, cosine}],   null where the model shows no embedding,
                                                                      or nobody says what it learned from
            flips: [{factor, change}],   the mildest change of each factor that makes it right, mildest first
            told}]                       sentences
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from unheard.audit.phrases import percent, plural
from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.cause import Cause, Outcome, Remedy, Where
from unheard.diagnose.experiment import Experiment, Material, Part
from unheard.diagnose.explain.changes import Change
from unheard.diagnose.explain.flips import (
    FactorEffect,
    Flips,
    factor_effects,
    right_after_changes,
    smallest_changes,
    try_changes,
)
from unheard.diagnose.explain.neighbours import Neighbours, nearest_clips
from unheard.diagnose.explain.occlusion import Tiles, deciding_tiles
from unheard.diagnose.training_part import training_part
from unheard.diagnose.words import points_words
from unheard.evaluate.slices import ALPHA
from unheard.runtime.model import Answers

MAX_CLIPS, MAX_PER_PAIR = 12, 3
MIN_WRONG, MIN_RIGHT = 10, 10  # clips, for causes
MIN_POINTS = 1.0
MIN_MADE_RIGHT = 0.05  # of the errors


def clips(material: Material) -> Outcome:
    """The surest errors one by one, and what small changes do to all of them."""
    causes: list[Cause] = []
    remarks, not_measured = [], []
    facts: dict[str, Any] = {"test": None, "live": None}
    for where, part in _parts(material):
        flips = try_changes(material.model, part, material.seed)
        effects = factor_effects(flips, material.seed)
        facts[where] = {
            "num_wrong": int((~part.correct).sum()),
            "tried": {"wrong": int((~flips.was_right).sum()), "right": int(flips.was_right.sum())},
            "factors": [_effect_facts(row) for row in effects],
            "clips": _explained(material, part),
        }
        remarks.append(_remark(where, flips, effects))
        if (~flips.was_right).sum() >= MIN_WRONG and flips.was_right.sum() >= MIN_RIGHT:
            causes += _causes(where, effects)
    if not _has_neighbours(material):
        not_measured.append(
            "Nearest training clips: the model shows no embedding."
            if material.test.answers.embedding is None
            else "Nearest training clips: what the model learned from is not known. Give --train."
        )
    return Outcome(tuple(causes), tuple(not_measured), facts, tuple(remarks))


def _parts(material: Material) -> Iterator[tuple[Where, Part]]:
    """Those that hold labelled errors."""
    if not material.test.correct.all():
        yield "test", material.test
    if material.live is not None and material.live.labelled and not material.live.correct.all():
        yield "live", material.live


def surest_errors(part: Part, scores: NDArray[np.float64]) -> list[int]:
    """Rows of the wrong clips with the highest scores: 12 at most, 3 of each pair of truth and answer."""
    wrong = np.flatnonzero(~part.correct)
    pairs: Counter[tuple[int, int]] = Counter()
    chosen: list[int] = []
    for row in wrong[np.argsort(-scores[wrong], kind="stable")].tolist():
        pair = (int(part.classes[row]), int(part.answers.predicted[row]))
        pairs[pair] += 1
        if pairs[pair] <= MAX_PER_PAIR and len(chosen) < MAX_CLIPS:
            chosen.append(row)
    return chosen


def _explained(material: Material, part: Part) -> list[dict[str, Any]]:
    scores = _scores(part.answers, material.model.temperature)
    rows = surest_errors(part, scores)
    chosen = part.take(np.array(rows, np.int64))
    labels = tuple(material.model.labels)
    right = right_after_changes(material.model, chosen.samples, chosen.classes)
    near: list[Neighbours | None] = [None] * len(rows)
    if _has_neighbours(material):
        near = [*nearest_clips(chosen.answers, training_part(material), labels)]
    return [
        {
            "row": row,
            "id": part.ids[row],
            "path": part.frame["path"][row],
            "speaker": part.groups[row],
            "word": part.frame["label"][row],
            "truth": labels[part.classes[row]],
            "predicted": labels[part.answers.predicted[row]],
            "score": float(scores[row]),
            **_details(deciding_tiles(material.model, part.samples[row]), near[place], right[place]),
        }
        for place, row in enumerate(rows)
    ]


def _details(tiles: Tiles, near: Neighbours | None, right: NDArray[np.bool_]) -> dict[str, Any]:
    changes = smallest_changes(right)
    return {
        "margin": tiles.margin,
        "edges_s": list(tiles.edges_s),
        "edges_hz": list(tiles.edges_hz),
        "drops": tiles.drops.tolist(),
        "neighbours": near,
        "flips": [{"factor": change.factor, "change": change.text} for change in changes],
        "told": _told(tiles, near, changes),
    }


def _told(tiles: Tiles, near: Neighbours | None, changes: list[Change]) -> str:
    band, step = np.unravel_index(int(tiles.drops.argmax()), tiles.drops.shape)
    decided = (
        f"What decided most lies at {tiles.edges_s[step]:.2f} to {tiles.edges_s[step + 1]:.2f} s and "
        f"{tiles.edges_hz[band]:,.0f} to {tiles.edges_hz[band + 1]:,.0f} Hz. "
    )
    if changes:
        others = f" ({', '.join(change.text for change in changes[1:])} would do, too)"
        turned = f"Right after {changes[0].text}{others if changes[1:] else ''}."
    else:
        turned = "No single change that was tried makes it right."
    if near is None:
        return decided + turned
    names = ", ".join(f"'{row['word']}' of {row['speaker']}" for row in near)
    return f"{decided}To the model it sounds like the training clips {names}. {turned}"


def _has_neighbours(material: Material) -> bool:
    return material.training is not None and material.test.answers.embedding is not None


def _scores(answers: Answers, temperature: float) -> NDArray[np.float64]:
    """`(n,)`: the score of the predicted class."""
    log_scores = log_softmax(answers.logits.astype(np.float64) / temperature, axis=1)
    return np.asarray(np.exp(log_scores.max(axis=1)))


def _causes(where: Where, effects: list[FactorEffect]) -> list[Cause]:
    """What wins points, most first. Only the first is blamed, for the others win the same clips in part; and
    on the test alone, for what live clips differ by is measured against the test, elsewhere."""
    won = sorted(effects, key=lambda row: -row.points.value)
    worth = [row for row in won if row.made_right >= MIN_MADE_RIGHT and row.points.value > 0]
    return [_cause(where, row, is_first=row is worth[0]) for row in worth]


def _cause(where: Where, row: FactorEffect, *, is_first: bool) -> Cause:
    is_sure = row.p_corrected <= ALPHA and row.points.sure and row.points.value >= MIN_POINTS
    tail = ", which is not sure" if not is_sure else "" if is_first else ", in part of the same clips"
    remedy = (augment_remedy(row.factor.augment),) if row.factor.augment else ()
    doing = row.factor.doing[0].upper() + row.factor.doing[1:]
    return Cause(
        name=f"flip: {row.factor.name}{' (live)' if where == 'live' else ''}",
        where=where,
        points=row.points,
        blamed=is_sure and is_first and where == "test",
        message=(
            f"{doing} makes {percent(row.made_right)} of the wrong {where} clips right, and "
            f"{percent(row.made_wrong)} of the right ones wrong; the best for all of them, {row.best}, wins "
            f"{points_words(row.points)}{tail}."
        ),
        evidence={
            "made_right_percent": 100 * row.made_right,
            "made_wrong_percent": 100 * row.made_wrong,
            "best": row.best,
            "best_made_right_percent": 100 * row.best_made_right,
            "best_made_wrong_percent": 100 * row.best_made_wrong,
            "p_corrected": row.p_corrected,
        },
        remedies=(
            *remedy,
            Remedy("live-path", f"Put {row.best} in front of the model.", {"change": row.best}),
        ),
    )


def _effect_facts(row: FactorEffect) -> dict[str, Any]:
    return {
        "factor": row.factor.name,
        "doing": row.factor.doing,
        "best": row.best,
        "made_right": row.made_right,
        "made_wrong": row.made_wrong,
        "best_made_right": row.best_made_right,
        "best_made_wrong": row.best_made_wrong,
        "points": row.points.value,
        "low": row.points.low,
        "high": row.points.high,
        "p_corrected": row.p_corrected,
    }


def _remark(where: str, flips: Flips, effects: list[FactorEffect]) -> str:
    stays = np.asarray((~flips.right[~flips.was_right]).all(axis=1))
    most = max(effects, key=lambda row: row.made_right - row.made_wrong)
    return (
        f"Of {plural(len(stays), f'wrong {where} clip')}, {percent(float(stays.mean()))} stay wrong whatever "
        f"single change is tried; {most.factor.doing} makes {percent(most.made_right)} of them right, and "
        f"{percent(most.made_wrong)} of the right ones wrong."
    )


EXPERIMENT = Experiment("clips", "misclassified clips explained, with what would make them right", clips)
