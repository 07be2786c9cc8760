"""Diagnoses of two models that this project did not make, on live clips from a path of 8 kHz.

The models are those of `foreign_models.py`: an ONNX graph in the style of Keras that takes features, and a
Python function. They are tested on half of the speakers that they never heard; the other half speaks live.

Run: python benchmarks/diagnose_foreign.py ../shared/data --out diagnoses
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer
from diagnose_causes.plants import RATE, narrow_path
from foreign_models import LABELS, make_keras_style_onnx, make_sklearn_function

from unheard.corpus.clips import fit_clip
from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus
from unheard.diagnose.diagnose import DiagnoseOptions
from unheard.diagnose.words import points_words
from unheard.diagnosing import Case, diagnose_case, write_diagnosed
from unheard.report.diagnosis_words import headline
from unheard.signal.audio_file import read_audio, write_audio


def run(
    data: Annotated[Path, typer.Argument(help="The folder of real recordings.")],
    out: Annotated[Path, typer.Option(help="Folder for models, clips and diagnoses.")] = Path("foreign"),
    seed: Annotated[int, typer.Option(help="Which speakers are live.")] = 0,
) -> None:
    """Make both models, diagnose them, print what is said first."""
    test, live = _parts(data, out, seed)
    models = [str(make_keras_style_onnx(out / "models", data)), make_sklearn_function(out / "models", data)]
    for name, model in zip(("keras-style", "function"), models, strict=True):
        case = Case(model=model, corpus=test, live=live, train=_trained_on(data, out), seed=seed)
        diagnosed = diagnose_case(case, DiagnoseOptions())
        written = write_diagnosed(diagnosed, out / name)
        found = diagnosed.diagnosis
        print(f"{name}: {headline(found)}")
        for cause in found.blamed[:4]:
            print(f"  {cause.name:24} {points_words(cause.points)}")
        print(f"  broken: {', '.join(found.broken) or 'none'}; {found.seconds:.0f} s; {written['report']}")


def _parts(data: Path, out: Path, seed: int) -> tuple[Path, Path]:
    """Words of half of the speakers that nobody trained on, and of the other half through 8 kHz."""
    corpus = load_corpus(data / "speech_commands")
    held_out = corpus.filter((pl.col("split") != "train") & pl.col("label").is_in(LABELS))
    speakers = np.random.default_rng(seed).permutation(held_out.utterances["speaker"].unique().sort())
    is_live = pl.col("speaker").is_in(speakers[: len(speakers) // 2].tolist())
    test, live = out / "test.parquet", out / "live"
    out.mkdir(parents=True, exist_ok=True)
    held_out.filter(~is_live).save(test)
    spoken = held_out.filter(is_live).utterances
    clips = [fit_clip(read_audio(Path(path), sample_rate=RATE)[0], RATE) for path in spoken["path"]]
    heard = narrow_path(np.stack(clips), data, np.random.default_rng(seed))
    names = spoken.select("label", "speaker").iter_rows()
    for number, ((label, speaker), clip) in enumerate(zip(names, heard, strict=True)):
        (live / label).mkdir(parents=True, exist_ok=True)
        write_audio(live / label / f"{speaker}_nohash_{number}.flac", clip, RATE)
    return test, live


def _trained_on(data: Path, out: Path) -> Path:
    path = out / "trained.parquet"
    if not path.exists():
        corpus: Corpus = load_corpus(data / "speech_commands").subset("train")
        corpus.filter(pl.col("label").is_in(LABELS)).save(path)
    return path


if __name__ == "__main__":
    typer.run(run)
