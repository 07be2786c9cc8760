"""How many clips each label, speaker or device has, in each split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from unheard.report.svg import Axis, element, figure, join, line, text
from unheard.report.words import count, plural

WIDTH, ROW = 420.0, 19.0
LEFT, RIGHT, TOP = 120.0, 52.0, 6.0
MAX_LETTERS = 14
MAX_BARS = 44
RANKS_HEIGHT, RANKS_LEFT, RANKS_BOTTOM, RANKS_TOP = 190.0, 46.0, 34.0, 14.0
MAX_RANKS = 500  # points of a curve

Counts = Mapping[str, Mapping[str, int]]  # name -> split -> clips


def plot_counts(kind: str, counts: Counts, splits: Sequence[str]) -> Markup:
    """A bar a name, most clips first, in pieces for the splits; a curve over ranks for more than 44 names."""
    totals = {name: sum(pieces.values()) for name, pieces in counts.items()}
    names = sorted(totals, key=lambda name: (-totals[name], name))
    if len(names) > MAX_BARS:
        return _plot_ranks(kind, [totals[name] for name in names])
    across = Axis(0.0, float(max(totals.values(), default=1)), LEFT, WIDTH - RIGHT)
    rows = [
        _row(name, counts[name], splits, across, TOP + ROW * place, totals[name])
        for place, name in enumerate(names)
    ]
    return figure(f"Clips of {plural(len(names), kind)}", WIDTH, TOP + ROW * len(names) + 4, join(rows))


def _row(
    name: str, pieces: Mapping[str, int], splits: Sequence[str], across: Axis, y: float, total: int
) -> Markup:
    said = ", ".join(f"{split} {count(pieces[split])}" for split in splits if pieces.get(split))
    parts, begin = [], 0
    for place, split in enumerate(splits):
        clips = pieces.get(split, 0)
        if clips:
            x = across(begin)
            parts.append(
                element(
                    "rect",
                    x=x,
                    y=y + 2,
                    width=across(begin + clips) - x,
                    height=ROW - 5,
                    class_=f"piece p{place % 4}",
                )
            )
        begin += clips
    short = name if len(name) <= MAX_LETTERS else name[: MAX_LETTERS - 1] + "…"
    return element(
        "g",
        element("title", f"{name}: {said or count(total)}"),
        text(LEFT - 8, y + ROW - 6, short, anchor="end", class_="label"),
        *parts,
        text(across(begin) + 6, y + ROW - 6, count(total)),
    )


def _plot_ranks(kind: str, totals: list[int]) -> Markup:
    """Clips over rank: a flat curve is balance."""
    across = Axis(0.0, float(len(totals)), RANKS_LEFT, WIDTH - 12)
    up = Axis(0.0, float(totals[0]), RANKS_HEIGHT - RANKS_BOTTOM, RANKS_TOP)
    step = max(1, len(totals) // MAX_RANKS)
    shown = sorted({*range(0, len(totals), step), len(totals) - 1})
    curve = " ".join(f"{across(rank + 0.5):.1f},{up(totals[rank]):.1f}" for rank in shown)
    floor = up(0.0)
    begin, end = (
        f"{across(0):.1f},{floor:.1f} {across(0):.1f},{up(totals[0]):.1f}",
        f"{across.end:.1f},{floor:.1f}",
    )
    return figure(
        f"Clips of {plural(len(totals), kind)}, most first: {count(totals[0])} to {count(totals[-1])}",
        WIDTH,
        RANKS_HEIGHT,
        *[line(RANKS_LEFT, up(tick), WIDTH - 12, up(tick), "grid") for tick in up.ticks(4)],
        *[text(RANKS_LEFT - 6, up(tick) + 4, count(tick), anchor="end") for tick in up.ticks(4)],
        element("polygon", points=f"{begin} {curve} {end}", class_="amount"),
        *[text(across(tick), floor + 16, count(tick), anchor="middle") for tick in across.ticks(5)],
        text(
            (RANKS_LEFT + WIDTH - 12) / 2,
            RANKS_HEIGHT - 2,
            f"{kind}s, most clips first",
            anchor="middle",
            class_="axis",
        ),
    )
