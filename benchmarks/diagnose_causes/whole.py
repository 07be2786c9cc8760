"""Faults in the training, planted, and then the whole diagnosis: does the planted cause come first of all?

Small models (`training.py`, `shortcut.py`), kept in a folder and trained only where they are not there yet.
Every experiment runs but those that name no cause of lost accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from diagnose_causes.shortcut import PLANTS, ShortcutRun, draw_microphone, make_shortcut_run
from diagnose_causes.training import Trained, accuracy_of, make_label_noise_run, make_leaky_run

from unheard.corpus.table import Corpus
from unheard.diagnose.diagnose import DiagnoseOptions
from unheard.diagnosing import Case, diagnose_case

SKIPPED = ("stress", "expectation", "clips")
CLEAN_SEEDS = (0, 1)


@dataclass(frozen=True)
class WholeRow:
    """One model. `cause`: that is to be blamed first; none where nothing is planted. `true`: accuracy points
    that it takes. `blamed`: (cause, where, points), the first first."""

    case: str
    seed: int
    cause: str | None
    true: float
    blamed: tuple[tuple[str, str, float], ...]

    @property
    def place(self) -> int | None:
        """Of the planted cause among the blamed, from 1."""
        names = [name for name, _, _ in self.blamed]
        return names.index(self.cause) + 1 if self.cause in names else None

    @property
    def attributed(self) -> float:
        """Points of the planted cause; 0 where it is not blamed."""
        return next((points for name, _, points in self.blamed if name == self.cause), 0.0)


def whole_rows(data: Path, folder: Path) -> Iterator[WholeRow]:
    """A row for each planted model, and for some without a plant."""
    for seed in (0, 1):
        run = make_label_noise_run(data, folder / f"labels-{seed}", seed=seed)
        yield _trained_row("10 % wrong labels", seed, "training-labels", run.truth_points, run.faulty, run)
        yield _trained_row("no wrong labels", seed, None, 0.0, run.sound, run)
    run = make_leaky_run(data, folder / "copies-0", copies=True)
    yield _trained_row("copies of half of the test", 0, "leaked-split", run.truth_points, run.faulty, run)
    run = make_leaky_run(data, folder / "speakers-0")
    yield _trained_row("speakers on both sides", 0, None, run.truth_points, run.faulty, run)
    for seed, (label, gain_db, hiss_dbfs) in PLANTS.items():
        microphone = draw_microphone(seed, gain_db, hiss_dbfs)
        one = make_shortcut_run(
            data, folder / f"planted-{seed}", label=label, microphone=microphone, seed=seed
        )
        yield _shortcut_row(f"'{label}' through another microphone", seed, one, folder)
    for seed in CLEAN_SEEDS:
        one = make_shortcut_run(data, folder / f"clean-{seed}", label=None, seed=seed)
        yield _shortcut_row("one microphone", seed, one, folder)


def _trained_row(name: str, seed: int, cause: str | None, true: float, model: Path, run: Trained) -> WholeRow:
    return WholeRow(name, seed, cause, true, _blamed(model, run.live, model.parent / "live.parquet"))


def _shortcut_row(name: str, seed: int, run: ShortcutRun, folder: Path) -> WholeRow:
    """Live are the test clips with every word through one microphone."""
    lost = 100 * (accuracy_of(run.folder, run.test) - accuracy_of(run.folder, run.live))
    blamed = _blamed(run.folder, run.live, folder / f"live-{run.folder.name}.parquet")
    return WholeRow(name, seed, "shortcut" if run.label else None, lost, blamed)


def _blamed(model: Path, live: Corpus, kept: Path) -> tuple[tuple[str, str, float], ...]:
    """Of the whole diagnosis."""
    live.save(kept)
    diagnosed = diagnose_case(Case(str(model), live=kept), DiagnoseOptions(skip=SKIPPED))
    if diagnosed.diagnosis.broken:
        raise RuntimeError(f"Experiments broke down: {', '.join(diagnosed.diagnosis.broken)}.")
    return tuple((cause.name, cause.where, cause.points.value) for cause in diagnosed.diagnosis.blamed)
