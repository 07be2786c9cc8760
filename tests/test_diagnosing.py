"""The report of a real run has the sounds that it speaks of: test, live and training clips."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from unheard.corpus.table import Corpus
from unheard.diagnose.diagnose import DiagnoseOptions
from unheard.diagnosing import Case, diagnose_case, write_diagnosed


def test_mistakes_are_heard_beside_what_they_sound_like(trained_run: Path, tmp_path: Path) -> None:
    live = tmp_path / "live"
    words = Corpus.load(trained_run / "corpus.parquet").subset("test").utterances
    others = {"low": "mid", "mid": "high", "high": "low"}
    for path, label in words.filter(pl.col("label").is_in(list(others))).select("path", "label").iter_rows():
        said = others[label] if path.endswith("-0.wav") else label  # a third of the labels are wrong
        (live / said).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, live / said)
    options = DiagnoseOptions(only=("clips",))
    diagnosed = diagnose_case(Case(str(trained_run), live=live, max_clips=60), options)
    assert not diagnosed.diagnosis.outcomes[0].error
    shown = diagnosed.diagnosis.outcomes[0].outcome.facts["live"]["clips"]
    assert shown

    page = write_diagnosed(diagnosed, tmp_path / "out")["report"].read_text("utf-8")
    heard = page.count("<audio")
    assert heard == sum(1 + len(clip["neighbours"]) for clip in shown)
    assert page.count("<image ") == len(shown)
