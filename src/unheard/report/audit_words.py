"""What an audit found, in sentences; the same in HTML and on the terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from unheard.audit.finding import SEVERITIES, Evidence, Finding, Severity
from unheard.audit.result import Audit, CheckOutcome
from unheard.report.words import NBSP, NOTHING, count, length, plural

SEVERITY_WORDS: dict[Severity, str] = {"blocking": "blocking", "warning": "warning", "note": "note"}
SEVERITY_TITLES: dict[Severity, str] = {"blocking": "Blocking", "warning": "Warnings", "note": "Notes"}
SEVERITY_MEANINGS: dict[Severity, str] = {
    "blocking": "would make training or its test misleading",
    "warning": "costs accuracy or trust",
    "note": "worth knowing",
}
READING = (
    "A finding is blocking when a model trained or tested on this would mislead, a warning when it costs "
    "accuracy or trust. How sure a finding is, is the share of such findings that were right where it was "
    "measured, else the author's estimate."
)
# how a name in evidence ends -> its unit
UNITS = {
    "dbfs": "dBFS",
    "db": "dB",
    "lufs": "LUFS",
    "hz": "Hz",
    "ms": "ms",
    "s": "s",
    "samples": "samples",
    "points": "points",
}

CAPITALS = {"snr": "SNR", "dc": "DC", "vad": "VAD", "wada": "WADA", "mos": "MOS"}


def headline(audit: Audit) -> str:
    """The result in a sentence."""
    blocking, warnings, notes = (audit.counts[name] for name in ("blocking", "warning", "note"))
    if blocking:
        return (
            f"{plural(blocking, 'finding')} {_verb(blocking, 'blocks', 'block')}: "
            "a model trained or tested on this would mislead."
        )
    if warnings:
        cost = _verb(warnings, "costs", "cost")
        return f"No finding blocks training; {count(warnings)} {cost} accuracy or trust."
    if notes:
        return f"Nothing wrong was found; {plural(notes, 'note')} {_verb(notes, 'is', 'are')} worth reading."
    return "Nothing wrong was found." if _judged_anything(audit) else "Nothing was judged."


def scope(audit: Audit) -> str:
    """What was looked at, by how many checks, and how many of them could not judge everything."""
    speakers = f"of {plural(audit.speakers, 'speaker')}" if audit.speakers else "of speakers without names"
    partly = [outcome for outcome in audit.outcomes if gaps_of(outcome) and not outcome.error]
    broken = [outcome for outcome in audit.outcomes if outcome.error]
    gaps = [
        f"{plural(len(partly), 'check')} could not judge everything" if partly else "",
        f"{plural(len(broken), 'check')} broke down" if broken else "",
    ]
    looked_at = f"{plural(audit.utterances, 'utterance')} {speakers}, {length(audit.hours)}"
    effort = f"{plural(len(audit.outcomes), 'check')} in {seconds(audit.seconds)}"
    return "; ".join([looked_at, effort, *filter(None, gaps)]) + "."


def tally(counts: Mapping[Severity, int]) -> str:
    """ "1 blocking, 12 warnings"; empty where there is nothing."""
    parts = [
        f"{count(counts['blocking'])} blocking" if counts["blocking"] else "",
        *(plural(counts[name], name) for name in ("warning", "note") if counts[name]),
    ]
    return ", ".join(filter(None, parts))


def sureness(confidence: float) -> str:
    """ "98 % sure", "certain"."""
    whole = round(100 * confidence)
    return "certain" if confidence >= 0.995 else f"{whole}{NBSP}% sure"


def seconds(duration_s: float) -> str:
    """ "0.3 s", "42 s", "3 min"."""
    if duration_s < 9.95:
        return f"{duration_s:.1f}{NBSP}s"
    return f"{duration_s:.0f}{NBSP}s" if duration_s < 99.5 else f"{duration_s / 60:.0f}{NBSP}min"


def evidence_items(evidence: Evidence) -> list[tuple[str, str]]:
    """Names and values with their units: ("snr", "12.3 dB"), ("clipped share", "3.1 %")."""
    return [_item(name, value) for name, value in evidence.items()]


def evidence_line(evidence: Evidence) -> str:
    """The same in a line: "snr 12.3 dB, clipped share 3.1 %"."""
    return ", ".join(f"{name} {value}" for name, value in evidence_items(evidence))


def repairs(findings: Sequence[Finding]) -> str:
    """What `--fix` would do about findings; empty where it would do nothing."""
    actions = {action for finding in findings for action in finding.actions}
    sure = len({action.utterance for action in actions if action.sure})
    open_ = len({action.utterance for action in actions if not action.sure})
    parts = [
        f"repairs {plural(sure, 'utterance')}" if sure else "",
        f"lists {plural(open_, 'utterance')} for review" if open_ else "",
    ]
    said = " and ".join(filter(None, parts))
    return f"unheard audit --fix {said}." if said else ""


def shared_remedy(findings: Sequence[Finding]) -> str:
    """The remedy of all of several findings; empty where they have different ones or there is only one."""
    remedies = {finding.remedy for finding in findings}
    return remedies.pop() if len(remedies) == 1 and len(findings) > 1 else ""


def worst_checks_first(outcomes: Sequence[CheckOutcome]) -> list[CheckOutcome]:
    """Checks that found something, by the severity of their worst finding; equals stay in their order."""
    found = [outcome for outcome in outcomes if outcome.findings]
    return sorted(found, key=lambda outcome: [outcome.counts[name] == 0 for name in SEVERITIES])


def gaps(audit: Audit) -> list[tuple[CheckOutcome, tuple[str, ...]]]:
    """Checks that could not judge everything or broke down, with the sentences that say so."""
    said = [(outcome, gaps_of(outcome)) for outcome in audit.outcomes]
    return [(outcome, sentences) for outcome, sentences in said if sentences]


def gaps_of(outcome: CheckOutcome) -> tuple[str, ...]:
    """Sentences that say what one check could not judge."""
    if outcome.error:
        return (f"It broke down: {outcome.error}", *outcome.not_judged)
    if not outcome.judged and not outcome.not_judged:
        return ("There is nothing here for it to judge.",)
    return outcome.not_judged


def _judged_anything(audit: Audit) -> bool:
    return any(outcome.judged for outcome in audit.outcomes)


def _verb(number: int, singular: str, many: str) -> str:
    return singular if number == 1 else many


def spell(name: str) -> str:
    """ "SNR", "DC offset", "longest gap": a column's name as people write it."""
    return " ".join(CAPITALS.get(word, word) for word in name.removeprefix("num_").split("_"))


def _item(name: str, value: str | float | int | bool | None) -> tuple[str, str]:
    stem, _, ending = name.rpartition("_")
    has_unit = bool(stem) and ending in UNITS
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return spell(stem if has_unit else name), NOTHING
    if isinstance(value, bool):
        return spell(name), "yes" if value else "no"
    if isinstance(value, str):
        return spell(name), value
    if (ending == "share" and stem) or ending == "accuracy":
        return spell(name), f"{100 * value:.3g}{NBSP}%"
    if has_unit:
        return spell(stem), f"{_number(value)}{NBSP}{UNITS[ending]}"
    return spell(name), _number(value)


def _number(value: float) -> str:
    """ "7,050", "0.0312", "1e-05": whole ones in full, others with three digits."""
    if value == round(value) and abs(value) < 1e15:
        return count(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
