"""What live clips lose because a class does not come with the recording that the model knows it by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Points
from unheard.diagnose.experiment import Part
from unheard.diagnose.points import mean_points
from unheard.diagnose.shortcuts.donors import MIN_CLIPS, Colours, Donors, Rows
from unheard.diagnose.shortcuts.exchange import with_background, with_colour
from unheard.diagnose.shortcuts.recordings import Recordings, listen
from unheard.runtime.model import Model


def lost_live(model: Model, live: Part, donors: Donors, shortcuts: Rows, seed: int) -> Points | None:
    """Accuracy points of labelled live clips that are won back by giving each the recording of its own class
    in the test, where the clip is of a class in `shortcuts`, or was taken for one.

    The equaliser takes away only what tells these classes from the others, so that another microphone for all
    is not laid to the shortcut. Clips without background are taken to win as much as those with it. At most
    n answers, and a search for speech in all live clips. None where no such clip has background.
    """
    recordings = listen(live.samples, model.sample_rate)
    involved = np.isin(live.classes, shortcuts) | np.isin(live.answers.predicted, shortcuts)
    involved &= np.isin(live.classes, donors.present)
    rows = np.flatnonzero(involved & recordings.has_background)
    if len(rows) == 0:
        return None
    gains_db = _gains_db(recordings, live.classes, rows, donors, shortcuts)
    random = np.random.default_rng([seed, 3])
    drawn = np.array([random.choice(np.flatnonzero(donors.classes == index)) for index in live.classes[rows]])
    clips = recordings.take(rows)
    moved = with_colour(clips.samples, gains_db, clips.sample_rate)
    moved = with_background(moved, clips, donors.recordings, drawn)
    won = np.zeros(len(live))
    won[rows] = (model.answer(moved).predicted == live.classes[rows]).astype(np.float64) - live.correct[rows]
    won *= involved.sum() / len(rows)
    labelled = np.flatnonzero(live.classes >= 0)
    return mean_points(won[labelled], tuple(live.groups[row] for row in labelled), seed=seed)


def _gains_db(
    live: Recordings, classes: Rows, rows: Rows, donors: Donors, shortcuts: Rows
) -> NDArray[np.float64]:
    """`(rows, 16)`: from the live colour of each clip's class to that in the test, along the directions in
    which the classes in `shortcuts` differ from the others."""
    usual = np.nanmean(np.delete(donors.colours, shortcuts, axis=0), axis=0)
    directions = donors.colours[shortcuts] - usual
    steps = donors.colours[classes[rows]] - _live_colours(live, classes)[classes[rows]]
    return np.asarray(steps @ np.linalg.pinv(directions) @ directions)


def _live_colours(live: Recordings, classes: Rows) -> Colours:
    """`(classes, 16)`: mean colour of each class live, that of all clips where it has few."""
    usable = live.has_background
    everything = live.colours_db[usable].mean(axis=0)
    found = np.tile(everything, (int(classes.max()) + 1, 1))
    for index in np.unique(classes[usable & (classes >= 0)]):
        own = usable & (classes == index)
        if own.sum() >= MIN_CLIPS:
            found[index] = live.colours_db[own].mean(axis=0)
    return found
