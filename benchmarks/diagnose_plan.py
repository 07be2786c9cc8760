"""What a plan wins back: a run is diagnosed on live clips, trained as its plan says, and diagnosed again.

Live clips are made of half of the run's test speakers: in rooms with other people talking behind. The other
half is the test. Both are heard by the run before and after; what the plan wins is paired by clip.

Run: python benchmarks/diagnose_plan.py runs/tutorial ../shared/data --out planned
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer
from diagnose_causes.plants import RATE, babble, hall

from unheard.corpus.clips import fit_clip
from unheard.corpus.table import Corpus
from unheard.diagnose.diagnose import DiagnoseOptions
from unheard.diagnose.words import points_words
from unheard.diagnosing import Case, diagnose_case, write_diagnosed
from unheard.planned import train_planned
from unheard.report.diagnosis_words import headline
from unheard.run import Watch, read_options
from unheard.signal.audio_file import read_audio, write_audio


def run(
    folder: Annotated[Path, typer.Argument(help="A finished run.")],
    data: Annotated[Path, typer.Argument(help="The folder of real recordings.")],
    out: Annotated[Path, typer.Option(help="Folder for clips, diagnoses and the second run.")] = Path(
        "planned"
    ),
    seed: Annotated[int, typer.Option(help="Which speakers are live.")] = 0,
) -> None:
    """Diagnose, carry out the plan, diagnose again; print what was won."""
    test, live = _parts(folder, data, out, seed)
    watch = Watch(on_step=lambda step: print(f"  {step}", flush=True))
    before = Case(model=str(folder), corpus=test, live=live, seed=seed)
    first = diagnose_case(before, DiagnoseOptions(), watch)
    write_diagnosed(first, out / "before")
    print(f"before: {headline(first.diagnosis)}")
    for step in first.plan.chosen:
        print(f"  {step.cause}, {step.points:.1f} points: {step.kind}: {step.do}")
    second = out / "run"
    train_planned(None, second, read_options(folder), first.plan, watch)
    after = Case(model=str(second), corpus=test, live=live, before=str(folder), seed=seed)
    again = diagnose_case(after, DiagnoseOptions(), watch)
    write_diagnosed(again, out / "after")
    compared = again.diagnosis.compared
    assert compared is not None
    assert compared.live is not None
    print(f"after: {headline(again.diagnosis)}")
    print(f"won on the test: {points_words(compared.test)}; on the live clips: {points_words(compared.live)}")


def _parts(folder: Path, data: Path, out: Path, seed: int) -> tuple[Path, Path]:
    """The words of half of the test speakers, and of the other half across rooms and before babble."""
    held_out = Corpus.load(folder / "corpus.parquet").subset("test")
    speakers = np.random.default_rng(seed).permutation(held_out.utterances["speaker"].unique().sort())
    is_live = pl.col("speaker").is_in(speakers[: len(speakers) // 2].tolist())
    test, live = out / "test.parquet", out / "live"
    out.mkdir(parents=True, exist_ok=True)
    held_out.filter(~is_live).save(test)
    spoken = held_out.filter(is_live).utterances
    clips = [fit_clip(read_audio(Path(path), sample_rate=RATE)[0], RATE) for path in spoken["path"]]
    random = np.random.default_rng(seed)
    heard = babble(hall(np.stack(clips), data, random), data, random)
    names = spoken.select("label", "speaker").iter_rows()
    for number, ((label, speaker), clip) in enumerate(zip(names, heard, strict=True)):
        (live / label).mkdir(parents=True, exist_ok=True)
        write_audio(live / label / f"{speaker}_nohash_{number}.flac", clip, RATE)
    return test, live


if __name__ == "__main__":
    typer.run(run)
