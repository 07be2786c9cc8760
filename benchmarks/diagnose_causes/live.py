"""Live sets with planted conditions: does `live-shift` name what was planted, and price it right?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from diagnose_causes.plants import NOTHING, PAIRS, SINGLE, Case, Plant, planted

from unheard.corpus.table import Corpus
from unheard.diagnose.experiment import Material, Part
from unheard.diagnose.live_shift import explained, fitted_factors
from unheard.diagnose.material import PartOptions, read_test
from unheard.runtime.bundle import Bundle
from unheard.runtime.model import BundleModel


@dataclass(frozen=True)
class Row:
    """One model on one live set. `blamed`: causes by points, most first. Points by planted cause, in order:
    `attributed` by the diagnosis (0 where it was not found), `true` on the live clips with and without it,
    and `true_on_test`: the plant itself on the test clips, which has no other speakers in it."""

    case: str
    model: str
    seed: int
    causes: tuple[str, ...]
    blamed: tuple[str, ...]
    attributed: tuple[float, ...]
    true: tuple[float, ...]
    true_on_test: tuple[float, ...]
    gap: float
    unexplained: float
    unexplained_low: float | None
    unexplained_high: float | None


def rows(data: Path, runs: Sequence[Path], cases: Sequence[Case], seeds: Sequence[int]) -> Iterator[Row]:
    """Half of the speakers that no run was trained on are the test, the other half speak live."""
    models = [BundleModel(Bundle.load(run / "bundle")) for run in runs]
    corpus = Corpus.load(runs[0] / "corpus.parquet")
    part = read_test(models[0], corpus.filter(pl.col("split") != "train"), PartOptions()).part
    for seed in seeds:
        test, live = _halves(part, seed)
        for case in cases:
            fitted = None
            samples = planted(live.samples, case, data, seed)
            for model, run in zip(models, runs, strict=True):
                heard = replace(live, samples=samples, answers=model.answer(samples))
                asked = replace(test, answers=model.answer(test.samples))
                material = Material(model, asked, heard, seed=seed)
                fitted = fitted or fitted_factors(material)
                outcome = explained(material, fitted)
                found = {cause.name: cause.points.value for cause in outcome.causes}
                blamed = [cause.name for cause in outcome.causes if cause.blamed]
                yield Row(
                    case.name,
                    run.name,
                    seed,
                    case.causes,
                    tuple(sorted(blamed, key=lambda name: -found[name])),
                    tuple(found.get(name, 0.0) for name in case.causes),
                    _true_points(model, live, case, data, seed),
                    _true_points(model, test, case, data, seed),
                    outcome.facts["gap"]["points"],
                    outcome.facts["unexplained"]["points"],
                    outcome.facts["unexplained"]["low"],
                    outcome.facts["unexplained"]["high"],
                )


def _halves(part: Part, seed: int) -> tuple[Part, Part]:
    groups = np.array(part.groups)
    names = np.random.default_rng(seed).permutation(np.unique(groups))
    first = np.isin(groups, names[: len(names) // 2])
    return part.take(np.flatnonzero(first)), part.take(np.flatnonzero(~first))


def _true_points(model: BundleModel, part: Part, case: Case, data: Path, seed: int) -> tuple[float, ...]:
    """What each plant takes from clips; of two, the mean of first and last (Shapley)."""

    def accuracy(plants: tuple[Plant, ...]) -> float:
        samples = planted(part.samples, replace(case, plants=plants), data, seed)
        return 100 * float((model.answer(samples).predicted == part.classes).mean())

    if not case.plants:
        return ()
    none, both = accuracy(()), accuracy(case.plants)
    if len(case.plants) == 1:
        return (none - both,)
    first, second = (accuracy((plant,)) for plant in case.plants)
    return ((none - first + second - both) / 2, (none - second + first - both) / 2)


KINDS = {"nothing": (NOTHING,), "single": SINGLE, "pairs": PAIRS}
