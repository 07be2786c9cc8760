"""A diagnosis from folders: model and recordings in; numbers, report and plan out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from unheard.corpus.clips import fit_clip
from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus
from unheard.diagnose.catalog import choose_experiments
from unheard.diagnose.diagnose import DiagnoseOptions, diagnose
from unheard.diagnose.diagnosis import Diagnosis
from unheard.diagnose.experiment import Material, Part, Training
from unheard.diagnose.material import Cut, PartOptions, read_live, read_test, with_splits
from unheard.diagnose.plan import make_plan
from unheard.errors import AudioError, UsageError
from unheard.files import write_json
from unheard.report.diagnosis_report import write_diagnosis_report
from unheard.run import Watch, read_options
from unheard.runtime.any_model import load_model
from unheard.runtime.model import Model
from unheard.signal.audio_file import read_audio
from unheard.train.plan import Plan, write_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

RUN_CORPUS = "corpus.parquet"


@dataclass(frozen=True)
class Case:
    """What is to be diagnosed. Folders, tables and stored corpora are what `load_corpus` takes.

    model: a run folder, a bundle, an .onnx file or `package.module:function`. corpus: labelled clips to test
    on; None for those of the run. live: clips as the model meets them. train: what it learned from; a run
    knows. split: of `corpus`; `auto` is the test split where it has one.
    """

    model: str
    corpus: Path | None = None
    live: Path | None = None
    train: Path | None = None
    before: str | None = None  # a model to compare with, on the same clips
    declaration: Path | None = None  # of a model that is none of ours
    split: str = "auto"
    layout: str | None = None
    live_layout: str | None = None
    live_labelled: bool | None = None  # None: where it has labels
    max_clips: int = 1000
    cut: Cut = "loudest"
    retrain: bool = False
    seed: int = 0
    num_threads: int = 1


@dataclass(frozen=True)
class Diagnosed:
    """A diagnosis with its plan, and the clips that it is about."""

    diagnosis: Diagnosis
    plan: Plan
    material: Material


def diagnose_case(case: Case, options: DiagnoseOptions, watch: Watch = Watch()) -> Diagnosed:
    """Why the model fails on what it has not heard.

    Raises: UsageError, CorpusError or BundleError for what is missing, unreadable or does not fit together.
    """
    choose_experiments(options.only, options.skip)  # names are checked before minutes of work
    model = load_model(case.model, case.declaration, num_threads=case.num_threads)
    run = _run_folder(case.model)
    training = _training(case, run, watch)
    notes: list[str] = []
    watch.on_step("reading and answering the test clips")
    test = read_test(model, _test_corpus(case, training, watch, notes), _parts(case), watch.on_progress)
    notes += test.notes
    live: Part | None = None
    if case.live is not None:
        watch.on_step("reading and answering the live clips")
        corpus = _load(case.live, case.live_layout, watch)
        read = read_live(model, corpus, _parts(case), watch.on_progress, labelled=case.live_labelled)
        live, notes = read.part, [*notes, *read.notes]
    material = Material(
        model=model,
        test=test.part,
        live=live,
        training=training,
        retrain=case.retrain,
        seed=case.seed,
        num_threads=case.num_threads,
    )
    before = None if case.before is None else _before(case, model)
    options = DiagnoseOptions(options.only, options.skip, before)
    diagnosis = diagnose(material, options, notes=notes, on_step=watch.on_step, on_progress=watch.on_progress)
    return Diagnosed(diagnosis, make_plan(diagnosis, run), material)


def write_diagnosed(diagnosed: Diagnosed, folder: Path) -> dict[str, Path]:
    """Write diagnosis.json, plan.toml and diagnosis.html into a folder; where each lies."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        "diagnosis": folder / "diagnosis.json",
        "plan": folder / "plan.toml",
        "report": folder / "diagnosis.html",
    }
    write_json(written["diagnosis"], diagnosed.diagnosis.to_dict())
    write_plan(written["plan"], diagnosed.plan)
    listen = _listener(diagnosed.material)
    write_diagnosis_report(written["report"], diagnosed.diagnosis, diagnosed.plan.chosen, listen)
    return written


def _run_folder(model: str) -> Path | None:
    """The run folder that a model stands for, or whose bundle it is."""
    path = Path(model)
    for folder in (path, path.parent):
        if (folder / RUN_CORPUS).is_file() and (folder / "run.json").is_file():
            return folder
    return None


def _training(case: Case, run: Path | None, watch: Watch) -> Training | None:
    if run is not None and case.train is None:
        return Training(Corpus.load(run / RUN_CORPUS), read_options(run).recipe, run)
    if case.train is None:
        return None
    recipe = None if run is None else read_options(run).recipe
    return Training(_load(case.train, case.layout, watch), recipe, run)


def _test_corpus(case: Case, training: Training | None, watch: Watch, notes: list[str]) -> Corpus:
    """Utterances to test on: of the wanted split, with the splits that the training drew."""
    if case.corpus is not None:
        corpus = _load(case.corpus, case.layout, watch)
        corpus = corpus if training is None else with_splits(corpus, training.corpus)
    elif training is not None and training.run is not None:
        corpus = training.corpus
    else:
        raise UsageError("Give a folder of recordings or a corpus file to test on, or a run folder as model.")
    present = set(corpus.utterances["split"].drop_nulls())
    if case.split == "all" or (case.split == "auto" and "test" not in present):
        if present or training is None:
            notes.append("All clips of the corpus are tested on: it has no split 'test'.")
        return corpus
    wanted = "test" if case.split == "auto" else case.split
    if wanted not in present:
        has = ", ".join(sorted(present)) or "none"
        raise UsageError(f"The corpus has no split '{wanted}'; it has: {has}. Or choose --split all.")
    return corpus.subset(wanted)


def _load(source: Path, layout: str | None, watch: Watch) -> Corpus:
    watch.on_step(f"reading {source}")
    return load_corpus(source, layout=layout, on_progress=watch.on_progress)


def _parts(case: Case) -> PartOptions:
    return PartOptions(case.max_clips, case.cut, case.seed)


def _before(case: Case, model: Model) -> Model:
    """The model to compare with; it has to answer the same question.

    Raises: UsageError where it does not.
    """
    before = load_model(str(case.before), num_threads=case.num_threads)
    mine = (model.labels, model.sample_rate, model.window_samples)
    if (before.labels, before.sample_rate, before.window_samples) != mine:
        raise UsageError(
            f"--before '{case.before}' has labels {', '.join(before.labels)} at {before.sample_rate} Hz in "
            f"windows of {before.window_samples} samples; '{case.model}' has {', '.join(model.labels)} at "
            f"{model.sample_rate} Hz in windows of {model.window_samples}. Only models alike can be compared."
        )
    return before


def _listener(material: Material) -> Callable[[str, str], tuple[NDArray[np.float32], int] | None]:
    """Samples and sample rate of a clip by its part ("test", "live", "train") and id."""
    parts: dict[str, Any] = {"test": material.test, "live": material.live}
    rows = {
        name: {} if part is None else {clip: row for row, clip in enumerate(part.ids)}
        for name, part in parts.items()
    }

    def listen(part: str, clip: str) -> tuple[NDArray[np.float32], int] | None:
        if part == "train":
            return _training_clip(material, clip)
        row = rows.get(part, {}).get(clip)
        return None if row is None else (parts[part].samples[row], material.model.sample_rate)

    return listen


def _training_clip(material: Material, clip: str) -> tuple[NDArray[np.float32], int] | None:
    """A clip that the model learned from, as it hears it; None where it is not at hand."""
    if material.training is None:
        return None
    rows, rate = material.training.corpus.filter(pl.col("id") == clip), material.model.sample_rate
    for source, row in zip(rows.sources(), rows.frame.iter_rows(named=True), strict=True):
        try:
            samples, _ = read_audio(
                source, start_s=row["start_s"], duration_s=row["duration_s"], sample_rate=rate
            )
        except AudioError:
            return None
        return fit_clip(samples, material.model.window_samples), rate
    return None
