"""Does the accuracy that is predicted for new speakers come true?

Each run's answers to its test clips are split by speaker, again and again: what one side says is held
against the accuracy of the other, speakers that nobody looked at. Beside it stands Wilson's interval over
clips, which takes the clips of one speaker as independent. Both are meant to cover 95 of 100.

Run: python benchmarks/diagnose_expectation.py runs/tutorial runs/bc-resnet-1 runs/robust
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from unheard.corpus.labelled import BACKGROUND_GROUP
from unheard.errors import UnheardError
from unheard.evaluate.expect import speaker_counts, spread_of_speakers
from unheard.evaluate.intervals import Estimate, wilson_interval
from unheard.evaluate.predictions import Predictions

NUM_SPEAKERS = (4, 8, 15, 30, 60)

Counts = NDArray[np.int64]


def main(
    runs: Annotated[list[Path], typer.Argument(help="Run folders with predictions.parquet.")],
    splits: Annotated[int, typer.Option(help="Random splits by speaker, for each row.")] = 50,
    seed: Annotated[int, typer.Option(help="Of the splits.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of a table.")] = False,
) -> None:
    """Coverage and width of both intervals, a row for each run and number of speakers."""
    try:
        rows = [row for run in runs for row in measure_run(run, splits, seed)]
    except UnheardError as error:
        raise SystemExit(str(error)) from None
    typer.echo(json.dumps(rows, indent=2) if as_json else _table(rows))


def measure_run(run: Path, num_splits: int, seed: int) -> list[dict[str, Any]]:
    """One row for each number of speakers measured, and one for half of them all."""
    clips, hits = _speakers(Predictions.load(run / "predictions.parquet"))
    half = len(clips) // 2
    numbers = [number for number in NUM_SPEAKERS if number < half]
    return [
        {"run": run.name, **coverage(clips, hits, number, num_splits, seed)} for number in (*numbers, half)
    ]


def coverage(clips: Counts, hits: Counts, num_speakers: int, num_splits: int, seed: int) -> dict[str, Any]:
    """How often the intervals of some speakers hold the accuracy of as many others."""
    random = np.random.default_rng(seed)
    predicted, naive = [], []
    for split in range(num_splits):
        order = random.permutation(len(clips))
        known, new = order[:num_speakers], order[num_speakers : 2 * num_speakers]
        share = hits[new].sum() / clips[new].sum()
        spread = spread_of_speakers(clips[known], hits[known])
        predicted.append(_result(spread.predict(clips[new], seed=split), share))
        naive.append(_result(wilson_interval(float(hits[known].sum()), float(clips[known].sum())), share))
    return {
        "speakers": num_speakers,
        "clips": float(clips.mean() * num_speakers),
        "splits": num_splits,
        "covered_percent": 100 * float(np.mean([row[0] for row in predicted])),
        "width_points": 100 * float(np.mean([row[1] for row in predicted])),
        "clip_covered_percent": 100 * float(np.mean([row[0] for row in naive])),
        "clip_width_points": 100 * float(np.mean([row[1] for row in naive])),
    }


def _speakers(predictions: Predictions) -> tuple[Counts, Counts]:
    """Clips and hits of each speaker; silence has none."""
    speaks = [row for row, name in enumerate(predictions.groups) if not name.startswith(BACKGROUND_GROUP)]
    spoken = predictions.take(speaks)
    return speaker_counts(spoken.predicted == spoken.truth, spoken.groups)


def _result(estimate: Estimate, share: float) -> tuple[bool, float]:
    low, high = estimate.low or 0.0, 1.0 if estimate.high is None else estimate.high
    return low - 1e-9 <= share <= high + 1e-9, high - low


def _table(rows: list[dict[str, Any]]) -> str:
    head = (
        "| run | speakers, and as many new | clips | by speaker: covered, width | by clip: covered, width |\n"
        "| --- | ---: | ---: | ---: | ---: |"
    )
    lines = [
        f"| {row['run']} | {row['speakers']} | {row['clips']:.0f} | {row['covered_percent']:.0f} %, "
        f"{row['width_points']:.1f} points | {row['clip_covered_percent']:.0f} %, "
        f"{row['clip_width_points']:.1f} points |"
        for row in rows
    ]
    both = [np.mean([row[name] for row in rows]) for name in ("covered_percent", "clip_covered_percent")]
    return "\n".join([head, *lines, f"\nAll rows: {both[0]:.1f} % by speaker, {both[1]:.1f} % by clip."])


if __name__ == "__main__":
    typer.run(main)
