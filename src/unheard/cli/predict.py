"""`unheard predict`: labels and scores for audio files or folders."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from unheard.cli.output import print_json_line, progress_bar, show

if TYPE_CHECKING:
    from unheard.runtime.predict import ClipPrediction

LONG_WINDOWS = 2  # a recording longer than so many windows is printed with its events

app = typer.Typer(add_completion=False)


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(help="A run folder or a bundle.", show_default=False)],
    audio: Annotated[list[Path], typer.Argument(help="Audio files, or folders of them.", show_default=False)],
    json: Annotated[bool, typer.Option("--json", help="One line of JSON a recording.")] = False,
    events: Annotated[
        bool, typer.Option("--events", help="Events with times for short recordings too.")
    ] = False,
    threshold: Annotated[
        float | None, typer.Option(min=0, max=1, help="Score of an event; the bundle's own if not given.")
    ] = None,
    num_threads: Annotated[int, typer.Option(min=1, help="Threads of the model.")] = 1,
    batch_size: Annotated[int, typer.Option(min=1, help="Short recordings scored at once.")] = 64,
) -> None:
    """Say what is heard in each recording: its label and score, and in long recordings what was when.

    WAV, FLAC, OGG and MP3 of any rate and number of channels. What cannot be read is named on standard error.

    Exit code: 0 if every recording was read, 1 if some were not, 2 if none was.

    Example: unheard predict runs/first recordings/yes.wav

    Example: unheard predict runs/first recordings/ --json > answers.jsonl

    Example: unheard predict runs/first meeting.flac --threshold 0.8
    """
    from unheard.runtime.bundle import Bundle
    from unheard.runtime.detector import DetectorOptions
    from unheard.runtime.predict import FailedClip, find_recordings, predict_files

    bundle = Bundle.load(model, num_threads)
    paths = find_recordings(audio)
    options = DetectorOptions(threshold=threshold)
    long_s = 0.0 if events else LONG_WINDOWS * bundle.info.window_s
    answered: list[ClipPrediction] = []
    with progress_bar("predict") as on_progress:
        answers = predict_files(
            bundle, paths, options, batch_size, lambda heard: on_progress(heard, len(paths))
        )
        for answer in answers:
            if isinstance(answer, FailedClip):
                print(f"unheard: {answer.reason}", file=sys.stderr)
                continue
            answered.append(answer)
            if json:
                print_json_line(_row(answer, long_s))
    if answered and not json:
        _show_table(answered, long_s)
    if len(answered) < len(paths):
        raise typer.Exit(1 if answered else 2)


def _row(clip: ClipPrediction, long_s: float) -> dict[str, Any]:
    row = {"path": str(clip.path), "label": clip.label, "score": clip.score, "scores": clip.scores}
    if clip.duration_s > long_s:
        row |= {"duration_s": clip.duration_s, "events": [asdict(event) for event in clip.events]}
    return row


def _show_table(clips: list[ClipPrediction], long_s: float) -> None:
    from rich.table import Table
    from rich.text import Text

    counts = ", ".join(f"{label} {count}" for label, count in Counter(c.label for c in clips).most_common())
    recordings = "recording" if len(clips) == 1 else "recordings"
    table = Table(caption=f"{len(clips)} {recordings}: {counts}", caption_justify="left")
    table.add_column("recording", overflow="fold")
    table.add_column("length s", justify="right")
    table.add_column("label")
    table.add_column("score", justify="right")
    for clip in clips:
        row = (str(clip.path), f"{clip.duration_s:.2f}", clip.label, f"{clip.score:.3f}")
        table.add_row(*map(Text, row))
        for event in clip.events if clip.duration_s > long_s else ():
            span = f"  {event.start_s:.2f} to {event.end_s:.2f} s"
            table.add_row(*map(Text, (span, "", event.label, f"{event.score:.3f}")), style="dim")
    show(table)
