"""Too much capacity, too little regularisation or too little data: how the model fits what it learned from.

Facts: `parts`: a row each for the training clips and the test clips: `part`, `clips`, `speakers`, `accuracy`
(0 to 1), `log_loss` (nats); `gap`: points of training over test clips with `low_points`, `high_points`;
`curves`: rows of `curves.csv` (`epoch`, `train_loss`, `train_accuracy`, `validation_loss`,
`validation_accuracy`), empty where no run is known; `best_epoch`, `overfitted_loss`, `still_falling`: null or
what the curves say; `speaker_curve`: null, or `of` ("last layer" or "recipe") and `rows`: `speakers`,
`accuracy`, `low`, `high`; `gain_of_doubling_points` with `low_points`, `high_points`; `arms`: a row a
training: `arm`, `axis`, `setting`, `accuracy`, `points`, `low_points`, `high_points`, `p_value` (corrected).

Without leave to retrain, what more speakers bring is told by the model's last layer learned anew on fewer of
them. That is a lower bound, and often a low one: what lies in front of the last layer has heard them all.
Asks for answers to 2,000 training clips at most, which other experiments ask for, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import logsumexp

from unheard.audit.phrases import plural
from unheard.diagnose.cause import Cause, Outcome, Remedy
from unheard.diagnose.experiment import Experiment, Material, Part
from unheard.diagnose.fit_arms import Trial, compare_arms, speaker_trials
from unheard.diagnose.label_mix import mix_weights
from unheard.diagnose.learned_speakers import LearnedSpeakers, head_curve, more_speakers
from unheard.diagnose.points import gap_points
from unheard.diagnose.run_curves import read_run_curves
from unheard.diagnose.training_part import training_part
from unheard.diagnose.words import accuracy_words, points_words

WORTHWHILE = 1.0  # points


def fit(material: Material) -> Outcome:
    """How much better the model knows what it learned from, and what would close that gap."""
    learned, test = training_part(material), material.test
    weights, kept = mix_weights(learned.classes, test.classes)
    mixed = learned.take(np.flatnonzero(kept))
    gap = gap_points(
        mixed.correct, mixed.groups, test.correct, test.groups, second_weights=weights, seed=material.seed
    )
    of_learned, of_test = (accuracy_words(part.correct.mean()) for part in (learned, test))
    said = (
        f"Of {plural(len(learned), 'clip')} that it learned from it gets {of_learned} right, of the test "
        f"{of_test}: with the same mix of labels, {points_words(gap)} are lost on clips that are new."
    )
    facts: dict[str, Any] = {
        "parts": [_part_row("training", learned), _part_row("test", test)],
        "gap": {"points": gap.value, "low_points": gap.low, "high_points": gap.high},
        "arms": [],
    }
    curves = read_run_curves(material.training.run if material.training else None)
    facts |= curves.facts
    trials = compare_arms(material) if _may_train(material) else ()
    facts["arms"] = [trial.to_dict() for trial in trials]
    of_speakers, reason = _speakers(material, learned, trials)
    facts["speaker_curve"] = of_speakers and of_speakers.to_dict()
    causes = [_trial_cause(trial) for trial in trials if trial.is_best]
    if of_speakers is not None:
        causes.append(_speakers_cause(of_speakers))
    return Outcome(tuple(causes), reason, facts, (said, *curves.remarks))


def _may_train(material: Material) -> bool:
    return material.retrain and material.training is not None and material.training.recipe is not None


def _part_row(name: str, part: Part) -> dict[str, Any]:
    logits = part.answers.logits.astype(np.float64)
    loss = logsumexp(logits, axis=1) - logits[np.arange(len(part)), part.classes]
    return {
        "part": name,
        "clips": len(part),
        "speakers": len(set(part.groups)),
        "accuracy": round(float(part.correct.mean()), 4),
        "log_loss": round(float(loss.mean()), 4),
    }


def _speakers(
    material: Material, learned: Part, trials: tuple[Trial, ...]
) -> tuple[LearnedSpeakers | None, tuple[str, ...]]:
    """What more speakers bring, by trainings where there are any, else by the last layer; or why not."""
    if trials:
        return more_speakers(speaker_trials(material), "recipe", material.seed), ()
    capacity = (
        "Capacity, regularisation and augmentation, each against the others: that takes trainings. "
        "Give --retrain, with a run folder of ours as the model."
    )
    curve = head_curve(learned, material.test, material.seed)
    if isinstance(curve, str):
        return None, (curve, capacity)
    return more_speakers(curve, "last layer", material.seed), (capacity,)


def _speakers_cause(found: LearnedSpeakers) -> Cause:
    gain = found.gain
    by = "the recipe, shortened," if found.of == "recipe" else "the model's last layer, learned anew,"
    bound = "" if found.of == "recipe" else ", at the least: what lies in front of it has heard them all"
    first, last = found.rows[0], found.rows[-1]
    need = found.speakers_for_a_point
    record = (
        f"Record new speakers: {plural(need, 'more speaker')} for one more point."
        if need is not None
        else "Record new speakers; how many make one more point is beyond what can be told."
    )
    return Cause(
        name="few-speakers",
        where="test",
        points=gain,
        blamed=gain.sure and gain.value >= WORTHWHILE,
        message=f"With {first['speakers']:,} speakers {by} gets {accuracy_words(first['accuracy'])} of the "
        f"test right, with {last['speakers']:,} {accuracy_words(last['accuracy'])}; twice as many would "
        f"bring {points_words(gain)}{bound}.",
        evidence={"speakers": last["speakers"], "measured_on": found.of, "speakers_for_a_point": need},
        remedies=(Remedy("record", record, {"speakers": need or last["speakers"]}),),
    )


def _trial_cause(trial: Trial) -> Cause:
    return Cause(
        name=trial.axis,
        where="test",
        points=trial.points,
        blamed=trial.p_value <= 0.05 and trial.points.sure and trial.points.value >= WORTHWHILE,
        message=f"Trained by the recipe, shortened to {trial.epochs} epochs, {trial.sentence} wins "
        f"{points_words(trial.points)} on the same test clips: {accuracy_words(trial.accuracy)} are right.",
        evidence={"accuracy": round(trial.accuracy, 4), "p_value": round(trial.p_value, 4)},
        remedies=trial.remedies,
    )


EXPERIMENT = Experiment(
    "fit",
    "training against test, and what more data, another size or regularisation would win",
    fit,
    needs=("train",),
)
