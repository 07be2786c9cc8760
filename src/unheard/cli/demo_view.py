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
            text = elsewhere_sentence(chapter.run)
            table = conditions_table(chapter.rows)
            return _titled("3  What noise, rooms, the telephone and level do to it", Text(text), table)
        case Repair():
            text = repair_sentence(chapter.run)
            table = conditions_table(chapter.rows)
            return _titled("4  What the robust recipe repairs", Text(text), table)


def recordings_sentence(chapter: Recordings) -> str:
    """What there is, and where it comes from."""
    clips = f"{plural(chapter.utterances, 'clip')} of {plural(len(chapter.labels), 'word')}"
    if chapter.synthetic:
        return (
            f"{clips} by {plural(chapter.speakers, 'synthetic voice')}, each voice in one room, at a "
            f"microphone of its own, with its own background noise, in {chapter.folder}. They show what "
            "happens, not how much of it happens to people."
        )
    speakers = plural(chapter.speakers, "speaker") if chapter.speakers else "speakers who are not named"
    return f"{clips} by {speakers}, from {chapter.folder}. {chapter.remark}".rstrip()


def elsewhere_sentence(run: Run) -> str:
    """Which model is heard by whom, and what changes mean."""
    evaluation = run.results[0].evaluation
    whose = f"{plural(evaluation.speakers, 'speaker')} it" if evaluation.speakers else "speakers it perhaps"
    return (
        f"The same recipe ({_model(run)}) on {plural(evaluation.utterances, 'clip')} of {whose} never heard, "
        "as they are and elsewhere. Changes are points of accuracy against clean, paired by clip."
    )


def repair_sentence(run: Run) -> str:
    """What is different now; the clips are not."""
    return (
        f"Another recipe on the same training clips ({_model(run)}): each band relative to the clip "
        "and to its past, noise, rooms and microphones in training. "
        "Changes are against chapter 3, on the same test clips."
    )


def conditions_table(rows: Sequence[ConditionRow]) -> Table:
    """Accuracy under each condition and its change, both with intervals."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("condition")
    for name in ("accuracy", "95 % interval", "change", "95 % interval"):
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
    return Group(Text(), Text(title, style="bold"), Text(), *spaced)


def _splits(chapter: Splits) -> RenderableType:
    if chapter.flattery is None:
        return Text("The recordings name no two speakers or sessions, so this can't be measured on them.")
    flattery = chapter.flattery
    about = (
        f"{verdict(flattery.difference)} {method_sentence(flattery)} {luck_sentence(flattery.repetitions)}"
    )
    return Group(splits_table(flattery), Text(), Text(about))


def _model(run: Run) -> str:
    info = run.bundle.info
    return f"{info.architecture}, {count(info.num_parameters)} parameters, {plural(len(run.curves), 'epoch')}"


def _change(row: ConditionRow) -> tuple[str, str]:
    if row.change is None:
        return "", ""
    points = signed_points(row.change.value).removesuffix(f"{NBSP}points")
    return points, percent_interval(row.change.low, row.change.high)
