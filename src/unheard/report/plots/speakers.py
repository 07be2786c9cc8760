"""Accuracy of every speaker, sorted: is the model good for all, or for most?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from unheard.evaluate.evaluation import Evaluation
from unheard.evaluate.per_speaker import WORST_SHARE, SpeakerScore
from unheard.report.svg import Axis, dot, element, figure, line, text
from unheard.report.words import percent, plural

WIDTH, HEIGHT = 760.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 14.0, 26.0, 42.0
MAX_DOTS = 600


def plot_speakers(evaluation: Evaluation) -> Markup:
    """A dot a speaker, worst at the left, larger with more clips; the worst decile is shaded."""
    scores = evaluation.per_speaker
    across = Axis(0.0, float(max(1, len(scores))), LEFT, WIDTH - RIGHT)
    up = Axis(0.0, 1.0, HEIGHT - BOTTOM, TOP)
    mean = evaluation.metrics["accuracy"].value
    return figure(
        f"Accuracy of {plural(len(scores), 'speaker')}, sorted",
        WIDTH,
        HEIGHT,
        _shade(across, max(1.0, WORST_SHARE * len(scores))),
        *_frame(across, up),
        line(LEFT, up(mean), WIDTH - RIGHT, up(mean), "mark"),
        *_dots(scores, across, up),
        text(WIDTH - RIGHT, up(mean) + 15, f"all clips: {percent(mean)}", anchor="end"),
    )


def shown_every(num_speakers: int) -> int:
    """Every how many speakers one is drawn."""
    return math.ceil(num_speakers / MAX_DOTS)


def _shade(across: Axis, worst: float) -> Markup:
    width, height = across(worst) - LEFT, HEIGHT - BOTTOM - TOP
    box = element("rect", x=LEFT, y=TOP, width=width, height=height, class_="shade")
    return element("g", box, text(LEFT, TOP - 8, "worst decile", class_="warn"))


def _frame(across: Axis, up: Axis) -> list[Markup]:
    rules = [line(LEFT, up(tick), WIDTH - RIGHT, up(tick), "grid") for tick in up.ticks(5)]
    left = [text(LEFT - 6, up(tick) + 4, f"{100 * tick:.0f} %", anchor="end") for tick in up.ticks(5)]
    whole = [tick for tick in across.ticks(6) if tick == round(tick)]
    below = [text(across(tick), HEIGHT - BOTTOM + 18, f"{tick:,.0f}", anchor="middle") for tick in whole]
    middle, words = (LEFT + WIDTH - RIGHT) / 2, "speakers, lowest accuracy first; larger dots have more clips"
    return [*rules, *left, *below, text(middle, HEIGHT - 4, words, anchor="middle", class_="axis")]


def _dots(scores: Sequence[SpeakerScore], across: Axis, up: Axis) -> list[Markup]:
    worst, most = max(1.0, WORST_SHARE * len(scores)), max(row.utterances for row in scores)
    return [
        dot(
            across(rank + 0.5),
            up(row.accuracy),
            1.6 + 4.4 * math.sqrt(row.utterances / most),
            "speaker worst" if rank < worst else "speaker",
            f"{row.speaker}: {row.correct} of {plural(row.utterances, 'clip')} right",
        )
        for rank, row in list(enumerate(scores))[:: shown_every(len(scores))]
    ]
