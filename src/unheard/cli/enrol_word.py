"""`unheard enrol-word MODEL WORD CLIPS... --out NEW`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from unheard.cli.output import print_json, progress_bar, say

if TYPE_CHECKING:
    from unheard.enrolling import Enrolment

app = typer.Typer(add_completion=False)


@app.command("enrol-word")
def enrol_word(
    model: Annotated[Path, typer.Argument(help="Run folder or bundle.", show_default=False)],
    word: Annotated[str, typer.Argument(help="The label of the new word.", show_default=False)],
    clips: Annotated[
        list[Path] | None, typer.Argument(help="Audio files of it, or folders of them.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the new bundle.")] = Path("bundle"),
    false_accepts: Annotated[
        float, typer.Option(help="Share of other words and noises that may pass for the word.")
    ] = 0.01,
    voices: Annotated[
        bool, typer.Option("--voices", help="Learn from synthetic voices too; the label is an English word.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the synthetic voices, and of what is held out.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Teach a model one word more from a few clips of it; the model that is there stays as it is.

    Example: unheard enrol-word runs/first lights clips/lights/ --out models/with-lights

    Example: unheard enrol-word runs/first lights --voices --out models/with-lights
    """
    from unheard.cli.train import watching
    from unheard.enrolling import EnrolOptions
    from unheard.enrolling import enrol_word as enrol
    from unheard.runtime.predict import find_recordings

    recordings = find_recordings(clips) if clips else []
    options = EnrolOptions(false_accepts=false_accepts, voices=voices, seed=seed)
    with progress_bar("enrolling") as advance:
        enrolled = enrol(model, word, recordings, out, options, watching(advance))
    if json:
        print_json(enrolled.to_dict())
    else:
        say("\n".join(lines(enrolled)))
        print(f"bundle  {enrolled.bundle.path}")


def lines(enrolled: Enrolment) -> list[str]:
    """What may be expected of the word, with how little is known of it."""
    from unheard.train.thresholds import TALKING

    word, recall = enrolled.word, enrolled.recall
    if recall is None or recall.low is None or recall.high is None:
        said = [f"How often '{word}' will be heard can't be told from {enrolled.num_clips} clips: give more."]
    else:
        said = [
            f"Left out in turn, {recall.value:.0%} of the {enrolled.num_clips} clips are heard as '{word}'; "
            f"between {recall.low:.0%} and {recall.high:.0%} by chance alone, if clips are like these. "
            "Of other speakers and rooms they say nothing."
        ]
    if len(enrolled.false_accepts) == 1:
        said.append(
            "The threshold was set by synthetic words alone, which people's exceed up to three times as "
            "often: give the folder of a run, whose recordings are used too."
        )
    if TALKING not in enrolled.false_accepts:
        said.append(
            "No recordings of people talking set it (a run trained with --speech has some): a stream asks "
            "ten times a second, so while people talk expect more false alarms than these shares of clips."
        )
    for kind, share in enrolled.false_accepts.items():
        said.append(f"{share:.1%} of the {kind} that the threshold was not set by pass for '{word}'.")
    return said
