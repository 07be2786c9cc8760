"""What the two ways of training train on: the same clips, once in the cache and once as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from next_to_nothing import without_network
from plain_loader import ClipByClip, with_rooms_anew

from unheard.cores import usable_cores
from unheard.corpus.classes import ClassMap
from unheard.corpus.split import SplitOptions, split_corpus
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError
from unheard.models.speech_model import SpeechModel
from unheard.train.fit import TrainingData
from unheard.train.prepare import build_model, choose_window_s, classes_of, prepare
from unheard.train.recipe import Recipe

NUM_VALIDATION_CLIPS = 24  # an epoch of ours ends with them
# one epoch, every clip once; silence and synthetic voices have no file to decode
SAME_CLIPS = (
    "training.epochs=1",
    "schedule.warmup_epochs=0",
    "data.unknown_share=0",
    "data.silence=no",
    "data.voices=0",
)


@dataclass(frozen=True)
class Setting:
    """Clips, recipe and machine. `paths` are the files of `data.train`, in its order; `rooms_anew` lets the
    plain loader compute a room for every clip."""

    recipe: Recipe
    classes: ClassMap
    window_s: float
    data: TrainingData
    corpus: Corpus
    num_workers: int
    rooms_anew: bool = False

    @property
    def paths(self) -> Sequence[Path]:
        """Files of the training clips, in the order of `data.train`."""
        return [Path(path) for path in self.corpus.utterances["path"]]

    @property
    def device(self) -> str:
        return "cuda" if self.recipe.training.device == "cuda" else "cpu"

    def new_model(self, *, whole: bool = True) -> SpeechModel:
        """An untrained model; not `whole`: its front end with next to no network."""
        model = build_model(self.recipe, self.classes, self.window_s, seed=0)
        return model if whole else without_network(model, len(self.classes.labels))

    def clip_by_clip(self, model: SpeechModel) -> ClipByClip:
        """The training clips as the plain loader reads them."""
        augmentation = self.data.augmentation
        return ClipByClip(
            self.paths,
            self.data.train.classes.tolist(),
            self.recipe.data.sample_rate,
            model.window_samples,
            with_rooms_anew(augmentation) if self.rooms_anew else augmentation,
            model.front_end,
            self.classes.unknown,
        )


def prepare_setting(
    corpus: Corpus, recipe: Recipe, num_clips: int, *, num_workers: int = 0, rooms_anew: bool = False
) -> Setting:
    """Some clips of a corpus, ready for both ways.

    `num_workers` 0: one a core. Raises: CorpusError when one of the clips does not decode.
    """
    some = some_clips(split_corpus(corpus, SplitOptions()).corpus, num_clips)
    classes, window_s = classes_of(some, recipe), choose_window_s(some, recipe)
    data = prepare(some, recipe, classes, window_s)
    training = some.subset("train")
    if len(data.train) != training.frame.height:
        raise CorpusError("Some of the chosen clips do not decode; choose another number of clips.")
    workers = num_workers or usable_cores()
    return Setting(recipe, classes, window_s, data, training, workers, rooms_anew)


def some_clips(corpus: Corpus, num_clips: int) -> Corpus:
    """Training clips drawn at random, a few validation clips, and all background recordings."""
    kept = corpus.noise["id"].to_list()
    for split, wanted in (("train", num_clips), ("validation", NUM_VALIDATION_CLIPS)):
        names = corpus.subset(split).utterances["id"].sort()
        kept += names.sample(min(wanted, len(names)), seed=0).to_list()
    return corpus.filter(pl.col("id").is_in(kept))
