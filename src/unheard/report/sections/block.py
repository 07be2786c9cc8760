"""What a section of a page is made of; one template draws all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from markupsafe import Markup

Cell = str | Markup  # strings are escaped


@dataclass(frozen=True)
class Figures:
    """Plots beside each other."""

    kind: ClassVar[str] = "figures"
    plots: Sequence[Markup]
    caption: str = ""
    size: Literal["small", "large", "wide"] = "small"  # three, two or one in a row
    legend: Sequence[str] = ()  # of lines, in the order of their colours
    title: str = ""
    folded: bool = False  # behind a click on the title


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first is the name of its row. `numbers`: columns that are right-aligned."""

    kind: ClassVar[str] = "table"
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    numbers: Sequence[int] = ()
    num_more: int = 0  # rows that are left out
    folded: bool = False  # behind a click


@dataclass(frozen=True)
class Sentence:
    """A line of text."""

    kind: ClassVar[str] = "sentence"
    words: str


@dataclass(frozen=True)
class Sound:
    """A clip to compare with; `audio`: its address, null where it is not at hand."""

    about: str
    clip: str
    audio: Markup | None


@dataclass(frozen=True)
class Clip:
    """A misclassified clip to see and hear, and what is known of it."""

    truth: str
    predicted: str
    about: str
    clip: str
    plot: Markup | None  # null, as the sound, where it is not at hand
    audio: Markup | None
    flips: Sequence[str]  # changes that make it right
    neighbours: Sequence[Sound]  # training clips that it sounds like


@dataclass(frozen=True)
class Clips:
    """Players in a grid."""

    kind: ClassVar[str] = "clips"
    clips: Sequence[Clip]
    title: str = ""
    caption: str = ""


Block = Figures | Table | Sentence | Clips


@dataclass(frozen=True)
class Section:
    """One experiment's part of the page."""

    name: str  # of the experiment; the address of the section
    title: str
    short: str  # in the list of contents
    remarks: Sequence[str]
    blocks: Sequence[Block] = field(default_factory=tuple)
