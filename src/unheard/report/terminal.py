"""An evaluation as tables for the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from unheard.evaluate.evaluation import ClassScore, Evaluation
from unheard.evaluate.intervals import Estimate
from unheard.report import words
from unheard.report.mix_ups import most_confused

MAX_CLASSES = 60


def evaluation_view(evaluation: Evaluation, *, known_unheard: bool = True) -> RenderableType:
    """Headline, metrics with intervals, classes, and what the test set could not show."""
    parts: list[RenderableType] = [
        Text(words.headline(evaluation, known_unheard=known_unheard), style="bold"),
        Text(),
        *_spaced(metrics_table(evaluation)),
        *_spaced(classes_table(evaluation)),
        Text(words.worst_decile_sentence(evaluation)),
        Text(words.calibration_sentence(evaluation)),
        Text(words.detectable_sentence(evaluation)),
    ]
    mixed_up = _mix_ups(evaluation)
    return Group(*parts, *([mixed_up] if mixed_up else []))


def metrics_table(evaluation: Evaluation) -> Table:
    """Every metric with its interval."""
    table = _table("metric", ("value", "95 % interval"))
    for name, number in evaluation.metrics.items():
        interval = words.estimate_interval(name, number) or words.NOTHING
        table.add_row(words.METRIC_WORDS[name].title, words.estimate(name, number), interval)
    return table


def classes_table(evaluation: Evaluation) -> Table:
    """Precision, recall and F1 of every class; of very many, those with the lowest F1."""
    rows = evaluation.per_class
    if len(rows) > MAX_CLASSES:
        rows = tuple(sorted(rows, key=_f1_or_one)[:MAX_CLASSES])
    table = _table("class", ("clips", "precision", "recall", "F1", "95 % interval"))
    for row in rows:
        interval = words.percent_interval(row.f1.low, row.f1.high) if row.f1 else ""
        shares = [_percent(estimate) for estimate in (row.precision, row.recall, row.f1)]
        table.add_row(Text(row.label), words.count(row.support), *shares, interval or words.NOTHING)
    return table


def _mix_ups(evaluation: Evaluation) -> Text | None:
    pairs = [f"{pair.said} → {pair.recognised} {pair.clips}" for pair in most_confused(evaluation, limit=5)]
    return Text(f"Most frequent mix-ups: {', '.join(pairs)}.") if pairs else None


def _spaced(table: Table) -> tuple[Table, Text]:
    return table, Text()


def _table(first: str, numbers: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column(first)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _percent(estimate: Estimate | None) -> str:
    return words.percent(estimate.value if estimate else None)


def _f1_or_one(row: ClassScore) -> float:
    return row.f1.value if row.f1 else 1.0
