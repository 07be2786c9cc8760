"""What a clip-level split flatters, as sentences and tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from unheard.evaluate.flattery import Flattery, SpeakerFall
from unheard.evaluate.paired import Difference
from unheard.report.words import NBSP, count, percent, percent_interval, plural

NUM_WORST = 5


def flattery_view(flattery: Flattery) -> RenderableType:
    """The verdict, both accuracies, the speakers who lose most, and what the interval does not cover."""
    return Group(
        Text(verdict(flattery.difference), style="bold"),
        Text(),
        splits_table(flattery),
        Text(),
        speakers_table(flattery.per_speaker[:NUM_WORST]),
        Text(),
        Text(method_sentence(flattery)),
        Text(luck_sentence(flattery.repetitions)),
    )


def verdict(difference: Difference) -> str:
    """The result in a sentence."""
    found = f"{signed_points(difference.value)} {percent_interval(difference.low, difference.high)}".rstrip()
    if difference.low is None or difference.high is None:
        return f"The clip-level split differs by {found}; these speakers give no interval."
    if difference.low > 0:
        return f"A clip-level random split flatters by {found}."
    if difference.high < 0:
        return (
            f"The clip-level split claims less, {found}: no split does that, too short a training does. "
            "Train longer."
        )
    return f"No flattery can be told from luck with these speakers: {found}."


def splits_table(flattery: Flattery) -> Table:
    """Both accuracies and the difference."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("held out")
    for name in ("accuracy", "95 % interval"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, accuracy in (
        ("single clips, as a random split does", flattery.claimed),
        ("whole speakers, so that none was heard", flattery.found),
    ):
        table.add_row(name, percent(accuracy.value), percent_interval(accuracy.low, accuracy.high))
    difference = flattery.difference
    interval = percent_interval(difference.low, difference.high)
    table.add_row(f"flattery ({p_words(difference.p_value)})", signed_points(difference.value), interval)
    return table


def speakers_table(falls: Sequence[SpeakerFall]) -> Table:
    """Accuracy of each speaker, with and without other clips of theirs in training."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("who loses most")
    for name in ("clips", "heard", "unheard", "loss"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in falls:
        shares = percent(row.heard), percent(row.unheard), signed_points(-row.fall)
        table.add_row(Text(row.speaker), count(row.utterances), *shares)
    return table


def method_sentence(flattery: Flattery) -> str:
    """How the numbers came about."""
    return (
        f"All {plural(flattery.utterances, 'clip')} of {plural(flattery.speakers, 'speaker')} were answered "
        "both ways, each by a model that was not trained on it. Intervals and p resample whole speakers."
    )


def luck_sentence(repetitions: Sequence[float]) -> str:
    """What the interval does not cover."""
    if len(repetitions) == 1:
        return "They do not cover the luck of training, which other seeds would show."
    each = ", ".join(signed_points(difference).removesuffix(f"{NBSP}points") for difference in repetitions)
    return f"The luck of training comes on top; the repetitions by themselves: {each} points."


def signed_points(difference: float) -> str:
    """ "+1.6 points", "-0.4 points"."""
    return f"{100 * difference:+.1f}{NBSP}points"


def p_words(p_value: float) -> str:
    """ "p = 0.031", "p < 0.001"."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"
