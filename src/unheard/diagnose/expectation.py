"""What accuracy new speakers will get, and how many of them a test needs to tell two models apart.

Asks for about 2 x 400 answers: the same clips, chosen by speaker, in noise and in rooms. Facts, shares but
where points are said:

    conditions: a row for `test`, `live` (with labels), `noise 10 dB`, `room 0.6 s`:
        condition, clips, speakers, clips_each (the median speaker), accuracy (each clip counts alike)
        correlation            of two clips of a speaker
        expected, population_low, population_high   mean of all speakers like these, each counting alike, 95 %
        clip_low, clip_high    the same by Wilson's interval, which takes clips as independent: too narrow
        new_speakers: [{speakers, low, high}]  what so many new ones will show on `clips_each` clips, 95 %
    pairing           correlation of two models over speakers that `differences` is for
    differences: [{points, speakers}]   speakers that show it, 80 % power, alpha 0.05; null: over ten million
    visible_points    smallest difference that the test clips show
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from unheard.audit.phrases import plural
from unheard.diagnose.cause import Outcome
from unheard.diagnose.experiment import Experiment, Material, Part
from unheard.diagnose.material import choose_clips
from unheard.evaluate.detectable import PAIR_CORRELATION
from unheard.evaluate.expect import (
    SpeakerSpread,
    pairing,
    speaker_counts,
    speakers_needed,
    spread_of_speakers,
    variance_of_difference,
    visible_difference,
)
from unheard.evaluate.intervals import wilson_interval
from unheard.runtime.model import Answers

MIN_SPEAKERS = 5
NEW_SPEAKERS = (5, 20, 100)
DIFFERENCES_POINTS = (1.0, 2.0, 5.0)
MAX_CHANGED_CLIPS = 400
SNR_DB, T60_S = 10.0, 0.6


def expectation(material: Material) -> Outcome:
    """Intervals for new speakers in every condition, and the speakers that differences take."""
    num_speakers = len(set(material.test.groups))
    if num_speakers < MIN_SPEAKERS:
        return Outcome(
            not_measured=(
                f"What to expect on new speakers: the test has {plural(num_speakers, 'speaker')}, and to "
                f"see how much speakers differ takes {MIN_SPEAKERS} or more.",
            )
        )
    parts = {"test": material.test}
    if material.live is not None and material.live.labelled and len(set(material.live.groups)) > 1:
        parts["live"] = material.live
    some = material.test.take(choose_clips(material.test.groups, MAX_CHANGED_CLIPS, material.seed))
    changed = dict(_changed(material, some))
    rows = [_row(name, part, material.seed) for name, part in (parts | changed).items()]
    correlation = _pairing(some, changed)
    differences, visible_points = _differences(material.test, correlation)
    facts = {
        "conditions": rows,
        "pairing": correlation,
        "differences": differences,
        "visible_points": visible_points,
    }
    return Outcome(facts=facts, remarks=(_expect_words(rows[0]), *_difference_words(facts, rows[0])))


def _changed(material: Material, part: Part) -> Iterator[tuple[str, Part]]:
    """The same clips in steady noise and in rooms, as the experiment `stress` makes them."""
    from unheard.diagnose.stressors.reverberation import reverberate
    from unheard.diagnose.stressors.steady_noise import steady_noise

    rate = material.model.sample_rate
    voices = part.samples[part.samples.any(axis=1)]
    ways = {"noise 10 dB": (steady_noise(voices).apply, SNR_DB), "room 0.6 s": (reverberate, T60_S)}
    for name, (apply, severity) in ways.items() if len(voices) else ():
        samples = apply(part.samples, rate, severity, np.random.default_rng(material.seed))
        yield name, _answered(part, material.model.answer(samples))


def _answered(part: Part, answers: Answers) -> Part:
    return Part(part.ids, part.samples, part.classes, part.groups, part.frame, answers)


def _row(name: str, part: Part, seed: int) -> dict[str, Any]:
    clips, hits = speaker_counts(part.correct, part.groups)
    spread = spread_of_speakers(clips, hits)
    population, naive = spread.population(), wilson_interval(float(hits.sum()), float(clips.sum()))
    clips_each = _clips_each(part)
    predictions = [spread.predict(np.full(number, clips_each), seed=seed) for number in NEW_SPEAKERS]
    return {
        "condition": name,
        "clips": len(part),
        "speakers": len(clips),
        "clips_each": clips_each,
        "accuracy": naive.value,
        "correlation": spread.correlation,
        "expected": spread.mean,
        "population_low": population.low,
        "population_high": population.high,
        "clip_low": naive.low,
        "clip_high": naive.high,
        "new_speakers": [
            {"speakers": number, "low": row.low, "high": row.high}
            for number, row in zip(NEW_SPEAKERS, predictions, strict=True)
        ],
    }


def _clips_each(part: Part) -> int:
    """Clips of the median speaker."""
    return max(1, round(float(np.median(speaker_counts(part.correct, part.groups)[0]))))


def _pairing(part: Part, changed: dict[str, Part]) -> float:
    """How alike two models order speakers, guessed by this one with and without noise or rooms, the lower.

    Three models of this project on 160 speakers of Speech Commands have 0.66 to 0.75 in pairs; the guess from
    each of them is 0.57 to 0.76.
    """
    found = [pairing(part.correct, other.correct, part.groups) for other in changed.values()]
    known = [value for value in found if value is not None]
    return max(0.0, min(known, default=PAIR_CORRELATION))


def _differences(part: Part, correlation: float) -> tuple[list[dict[str, Any]], float | None]:
    spread: SpeakerSpread = spread_of_speakers(*speaker_counts(part.correct, part.groups))
    variance = variance_of_difference(spread, _clips_each(part), correlation)
    rows = [
        {"points": points, "speakers": speakers_needed(variance, points / 100)}
        for points in DIFFERENCES_POINTS
    ]
    visible = visible_difference(variance, len(set(part.groups)))
    return rows, None if visible is None else 100 * visible


def _expect_words(row: dict[str, Any]) -> str:
    twenty = next(new for new in row["new_speakers"] if new["speakers"] == 20)
    return (
        f"20 new speakers with {plural(row['clips_each'], 'clip')} each will show "
        f"{_range(twenty['low'], twenty['high'])} (95 %) in the conditions of the test; all speakers like "
        f"these together {_range(row['population_low'], row['population_high'])}. Taking clips as "
        f"independent would promise {_range(row['clip_low'], row['clip_high'])}, which they do not keep."
    )


def _difference_words(facts: dict[str, Any], row: dict[str, Any]) -> Iterator[str]:
    needed = "; ".join(
        f"{new['points']:g} {'point' if new['points'] == 1 else 'points'}: "
        + ("more than ten million" if new["speakers"] is None else f"{new['speakers']:,}")
        for new in facts["differences"]
    )
    visible = facts["visible_points"]
    yield (
        f"Speakers with {plural(row['clips_each'], 'clip')} each that a test needs to see how two models "
        f"differ on the same clips (80 % power at 5 %): {needed}."
        + ("" if visible is None else f" The {row['speakers']:,} of this test show {visible:.1f} points.")
    )


def _range(low: float, high: float) -> str:
    return f"{100 * low:.1f} to {100 * high:.1f} %"


EXPERIMENT = Experiment(
    "expectation", "accuracy to expect on new speakers, and how many a test needs", expectation
)
