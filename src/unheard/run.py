"""A run: what decides a training, who watches it, and what it leaves.

A run folder holds everything that a training leaves:

    RUN/
    ├── run.json                 corpus, recipe, seed and split options: enough to resume
    ├── corpus.parquet           every utterance with its split
    ├── split.json               who went where, and what is to be said of it
    ├── audit.json               what the quick audit found
    ├── plan.toml                the plan that it carried out, if any
    ├── checkpoints/             last.ckpt, best.ckpt
    ├── curves.csv, tensorboard/, sample_predictions.csv
    ├── bundle/                  what ships
    ├── predictions.parquet      the bundle's answers on clean clips of the test speakers
    ├── evaluation.json          the numbers, with intervals
    └── report.html              the same to look at
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from unheard.corpus.split import SplitOptions
from unheard.corpus.table import Corpus
from unheard.errors import UsageError
from unheard.release.measure import ConditionResult
from unheard.runtime.bundle import Bundle
from unheard.train.curves import CurveRow
from unheard.train.fit import Callbacks
from unheard.train.recipe import Recipe, recipe_from_dict

RUN_FORMAT = 1


def _ignore(*_: object) -> None:
    """Nobody is watching."""


@dataclass(frozen=True)
class Watch:
    """Who wants to know how it goes: steps and remarks as text, progress as (done, total)."""

    on_step: Callable[[str], None] = _ignore
    on_progress: Callable[[int, int], None] = _ignore
    callbacks: Callbacks = field(default_factory=Callbacks)


@dataclass(frozen=True)
class RunOptions:
    """What a training needs to know besides the corpus; stored in the run."""

    recipe: Recipe
    seed: int = 0
    split: SplitOptions = field(default_factory=SplitOptions)
    layout: str | None = None
    noise: tuple[str, ...] = ()  # folders of background recordings besides the corpus's own
    speech: tuple[str, ...] = ()  # folders of people talking, who say no command
    teachers: tuple[str, ...] = ()  # folders of finished runs whose answers are learned too
    measure_conditions: bool = True
    audit: bool = True  # the quick audit first
    threshold: float = 0.5  # of an event in a stream
    left_out: tuple[str, ...] = ()  # of the recipe, for want of a package or of weights: what, and why

    def to_dict(self) -> dict[str, Any]:
        """As `run.json` holds it."""
        return {**asdict(self), "recipe": self.recipe.model_dump(mode="json")}

    @classmethod
    def from_dict(cls, document: dict[str, Any], source: str) -> RunOptions:
        """Back from `run.json`; raises UsageError naming `source`."""
        recipe = recipe_from_dict(document["recipe"], source)
        kept = {key: document[key] for key in ("seed", "layout", "measure_conditions")}
        kept["audit"] = document.get("audit", False)  # runs of older versions had none
        kept["threshold"] = document.get("threshold", 0.5)
        kept["noise"] = tuple(document.get("noise", ()))
        kept["speech"] = tuple(document.get("speech", ()))
        kept["teachers"] = tuple(document.get("teachers", ()))
        kept["left_out"] = tuple(document.get("left_out", ()))
        return cls(recipe=recipe, split=SplitOptions(**document["split"]), **kept)


@dataclass(frozen=True)
class Run:
    """What a training leaves: the bundle, and what was measured on the test split.

    results: clean clips first; empty where nothing could be measured, and `no_estimate` says why.
    """

    folder: Path
    bundle: Bundle
    corpus: Corpus
    split_table: list[dict[str, Any]]
    warnings: tuple[str, ...]
    curves: list[CurveRow]
    results: tuple[ConditionResult, ...]
    no_estimate: str | None = None

    @property
    def tested_on_unheard(self) -> bool:
        """Whether no speaker of the training is in the test: not so for a leaky split."""
        return not self.bundle.info.corpus.get("torn_groups")

    def to_dict(self) -> dict[str, Any]:
        """One JSON document: the evaluation on clean clips, the conditions, and where things lie."""
        return {
            "run": str(self.folder),
            "bundle": str(self.folder / "bundle"),
            "report": str(self.folder / "report.html"),
            "parameters": self.bundle.info.num_parameters,
            "epochs": len(self.curves),
            "warnings": list(self.warnings),
            **(self.results[0].evaluation.to_dict() if self.results else {"no_estimate": self.no_estimate}),
            "conditions": [result.row() for result in self.results],
        }


def read_options(folder: Path) -> RunOptions:
    """What decided the training of a run; raises UsageError when there is none, or it can't be read."""
    path = folder / "run.json"
    try:
        document = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            f"There is no run in '{folder}': run.json is missing. "
            "Start one with `unheard train CORPUS --out`."
        ) from None
    except ValueError as error:
        raise UsageError(f"'{path}' is damaged: {error}. Start the run anew.") from None
    if document.get("format") != RUN_FORMAT:
        raise UsageError(
            f"'{path}' has the format {document.get('format')}; this version of unheard reads format "
            f"{RUN_FORMAT}. Resume with the version that wrote it."
        )
    return RunOptions.from_dict(document, str(path))
