"""The whole story in minutes: what is claimed, what is found, what breaks it, and what repairs it.

    recordings -> two ways to split -> a conventional model elsewhere -> a robust one in the same places

The demo's folder holds `recordings/` (unless real ones are given), the runs `conventional/` and `robust/`,
and `demo.json` with all numbers.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from unheard.corpus.importing import load_corpus
from unheard.corpus.split import SplitOptions
from unheard.corpus.table import Corpus
from unheard.demo.chapters import Chapter, Elsewhere, Recordings, Repair, Splits, compare
from unheard.demo.recordings import RecordingOptions, make_recordings
from unheard.demo.subsample import subsample
from unheard.errors import UsageError
from unheard.files import write_json
from unheard.flattery import FlatteryOptions, measure_flattery
from unheard.pipeline import train_corpus
from unheard.run import Run, RunOptions, Watch
from unheard.train.prepare import choose_window_s
from unheard.train.recipe import Recipe, load_recipe

NOBODY = Watch()
NUMBERS = "demo.json"  # also tells a folder of the demo from any other
PARTS = ("recordings", "conventional", "robust")
MAX_AUDIO_S = 1_800.0  # of windows that are trained on and tested; more takes longer than the demo may


def conventional_recipe() -> Recipe:
    """A well-known small model, shortened to learn in a minute what it would learn in its 50 epochs."""
    return load_recipe(
        "tutorial", ["epochs=12", "step_epochs=4", "batch_size=32", "unknown_share=0", "name=tutorial, short"]
    )


def robust_recipe() -> Recipe:
    """Our default with the smallest model; without synthetic voices, as those may be the ones tested on."""
    return load_recipe(
        "robust", ["architecture=lean-s", "epochs=30", "batch_size=32", "voices=0", "name=robust, short"]
    )


@dataclass(frozen=True)
class DemoOptions:
    """`data`: real recordings to tell it on instead of voices. The seed decides all chance, voices too."""

    data: Path | None = None
    seed: int = 0
    recordings: RecordingOptions = field(default_factory=RecordingOptions)
    conventional: Recipe = field(default_factory=conventional_recipe)
    robust: Recipe = field(default_factory=robust_recipe)
    num_folds: int = 3


def tell(folder: Path, options: DemoOptions, watch: Watch = NOBODY) -> Iterator[Chapter]:
    """The chapters, each when it is known. What an earlier demo left in `folder` is replaced.

    Raises: UsageError when `folder` holds anything else, or the recordings.
    """
    _clear(folder, options)
    numbers = {}
    for chapter in _chapters(folder, options, watch):
        numbers[chapter.name] = chapter.to_dict()
        write_json(folder / NUMBERS, {"seed": options.seed, **numbers})
        yield chapter


def _chapters(folder: Path, options: DemoOptions, watch: Watch) -> Iterator[Chapter]:
    corpus, remark = _gather(folder, options, watch)
    yield Recordings(
        folder=options.data or folder / "recordings",
        synthetic=options.data is None,
        utterances=corpus.utterances.height,
        speakers=corpus.num_speakers,
        labels=tuple(corpus.labels),
        remark=remark,
    )
    yield _splits(corpus, options, watch)

    conventional = _train(corpus, folder / "conventional", options.conventional, options, watch)
    clean = conventional.results[0]
    against_clean = [None, *[clean for _ in conventional.results[1:]]]
    yield Elsewhere(conventional, compare(conventional.results, against_clean, options.seed))

    robust = _train(corpus, folder / "robust", options.robust, options, watch)
    yield Repair(robust, compare(robust.results, conventional.results, options.seed))


def _gather(folder: Path, options: DemoOptions, watch: Watch) -> tuple[Corpus, str]:
    """The recordings, made or found, and what of them was left out."""
    if options.data is None:
        watch.on_step("speaking and recording a corpus")
        recordings = options.recordings
        recordings = replace(recordings, voices=replace(recordings.voices, seed=options.seed))
        return make_recordings(folder / "recordings", recordings, watch.on_progress), ""
    watch.on_step(f"reading {options.data}")
    corpus = load_corpus(options.data, on_progress=watch.on_progress)
    max_clips = int(MAX_AUDIO_S / choose_window_s(corpus, options.conventional))
    return subsample(corpus, max_clips, f"demo {options.seed}")


def _splits(corpus: Corpus, options: DemoOptions, watch: Watch) -> Splits:
    """Both ways to split, where the recordings say who speaks."""
    if _num_groups(corpus) < 2:
        return Splits(None)
    num_folds = _num_folds(corpus, options)
    watch.on_step(f"training {2 * num_folds} models by the recipe '{options.conventional.name}'")
    found = measure_flattery(
        corpus, FlatteryOptions(options.conventional, num_folds=num_folds, seed=options.seed), watch
    )
    return Splits(found)


def _train(corpus: Corpus, folder: Path, recipe: Recipe, options: DemoOptions, watch: Watch) -> Run:
    """A run that is tested on one of the folds, the same for every recipe; of folds the last has the fewest
    speakers, which leaves the most to train on where there are few."""
    num_folds = _num_folds(corpus, options)
    split = SplitOptions(
        "k-fold", num_folds=num_folds, fold=num_folds - 1, salt=f"folds of seed {options.seed}"
    )
    return train_corpus(corpus, folder, RunOptions(recipe, seed=options.seed, split=split), watch)


def _num_folds(corpus: Corpus, options: DemoOptions) -> int:
    """As many as there are speakers to hold out, at most."""
    return min(options.num_folds, _num_groups(corpus) or options.num_folds)


def _num_groups(corpus: Corpus) -> int:
    """Speakers, else sessions, that are named."""
    named = (corpus.utterances[name].drop_nulls().n_unique() for name in ("speaker", "session"))
    return next((number for number in named if number), 0)


def _clear(folder: Path, options: DemoOptions) -> None:
    """An empty folder that is known as the demo's."""
    if options.data is not None and options.data.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"The recordings in '{options.data}' lie in the demo's folder, which is made anew. "
            "Choose another with --out."
        )
    if folder.exists() and not (folder / NUMBERS).exists() and any(folder.iterdir()):
        raise UsageError(f"'{folder}' holds something that no demo left there. Choose another with --out.")
    for part in PARTS:
        if (folder / part).is_symlink():
            (folder / part).unlink()
        elif (folder / part).exists():
            shutil.rmtree(folder / part)
    write_json(folder / NUMBERS, {"seed": options.seed})
