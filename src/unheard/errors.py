"""Everything that this package raises on purpose.

    UnheardError                 root; the command line prints it as one line and exits 2
    ├── UsageError               an option, recipe or argument that cannot work
    ├── CorpusError              recordings, tables or splits that cannot be used
    │   └── AudioError           one recording that cannot be read
    ├── BundleError              a bundle or model that is missing, damaged or of another kind
    ├── TrainingError            a training that cannot start, go on or export
    └── MissingExtraError        an optional dependency that is not installed

A message finishes the sentence: what came, where, what is possible, what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UnheardError(Exception):
    """Root of all errors that a user can act on."""


class UsageError(UnheardError):
    """An option, recipe or argument that cannot work."""


class CorpusError(UnheardError):
    """Recordings, tables or splits that cannot be used."""


class AudioError(CorpusError):
    """One recording that cannot be read."""


class BundleError(UnheardError):
    """A bundle or model that is missing, damaged or of another kind."""


class TrainingError(UnheardError):
    """A training that cannot start, go on or export."""


class MissingExtraError(UnheardError):
    """An optional dependency that is not installed."""

    def __init__(self, feature: str, package: str, extra: str = "", *, install: str = "") -> None:
        wanted = install or f"'unheard[{extra}]'"
        super().__init__(
            f"{feature} needs the package '{package}', which is not installed. "
            f"Install it with: pip install {wanted}"
        )


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """One line that names the nearest known name, for a name that is not known."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"Unknown {kind} '{name}'.{hint} Known: {', '.join(names)}."
