"""What tells labels, splits or speakers apart although it is not speech: a dot for each of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from markupsafe import Markup

from unheard.report.svg import Axis, dot, figure, line, text

WIDTH, ROW = 340.0, 30.0
LEFT, RIGHT, TOP, BOTTOM = 128.0, 14.0, 30.0, 44.0
CHANCE, SURE = 0.5, 0.75  # balanced accuracies: guessing, and what is drawn as clearly told


def plot_told(
    title: str, accuracies: Mapping[str, Mapping[str, float]], natural: Collection[str] = ()
) -> Markup | None:
    """Balanced accuracy of each class, told from the others by one kind of trace a row.

    accuracies: kind of trace -> class -> balanced accuracy. natural: kinds in which classes differ anyway, so
    that they are not marked. None where there is nothing to draw.
    """
    rows = {name: classes for name, classes in accuracies.items() if classes}
    if not rows:
        return None
    lowest = min(min(classes.values()) for classes in rows.values())
    across = Axis(min(0.4, lowest), 1.0, LEFT, WIDTH - RIGHT)
    height = TOP + ROW * len(rows) + BOTTOM
    return figure(
        f"{title}, told from the others by {', '.join(rows)}",
        WIDTH,
        height,
        text(0, 14, title, class_="name"),
        *_frame(across, height),
        *(
            part
            for place, (name, classes) in enumerate(rows.items())
            for part in _row(
                name, classes, across, TOP + ROW * (place + 0.5), 2.0 if name in natural else SURE
            )
        ),
    )


def _row(name: str, classes: Mapping[str, float], across: Axis, y: float, sure: float) -> list[Markup]:
    dots = [
        dot(
            across(accuracy),
            y,
            4.2,
            "class told" if accuracy >= sure else "class",
            f"{label}, by {name}: balanced accuracy {accuracy:.2f}",
        )
        for label, accuracy in sorted(classes.items(), key=lambda pair: pair[1])
    ]
    best = max(classes, key=lambda label: classes[label])
    name_of_best = _name_best(best, classes[best], across, y) if classes[best] >= sure else []
    return [text(LEFT - 10, y + 4, name, anchor="end", class_="label"), *dots, *name_of_best]


def _name_best(label: str, accuracy: float, across: Axis, y: float) -> list[Markup]:
    """The name of the class that is told best, over its dot."""
    short = label if len(label) <= 16 else label[:15] + "…"
    return [text(min(across(accuracy) + 4, WIDTH - 2), y - 8, short, anchor="end", class_="tick")]


def _frame(across: Axis, height: float) -> list[Markup]:
    floor = height - BOTTOM
    ticks = across.ticks(6)
    rules = [line(across(tick), TOP, across(tick), floor, "grid") for tick in ticks]
    below = [text(across(tick), floor + 16, f"{tick:g}", anchor="middle") for tick in ticks]
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [
        *rules,
        *below,
        line(across(CHANCE), TOP - 4, across(CHANCE), floor, "mark"),
        text(middle, height - 8, "balanced accuracy; 0.5 is guessing", anchor="middle", class_="axis"),
    ]
