"""The chapters of the demo for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from unheard.demo.chapters import Chapter, ConditionRow, Elsewhere, Recordings, Repair, Splits
from unheard.report.flattery import luck_sentence, method_sentence, signed_points, splits_table, verdict
from unheard.report.words import NBSP, count, percent, percent_interval, plural
from unheard.run import Run


def chapter_view(chapter: Chapter) -> RenderableType:
    """A title and the numbers of one chapter."""
    match chapter:
        case Recordings():
            return _titled("1  The recordings", Text(recordings_sentence(chapter)))
        case Splits():
            return _titled("2  What a clip-level random split claims, and what is true", _splits(chapter))
        case Elsewhere():
            text = f"Accuracy of the same small model {_on_unheard(chapter.run)}, as they are and elsewhere."
            table = conditions_table(chapter.rows, "against clean")
            return _titled("3  What noise, rooms, the telephone and level do to it", Text(text), table)
        case Repair():
            text = (
                f"Trained on the same clips by the robust recipe: {_model(chapter.run)}. "
                "Tested on the same clips too."
            )
            table = conditions_table(chapter.rows, "against before")
            return _titled("4  What the robust recipe repairs", Text(text), table)


def recordings_sentence(chapter: Recordings) -> str:
    """What there is, and where it comes from."""
    clips = f"{plural(chapter.utterances, 'clip')} of {plural(len(chapter.labels), 'word')}"
    if chapter.synthetic:
        return (
            f"{clips} by {plural(chapter.speakers, 'synthetic voice')}, each voice in one room, at a "
            f"microphone of its own, with its own background noise. They lie in {chapter.folder}."
        )
    speakers = plural(chapter.speakers, "speaker") if chapter.speakers else "speakers who are not named"
    return f"{clips} by {speakers}, from {chapter.folder}. {chapter.remark}".rstrip()


def conditions_table(rows: Sequence[ConditionRow], change: str) -> Table:
    """Accuracy under each condition and its change, both with intervals."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("condition")
    for name in ("accuracy", "95 % interval", change, "95 % interval"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        accuracy = percent(row.accuracy.value), percent_interval(row.accuracy.low, row.accuracy.high)
        table.add_row(row.condition, *accuracy, *_change(row))
    return table


def closing_text(folder: Path, took_s: float) -> str:
    """Where things are, and what to do next."""
    return "\n".join(
        [
            f"bundle  {folder / 'robust' / 'bundle'}",
            f"report  {folder / 'robust' / 'report.html'}",
            f"before  {folder / 'conventional' / 'report.html'}",
            "",
            f"That took {took_s / 60:.1f} minutes. Next, with recordings of your own:",
            "",
            "    unheard demo --data recordings/             # the same story on them",
            "    unheard train recordings/ --out runs/first  # a model by the whole recipe",
        ]
    )


def _titled(title: str, *parts: RenderableType) -> Group:
    spaced = [piece for part in parts for piece in (part, Text())]
    return Group(Text(title, style="bold"), Text(), *spaced)


def _splits(chapter: Splits) -> RenderableType:
    if chapter.flattery is None:
        return Text("The recordings name no two speakers or sessions, so this can't be measured on them.")
    flattery = chapter.flattery
    about = (
        f"{verdict(flattery.difference)} {method_sentence(flattery)} {luck_sentence(flattery.repetitions)}"
    )
    return Group(splits_table(flattery), Text(), Text(about))


def _on_unheard(run: Run) -> str:
    evaluation = run.results[0].evaluation
    speakers = plural(evaluation.speakers, "speaker") if evaluation.speakers else "recordings"
    return f"({_model(run)}) on {plural(evaluation.utterances, 'clip')} of {speakers} it never heard"


def _model(run: Run) -> str:
    info = run.bundle.info
    return f"{info.architecture}, {count(info.num_parameters)} parameters"


def _change(row: ConditionRow) -> tuple[str, str]:
    if row.change is None:
        return "", ""
    points = signed_points(row.change.value).removesuffix(f"{NBSP}points")
    return points, percent_interval(row.change.low, row.change.high)
