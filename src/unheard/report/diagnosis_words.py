"""Why a model fails and what to do first, in sentences; the same in HTML and on the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from unheard.diagnose.cause import Cause, Points, RemedyKind, Where
from unheard.diagnose.diagnosis import Compared, Diagnosis, PartSummary
from unheard.report.audit_words import seconds, spell
from unheard.report.words import NBSP, plural

MINUS = "\N{MINUS SIGN}"
WHERE_WORDS: dict[Where, str] = {
    "claim": "only claimed",
    "live": "lost live",
    "test": "lost in the test",
    "slice": "lost on these clips",
    "trust": "too sure",
    "stress": "not yet met",
}
WHERE_MEANINGS: dict[Where, str] = {
    "claim": "the test promises these points, but no new speaker gets them",
    "live": "lost between the test clips and the live clips",
    "test": "lost on the test clips themselves",
    "slice": "lost on one kind of clips, for whatever reason: other causes may take the same points",
    "trust": "no accuracy is lost, but scores promise more than they keep",
    "stress": "would be lost in a condition that neither the test nor the live clips have",
}
KIND_WORDS: dict[RemedyKind, str] = {
    "recipe": "recipe",
    "augment": "augmentation",
    "split": "split",
    "drop": "clips to leave out",
    "relabel": "labels",
    "calibrate": "scores",
    "record": "recording",
    "live-path": "live path",
}
BY_PEOPLE = ("record", "live-path")  # what no training carries out
STRESS = "stress-"  # what names of such causes begin with
UNLABELLED = "unlabelled-accuracy"  # the experiment that estimates accuracy live from scores
FEW = 3  # causes that a headline names
MUCH = 0.25  # of a gap, from which a headline says that it is not explained
WORTH_POINTS = 1.0  # what a smaller gap between test and live does not need: an explanation


def headline(diagnosis: Diagnosis) -> str:
    """Why it is worse live, in a sentence; without live clips, what the test is worth."""
    test, live = diagnosis.test.accuracy, diagnosis.live
    if test is None:
        return "Nobody says what is right on the test clips, so no accuracy can be explained."
    if live is None:
        return f"In the test {share(test)} of clips are right{_because(diagnosis.blamed)}"
    blamed = [cause for cause in diagnosis.blamed if cause.where in ("claim", "live")]
    if live.accuracy is None:
        start = f"In the test {share(test)} of clips are right; nobody says what is right live"
        return f"{start}{_guess(diagnosis)}{_because(blamed)}"
    return _headline_of_gap(test, live.accuracy, blamed, _left(diagnosis, test.value - live.accuracy.value))


def _headline_of_gap(test: Points, live: Points, blamed: Sequence[Cause], left: str) -> str:
    if blamed:
        because = _because(blamed).removesuffix(".")
        return f"Live {share(live)} of clips are right, not {share(test)} as in the test{because}{left}."
    if test.value - live.value < WORTH_POINTS or _overlap(test, live):
        return f"Live {share(live)} of clips are right, about as many as in the test ({share(test)})."
    return (
        f"Live {share(live)} of clips are right, not {share(test)} as in the test, "
        "and nothing that was measured explains it."
    )


def _guess(diagnosis: Diagnosis) -> str:
    """ ", but by its scores about 74.1 % (66.0 to 81.2)", where that was estimated."""
    facts = next((row.outcome.facts for row in diagnosis.outcomes if row.name == UNLABELLED), {})
    found = facts.get("estimate")
    if not found:
        return ""
    estimate = Points(found["points"], found["low"], found["high"], "")
    return f", but by its scores about {share(estimate)} {interval(estimate)}".rstrip()


def _left(diagnosis: Diagnosis, gap: float) -> str:
    """ "; 8.6 points are not explained", where that is much of the gap."""
    rest = next((-step.points.value for step in diagnosis.waterfall if step.kind == "rest"), 0.0)
    return f"; {rest:.1f}{NBSP}points are not explained" if rest > max(WORTH_POINTS, MUCH * gap) else ""


def _because(causes: Sequence[Cause]) -> str:
    """ ": noise takes 9.0 points (6.9 to 11.2), level 4.2 and room 2.0."."""
    if not causes:
        return "; nothing is blamed."
    first, *others = causes[:FEW]
    parts = [f"{cause_title(first.name)} takes {points(first.points)}"]
    parts += [f"{cause_title(cause.name)} {cause.points.value:.1f}" for cause in others]
    return f": {enumerated(parts)}."


def do_first(diagnosis: Diagnosis) -> str:
    """The first remedy of the first cause that has one; empty where there is none."""
    blamed = next((cause for cause in diagnosis.blamed if cause.remedies), None)
    return blamed.remedies[0].sentence if blamed else ""


def scope(diagnosis: Diagnosis) -> str:
    """What was looked at, by how many experiments, in which time."""
    parts = [
        f"Test: {part(diagnosis.test)}",
        f"live: {part(diagnosis.live)}" if diagnosis.live else "no live clips",
    ]
    ran = [row for row in diagnosis.outcomes if not row.skipped and not row.error]
    others = [
        f"{plural(len(rows), 'experiment')} {words}"
        for words, rows in (
            ("skipped", [row for row in diagnosis.outcomes if row.skipped]),
            ("broke down", [row for row in diagnosis.outcomes if row.error]),
        )
        if rows
    ]
    effort = f"{plural(len(ran), 'experiment')} in {seconds(diagnosis.seconds)}"
    return "; ".join([*parts, ", ".join([effort, *others])]) + "."


def part(summary: PartSummary) -> str:
    """ "1,000 clips of 40 speakers"."""
    return f"{plural(summary.utterances, 'clip')} of {plural(summary.speakers, 'speaker')}"


def compared_sentence(compared: Compared) -> str:
    """What the model wins over the one before, on the same clips."""
    live = f"; live it wins {points(compared.live)}" if compared.live else ""
    return f"Against {compared.before} on the same clips it wins {points(compared.test)} in the test{live}."


def share(accuracy: Points) -> str:
    """ "93.1 %"."""
    return f"{accuracy.value:.1f}{NBSP}%"


def points(number: Points) -> str:
    """ "6.1 points (4.0 to 8.3)"."""
    return f"{signed(number.value)}{NBSP}points {interval(number)}".rstrip()


def interval(number: Points) -> str:
    """ "(4.0 to 8.3)"; empty where there is none."""
    if number.low is None or number.high is None:
        return ""
    return f"({signed(number.low)} to {signed(number.high)})".replace(" ", NBSP)


def signed(value: float, plus: str = "") -> str:
    """ "6.1", "−6.1"; never "−0.0"."""
    rounded = round(value, 1) + 0.0
    return f"{MINUS if rounded < 0 else plus if rounded > 0 else ''}{abs(rounded):.1f}"


def cause_title(name: str) -> str:
    """ "leaked split" for "leaked-split", "babble (stress)" for "stress-babble"."""
    return f"{condition(name)}{' (stress)' if name.startswith(STRESS) else ''}"


def condition(name: str) -> str:
    """The same without saying that it is one of stress."""
    return spell(name.removeprefix(STRESS).replace("-", "_"))


def capital(words: str) -> str:
    """The first letter in upper case."""
    return words[:1].upper() + words[1:]


def enumerated(parts: Sequence[str]) -> str:
    """ "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def settings(values: Mapping[str, Any]) -> str:
    """ "transform = noise, p = 0.5, utterances = 412 of them"."""
    return ", ".join(f"{name} = {_setting(value)}" for name, value in values.items())


def _setting(value: Any) -> str:
    if isinstance(value, Mapping | list | tuple) and len(value) > FEW:
        return f"{len(value):,} of them"
    return str(value) if isinstance(value, str | int | float) else json.dumps(value)


def gaps(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    """Experiments, and what they did not measure and why."""
    rows = []
    for row in diagnosis.outcomes:
        if row.error:
            rows.append((row.name, f"It broke down: {row.error}"))
        elif row.skipped:
            rows.append((row.name, row.skipped))
        rows += [(row.name, sentence) for sentence in row.outcome.not_measured]
    return rows


def _overlap(first: Points, second: Points) -> bool:
    ends = (first.low, first.high, second.low, second.high)
    if any(end is None for end in ends):
        return False
    return first.low <= second.high and second.low <= first.high  # type: ignore[operator]
