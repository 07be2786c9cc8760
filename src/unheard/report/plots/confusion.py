"""What was taken for what: a matrix whose colour is the share of a row and whose numbers are clips."""

from __future__ import annotations

import math

from markupsafe import Markup

from unheard.evaluate.evaluation import Evaluation
from unheard.report.svg import element, figure, join, text
from unheard.report.words import percent

MAX_CLASSES = 40
LETTER = 6.6  # pixels, about


def plot_confusion(evaluation: Evaluation) -> Markup | None:
    """Rows are what was said, columns what was recognised; None for more than 40 classes."""
    labels = evaluation.labels
    if len(labels) > MAX_CLASSES:
        return None
    cell = 34.0 if len(labels) <= 20 else 26.0
    margin = 12 + LETTER * min(16, max(map(len, labels)))
    size = margin + 18 + cell * len(labels)
    parts = [
        text(margin + 18 + cell * len(labels) / 2, 12, "recognised", anchor="middle", class_="axis"),
        element(
            "text",
            "said",
            x=0,
            y=0,
            class_="axis",
            text_anchor="middle",
            transform=f"translate(12 {margin + 18 + cell * len(labels) / 2:.0f}) rotate(-90)",
        ),
    ]
    origin = margin + 18
    for i, label in enumerate(labels):
        middle = origin + (i + 0.5) * cell
        parts += [_row_name(origin - 6, middle + 4, label), _column_name(middle + 4, origin - 6, label)]
        parts += [_cell(evaluation, i, j, origin, cell) for j in range(len(labels))]
    return figure(f"Confusion matrix of {len(labels)} classes", size, size, join(parts))


def _shorten(label: str) -> str:
    return label if len(label) <= 16 else label[:15] + "…"


def _row_name(x: float, y: float, label: str) -> Markup:
    whole = element("title", label)
    return element("text", whole, _shorten(label), x=x, y=y, text_anchor="end", class_="label")


def _column_name(x: float, y: float, label: str) -> Markup:
    turn = f"translate({x:.1f} {y:.1f}) rotate(-90)"
    return element("text", element("title", label), _shorten(label), transform=turn, class_="label")


def _cell(evaluation: Evaluation, i: int, j: int, origin: float, cell: float) -> Markup:
    clips, support = int(evaluation.confusion[i, j]), evaluation.per_class[i].support
    share = clips / support if support else 0.0
    said, heard = evaluation.labels[i], evaluation.labels[j]
    words = f"'{said}' recognised as '{heard}': {clips} of {support} clips ({percent(share)})"
    opacity = share if i == j else math.sqrt(share)
    x, y = origin + j * cell, origin + i * cell
    box = element(
        "rect",
        element("title", words),
        x=x + 0.5,
        y=y + 0.5,
        width=cell - 1,
        height=cell - 1,
        class_="right" if i == j else "wrong",
        fill_opacity=round(opacity, 3),
    )
    if not clips:
        return element("g", box, class_="cell")
    look = "on" if opacity > 0.5 else "off"
    number = text(x + cell / 2, y + cell / 2 + 4, str(clips), anchor="middle", class_=look)
    return element("g", box, number, class_="cell")
