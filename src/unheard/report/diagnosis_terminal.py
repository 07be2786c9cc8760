"""A diagnosis on the terminal: the answer, the way from test to live, causes, and what to do."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from unheard.diagnose.cause import Cause
from unheard.diagnose.diagnosis import Diagnosis, Step
from unheard.report import diagnosis_words as say
from unheard.report.diagnosis_report import PlanStep
from unheard.report.words import NBSP, plural

NUM_CAUSES = 8  # in full
NUM_GAPS = 8
NUM_AHEAD = 6  # conditions that nobody has yet
BAR_CELLS = 28
STYLES = {"loss": "yellow", "gain": "green", "level": "bold", "rest": "dim"}


def diagnosis_view(diagnosis: Diagnosis, plan: Sequence[PlanStep] = ()) -> RenderableType:
    """Headline, waterfall, what is blamed, the plan, remarks, and what was not measured."""
    parts: list[RenderableType] = [Text(say.headline(diagnosis), style="bold")]
    if say.do_first(diagnosis):
        parts.append(Text.assemble(("Do first: ", "bold"), say.do_first(diagnosis)))
    if diagnosis.compared:
        parts.append(Text(say.compared_sentence(diagnosis.compared)))
    parts += [Text(say.scope(diagnosis), style="dim"), *(Text(note, style="dim") for note in diagnosis.notes)]
    if diagnosis.waterfall:
        parts += [Text(), waterfall_table(diagnosis.waterfall)]
    return Group(*parts, *_causes(diagnosis), *_plan(plan), *_remarks(diagnosis), *_gaps(diagnosis))


def waterfall_table(steps: Sequence[Step]) -> Table:
    """A row a step: what it is, how much, its interval, and a bar of the accuracy that is left."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for justify in ("left", "right", "right", "left"):
        table.add_column(justify=justify, no_wrap=True)
    left = 0.0
    for step in steps:
        value = step.points.value
        before, left = left, value if step.kind == "level" else left + value
        style = STYLES[("loss" if value < 0 else "gain") if step.kind == "change" else step.kind]
        number = say.share(step.points) if step.kind == "level" else say.signed(value, plus="+")
        title = step.title if step.kind != "change" else say.cause_title(step.title)
        bar = _bar(left) if step.kind == "level" else _bar(min(before, left), abs(value))
        table.add_row(Text(title, style), Text(number, style), Text(say.interval(step.points), "dim"), bar)
    return table


def _bar(begin: float, length: float | None = None) -> Text:
    """Accuracy in points as a bar: from 0, or of this length behind blanks."""
    start, end = (
        round(BAR_CELLS * max(0.0, min(100.0, at)) / 100) for at in (begin, begin + (length or 0.0))
    )
    if length is None:
        return Text("█" * start, style="dim")
    return Text(" " * start + "▒" * max(1, end - start))


def _causes(diagnosis: Diagnosis) -> list[RenderableType]:
    """What is blamed, in full, and the names of what is not."""
    blamed, parts = diagnosis.blamed, list[RenderableType]()
    for cause in blamed[:NUM_CAUSES]:
        parts += [Text(), *_cause(cause)]
    if len(blamed) > NUM_CAUSES:
        parts.append(
            Text(f"and {plural(len(blamed) - NUM_CAUSES, 'cause')} more in diagnosis.json", style="dim")
        )
    return [*parts, *_not_lost(diagnosis)]


def _not_lost(diagnosis: Diagnosis) -> list[RenderableType]:
    """Conditions that nobody has yet, and what was tried and is not blamed, by name."""
    stress = [cause for cause in diagnosis.causes if cause.where == "stress"]
    ahead = [cause for cause in stress if cause.blamed]
    parts: list[RenderableType] = []
    if ahead:
        named = [f"{say.condition(cause.name)}{NBSP}{cause.points.value:.1f}" for cause in ahead[:NUM_AHEAD]]
        more = [f"{len(ahead) - NUM_AHEAD} more"] if len(ahead) > NUM_AHEAD else []
        parts += [Text(), Text(f"Points lost in conditions that nobody has yet: {', '.join(named + more)}.")]
    free = [_name(cause) for cause in diagnosis.causes if not cause.blamed and cause not in stress]
    free += [f"{plural(len(stress) - len(ahead), 'condition')} of stress"] if len(stress) > len(ahead) else []
    if free:
        parts += [Text(), Text(f"Tried and not blamed: {', '.join(free)}.", style="dim")]
    return parts


def _name(cause: Cause) -> str:
    return say.cause_title(cause.name).replace(" ", NBSP)


def _cause(cause: Cause) -> list[RenderableType]:
    title = Text.assemble(
        (say.capital(say.cause_title(cause.name)), "bold"),
        f"  {say.points(cause.points)}  ",
        (say.WHERE_WORDS[cause.where], "dim"),
    )
    return [title, Padding(Text(cause.message), (0, 0, 0, 2))]


def _plan(plan: Sequence[PlanStep]) -> list[RenderableType]:
    """Steps that a training carries out, then those that people do."""
    groups = (
        ("Training carries out (unheard train CORPUS --plan plan.toml)", False),
        ("People do", True),
    )
    parts: list[RenderableType] = []
    for title, by_people in groups:
        steps = [step for step in plan if (step.kind in say.BY_PEOPLE) == by_people]
        if steps:
            parts += [Text(), Text(title, style="bold")]
            parts += [Padding(_step(step), (0, 0, 0, 2)) for step in steps]
    return parts


def _step(step: PlanStep) -> Text:
    against = f" (against {say.cause_title(step.cause)}, {say.signed(step.points)} points)"
    return Text.assemble("→ ", step.do, (against, "dim"))


def _remarks(diagnosis: Diagnosis) -> list[RenderableType]:
    """What is worth reading though it costs no points."""
    said = [(row.name, remark) for row in diagnosis.outcomes for remark in row.outcome.remarks]
    return _list("Worth knowing", said)


def _gaps(diagnosis: Diagnosis) -> list[RenderableType]:
    """What was not measured, and why."""
    said = say.gaps(diagnosis)
    more = [f"and {len(said) - NUM_GAPS} more in diagnosis.json"] if len(said) > NUM_GAPS else []
    return _list("Not measured", said[:NUM_GAPS]) + [
        Padding(Text(row, style="dim"), (0, 0, 0, 2)) for row in more
    ]


def _list(title: str, said: Sequence[tuple[str, str]]) -> list[RenderableType]:
    if not said:
        return []
    rows = [Padding(Text.assemble((f"{name}:{NBSP}", "bold"), words), (0, 0, 0, 2)) for name, words in said]
    return [Text(), Text(title, style="bold"), *rows]
