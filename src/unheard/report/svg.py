"""Inline SVG: escaped elements, and axes that map numbers to pixels.

Colours come from the page's CSS classes, so a plot follows light and dark mode.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape


def element(name: str, *children: str, **attributes: object) -> Markup:
    """`<name ...>children</name>`; all but Markup is escaped; `class_` is `class`, `a_b` is `a-b`."""
    pairs = "".join(f' {_name(key)}="{escape(_number(value))}"' for key, value in attributes.items())
    content = "".join(escape(child) for child in children)
    return Markup(f"<{name}{pairs}>{content}</{name}>")


def join(parts: Iterable[Markup]) -> Markup:
    """Elements one after the other."""
    return Markup("").join(parts)


def figure(title: str, width: float, height: float, *children: Markup) -> Markup:
    """An SVG image with an accessible name; drawn in a box of `width` x `height` pixels."""
    return element(
        "svg",
        element("title", title),
        *children,
        role="img",
        aria_label=title,
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
    )


def text(x: float, y: float, words: str, *, anchor: str = "start", class_: str = "tick") -> Markup:
    """Words at a place; anchor: start, middle or end."""
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def dot(x: float, y: float, radius: float, class_: str, title: str) -> Markup:
    """A circle that says what it is when pointed at."""
    return element("circle", element("title", title), cx=x, cy=y, r=radius, class_=class_)


@dataclass(frozen=True)
class Axis:
    """Maps [low, high] to pixels from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return self.start + share * (self.end - self.start)

    def ticks(self, about: int = 5) -> list[float]:
        """Round numbers in [low, high], in steps of 1, 2 or 5 times a power of ten."""
        if self.high <= self.low:
            return [self.low]
        step = _round_step((self.high - self.low) / about)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(i * step, 12) for i in range(first, last + 1)]


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next((factor * power for factor in (1, 2, 5) if rough <= factor * power), 10 * power)


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _number(value: object) -> object:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
