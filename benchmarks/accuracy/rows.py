"""Finished runs, gathered into the rows of a table: a row is what was trained alike with several seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from unheard_words import heard_words

from unheard.corpus.table import Corpus
from unheard.errors import CorpusError
from unheard.run import RunOptions, read_options
from unheard.runtime.bundle import Bundle
from unheard.train.recipe import Recipe, change_recipe
from unheard.train.synthetic import english_words


@dataclass(frozen=True)
class FinishedRun:
    """What a run ships, the corpus with the split that it was trained on, and how."""

    folder: Path
    bundle: Bundle
    corpus: Corpus
    options: RunOptions

    @classmethod
    def load(cls, folder: Path) -> FinishedRun:
        """Raises: BundleError, CorpusError or UsageError when the folder holds no finished run."""
        folder = folder.resolve()
        corpus = Corpus.load(folder / "corpus.parquet")
        return cls(folder, Bundle.load(folder), corpus, read_options(folder))

    @property
    def name(self) -> str:
        """The folder's name without its seed: `robust` of `robust-2`."""
        return self.folder.name.removesuffix(f"-{self.options.seed}")

    @cached_property
    def teachers(self) -> tuple[FinishedRun, ...]:
        """The runs that it learned from, given or its own. Raises: as `load`, where one is there no more."""
        own = self.folder / "teacher"
        folders = self.options.teachers or ((own,) if own.is_dir() else ())
        return tuple(FinishedRun.load(Path(folder)) for folder in folders)

    @property
    def heard_words(self) -> set[str]:
        """Words that training heard more than a few times, from people or from synthetic voices; its own or
        that of its teachers."""
        said = english_words() if self.options.recipe.data.voices else []
        own = heard_words(self.corpus).union(said)
        return own.union(*(teacher.heard_words for teacher in self.teachers))

    @property
    def noise_kinds(self) -> set[str]:
        """Names of the folders of noise that it or its teachers heard besides the corpus's own."""
        own = {Path(folder).name for folder in self.options.noise}
        return own.union(*(teacher.noise_kinds for teacher in self.teachers))


@dataclass(frozen=True)
class Row:
    """Runs that differ in their seeds alone."""

    name: str
    runs: tuple[FinishedRun, ...]

    @property
    def first(self) -> FinishedRun:
        return self.runs[0]


def gather(runs: Sequence[FinishedRun]) -> list[Row]:
    """Rows in the order of their first runs; raises CorpusError when the runs cannot be compared."""
    _require_alike(runs)
    rows: dict[str, list[FinishedRun]] = {}
    for run in runs:
        rows.setdefault(run.name, []).append(run)
    for name, members in rows.items():
        _require_seeds_alone(name, members)
    return [Row(name, tuple(members)) for name, members in rows.items()]


def _require_alike(runs: Sequence[FinishedRun]) -> None:
    aspects: dict[str, Callable[[FinishedRun], object]] = {
        "sample rate or window": lambda run: (run.bundle.info.sample_rate, run.bundle.info.window_samples),
        "classes": lambda run: run.bundle.info.labels,
        "test clips": lambda run: sorted(run.corpus.subset("test").frame["id"]),
    }
    for run in runs[1:]:
        for what, aspect in aspects.items():
            if aspect(run) != aspect(runs[0]):
                raise CorpusError(
                    f"The runs '{runs[0].folder.name}' and '{run.folder.name}' differ in their {what}. "
                    "Train both on the same corpus with the same split."
                )


def _require_seeds_alone(name: str, runs: Sequence[FinishedRun]) -> None:
    seeds = [run.options.seed for run in runs]
    if len(set(seeds)) < len(seeds):
        raise CorpusError(
            f"Two runs named '{name}' have the same seed, so they are one row's twins. Rename one."
        )
    if any(_what_is_learned(run) != _what_is_learned(runs[0]) for run in runs):
        raise CorpusError(
            f"The runs named '{name}' were trained by different recipes, and only seeds are averaged. "
            "Rename one."
        )


def _what_is_learned(run: FinishedRun) -> Recipe:
    """The recipe without what decides only how long training takes."""
    return change_recipe(run.options.recipe, {"training.num_threads": 0}, run.folder.name)
