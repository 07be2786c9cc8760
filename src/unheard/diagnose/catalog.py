"""All experiments by name: those of this package, a file each, and those that other packages add.

A package adds its own under the entry point group `unheard.experiments`; each entry is an `Experiment`.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

from unheard.diagnose.experiment import Experiment
from unheard.errors import UsageError, unknown_name

GROUP = "unheard.experiments"
MODULES: tuple[str, ...] = (  # files of this room, in the order in which they run
    "same_path",
    "split_flattery",
    "live_shift",
    "unlabelled",
    "shortcut",
    "label_errors",
    "fit",
    "balance",
    "slices",
    "confidence",
    "stress",
    "expectation",
    "clips",
)


def all_experiments() -> dict[str, Experiment]:
    """Every experiment by its name.

    Raises: `UsageError` for an entry point that is none, or takes a name twice.
    """
    experiments = {}
    for module in MODULES:
        experiment: Experiment = importlib.import_module(f"unheard.diagnose.{module}").EXPERIMENT
        experiments[experiment.name] = experiment
    for entry in entry_points(group=GROUP):
        experiment = _load(entry)
        if experiment.name in experiments:
            raise UsageError(
                f"Entry point '{entry.value}' adds a second experiment of the name '{experiment.name}'."
            )
        experiments[experiment.name] = experiment
    return experiments


def choose_experiments(only: Sequence[str], skip: Sequence[str]) -> list[Experiment]:
    """Experiments to run: those in `only`, else all, without those in `skip`.

    Raises: UsageError for a name that is not known.
    """
    experiments = all_experiments()
    for name in (*only, *skip):
        if name not in experiments:
            raise UsageError(unknown_name("experiment", name, experiments))
    return [
        experiment
        for name, experiment in experiments.items()
        if (not only or name in only) and name not in skip
    ]


def _load(entry: EntryPoint) -> Experiment:
    try:
        loaded = entry.load()
    except Exception as error:
        raise UsageError(
            f"Entry point '{entry.name}' of '{GROUP}' ({entry.value}) does not load: "
            f"{type(error).__name__}: {error}. Repair or uninstall its package."
        ) from error
    if not isinstance(loaded, Experiment):
        raise UsageError(
            f"Entry point '{entry.name}' of '{GROUP}' is a {type(loaded).__name__}, not an Experiment."
        )
    return loaded
