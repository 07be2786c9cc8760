"""From finished runs to one document: what every row answers under every condition, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from accuracy.costs import Costs
from accuracy.hearing import Hearing
from accuracy.rows import FinishedRun, Row
from accuracy.scores import Array, gap, mean_over_speakers

from unheard.augment.conditions import CLEAN, NOISE_SNR_DB, QUIET_DB
from unheard.evaluate.metrics import METRICS
from unheard.evaluate.predictions import Predictions
from unheard.evaluate.tally import tally_speakers
from unheard.runtime.scoring import clip_logits

SIX = (
    *(f"noise {snr_db} dB" for snr_db in NOISE_SNR_DB),
    "reverberation",
    "telephone",
    f"level {QUIET_DB:g} dB",
)
MEAN_OF_SIX, MEAN_OF_ALL = "mean of six", "mean of all"
CLEAN_KNOWN, SIX_KNOWN = "clean, no unheard words", "mean of six, no unheard words"


@dataclass(frozen=True)
class Answers:
    """A row's answers, averaged over its seeds.

    `correct`: condition -> share of seeds that are right about each clip; `accepted`: source -> share of
    seeds that take each word for a command; `by_seed`: seed -> accuracy clean and over the six conditions.
    """

    correct: dict[str, Array]
    accepted: dict[str, Array]
    calibration: dict[str, float]
    by_seed: dict[int, dict[str, float]]


def answers(row: Row, hearing: Hearing, on_step: Callable[[str], None]) -> Answers:
    """Every seed's bundle hears every clip under every condition."""
    found = []
    for run in row.runs:
        on_step(f"{run.folder.name} answers {len(hearing.heard)} x {len(hearing.clips)} clips")
        found.append({name: _predictions(run, hearing, name) for name in hearing.heard})
    correct = {name: _mean([_correct(one[name]) for one in found]) for name in hearing.heard}
    accepts = _mean([hearing.is_command[one[CLEAN].predicted].astype(np.float64) for one in found])
    own = range(hearing.num_own)
    scored = [
        _calibration(run, {name: one[name].take(own) for name in (CLEAN, *SIX)})
        for run, one in zip(row.runs, found, strict=True)
    ]
    return Answers(
        correct=correct,
        accepted={name: accepts[rows] for name, rows in hearing.false_accept_sources().items()},
        calibration={name: float(np.mean([one[name] for one in scored])) for name in scored[0]},
        by_seed={
            run.options.seed: {
                CLEAN: hearing.accuracy(_correct(one[CLEAN])),
                MEAN_OF_SIX: hearing.accuracy(_mean([_correct(one[name]) for name in SIX])),
            }
            for run, one in zip(row.runs, found, strict=True)
        },
    )


def _predictions(run: FinishedRun, hearing: Hearing, condition: str) -> Predictions:
    clips, logits = hearing.clips, clip_logits(run.bundle, hearing.heard[condition])
    return Predictions(clips.ids, hearing.labels, clips.classes, logits, clips.groups)


def _correct(found: Predictions) -> Array:
    return np.asarray(found.predicted == found.truth, np.float64)


def _mean(values: Sequence[Array]) -> Array:
    return np.mean(values, axis=0)


def _calibration(run: FinishedRun, found: Mapping[str, Predictions]) -> dict[str, float]:
    """With the temperature that ships: log loss in nats, and expected calibration error."""

    def metric(name: str, condition: str) -> float:
        total = tally_speakers(found[condition], run.bundle.info.temperature).total()
        return float(METRICS[name].function(total))

    return {
        f"{name}, {where}": float(np.mean([metric(name, condition) for condition in conditions]))
        for name in ("ece", "log_loss")
        for where, conditions in ((CLEAN, (CLEAN,)), (MEAN_OF_SIX, SIX))
    }


class Scored(NamedTuple):
    """What each clip scores in one column of the table, whose it is, and what it weighs."""

    values: Array
    groups: Sequence[str]
    weights: Array | None


Columns = Mapping[str, Mapping[str, Scored]]  # part of the document -> column -> scores


def columns(found: Answers, hearing: Hearing) -> Columns:
    """All that a row is scored by; a mean over conditions is one over clips, too."""
    correct = found.correct
    six, every = _mean([correct[name] for name in SIX]), _mean(list(correct.values()))
    groups, weights, own = hearing.clips.groups, hearing.weights, slice(hearing.num_own)
    accuracy = {
        name: Scored(values, groups, weights)
        for name, values in {**correct, MEAN_OF_SIX: six, MEAN_OF_ALL: every}.items()
    }
    for name, values in ((CLEAN_KNOWN, correct[CLEAN]), (SIX_KNOWN, six)):
        accuracy[name] = Scored(values[own], groups[own], None)
    accepts = {
        name: Scored(found.accepted[name], [groups[row] for row in rows], None)
        for name, rows in hearing.false_accept_sources().items()
    }
    return {"accuracy": accuracy, "false_accepts": accepts}


def document(
    rows: Sequence[Row],
    found: Sequence[Answers],
    spent: Sequence[Costs],
    hearing: Hearing,
    references: Sequence[str],
) -> dict[str, Any]:
    """Rows with estimates and what they are minus each reference, best first by the mean over the six
    conditions; shares, not percent."""
    tables = {row.name: columns(one, hearing) for row, one in zip(rows, found, strict=True)}
    described = [
        {
            **_name(row),
            **cost.to_dict(),
            **_estimates(tables[row.name]),
            "calibration": one.calibration,
            "by_seed": one.by_seed,
            "minus": {name: _gaps(tables[row.name], tables[name]) for name in references if name != row.name},
        }
        for row, one, cost in zip(rows, found, spent, strict=True)
    ]
    return {
        "references": list(references),
        "test": _test(hearing),
        "rows": sorted(described, key=lambda row: -row["accuracy"][MEAN_OF_SIX]["value"]),
    }


def _estimates(table: Columns) -> dict[str, Any]:
    return {
        part: {name: mean_over_speakers(*scored).to_dict() for name, scored in scores.items()}
        for part, scores in table.items()
    }


def _gaps(table: Columns, base: Columns) -> dict[str, Any]:
    return {
        part: {
            name: gap(scored.values, base[part][name].values, scored.groups, scored.weights).to_dict()
            for name, scored in scores.items()
        }
        for part, scores in table.items()
    }


def _name(row: Row) -> dict[str, Any]:
    recipe = row.first.options.recipe
    return {
        "name": row.name,
        "recipe": recipe.name,
        "architecture": recipe.model.architecture,
        "seeds": [run.options.seed for run in row.runs],
        "training_noise": sorted(row.first.noise_kinds),
        "training_speech": [Path(folder).name for folder in row.first.options.speech],
    }


def _test(hearing: Hearing) -> dict[str, Any]:
    """Who and what the rows are tested on."""
    return {
        "clips": len(hearing.clips),
        "groups": len(set(hearing.clips.groups)),
        "own_clips": hearing.num_own,
        "weight_of_an_unheard_word": hearing.weights[-1],
        "unheard_words": {
            name: len(rows) for name, rows in hearing.false_accept_sources().items() if "," not in name
        },
        "noise_kinds": list(hearing.noise_kinds),
        "conditions": list(hearing.heard),
    }
