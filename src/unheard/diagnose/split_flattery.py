"""How much the test flatters, because it asks about people and recordings that the model was trained on.

Facts: `num_clips`; `kinds`: a row for each kind of leak and for devices: `kind`, `heard_clips`, `new_clips`,
`heard_accuracy`, `new_accuracy` (0 to 1, with the label mix of all test clips; null without such clips);
`claimed_accuracy`, `new_accuracy`: of all test clips and of new ones; `compared`: what the new ones are
("test", "live", "retrained" or null); `retrained`: null, or `clips`, `heard_accuracy`, `unheard_accuracy`,
`points`, `low_points`, `high_points` of two short trainings, with and without half of the heard speakers.

Heard and new clips come from different people, so with few speakers the interval is wide. Asks the model for
nothing that is not there already; reads the training's audio to find copies, about 1 ms a clip.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.audit.phrases import part_of, plural
from unheard.diagnose.cause import Cause, Outcome, Points, Remedy
from unheard.diagnose.experiment import Experiment, Material, Part, Training
from unheard.diagnose.familiar import LEAKS, Familiar, find_familiar
from unheard.diagnose.label_mix import mix_weights
from unheard.diagnose.points import gap_points
from unheard.diagnose.retrained import Retrained, with_and_without
from unheard.diagnose.shift.descriptors import describe
from unheard.diagnose.words import accuracy_words, points_words

NAME = "leaked-split"
MIN_NEW_CLIPS, MIN_NEW_SPEAKERS = 20, 5  # below, new clips of the test say nothing
WORTHWHILE = 1.0  # points
ALIKE_SD = 0.5  # standard deviations by which clips that sound alike may differ in the mean
SHARED = {
    "copy": "have a copy of themselves in the training",
    "recording": "are cut from a recording that was trained on",
    "speaker": "are of speakers who were trained on",
    "session": "are of sessions that were trained on",
}

Rows = NDArray[np.bool_]


def split_flattery(material: Material) -> Outcome:
    """Points by which all test clips promise more than new ones."""
    assert material.training is not None  # needs=("train",)
    test = material.test
    known = find_familiar(
        test.frame,
        material.training.learned,
        seed=material.seed,
        num_workers=material.num_threads,
        on_progress=material.on_progress,
    )
    facts = _facts(test, known)
    remarks = _remarks(known)
    if not known.heard.any():
        return Outcome(not_measured=known.not_judged, facts=facts, remarks=remarks)
    retrained = with_and_without(material, known)
    if retrained is not None:
        cause: Cause | None = _by_training(material, known, retrained)
        facts |= {"retrained": retrained.to_dict()}
    elif _enough(test, known.new):
        cause = _against_test(test, known, material.seed)
    else:
        cause = _against_live(material, known)
    if cause is None:
        return Outcome((), (*known.not_judged, _cannot_tell(known)), facts, remarks)
    facts |= {name: cause.evidence[name] for name in ("compared", "new_accuracy")}
    return Outcome((cause,), known.not_judged, facts, remarks)


def _enough(part: Part, rows: Rows) -> bool:
    speakers = {part.groups[row] for row in np.flatnonzero(rows)}
    return int(rows.sum()) >= MIN_NEW_CLIPS and len(speakers) >= MIN_NEW_SPEAKERS


def _by_training(material: Material, known: Familiar, found: Retrained) -> Cause:
    """The same clips, after trainings that heard their speakers and that did not."""
    claimed = float(material.test.correct.mean())
    sentence = (
        f"{_leak(known)}; {found.clips:,} of these are right in {accuracy_words(found.heard)} of "
        f"cases after a short training with these speakers, in {accuracy_words(found.unheard)} after one "
        f"with as many clips of others, {_promise(found.points)}."
    )
    new = claimed - found.points.value / 100
    return _cause(found.points, found.points.sure, sentence, known, claimed, new, "retrained")


def _against_test(test: Part, known: Familiar, seed: int) -> Cause:
    """All test clips against the new ones among them."""
    points, claimed, new = _claim(test, test.take(np.flatnonzero(known.new)), seed)
    fresh = plural(int(known.new.sum()), "new one")
    sentence = (
        f"{_leak(known)}; accuracy is {accuracy_words(claimed)} on all test clips and {accuracy_words(new)} "
        f"on the {fresh}, {_promise(points)}."
    )
    return _cause(points, points.sure, sentence, known, claimed, new, "test")


def _against_live(material: Material, known: Familiar) -> Cause | None:
    """All test clips against live clips of new speakers; null where there are none with labels."""
    live, training = material.live, material.training
    if live is None or not live.labelled or training is None:
        return None
    new = _live_new(live, training, material.test)
    if not _enough(live, new):
        return None
    fresh = live.take(np.flatnonzero(new))
    points, claimed, found = _claim(material.test, fresh, material.seed)
    alike = _sound_alike(material.test, fresh, material.model.sample_rate)
    caution = (
        "live clips sound like those of the test, so it is the voices that differ."
        if alike
        else "live clips sound different as well, so how much of this is the split's is not known."
    )
    sentence = (
        f"{_leak(known)}, and hardly any other is there to compare; accuracy is {accuracy_words(claimed)} on "
        f"the test clips and {accuracy_words(found)} on {plural(len(fresh), 'live clip')} of new speakers, "
        f"{points_words(points)} less: {caution}"
    )
    return _cause(points, points.sure and alike, sentence, known, claimed, found, "live")


def _sound_alike(test: Part, live: Part, sample_rate: int) -> bool:
    """Whether no figure of how they sound differs by much of its spread."""
    one, other = (describe(part.samples, sample_rate).values for part in (test, live))
    spread = np.sqrt((one.var(axis=0) + other.var(axis=0)) / 2)
    return bool((np.abs(one.mean(axis=0) - other.mean(axis=0)) <= ALIKE_SD * spread + 1e-6).all())


def _live_new(live: Part, training: Training, test: Part) -> Rows:
    """Live clips whose speaker is named, and neither trained on nor tested on."""
    learned = set(training.learned.utterances["speaker"].drop_nulls()) | set(test.groups)
    named = live.frame["speaker"].is_not_null().to_numpy()
    return np.array(
        [group not in learned and bool(known) for group, known in zip(live.groups, named, strict=True)]
    )


def _claim(test: Part, fresh: Part, seed: int) -> tuple[Points, float, float]:
    """Points of all test clips over new ones, which are given the test's mix of labels; both accuracies."""
    weights, kept = mix_weights(test.classes, fresh.classes)
    claim = test.take(np.flatnonzero(kept))
    points = gap_points(
        claim.correct, claim.groups, fresh.correct, fresh.groups, second_weights=weights, seed=seed
    )
    claimed = float(claim.correct.mean())
    return points, claimed, claimed - points.value / 100


def _cause(
    points: Points, sure: bool, sentence: str, known: Familiar, claimed: float, new: float, compared: str
) -> Cause:
    return Cause(
        name=NAME,
        where="claim",
        points=points,
        blamed=sure and points.value >= WORTHWHILE,
        message=sentence,
        evidence={
            "heard_clips": int(known.heard.sum()),
            "new_clips": int(known.new.sum()),
            "claimed_accuracy": round(claimed, 4),
            "new_accuracy": round(new, 4),
            "compared": compared,
        },
        remedies=_remedies(known),
    )


def _remedies(known: Familiar) -> tuple[Remedy, ...]:
    """Where only copies leak, they can go; else the split is drawn anew."""
    copies = sorted({name for names in known.copied.values() for name in names})
    found = []
    if any(known.kinds[kind].any() for kind in LEAKS if kind in known.kinds and kind != "copy"):
        found.append(
            Remedy(
                "split",
                "Split anew by whole speakers and train again; only then does the test tell what new people "
                "will find.",
                {"method": "group"},
            )
        )
    if copies:
        found.append(
            Remedy(
                "drop",
                f"Leave the {plural(len(copies), 'training clip')} out that the test holds too.",
                {"utterances": copies},
            )
        )
    return tuple(found)


def _promise(points: Points) -> str:
    if points.sure:
        return f"so the test promises {points_words(points)} too much"
    return f"so what the test promises too much is not told from chance: {points_words(points)}"


def _leak(known: Familiar) -> str:
    """What leaks, in the words of the kind that most clips share."""
    kinds = {kind: int(known.kinds[kind].sum()) for kind in LEAKS if kind in known.kinds}
    kind = max(kinds, key=lambda name: kinds[name])
    return f"{part_of(kinds[kind], len(known.heard), 'test clip')} {SHARED[kind]}"


def _remarks(known: Familiar) -> tuple[str, ...]:
    total = len(known.heard)
    if not known.heard.any():
        said = [f"None of the {total:,} test clips shares a speaker, session or recording with the training."]
        if not known.new.all():
            said = [f"No leak was found among the {total:,} test clips, as far as they can be told."]
    else:
        said = []
        told = np.zeros(total, np.bool_)
        for kind in LEAKS:
            if (
                kind in known.kinds and (known.kinds[kind] & ~told).any()
            ):  # a copy's speaker goes without saying
                said.append(f"{part_of(int(known.kinds[kind].sum()), total, 'test clip')} {SHARED[kind]}.")
                told |= known.kinds[kind]
    devices = known.kinds.get("device")
    if devices is not None and devices.all():
        said.append("Every test clip is of a device that was trained on: nothing is known of other devices.")
    return tuple(said)


def _cannot_tell(known: Familiar) -> str:
    new = int(known.new.sum())
    told = "All test clips leak" if new == 0 else f"Only {plural(new, 'test clip')} do not leak"
    how = (
        "Give labelled --live clips of new speakers to compare with, or --retrain, which trains "
        "with and without the test speakers."
    )
    return f"{NAME}: {told}, so what the test promises too much can't be measured on it. {how}"


def _facts(test: Part, known: Familiar) -> dict[str, Any]:
    return {
        "num_clips": len(test),
        "kinds": [_kind_row(test, kind, rows, known.told) for kind, rows in known.kinds.items()],
        "claimed_accuracy": round(float(test.correct.mean()), 4),
        "new_accuracy": None,
        "compared": None,
        "retrained": None,
    }


def _kind_row(test: Part, kind: str, heard: Rows, told: Rows) -> dict[str, Any]:
    new = told & ~heard
    return {
        "kind": kind,
        "heard_clips": int(heard.sum()),
        "new_clips": int(new.sum()),
        "heard_accuracy": _mixed_accuracy(test, heard),
        "new_accuracy": _mixed_accuracy(test, new),
    }


def _mixed_accuracy(test: Part, rows: Rows) -> float | None:
    """Accuracy of some of the test clips, with the label mix of all."""
    if not rows.any():
        return None
    some = test.take(np.flatnonzero(rows))
    weights, _ = mix_weights(test.classes, some.classes)
    return round(float(np.average(some.correct, weights=weights)), 4)


EXPERIMENT = Experiment(
    "split-flattery",
    "accuracy on people and recordings that were trained on, against new ones",
    split_flattery,
    needs=("train",),
)
