"""What a person should know of a model before using it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unheard.runtime.bundle import BundleInfo

TEMPLATE = """# {name}

Tells {num_commands} words apart in clips of {window_s:g} s: {commands}.{background}

| | |
|---|---|
| architecture | {architecture}, {num_parameters:,} parameters |
| input | mono samples in [-1, 1] at {sample_rate} Hz; the front end is inside `model.onnx` |
| output | `logits`; scores are softmax(logits / {temperature:.3g}), fitted on validation clips |
| recipe | {recipe} |
| trained on | {utterances:,} utterances of {speakers} |
| made by | unheard {unheard_version}, {created:%Y-%m-%d} |

## Measured

{measured}

{tested}

## Limits

- Measured on the corpus it was made from. Other languages, accents, ages, microphones and rooms may be worse;
  `unheard evaluate` on your own recordings tells.
- It always gives a label. {rejection}
- Telephone, noise and rooms were simulated where the table names them.
"""


def model_card(info: BundleInfo, measured: Sequence[Mapping[str, Any]]) -> str:
    """Markdown; `measured` has rows with `condition`, `accuracy`, `low`, `high`, `utterances`, `speakers`."""
    commands = [label for label in info.labels if label not in info.background_labels]
    background = ", ".join(f"`{label}`" for label in info.background_labels)
    return TEMPLATE.format(
        **info.model_dump(exclude={"labels", "corpus"}),
        num_commands=len(commands),
        commands=", ".join(commands),
        background=f" What is none of them is {background}." if background else "",
        rejection=(
            f"What is no command should be {background}, but new words are still taken for commands at times."
            if background
            else "There is no class for other words or silence, so they become one of its words."
        ),
        utterances=info.corpus.get("utterances", 0),
        speakers=f"{info.corpus.get('speakers') or 'unnamed'} speakers",
        measured=_table(measured) if measured else "Not measured yet.",
        tested=_tested(info.corpus),
    )


def _tested(corpus: Mapping[str, Any]) -> str:
    """Who the figures are of, and no more than is known of it."""
    if torn := corpus.get("torn_groups"):
        return (
            f"These figures flatter: {torn:,} speakers of the training are in validation or test too. "
            "Unheard speakers will fare worse."
        )
    if not corpus.get("speakers"):
        return (
            "The corpus names no speakers, so a voice of the training may be in the test too. "
            "Intervals (95 %) resample recordings or sessions."
        )
    return "Test speakers were in neither training nor validation. Intervals (95 %) resample whole speakers."


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = ["| condition | accuracy | 95 % interval | utterances |", "|---|---|---|---|"]
    for row in rows:
        interval = f"{row['low']:.1%} to {row['high']:.1%}" if row["low"] is not None else "unknown"
        lines.append(f"| {row['condition']} | {row['accuracy']:.1%} | {interval} | {row['utterances']:,} |")
    return "\n".join(lines)
