"""A description of a corpus as tables for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from unheard.corpus.describe import Description

SHOWN_LABELS = 40
SHOWN_VALUES = 6


def description_view(description: Description) -> Group:
    """Two tables: the facts of the corpus, and its labels with their speakers."""
    facts = Table(show_header=False, box=None, pad_edge=False)
    for name, value in _facts(description):
        facts.add_row(Text(name, style="dim"), Text(value))
    if not description.labels:
        return Group(facts)
    return Group(facts, _label_table(description))


def rejected_view(rejected: list[dict[str, Any]], count: int, stored: str | None) -> Group:
    """The first rejected recordings with their reasons, and where the others stand."""
    table = Table(title=f"Left out: {count}", title_justify="left")
    table.add_column("recording", overflow="fold")
    table.add_column("reason", overflow="fold")
    for row in rejected:
        table.add_row(Text(str(row["path"])), Text(row["reason"]))
    rest = [Text(f"{count - len(rejected)} more are not shown.")] if count > len(rejected) else []
    where = [Text(f"All of them stand in {stored}.")] if stored else []
    return Group(table, *rest, *where)


def _facts(description: Description) -> list[tuple[str, str]]:
    """Name and value of everything that there is to say; what is not there is left out."""
    facts = [
        ("layout", description.layout),
        ("utterances", f"{description.utterances:,} ({description.hours:.2f} h)"),
        ("length", _quantiles(description.duration_s, "s")),
        ("speakers", _speakers(description)),
        ("sessions", f"{description.sessions:,}" if description.sessions else ""),
        ("devices", _counts(description.devices)),
        ("sample rates", _counts(description.sample_rates, " Hz")),
        ("channels", _counts(description.num_channels)),
        ("splits", _counts(description.splits) if set(description.splits) != {"none"} else ""),
        ("with text", f"{description.with_text:,}" if description.with_text else ""),
        ("without label", f"{description.without_label:,}" if description.without_label else ""),
        ("noise", _recordings(description.noise_recordings, description.noise_minutes)),
        ("other speech", _recordings(description.speech_recordings, description.speech_minutes)),
        ("metadata", ", ".join(description.metadata)),
        ("left out", f"{description.rejected:,}" if description.rejected else ""),
        ("fingerprint", description.fingerprint[:16]),
    ]
    return [(name, value) for name, value in facts if value]


def _speakers(description: Description) -> str:
    if not description.speakers:
        return "none is named: a split by speaker is not possible"
    unnamed = f"; {description.without_speaker:,} utterances of nobody named"
    each = _quantiles(description.utterances_per_speaker, "utterances each")
    return f"{description.speakers:,}, {each}{unnamed if description.without_speaker else ''}"


def _recordings(number: int, minutes: float) -> str:
    return f"{number:,} recordings ({minutes:.1f} min)" if number else ""


def _quantiles(values: Mapping[str, float], unit: str) -> str:
    if not values:
        return ""
    return f"{values['min']:.3g} to {values['max']:.3g}, median {values['median']:.3g} {unit}"


def _counts(counts: Mapping[str, int], unit: str = "") -> str:
    shown = [f"{value}{unit}: {count:,}" for value, count in list(counts.items())[:SHOWN_VALUES]]
    more = [f"and {len(counts) - SHOWN_VALUES} more"] if len(counts) > SHOWN_VALUES else []
    return ", ".join(shown + more)


def _label_table(description: Description) -> Table:
    table = Table()
    table.add_column("label", overflow="fold")
    table.add_column("utterances", justify="right")
    table.add_column("speakers", justify="right")
    for label, count in list(description.labels.items())[:SHOWN_LABELS]:
        speakers = description.speakers_by_label[label]
        table.add_row(Text(label), f"{count:,}", f"{speakers:,}" if description.speakers else "?")
    hidden = len(description.labels) - SHOWN_LABELS
    if hidden > 0:
        table.caption = f"{hidden} more labels are not shown; --json has all."
    return table
