"""What a person should know of a model before using it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from unheard.runtime.bundle import BundleInfo

CROSS_VALIDATED = "cross_validated"  # in a bundle's `corpus`: what was left out to answer a clip, if anything
TEMPLATE = """# {name}

Tells {num_commands} words apart in clips of {window_s:g} s: {commands}.{background}

| | |
|---|---|
| architecture | {architecture}, {num_parameters:,} parameters |
| input | mono samples in [-1, 1] at {sample_rate} Hz; the front end is inside `model.onnx` |
| output | `logits`; scores are softmax(logits / {temperature:.3g}){fitted} |
| recipe | {recipe} |
| trained on | {utterances:,} utterances of {speakers} |
| made by | unheard {unheard_version}, {created:%Y-%m-%d} |

## Measured

{measured}

## Limits

- Measured on the corpus it was made from. Other languages, accents, ages, microphones and rooms may be worse;
  `unheard evaluate` on your own recordings tells.
- It always gives a label. {rejection}
- Telephone, noise and rooms were simulated where the table names them.
"""


def model_card(info: BundleInfo, measured: Sequence[Mapping[str, Any]]) -> str:
    """Markdown; `measured` has rows with `condition`, `accuracy`, `low`, `high`, `utterances`, `speakers`."""
    figures = _table(measured) if measured else "Not measured yet."
    return _card(info, f"{figures}\n\n{_tested(info.corpus)}")


def _card(info: BundleInfo, measured: str) -> str:
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
        fitted="" if info.corpus.get(CROSS_VALIDATED) else ", fitted on validation clips",
        measured=measured,
    )


def card_with_words(old: str, info: BundleInfo) -> str:
    """The card of a model that words were added to: what was measured before, and what is known of the words.

    `old`: its card without the last of them; its words are the notes in `info.corpus["enrolled"]`.
    """
    notes = info.corpus["enrolled"]
    words = ", ".join(f"`{note['word']}`" for note in notes)
    measured = _section(old, "Measured")
    if measured.startswith("Before "):
        measured = measured.partition("\n\n")[2]
    lines = ["| word | clips | heard when left out | threshold | passes for it |", "|---|---|---|---|---|"]
    for note in notes:
        recall, passes = note["recall"], note["false_accepts"].items()
        heard = "unknown" if recall is None else "{value:.0%} ({low:.0%} to {high:.0%})".format(**recall)
        others = "; ".join(f"{share:.1%} of {kind}" for kind, share in passes)
        lines.append(f"| {note['word']} | {note['clips']} | {heard} | {note['threshold']:.3f} | {others} |")
    return _card(info, "\n".join((f"Before {words} came:\n\n{measured}\n\n## Words added\n", *lines)))


def _section(card: str, title: str) -> str:
    return card.partition(f"\n## {title}\n")[2].partition("\n## ")[0].strip()


def _tested(corpus: Mapping[str, Any]) -> str:
    """Who the figures are of, and no more than is known of it."""
    if torn := corpus.get("torn_groups"):
        return (
            f"These figures flatter: {torn:,} speakers of the training are in validation or test too. "
            "Unheard speakers will fare worse."
        )
    if left_out := corpus.get(CROSS_VALIDATED):
        return (
            f"Every clip was answered by words learned without its {left_out}; the model that ships was "
            f"learned from all of them. Intervals (95 %) resample {left_out}s."
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
