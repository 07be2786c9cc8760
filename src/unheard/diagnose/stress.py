"""What conditions cost that the test clips do not have: curves of accuracy over severity, factor by factor.

Some 30 factors of `stressors/`, each at 2 to 5 severities, change the same clips of the same speakers in the
same places, so every point is paired with the clips as they are. By default some 250 test clips are chosen by
speaker: about 90 x 250 = 22,500 answers of the model.

A factor is a weak spot where its ordinary severity costs 3 points or more, and that is no chance with all of
them asked after at once. None of it is lost on these clips: causes stand at `stress`.

`facts`, in points of 100 where nothing else is said:

    num_clips, num_speakers, num_answers
    clean: {accuracy, low, high}
    curves: [{
        factor, title, unit           "babble", "Babble", "dB"
        severities                    from mild to harsh
        accuracy, low, high           a value a severity; low and high null where there is no interval
        loss, loss_low, loss_high     paired, against the clips as they are
        ordinary                      the severity that a recogniser in use meets on an ordinary day
        neutral                       the severity that changes nothing; null where there is none
        falls_5_points_at             severity, interpolated; null where the harshest one does not do it
        falls_5_mildest, falls_5_harshest   its interval; an end that was not reached is null, both are null
                                      under 20 speakers
        score                         0 to 100: mean accuracy from the mildest to the ordinary severity, in
                                      percent of the accuracy on the clips as they are
        p_value                       that nothing is lost at the ordinary severity, corrected (Holm)
        weak                          whether it is a weak spot
    }]
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from unheard.diagnose.cause import Cause, Outcome, Points
from unheard.diagnose.experiment import Experiment, Material, Part
from unheard.diagnose.material import choose_clips
from unheard.diagnose.words import points_words
from unheard.errors import MissingExtraError

if TYPE_CHECKING:
    from unheard.augment.noise_bank import NoiseBank
    from unheard.diagnose.stressors.curve import Curve
    from unheard.diagnose.stressors.stressor import Stressor

WEAK_POINTS = 3.0
MAX_P_VALUE = 0.025  # one-sided, as the lower end of a 95 % interval
NUM_NAMED = 3  # factors that the remark names


@dataclass(frozen=True)
class StressOptions:
    """num_clips: about how many, chosen by speaker. noise: a folder of recordings of noise; by default those
    of the corpus that the model learned from, the part that training leaves alone. only: names of factors;
    by default all."""

    num_clips: int = 250
    noise: Path | None = None
    only: tuple[str, ...] = ()


def stress(material: Material, options: StressOptions = StressOptions()) -> Outcome:
    """What every factor costs at each of its severities, and which are weak spots."""
    try:
        from unheard.diagnose.stressors.catalog import all_stressors, reasons_for_missing
    except ModuleNotFoundError as error:  # torch
        missing_extra = MissingExtraError("Putting clips under stress", str(error.name), "train")
        return Outcome(not_measured=(f"Stress was not measured: {missing_extra}",))
    from unheard.diagnose.stressors.curve import chances

    part = _chosen(material, options.num_clips)
    if not part.correct.any():
        return Outcome(not_measured=("Stress was not measured: the model gets no test clip right.",))
    stressors = all_stressors(
        material.test.samples,
        material.test.groups,
        part.groups,
        material.model.sample_rate,
        _recordings(material, options.noise),
    )
    missing = reasons_for_missing(stressors, options.only)
    stressors = [one for one in stressors if not options.only or one.name in options.only]
    curves = list(_curves(material, part, stressors, missing))
    if not curves:
        return Outcome(not_measured=tuple(missing))
    judged = list(zip(curves, chances(curves, material.seed), strict=True))
    return Outcome(
        causes=tuple(_cause(curve, p_value) for curve, p_value in judged),
        not_measured=tuple(missing),
        facts=_facts(part, judged),
        remarks=_remarks(curves),
    )


def _chosen(material: Material, num_clips: int) -> Part:
    """Labelled test clips of some speakers."""
    labelled = material.test.take(np.flatnonzero(material.test.classes >= 0))
    return labelled.take(choose_clips(labelled.groups, num_clips, material.seed))


def _recordings(material: Material, folder: Path | None) -> NoiseBank | None:
    from unheard.diagnose.stressors.noise import recordings_below, recordings_of

    if folder is not None:
        return recordings_below(folder, material.model.sample_rate)
    if material.training is None:
        return None
    return recordings_of(material.training.corpus, material.model.sample_rate)


def _curves(
    material: Material, part: Part, stressors: Sequence[Stressor], missing: list[str]
) -> Iterator[Curve]:
    """One curve a factor; those for which a package is missing go to `missing`."""
    from unheard.diagnose.stressors.curve import measure_curve

    total, done = sum(len(stressor.severities) for stressor in stressors), 0
    for stressor in stressors:
        rows = []
        try:
            for severity in stressor.severities:
                generator = np.random.default_rng([material.seed, zlib.crc32(stressor.name.encode())])
                clips = stressor.apply(part.samples, material.model.sample_rate, severity, generator)
                rows.append(material.model.answer(clips).predicted == part.classes)
                done += 1
                material.on_progress(done, total)
        except MissingExtraError as error:
            missing.append(f"{stressor.title} was not measured: {error}")
            continue
        yield measure_curve(
            stressor,
            part.correct,
            np.stack(rows),
            part.groups,
            seed=material.seed,
        )


def _is_weak(curve: Curve, p_value: float) -> bool:
    return curve.ordinary_loss.value >= WEAK_POINTS and p_value <= MAX_P_VALUE


def _cause(curve: Curve, p_value: float) -> Cause:
    stressor, weak = curve.stressor, _is_weak(curve, p_value)
    return Cause(
        name=f"stress-{stressor.name}",
        where="stress",
        points=curve.ordinary_loss,
        blamed=weak,
        message=_message(curve),
        evidence={
            "factor": stressor.name,
            "severity": stressor.ordinary,
            "unit": stressor.unit,
            "accuracy_clean": round(curve.clean.value, 1),
            "accuracy": round(curve.ordinary_accuracy.value, 1),
            "falls_5_points_at": curve.fall.at,
            "score": round(curve.score, 1),
            "p_value": round(p_value, 4),
        },
        remedies=stressor.remedies if weak else (),
    )


def _message(curve: Curve) -> str:
    """ "At 10 dB of babble accuracy falls from 91.3 % to 78.0 %, by 13.3 points (11.0 to 15.6); ..."."""
    stressor, loss = curve.stressor, curve.ordinary_loss
    before, after = f"{curve.clean.value:.1f} %", f"{curve.ordinary_accuracy.value:.1f} %"
    where = stressor.at.format(f"{stressor.ordinary:g}")
    if loss.value > 0:
        change = f"accuracy falls from {before} to {after}, by {points_words(loss)}"
    else:
        change = f"accuracy does not fall: {after}, after {before}"
    return f"{where} {change}; {_fall_words(curve)}."


def _fall_words(curve: Curve) -> str:
    stressor, fall = curve.stressor, curve.fall
    if fall.at is None:
        return f"5 points are not lost up to {_with_unit(stressor.severities[-1], stressor.unit)}"
    already = " already" if stressor.neutral is None and fall.at == stressor.severities[0] else ""
    return f"5 points are lost at {_with_unit(fall.at, stressor.unit)}{already}"


def _with_unit(severity: float, unit: str) -> str:
    """ "16.2 dB", "11200 Hz", "1 line"."""
    rounded = float(f"{severity:.3g}")
    return f"{rounded:g} {unit.removesuffix('s') if rounded == 1 and len(unit) > 2 else unit}"


def _remarks(curves: Sequence[Curve]) -> tuple[str, ...]:
    """The factors that the model bears least."""
    worst = sorted(curves, key=lambda curve: curve.score)[:NUM_NAMED]
    named = ", ".join(f"{curve.stressor.title} {curve.score:.0f}" for curve in worst)
    return (f"The lowest scores under stress, of 100, where nothing is lost: {named}.",)


def _facts(part: Part, judged: Sequence[tuple[Curve, float]]) -> dict[str, Any]:
    clean = judged[0][0].clean
    return {
        "num_clips": len(part),
        "num_speakers": len(set(part.groups)),
        "num_answers": len(part) * sum(len(curve.accuracy) for curve, _ in judged),
        "clean": {"accuracy": clean.value, "low": clean.low, "high": clean.high},
        "curves": [_curve_facts(curve, p_value) for curve, p_value in judged],
    }


def _curve_facts(curve: Curve, p_value: float) -> dict[str, Any]:
    stressor, fall = curve.stressor, curve.fall
    return {
        "factor": stressor.name,
        "title": stressor.title,
        "unit": stressor.unit,
        "severities": list(stressor.severities),
        **_columns(curve.accuracy, "accuracy", "low", "high"),
        **_columns(curve.loss, "loss", "loss_low", "loss_high"),
        "ordinary": stressor.ordinary,
        "neutral": stressor.neutral,
        "falls_5_points_at": fall.at,
        "falls_5_mildest": fall.mildest,
        "falls_5_harshest": fall.harshest,
        "score": curve.score,
        "p_value": p_value,
        "weak": _is_weak(curve, p_value),
    }


def _columns(points: Sequence[Points], value: str, low: str, high: str) -> dict[str, list[float | None]]:
    return {
        value: [point.value for point in points],
        low: [point.low for point in points],
        high: [point.high for point in points],
    }


EXPERIMENT = Experiment(
    "stress", "what noise, rooms, microphones, lines and codecs would cost, by severity", stress
)
