"""Accuracy of trained models where they are used: other words, noise, rooms, telephones, faint speech.

Runs of one corpus and split are measured on its test speakers, whom none of them heard; all hear the same
clips under the same draws. Noise and rooms are recordings that no training used. The first run is compared
with each of the others, clip by clip.

Run: python benchmarks/robustness.py RUN... --data ../shared/data --out table.md
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from unheard_words import MAX_CLIPS, SOURCES, joined, training_counts, unheard_words

from unheard.augment.chain import Chain
from unheard.augment.conditions import CLEAN, conditions
from unheard.augment.noise_bank import NoiseBank
from unheard.augment.room_bank import RoomBank
from unheard.corpus.classes import BACKGROUND
from unheard.corpus.labelled import LabelledClips, labelled_clips
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError, UnheardError
from unheard.evaluate.evaluate import evaluate_predictions
from unheard.evaluate.intervals import Estimate
from unheard.evaluate.paired import Difference, paired_difference
from unheard.evaluate.predictions import Predictions
from unheard.files import write_text
from unheard.pipeline import audio_files
from unheard.release.measure import class_map, clean_only, measure
from unheard.runtime.bundle import Bundle
from unheard.train.prepare import split_with_noise

WITH_WORDS = "clean, unheard words"
NO_ROOM = "filter-telephone"  # a filter among the room recordings
FALSE_ACCEPTS = "unheard words taken for a command"


@dataclass(frozen=True)
class FinishedRun:
    """A finished run: what it ships, and the corpus with the split that it was trained on."""

    name: str
    bundle: Bundle
    corpus: Corpus

    @classmethod
    def load(cls, folder: Path) -> FinishedRun:
        """Raises: BundleError or CorpusError when the folder holds no finished run."""
        return cls(folder.resolve().name, Bundle.load(folder), Corpus.load(folder / "corpus.parquet"))


@dataclass(frozen=True)
class Measured:
    """Answers of every run, all in the same order of runs: by condition on all clips, by source on the
    unheard words alone (class 0: refused, which is right; class 1: taken for a command)."""

    names: tuple[str, ...]
    by_condition: dict[str, list[Predictions]]
    by_source: dict[str, list[Predictions]]


def main(
    runs: Annotated[list[Path], typer.Argument(help="Run folders; the first is compared with the others.")],
    data: Annotated[Path, typer.Option(help="Folder with noise, rooms and the folders of unheard words.")],
    max_unheard: Annotated[int, typer.Option(help="Clips of unheard words, at most.")] = MAX_CLIPS,
    out: Annotated[Path | None, typer.Option(help="Write the tables to this Markdown file too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Measure runs under every condition and print tables of accuracy and of paired differences."""
    try:
        document = summary(measure_runs([FinishedRun.load(folder) for folder in runs], data, max_unheard))
    except UnheardError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    text = markdown(document)
    if out is not None:
        write_text(out, text)
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False) if as_json else text)


def measure_runs(runs: Sequence[FinishedRun], data: Path, max_unheard: int = MAX_CLIPS) -> Measured:
    """Every run under every condition; raises CorpusError when the runs cannot be compared."""
    _require_alike(runs)
    first = runs[0]
    info, classes = first.bundle.info, class_map(first.bundle)
    clips = labelled_clips(
        split_with_noise(first.corpus, "test"),
        classes,
        sample_rate=info.sample_rate,
        window_samples=info.window_samples,
        silence_from="test",
    )
    words = unheard_words(
        data,
        training_counts(first.corpus),
        classes,
        sample_rate=info.sample_rate,
        window_samples=info.window_samples,
        max_clips=max_unheard,
    )
    chains = recorded_conditions(data, info.sample_rate)
    answers = [_answers(run.bundle, clips, words, chains) for run in runs]
    sources = ["all", *(name for name in SOURCES if any(clip.startswith(name) for clip in words.ids))]
    return Measured(
        names=tuple(run.name for run in runs),
        by_condition={name: [answer[name] for answer in answers] for name in answers[0]},
        by_source={
            name: [_refusals(answer[WITH_WORDS], words, name) for answer in answers] for name in sources
        },
    )


def recorded_conditions(data: Path, sample_rate: int) -> dict[str, Chain]:
    """The conditions with recorded noise and measured rooms."""
    rooms = [path for path in audio_files(data / "rooms") if path.stem != NO_ROOM]
    return conditions(
        sample_rate,
        noise=NoiseBank.from_files(audio_files(data / "noise"), sample_rate),
        rooms=RoomBank.from_files(rooms, sample_rate),
    )


def _answers(
    bundle: Bundle, clips: LabelledClips, words: LabelledClips, chains: Mapping[str, Chain]
) -> dict[str, Predictions]:
    """Condition -> answers; the clean clips come once alone and once with the unheard words."""
    found = {result.name: result.predictions for result in measure(bundle, clips, chains)}
    with_words = next(measure(bundle, joined(clips, words), clean_only())).predictions
    return {CLEAN: found.pop(CLEAN), WITH_WORDS: with_words, **found}


def _refusals(answers: Predictions, words: LabelledClips, source: str) -> Predictions:
    """Whether each unheard word of a source is refused (class 0) or taken for a command (class 1)."""
    wanted = {name for name in words.ids if source == "all" or name.startswith(f"{source}/")}
    answers = answers.take([row for row, name in enumerate(answers.ids) if name in wanted])
    is_command = np.array([label not in BACKGROUND for label in answers.labels])
    best = [answers.logits[:, mask].max(axis=1) for mask in (~is_command, is_command)]
    truth = np.zeros(len(answers), np.int64)
    return Predictions(answers.ids, ("refused", "command"), truth, np.stack(best, axis=1), answers.groups)


def _require_alike(runs: Sequence[FinishedRun]) -> None:
    aspects: dict[str, Callable[[FinishedRun], object]] = {
        "sample rate or window": lambda run: (run.bundle.info.sample_rate, run.bundle.info.window_samples),
        "classes": lambda run: run.bundle.info.labels,
        "test clips": lambda run: sorted(run.corpus.subset("test").frame["id"]),
    }
    for run in runs[1:]:
        for what, aspect in aspects.items():
            if aspect(run) != aspect(runs[0]):
                raise CorpusError(
                    f"The runs '{runs[0].name}' and '{run.name}' differ in their {what}. "
                    "Train both on the same corpus with the same split."
                )
    if len({run.name for run in runs}) < len(runs):
        raise CorpusError("Two runs have the same folder name, which is their column. Rename one.")


def summary(measured: Measured) -> dict[str, Any]:
    """One JSON document: a row a condition, and a row a source of unheard words; shares, not percent."""
    names = measured.names
    return {
        "runs": list(names),
        "accuracy": [_row(name, names, found) for name, found in measured.by_condition.items()],
        "false_accepts": [
            _row(name, names, found, complement=True) for name, found in measured.by_source.items()
        ],
    }


def _row(
    name: str, names: Sequence[str], found: Sequence[Predictions], *, complement: bool = False
) -> dict[str, Any]:
    """Accuracy of every run, or with `complement` what is missing to 1; and the first minus each other."""
    estimates = [evaluate_predictions(answers).metrics["accuracy"] for answers in found]
    gaps = [paired_difference(found[0], answers) for answers in found[1:]]
    differences = [
        {**_share(gap, 0.0 if complement else None), "p_value": gap.p_value, "method": gap.method}
        for gap in gaps
    ]
    return {
        "name": name,
        "clips": len(found[0]),
        "groups": len(found[0].speakers),
        "values": {
            run: _share(estimate, 1.0 if complement else None)
            for run, estimate in zip(names, estimates, strict=True)
        },
        "differences": dict(zip(names[1:], differences, strict=True)),
    }


def _share(number: Estimate | Difference, whole: float | None) -> dict[str, float | None]:
    """Value with interval; with `whole`, what is missing to it."""
    if whole is None:
        return {"value": number.value, "low": number.low, "high": number.high}
    low, high = (None if end is None else whole - end for end in (number.high, number.low))
    return {"value": whole - number.value, "low": low, "high": high}


def markdown(document: Mapping[str, Any]) -> str:
    """The tables for people."""
    runs, first = document["runs"], document["runs"][0]
    accuracy, accepts = document["accuracy"], document["false_accepts"]
    parts = [
        "Accuracy in percent, with 95 % intervals over speakers:\n",
        _table(["condition", "clips", "groups", *runs], [_cells(row, "values") for row in accuracy]),
        f"\n{FALSE_ACCEPTS[0].upper()}{FALSE_ACCEPTS[1:]}, in percent (lower is better):\n",
        _table(["words from", "clips", "groups", *runs], [_cells(row, "values") for row in accepts]),
    ]
    if len(runs) > 1:
        rows = [_cells(row, "differences") for row in accuracy]
        rows.append([FALSE_ACCEPTS, *_cells(accepts[0], "differences")[1:]])
        parts += [
            f"\n{first} minus each other run on the same clips, in percentage points, with 95 % intervals "
            "over speakers; p of swaps of speakers, not corrected for the number of rows:\n",
            _table(["condition", "clips", "groups", *runs[1:]], rows),
        ]
    return "\n".join(parts) + "\n"


def _cells(row: Mapping[str, Any], part: str) -> list[str]:
    return [row["name"], str(row["clips"]), str(row["groups"]), *map(_cell, row[part].values())]


def _cell(number: Mapping[str, Any]) -> str:
    """ "91.3 (89.9 to 92.5)"; a difference has a sign, and its p-value."""
    sign = "+" if "p_value" in number else ""
    value, low, high = (
        None if number[end] is None else f"{100 * number[end]:{sign}.1f}" for end in ("value", "low", "high")
    )
    interval = "" if low is None or high is None else f" ({low} to {high})"
    return f"{value}{interval}" + (f", p = {number['p_value']:.2g}" if sign else "")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    typer.run(main)
