"""Flattery in words and tables."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from unheard.evaluate.flattery import Flattery, SpeakerFall
from unheard.evaluate.intervals import Estimate
from unheard.evaluate.paired import Difference
from unheard.report.flattery import flattery_view, luck_sentence, p_words, signed_points, verdict

FLATTERY = Flattery(
    utterances=1680,
    speakers=30,
    claimed=Estimate(0.935, 0.908, 0.952, "BCa"),
    found=Estimate(0.861, 0.83, 0.888, "BCa"),
    difference=Difference("accuracy", 0.074, 0.055, 0.101, 0.0001, "swap"),
    repetitions=(0.074,),
    per_speaker=tuple(SpeakerFall(f"[s{n}]", 56, 0.9, 0.6 + n / 100) for n in range(8)),
)


def difference(value: float, low: float | None, high: float | None) -> Difference:
    return replace(FLATTERY.difference, value=value, low=low, high=high)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (difference(0.074, 0.055, 0.101), "A clip-level random split flatters by +7.4 points [5.5, 10.1]."),
        (
            difference(0.01, -0.018, 0.036),
            "No flattery can be told from luck with these speakers: +1.0 points [-1.8, 3.6].",
        ),
        (
            difference(-0.072, -0.12, -0.023),
            "The clip-level split claims less, -7.2 points [-12.0, -2.3]: no split does that, too short a "
            "training does. Train longer.",
        ),
        (
            difference(0.1, None, None),
            "The clip-level split differs by +10.0 points; these speakers give no interval.",
        ),
    ],
)
def test_the_verdict_follows_the_interval(found: Difference, sentence: str) -> None:
    assert plain(verdict(found)) == sentence


def test_the_view_fits_80_columns_and_shows_the_five_who_lose_most() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(flattery_view(FLATTERY))
    lines = plain(console.file.getvalue()).splitlines()  # type: ignore[attr-defined]
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for words in ("93.5 %   [90.8, 95.2]", "86.1 %   [83.0, 88.8]", "flattery (p < 0.001)", "+7.4 points"):
        assert words in text
    assert [line.split()[0] for line in lines if line.startswith("[s")] == [f"[s{n}]" for n in range(5)]
    assert "-30.0 points" in text
    assert "All 1,680 clips of 30 speakers were answered" in text


def test_repetitions_are_listed() -> None:
    assert plain(luck_sentence([0.074, 0.051, -0.002])).endswith("by themselves: +7.4, +5.1, -0.2 points.")
    assert "other seeds would show" in luck_sentence([0.074])


def test_small_numbers() -> None:
    assert plain(signed_points(0.0)) == "+0.0 points"
    assert (p_words(0.00099), p_words(0.0312), p_words(1.0)) == ("p < 0.001", "p = 0.031", "p = 1")
