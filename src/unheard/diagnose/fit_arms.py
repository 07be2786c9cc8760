"""The recipe, shortened, against itself with one thing changed: its size, its regularisation, its speakers.

Each training is kept (`arms`). All have the same seed, epochs and test clips; differences are paired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.diagnose.arms import Arm, arm_answers, shortened, with_validation
from unheard.diagnose.cause import Points, Remedy
from unheard.diagnose.experiment import Material, Training
from unheard.diagnose.learned_speakers import SpeakerCurve, speaker_curve
from unheard.diagnose.points import mean_points
from unheard.evaluate.sign_flips import holm, sign_flip_p_values
from unheard.train.recipe import Recipe, change_recipe

FAMILIES = (
    ("lean-s", "lean-m", "lean-l"),
    ("bc-resnet-1", "bc-resnet-1.5", "bc-resnet-2", "bc-resnet-3", "bc-resnet-6", "bc-resnet-8"),
)
SPEAKER_SHARES = (0.25, 0.5)
MASKS = {
    "transform": "spec_augment",
    "num_bin_masks": 1,
    "max_bins": 8,
    "num_frame_masks": 1,
    "max_frames": 15,
}
SHIFT = {"transform": "time_shift", "max_shift_ms": 100}

Right = NDArray[np.bool_]


@dataclass(frozen=True)
class Change:
    """One thing about a recipe. `settings`: keys as `--set` takes them."""

    axis: str  # "capacity", "dropout", "weight-decay", "augmentation"
    sentence: str  # "a larger network (lean-l)"
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Trial:
    """A training against the unchanged one, on the same test clips. `p_value`: one-sided, corrected for all
    that were tried (Holm); `is_best`: of its axis."""

    change: Change
    epochs: int
    right: Right
    points: Points
    p_value: float
    is_best: bool = False

    @property
    def axis(self) -> str:
        return self.change.axis

    @property
    def sentence(self) -> str:
        return self.change.sentence

    @property
    def accuracy(self) -> float:
        """Share of the test clips that are right."""
        return float(self.right.mean())

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """The change itself."""
        return (Remedy("recipe", f"Train with {self.sentence}.", dict(self.change.settings)),)

    def to_dict(self) -> dict[str, Any]:
        points = asdict(self.points)
        return {
            "arm": self.sentence,
            "axis": self.axis,
            "setting": {key: str(value) for key, value in self.change.settings.items()},
            "accuracy": round(self.accuracy, 4),
            "points": points["value"],
            "low_points": points["low"],
            "high_points": points["high"],
            "p_value": round(self.p_value, 4),
        }


def changes_of(recipe: Recipe) -> list[Change]:
    """What is tried on a recipe: the sizes next to its own, and each regularisation on and off."""
    from unheard.models.catalog import architecture

    name = recipe.model.architecture
    found = []
    for family in FAMILIES:
        if name in family:
            here = family.index(name)
            found += [
                Change(
                    "capacity", f"a {what} network ({family[there]})", {"model.architecture": family[there]}
                )
                for there, what in ((here - 1, "smaller"), (here + 1, "larger"))
                if 0 <= there < len(family)
            ]
    if architecture(name).has_dropout:
        found += [
            Change("dropout", "no dropout", {"model.dropout": 0.0}),
            Change("dropout", "dropout of 0.3", {"model.dropout": 0.3}),
        ]
    decay = recipe.optimiser.weight_decay
    more = 10 * decay if decay else (0.05 if recipe.optimiser.name == "adamw" else 1e-3)
    found.append(Change("weight-decay", f"a weight decay of {more:g}", {"optimiser.weight_decay": more}))
    if decay:
        found.append(Change("weight-decay", "no weight decay", {"optimiser.weight_decay": 0.0}))
    if recipe.augment:
        found.append(Change("augmentation", "no augmentation", {"augment": "none"}))
    else:
        found.append(Change("augmentation", "shifts and masks as augmentation", {"augment": [SHIFT, MASKS]}))
    return found


def compare_arms(material: Material) -> tuple[Trial, ...]:
    """All changes tried, each in a training of its own."""
    training, test = material.training, material.test
    assert training is not None
    assert training.recipe is not None
    recipe = shortened(training.recipe, material.model)
    changes = changes_of(recipe)
    before = _right(material, training, recipe, number=0, total=len(changes) + 1)
    rights = [
        _right(
            material,
            training,
            change_recipe(recipe, change.settings, "diagnosis"),
            number=number,
            total=len(changes) + 1,
        )
        for number, change in enumerate(changes, start=1)
    ]
    gains = [right.astype(float) - before for right in rights]
    _, index = np.unique(np.array(test.groups, dtype=np.str_), return_inverse=True)
    sums = np.stack([np.bincount(index, weights=gain).astype(np.float64) for gain in gains], axis=1)
    p_values = holm(sign_flip_p_values(sums, seed=material.seed))
    trials = [
        Trial(
            change,
            recipe.training.epochs,
            right,
            mean_points(gain, test.groups, seed=material.seed),
            float(p_value),
        )
        for change, right, gain, p_value in zip(changes, rights, gains, p_values, strict=True)
    ]
    best = {trial.axis: trial for trial in sorted(trials, key=lambda trial: trial.points.value)}
    return tuple(replace(trial, is_best=best[trial.axis] is trial) for trial in trials)


def speaker_trials(material: Material) -> SpeakerCurve:
    """The shortened recipe on a quarter, half and all of the training speakers."""
    training = material.training
    assert training is not None
    assert training.recipe is not None
    recipe, learned = shortened(training.recipe, material.model), training.learned
    owner = pl.coalesce("speaker", "session", "id")
    names = learned.utterances.select(owner.unique().sort().alias("owner"))["owner"].to_numpy()
    order = np.random.default_rng(material.seed).permutation(names)
    rights, sizes = [], []
    for number, share in enumerate((*SPEAKER_SHARES, 1.0)):
        some = order[: max(2, round(share * len(order)))].tolist()
        part = learned.filter(owner.is_in(some) | (pl.col("role") != "utterance"))
        smaller = replace(training, corpus=with_validation(training.corpus, part))
        rights.append(_right(material, smaller, recipe, number=number, total=3))
        sizes.append(len(some))
    return speaker_curve(np.array(sizes), np.array(rights, np.float64), material.test)


def _right(material: Material, training: Training, recipe: Recipe, *, number: int, total: int) -> Right:
    """`(n,)`: test clips that the trained arm gets right; progress counts batches of all arms."""
    corpus = with_validation(training.corpus, training.learned)

    def on_progress(done: int, of: int) -> None:
        material.on_progress(number * of + done, total * of)

    answers = arm_answers(
        Arm(corpus, recipe),
        material.test,
        material.model,
        seed=material.seed,
        num_threads=material.num_threads,
        on_progress=on_progress,
    )
    return np.asarray(answers == material.test.classes)
