"""An audit on the terminal: the result in a sentence, what was found by which check, what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from unheard.audit.finding import SEVERITIES, Finding, Severity
from unheard.audit.result import Audit, CheckOutcome, worst_first
from unheard.report import audit_words as say
from unheard.report.concentration import concentration
from unheard.report.words import NBSP, count

NUM_BLOCKING = 8  # of all checks, in full
NUM_OF_CHECK = 2  # warnings of a check
FEW_CHECKS = 4  # where more have warnings, one of each is shown
NUM_GAPS = 10
STYLES: dict[Severity, str] = {"blocking": "bold red", "warning": "yellow", "note": "dim"}


def audit_view(audit: Audit) -> RenderableType:
    """Headline, checks, what blocks, the worst warnings check by check, and what was not judged."""
    parts: list[RenderableType] = [
        Text(say.headline(audit), style="bold red" if audit.blocking else "bold"),
        Text(say.scope(audit), style="dim"),
    ]
    found = [outcome for outcome in audit.outcomes if outcome.findings]
    if found:
        parts += [Text(), checks_table(found)]
    silent = [row.check for row in audit.outcomes if row.judged and not (row.findings or row.error)]
    if silent:
        parts += [Text(f"Nothing found by: {', '.join(silent)}.", style="dim")]
    return Group(*parts, *_blocking(audit), *_others(audit), *_gaps(audit))


def checks_table(outcomes: Sequence[CheckOutcome]) -> Table:
    """How much each check found and judged."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("check")
    for name in (*(say.SEVERITY_TITLES[severity].lower() for severity in SEVERITIES), "judged"):
        table.add_column(name, justify="right", no_wrap=True)
    for outcome in outcomes:
        counts = [_count(outcome.counts[severity], STYLES[severity]) for severity in SEVERITIES]
        table.add_row(Text(outcome.check), *counts, count(outcome.judged))
    return table


def _count(number: int, style: str) -> Text:
    return Text(count(number), style=style) if number else Text("·", style="dim")


def _blocking(audit: Audit) -> list[RenderableType]:
    """What blocks, each with its evidence and its remedy."""
    parts: list[RenderableType] = []
    for finding in audit.blocking[:NUM_BLOCKING]:
        evidence = Text(say.evidence_line(finding.evidence), style="dim")
        details = [part for part in (evidence, _remedy(finding.remedy)) if part]
        parts += [Text(), _sentence(finding, with_check=True), *map(_indented, details)]
    return parts + _more(len(audit.blocking) - NUM_BLOCKING)


def _others(audit: Audit) -> list[RenderableType]:
    """The worst warnings of each check, and how many notes the others have."""
    outcomes = say.worst_checks_first(audit.outcomes)
    warned = [outcome for outcome in outcomes if outcome.counts["warning"]]
    noted = [row for row in outcomes if row.counts["note"] == len(row.findings)]
    num_shown = NUM_OF_CHECK if len(warned) <= FEW_CHECKS else 1
    parts = [part for outcome in warned for part in _warnings(outcome, audit, num_shown)]
    if noted:
        names = ", ".join(f"{outcome.check} {count(outcome.counts['note'])}" for outcome in noted)
        parts += [Text(), Text(f"Notes only, in audit.json: {names}.", style="dim")]
    return parts


def _warnings(outcome: CheckOutcome, audit: Audit, num_shown: int) -> list[RenderableType]:
    """The worst warnings of a check, their remedy once where it is the same, and where all of them lie."""
    rows = [finding for finding in worst_first(outcome.findings) if finding.severity == "warning"]
    shown = rows[:num_shown]
    repairs = f"  {say.repairs(rows)}".rstrip()
    parts: list[RenderableType] = [Text.assemble((outcome.check, "bold"), (repairs, "dim"))]
    parts += [Text(where) for where in [concentration(rows, audit.measured)] if where]
    for finding in shown:
        parts.append(_sentence(finding))
        if finding.remedy != shown[-1].remedy or finding is shown[-1]:
            parts.append(_remedy(finding.remedy))
    more = _more(len(rows) - len(shown))
    return [Text(), parts[0], *map(_indented, [*parts[1:], *more])]


def _sentence(finding: Finding, *, with_check: bool = False) -> Text:
    return Text.assemble(
        (finding.severity, STYLES[finding.severity]),
        f"  {finding.check}, " if with_check else "  ",
        (finding.subject, "bold"),
        f": {finding.message} ",
        (f"({say.sureness(finding.confidence)})", "dim"),
    )


def _remedy(remedy: str) -> Text:
    return Text(f"→ {remedy}")


def _indented(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2))


def _more(number: int) -> list[RenderableType]:
    return [Text(f"and {count(number)} more in audit.json", style="dim")] if number > 0 else []


def _gaps(audit: Audit) -> list[RenderableType]:
    """What could not be judged, and why."""
    said = [(outcome.check, sentence) for outcome, sentences in say.gaps(audit) for sentence in sentences]
    if not said:
        return []
    rows = [
        _indented(Text.assemble((f"{check}:{NBSP}", "bold"), sentence)) for check, sentence in said[:NUM_GAPS]
    ]
    hidden = len(said) - NUM_GAPS
    more = [_indented(Text(f"and {hidden} more in audit.json", style="dim"))] if hidden > 0 else []
    return [Text(), Text("Not judged", style="bold"), *rows, *more]
