"""All checks by name: those of this package, a file each, and those that other packages add.

A package adds its own under the entry point group `unheard.checks`; each entry is a `Check`.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

from unheard.audit.check import Check
from unheard.errors import UsageError, unknown_name

GROUP = "unheard.checks"
MODULES: tuple[str, ...] = (  # files of this room, in the order in which a report shows them
    "undecodable",
    "duration",
    "level",
    "clipping",
    "offset",
    "hum",
    "channel_faults",
    "gaps",
    "silence",
    "noise",
    "reverberation",
    "bandwidth",
    "quality",
    "identical",
    "near_duplicates",
    "contradictions",
    "duplicates_across_splits",
    "shared_groups",
    "time_leak",
    "voices",
    "shortcuts",
    "transcripts",
    "labels",
    "annotators",
    "balance",
    "cover",
    "volume",
)


def all_checks() -> dict[str, Check]:
    """Every check by its name. Raises `UsageError` for an entry point that is none, or takes a name twice."""
    checks = {}
    for module in MODULES:
        check: Check = importlib.import_module(f"unheard.audit.{module}").CHECK
        checks[check.name] = check
    for entry in entry_points(group=GROUP):
        check = _load(entry)
        if check.name in checks:
            raise UsageError(f"Entry point '{entry.value}' adds a second check of the name '{check.name}'.")
        checks[check.name] = check
    return checks


def choose_checks(
    only: Sequence[str], also: Sequence[str], skip: Sequence[str], *, quick: bool
) -> list[Check]:
    """Checks to run: exactly those in `only`; else all, or the quick ones, and opt-in ones that `also` names.

    Raises: UsageError for a name that is not known.
    """
    checks = all_checks()
    for name in (*only, *also, *skip):
        if name not in checks:
            raise UsageError(unknown_name("check", name, checks))
    if only:
        chosen = [check for name, check in checks.items() if name in only]
    else:
        chosen = [
            check
            for name, check in checks.items()
            if name in also or (not check.opt_in and (check.quick or not quick))
        ]
    return [check for check in chosen if check.name not in skip]


def _load(entry: EntryPoint) -> Check:
    try:
        loaded = entry.load()
    except Exception as error:
        raise UsageError(
            f"Entry point '{entry.name}' of '{GROUP}' ({entry.value}) does not load: "
            f"{type(error).__name__}: {error}. Repair or uninstall its package."
        ) from error
    if not isinstance(loaded, Check):
        raise UsageError(
            f"Entry point '{entry.name}' of '{GROUP}' is a {type(loaded).__name__}, not a Check."
        )
    return loaded
