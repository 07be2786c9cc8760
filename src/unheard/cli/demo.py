"""`unheard demo`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from unheard.cli.output import print_json, progress_bar, say, show

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for recordings, runs and numbers.")] = Path("demo"),
    data: Annotated[
        Path | None, typer.Option(help="Real recordings to tell the story on: a folder or corpus file.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides all chance: voices, folds, training.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """The whole story in minutes, offline: what a test claims, what is true, what repairs it.

    It speaks its own corpus with synthetic voices, or takes your recordings.

    What an earlier demo left in the folder is replaced.

    Example: unheard demo

    Example: unheard demo --data recordings/ --out demo-recordings
    """
    from unheard.cli.demo_view import chapter_view, closing_text
    from unheard.demo.story import DemoOptions, tell
    from unheard.run import Watch

    started_s = time.monotonic()

    def on_step(step: str) -> None:
        say(f"{time.monotonic() - started_s:5.0f} s  {step}")

    numbers: dict[str, Any] = {"seed": seed}
    with progress_bar("working") as advance:
        watch = Watch(on_step=on_step, on_progress=advance)
        for chapter in tell(out, DemoOptions(data=data, seed=seed), watch):
            numbers[chapter.name] = chapter.to_dict()
            if not json:
                show(chapter_view(chapter))
    took_s = time.monotonic() - started_s
    if json:
        print_json({**numbers, "seconds": round(took_s, 1)})
    else:
        print(closing_text(out, took_s))
