"""What people decided about suspicious utterances: the file that the review page writes and the fix reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from unheard.corpus.table import Corpus
from unheard.errors import UsageError, unknown_name

FORMAT = 1
Choice = Literal["keep", "drop", "relabel"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
_KEYS = ("format", "corpus", "decisions")


@dataclass(frozen=True)
class Decision:
    """What is to be done with one utterance. `keep` leaves it as it is, whatever checks propose."""

    utterance: str
    decision: Choice
    label: str | None = None  # its new label; null unless `decision` is "relabel"
    check: str = ""  # the check whose finding was looked at
    note: str = ""  # in the words of whoever decided


@dataclass(frozen=True)
class Decisions:
    """By utterance id what was decided."""

    of: Mapping[str, Decision] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.of)


def read_decisions(paths: Sequence[Path], corpus: Corpus) -> Decisions:
    """All decisions of these files; of several about one utterance the last one counts.

    A corpus may be a repaired one: what was decided to be dropped need not be in it any more.
    Raises `UsageError` that names the file, the entry, and what is possible.
    """
    of: dict[str, Decision] = {}
    for path in paths:
        for decision in _read(path, set(corpus.labels)):
            of.pop(decision.utterance, None)  # the order is that of the decisions that count
            of[decision.utterance] = decision
    _require_known(of, set(corpus.frame["id"]), ", ".join(f"'{path}'" for path in paths))
    return Decisions(of)


def _read(path: Path, labels: set[str]) -> list[Decision]:
    document = _document(path)
    where = f"Decisions '{path}'"
    for key in document:
        if key not in _KEYS:
            raise UsageError(f"{where}: {unknown_name('key', key, _KEYS)}")
    if document.get("format") != FORMAT:
        raise UsageError(
            f"{where}: format is {_shown(document.get('format'))}, this version reads {FORMAT}. "
            "Save the decisions anew from a review page that this version wrote."
        )
    entries = document.get("decisions")
    if not isinstance(entries, list):
        raise UsageError(f"{where}: 'decisions' is {_shown(entries)}; it takes a list, which may be empty.")
    return [_decision(entry, f"{where}, entry {number}", labels) for number, entry in enumerate(entries, 1)]


def _document(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"Decisions '{path}': cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"Decisions '{path}': is no JSON: {error}.") from None
    if not isinstance(document, dict):
        raise UsageError(
            f"Decisions '{path}': is {_shown(document)}; it takes an object with {', '.join(_KEYS)}."
        )
    return document


def _decision(entry: Any, where: str, labels: set[str]) -> Decision:
    """One entry; raises `UsageError` for anything that is not exactly a decision."""
    names = tuple(column.name for column in fields(Decision))
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: is {_shown(entry)}; it takes an object with {', '.join(names)}.")
    for key in entry:
        if key not in names:
            raise UsageError(f"{where}: {unknown_name('key', key, names)}")
    for key in ("utterance", "decision"):
        if not isinstance(entry.get(key), str):
            raise UsageError(f"{where}: '{key}' is {_shown(entry.get(key))}; it takes a text.")
    where = f"{where} (utterance '{entry['utterance']}')"
    for key in ("label", "check", "note"):
        if not isinstance(entry.get(key, ""), str | None):
            raise UsageError(f"{where}: '{key}' is {_shown(entry[key])}; it takes a text.")
    if entry["decision"] not in CHOICES:
        raise UsageError(f"{where}: {unknown_name('decision', entry['decision'], CHOICES)}")
    _require_label(entry["decision"], entry.get("label"), where, labels)
    return Decision(**{key: value for key, value in entry.items() if value is not None})


def _require_label(decision: str, label: str | None, where: str, labels: set[str]) -> None:
    if decision != "relabel" and label is not None:
        raise UsageError(f"{where}: has the label '{label}', which only 'relabel' takes; it is '{decision}'.")
    if decision == "relabel" and label is None:
        raise UsageError(f"{where}: 'relabel' needs a label. Known: {', '.join(sorted(labels))}.")
    if label is not None and label not in labels:
        raise UsageError(f"{where}: {unknown_name('label', label, labels)}")


def _require_known(of: Mapping[str, Decision], ids: set[str], where: str) -> None:
    """Raise for decisions to keep or relabel what is not there."""
    missing = [row for row in of.values() if row.utterance not in ids and row.decision != "drop"]
    if missing:
        raise UsageError(
            f"Decisions {where}: {len(missing)} of {len(of)} are about utterances that this corpus "
            f"does not have, first '{missing[0].utterance}' ({missing[0].decision}). "
            "Give the corpus that was reviewed."
        )


def _shown(value: object) -> str:
    """A JSON value as it fits into a sentence."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
