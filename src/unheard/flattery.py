"""How much a clip-level random split flatters: the same corpus and recipe, cross-validated twice.

Once whole speakers are held out, once single clips, as a random split does. Every clip is answered both times
by a model that was not trained on it; the only difference is whether other clips of its speaker were.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.corpus.groups import CONTENT, Groups, find_groups
from unheard.corpus.splits.folds import k_fold, leaky_k_fold
from unheard.corpus.splits.options import SplitOptions
from unheard.corpus.splits.placed import Placed
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError, UsageError
from unheard.evaluate.flattery import Flattery, flattery_of
from unheard.evaluate.predictions import Predictions
from unheard.report.words import count, percent
from unheard.run import Watch
from unheard.train.cross_validation import Material, load_material, out_of_fold_logits
from unheard.train.recipe import Recipe

Divide = Callable[[pl.DataFrame, Groups, SplitOptions], Placed]
NOBODY = Watch()
WAYS: Mapping[str, Divide] = {"clip by clip": leaky_k_fold, "speaker by speaker": k_fold}


@dataclass(frozen=True)
class FlatteryOptions:
    """What is trained, `2 * num_folds` times a repetition. The seed decides folds and training; each
    repetition has the next one."""

    recipe: Recipe
    num_folds: int = 3
    repetitions: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.repetitions < 1:
            raise UsageError(f"repetitions is {self.repetitions}; it must be 1 or more.")

    @property
    def seeds(self) -> range:
        """One a repetition."""
        return range(self.seed, self.seed + self.repetitions)

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**asdict(self), "recipe": self.recipe.model_dump(mode="json")}


def measure_flattery(corpus: Corpus, options: FlatteryOptions, watch: Watch = NOBODY) -> Flattery:
    """Train and score all folds both ways; nothing is kept but the numbers.

    Raises: CorpusError when the corpus names neither speakers nor sessions; UsageError for more folds than
    there are of them.
    """
    groups = find_groups(corpus, on_progress=watch.on_progress)
    if groups.kind == CONTENT:
        raise CorpusError(
            "The corpus names no speakers and no sessions, so what a clip-level split flatters can't be "
            "measured. Name them: `unheard corpus import FOLDER --column speaker=...`."
        )
    fold_of = {
        (way, seed): _fold_of(corpus.utterances, groups, divide, options.num_folds, seed)
        for way, divide in WAYS.items()
        for seed in options.seeds
    }
    material = load_material(
        corpus, options.recipe, seed=options.seed, on_step=watch.on_step, on_progress=watch.on_progress
    )
    by_clip, by_speaker = (
        [_answers(material, fold_of[way, seed], way, seed, watch) for seed in options.seeds] for way in WAYS
    )
    return flattery_of(by_clip, by_speaker, seed=options.seed)


def _answers(
    material: Material, fold_of: Mapping[str, int], way: str, seed: int, watch: Watch
) -> Predictions:
    """Out-of-fold answers to all clips; `fold_of`: the fold in which a clip of this name is held out."""
    clips = material.clips
    folds = np.array([fold_of[name] for name in clips.ids], dtype=np.int64)

    def on_fold(fold: int, rows: NDArray[np.int64], logits: NDArray[np.float32]) -> None:
        right = float(np.mean(logits.argmax(axis=1) == clips.classes[rows]))
        watch.on_step(
            f"{way}, fold {fold + 1} of {folds.max() + 1}: trained on "
            f"{count(len(clips) - len(rows))} clips, {percent(right)} of the other {count(len(rows))} right"
        )

    logits = out_of_fold_logits(material, folds, seed=seed, on_fold=on_fold, on_batch=watch.on_progress)
    return Predictions(clips.ids, material.classes.labels, clips.classes, logits, clips.groups)


def _fold_of(
    utterances: pl.DataFrame, groups: Groups, divide: Divide, num_folds: int, seed: int
) -> dict[str, int]:
    """For the id of each utterance the fold in which it is held out."""
    options = SplitOptions("k-fold", validation_share=0, salt=f"folds of seed {seed}", num_folds=num_folds)
    fold_of: dict[str, int] = {}
    for fold in range(num_folds):
        placed = divide(utterances, groups, replace(options, fold=fold))
        fold_of |= dict.fromkeys(utterances["id"].filter(placed.splits == "test"), fold)
    return fold_of
