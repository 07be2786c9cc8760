"""Does the model use the recording instead of the speech?

Where one class was recorded with another microphone, a model learns that microphone: it is excellent on a
test that shares the fault, and takes whoever speaks through that microphone for the class.

Test clips get the recording of another class: an equaliser takes their background's mean colour to that of
the other class, and background of the other class takes the place of their own; in speech it is added. The
control is the same with another speaker (or clip) of the own class, so that what the exchange itself spoils
cancels out. A class is a shortcut where other classes' clips with its recording become it (its pull), or
where its own clips are lost without it. Live clips, where they are labelled, get the recording back that the
test has for their class.

At most 12 answers a test clip and 1 a live clip; to find speech costs some 4 ms a clip; the audit's probe
measures up to 1,500 training clips (cached). Clips that are cut to the word have no background and take no
part.

`facts`, shares are of 1:

    num_clips, num_speakers           test clips that take part
    swap: {control, across, colour_only, background_only, followed}   accuracy; the next two: lost points of
                                      100; the last: share of all clips that are answered with the class whose
                                      recording they were given, more than in the control
    classes: [{label, pull, pull_p, own_loss, own_loss_p, clips_given, is_shortcut, alone_own, alone_others}]
                                      strongest first. p-values are corrected for all classes; null where only
                                      the clips that chance gave its recording were looked at. The last two:
                                      share of the class's backgrounds, and of the others', that the model
                                      answers with the class; null where not asked
    background_alone: {balanced_accuracy, low, high, chance} or null
    live: {points, low, high} or null
    colours: {centres_hz, classes: {label: [dB]}}   mean colour of each class's background
    training: {num_clips, held_out, balanced_accuracy: {family: {label: share}}} or null
"""

from __future__ import annotations

import numpy as np

from unheard.audit.phrases import quoted
from unheard.diagnose.cause import Cause, Evidence, Outcome, Points
from unheard.diagnose.experiment import Experiment, Material
from unheard.diagnose.points import mean_points
from unheard.diagnose.shortcuts.alone import answer_backgrounds
from unheard.diagnose.shortcuts.donors import MIN_CLIPS, Donors, find_donors
from unheard.diagnose.shortcuts.facts import shortcut_facts
from unheard.diagnose.shortcuts.live import lost_live
from unheard.diagnose.shortcuts.probe import probe
from unheard.diagnose.shortcuts.seen import Seen
from unheard.diagnose.shortcuts.sentences import live_message, own_message, remarks, remedies
from unheard.diagnose.shortcuts.swap import Attraction, Swapped, attractions, swap

MIN_LIVE_POINTS, MIN_TEST_POINTS = 1.0, 2.0
LARGE_PULL = 0.3  # of other classes' clips: worth a word, however few points a random exchange costs


def shortcut(material: Material) -> Outcome:
    """Whether the recording tells the model the class, which class, and what that costs."""
    test = material.test
    donors = find_donors(test.samples, material.model.sample_rate, test.classes, test.groups)
    if donors is None:
        return Outcome(
            not_measured=(
                "Whether the model uses the recording instead of the speech: fewer than two classes have "
                f"{MIN_CLIPS} clips with 80 ms of background. Give clips that are not cut to the word.",
            )
        )
    seen = _look(material, donors)
    return Outcome(
        causes=(_cause(seen),),
        not_measured=_not_measured(material, donors),
        facts=shortcut_facts(seen),
        remarks=remarks(seen),
    )


def _look(material: Material, donors: Donors) -> Seen:
    model, seed, training = material.model, material.seed, material.training
    groups = tuple(material.test.groups[row] for row in donors.part_rows)
    swapped = swap(model, donors, seed)
    each = {
        "colour": swap(model, donors, seed, background=False),
        "background": swap(model, donors, seed, colour=False),
    }
    classes = attractions(model, donors, swapped, seed)
    return Seen(
        tuple(model.labels),
        donors,
        groups,
        swapped,
        _lost(swapped, donors, groups, seed),
        {way: _lost(one, donors, groups, seed).value for way, one in each.items()},
        classes,
        answer_backgrounds(model, donors, groups, seed),
        None if training is None else probe(training.learned, model.labels, material.num_threads, seed),
        _live_points(material, donors, classes),
    )


def _lost(swapped: Swapped, donors: Donors, groups: tuple[str, ...], seed: int) -> Points:
    kept = (swapped.control == donors.classes).astype(np.float64)
    return mean_points(kept - (swapped.across == donors.classes), groups, seed=seed)


def _live_points(material: Material, donors: Donors, classes: list[Attraction]) -> Points | None:
    indices = np.array([one.index for one in classes if one.is_shortcut], dtype=np.int64)
    live = material.live
    if live is None or not (live.classes >= 0).any() or not 0 < len(indices) < len(donors.present):
        return None
    return lost_live(material.model, live, donors, indices, material.seed)


def _cause(seen: Seen) -> Cause:
    """On live clips where these are labelled and suffer from it, else on the test clips."""
    live = seen.live
    if live is not None and live.sure and live.value >= MIN_LIVE_POINTS:
        return Cause(
            "shortcut", "live", live, True, live_message(seen, live), _evidence(seen), remedies(seen)
        )
    worth_it = seen.points.sure and seen.points.value >= MIN_TEST_POINTS
    blamed = any(worth_it or one.pull >= LARGE_PULL for one in seen.shortcuts)
    return Cause("shortcut", "test", seen.points, blamed, own_message(seen), _evidence(seen), remedies(seen))


def _evidence(seen: Seen) -> Evidence:
    strongest, alone = seen.classes[0], seen.alone
    return {
        "clips": len(seen.donors),
        "classes": ", ".join(seen.names),
        "recording_followed": round(seen.followed, 4),
        "swap_points": round(seen.points.value, 2),
        "colour_points": round(seen.ways["colour"], 2),
        "background_points": round(seen.ways["background"], 2),
        "strongest_pull": round(strongest.pull, 4),
        "strongest_pull_p": strongest.pull_p,
        "its_own_loss": round(strongest.own_loss, 4),
        "its_own_loss_p": strongest.own_loss_p,
        "background_alone_points_above_chance": None if alone is None else round(alone.balanced.value, 2),
    }


def _not_measured(material: Material, donors: Donors) -> tuple[str, ...]:
    missing = [
        label
        for index, label in enumerate(material.model.labels)
        if (material.test.classes == index).any() and index not in donors.present
    ]
    if not missing:
        return ()
    return (
        f"Shortcuts of {quoted(missing)}: fewer than {MIN_CLIPS} test clips with speech and background "
        "between or around it.",
    )


EXPERIMENT = Experiment(
    "shortcut", "whether the model uses the recording instead of the speech, and for which class", shortcut
)
