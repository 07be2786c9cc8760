"""What the recording says of the class, and how far the model listens to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from unheard.report.audit_traces import NATURAL
from unheard.report.media import Listen
from unheard.report.plots.spectra import NUM_LOOKS, plot_spectra
from unheard.report.plots.told import plot_told
from unheard.report.sections.block import Block, Figures, Table
from unheard.report.sections.cells import digits, share, whole

COLUMNS = (
    "Class",
    "Others drawn to it",
    "p",
    "Own clips lost",
    "p",
    "Clips given",
    "Its backgrounds alone",
    "Others' alone",
    "Shortcut",
)


def draw_shortcut(facts: Mapping[str, Any], _listen: Listen) -> list[Block]:
    """What swapping recordings does, class by class, and what backgrounds sound like."""
    return [*_swap(facts), *_classes(facts), *_told(facts), *_colours(facts)]


def _swap(facts: Mapping[str, Any]) -> list[Block]:
    swap = facts.get("swap")
    if not swap:
        return []
    rows = [
        ("of the own class", share(swap["control"])),
        ("of another class", share(swap["across"])),
        ("of another class, its colour only", f"{digits(-swap['colour_only'])} points"),
        ("of another class, its background only", f"{digits(-swap['background_only'])} points"),
    ]
    title = f"{whole(facts.get('num_clips'))} test clips with the recording of another clip"
    return [Table(("The other clip is", "Right"), rows, title, numbers=(1,))]


def _classes(facts: Mapping[str, Any]) -> list[Block]:
    rows = [
        (
            row["label"],
            share(row["pull"]),
            digits(row["pull_p"]),
            share(row["own_loss"]),
            digits(row["own_loss_p"]),
            whole(row["clips_given"]),
            share(row["alone_own"]),
            share(row["alone_others"]),
            "yes" if row["is_shortcut"] else "no",
        )
        for row in facts.get("classes", ())
    ]
    title = "Whether a class is answered for its recording"
    return [Table(COLUMNS, rows, title, numbers=range(1, 8))] if rows else []


def _told(facts: Mapping[str, Any]) -> list[Block]:
    training = facts.get("training") or {}
    held_out = training.get("held_out")
    title = f"Labels told apart{f', {held_out}s held out' if held_out else ''}"
    plot = plot_told(title, training.get("balanced_accuracy", {}), NATURAL["label"])
    caption = "What is not speech in the training clips, and how well it tells the label."
    return [Figures([plot], caption, title="In the training")] if plot else []


def _colours(facts: Mapping[str, Any]) -> list[Block]:
    colours = facts.get("colours") or {}
    classes = {label: np.asarray(bands_db) for label, bands_db in colours.get("classes", {}).items()}
    if not 1 < len(classes) <= NUM_LOOKS:
        return []
    plot = plot_spectra("Background by class", colours["centres_hz"], classes)
    return [Figures([plot], legend=list(classes), title="Mean background of each class")]
