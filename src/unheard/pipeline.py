"""The story on one page: recordings in, a model that holds up on unheard speakers out.

    corpus -> split -> train -> ship -> measure -> report

A run folder holds everything that a training leaves:

    RUN/
    ├── run.json                 corpus, recipe, seed and split options: enough to resume
    ├── corpus.parquet           every utterance with its split
    ├── split.json               who went where, and what is to be said of it
    ├── checkpoints/             last.ckpt, best.ckpt
    ├── curves.csv, tensorboard/, sample_predictions.csv
    ├── bundle/                  what ships
    ├── predictions.parquet      the bundle's answers on clean clips of the test speakers
    ├── evaluation.json          the numbers, with intervals
    └── report.html              the same to look at
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import unheard
from unheard.augment.conditions import conditions
from unheard.augment.noise_bank import NoiseBank
from unheard.augment.room_bank import RoomBank
from unheard.corpus.importing import load_corpus
from unheard.corpus.labelled import LabelledClips, labelled_clips
from unheard.corpus.scan import DECODABLE, scan_folder
from unheard.corpus.split import SplitOptions, split_corpus
from unheard.corpus.table import Corpus
from unheard.errors import UsageError
from unheard.evaluate.mistakes import worst_mistakes
from unheard.evaluate.predictions import Predictions
from unheard.files import write_json
from unheard.release.measure import ConditionResult, class_map, clean_only, measure
from unheard.release.package import bundle_info, describe_training, package, write_card
from unheard.report.render import write_run_report
from unheard.report.run_report import ConditionScore, CorpusSummary, LabelSplit, MistakenClip, RunReport
from unheard.runtime.bundle import Bundle
from unheard.train.curves import CurveRow
from unheard.train.fit import Callbacks, fit
from unheard.train.prepare import build_model, choose_window_s, classes_of, prepare, split_with_noise
from unheard.train.recipe import Recipe, recipe_from_dict
from unheard.train.synthetic import make_voices, wants_voices

RUN_FORMAT = 1


def _ignore(*_: object) -> None:
    """Nobody is watching."""


@dataclass(frozen=True)
class Watch:
    """Who wants to know how it goes: steps and remarks as text, progress as (done, total)."""

    on_step: Callable[[str], None] = _ignore
    on_progress: Callable[[int, int], None] = _ignore
    callbacks: Callbacks = field(default_factory=Callbacks)


@dataclass(frozen=True)
class RunOptions:
    """What a training needs to know besides the corpus; stored in the run."""

    recipe: Recipe
    seed: int = 0
    split: SplitOptions = field(default_factory=SplitOptions)
    layout: str | None = None
    measure_conditions: bool = True

    def to_dict(self) -> dict[str, Any]:
        """As `run.json` holds it."""
        return {**asdict(self), "recipe": self.recipe.model_dump(mode="json")}

    @classmethod
    def from_dict(cls, document: dict[str, Any], source: str) -> RunOptions:
        """Back from `run.json`; raises UsageError naming `source`."""
        recipe = recipe_from_dict(document["recipe"], source)
        kept = {key: document[key] for key in ("seed", "layout", "measure_conditions")}
        return cls(recipe=recipe, split=SplitOptions(**document["split"]), **kept)


@dataclass(frozen=True)
class Run:
    """What a training leaves: the bundle, and what was measured on speakers it never heard."""

    folder: Path
    bundle: Bundle
    corpus: Corpus
    split_table: list[dict[str, Any]]
    warnings: tuple[str, ...]
    curves: list[CurveRow]
    results: tuple[ConditionResult, ...]

    def to_dict(self) -> dict[str, Any]:
        """One JSON document: the evaluation on clean clips, the conditions, and where things lie."""
        return {
            "run": str(self.folder),
            "bundle": str(self.folder / "bundle"),
            "report": str(self.folder / "report.html"),
            "parameters": self.bundle.info.num_parameters,
            "epochs": len(self.curves),
            "warnings": list(self.warnings),
            **self.results[0].evaluation.to_dict(),
            "conditions": [result.row() for result in self.results],
        }


def train(source: Path, folder: Path, options: RunOptions, watch: Watch = Watch()) -> Run:
    """Recordings or a corpus file in, a run folder out.

    Raises: UsageError when `folder` holds something already; other UnheardErrors for what a user can act on.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            f"'{folder}' is not empty. Go on with a killed run by --resume, or choose another folder."
        )
    watch.on_step(f"reading {source}")
    corpus = load_corpus(source, layout=options.layout, on_progress=watch.on_progress)
    return train_corpus(corpus, folder, options, watch)


def train_corpus(corpus: Corpus, folder: Path, options: RunOptions, watch: Watch = Watch()) -> Run:
    """The same from a corpus in memory."""
    split = split_corpus(corpus, options.split)
    folder.mkdir(parents=True, exist_ok=True)
    split.corpus.save(folder / "corpus.parquet")
    remarks = {"method": split.method, "notes": split.notes, "warnings": split.warnings}
    write_json(folder / "split.json", {**remarks, "table": split.table.to_dicts()})
    write_json(
        folder / "run.json",
        {"format": RUN_FORMAT, "unheard_version": unheard.__version__, **options.to_dict()},
    )
    return _finish(split.corpus, folder, options, watch, resume=False)


def resume(folder: Path, watch: Watch = Watch()) -> Run:
    """Go on with a run that was killed, from its last whole epoch; same weights as if it had not been.

    Raises: UsageError when `folder` holds no run.
    """
    try:
        document = json.loads((folder / "run.json").read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"There is no run in '{folder}': run.json is missing. "
            "Start one with `unheard train CORPUS --out`."
        ) from None
    options = RunOptions.from_dict(document, str(folder / "run.json"))
    return _finish(Corpus.load(folder / "corpus.parquet"), folder, options, watch, resume=True)


def _finish(corpus: Corpus, folder: Path, options: RunOptions, watch: Watch, *, resume: bool) -> Run:
    """From a split corpus to the report."""
    recipe, split = options.recipe, json.loads((folder / "split.json").read_text("utf-8"))
    for remark in (*split["notes"], *split["warnings"]):
        watch.on_step(f"split: {remark}")
    classes, window_s = classes_of(corpus, recipe), choose_window_s(corpus, recipe)
    watch.on_step(f"decoding clips of {window_s:g} s; classes: {', '.join(classes.labels)}")
    voices = None
    if wants_voices(recipe, corpus):
        watch.on_step("making synthetic voices, or finding them in the cache")
        voices = make_voices(recipe, classes, options.seed, watch.on_step, watch.on_progress)
    data = prepare(corpus, recipe, classes, window_s, voices=voices, on_progress=watch.on_progress)
    for skipped in data.augmentation.skipped:
        watch.on_step(f"transform left out: {skipped}")

    model = build_model(recipe, classes, window_s, options.seed)
    watch.on_step(
        f"training {recipe.model.architecture} with {model.num_parameters:,} parameters "
        f"on {len(data.train):,} clips by the recipe '{recipe.name}'"
    )
    fitted = fit(model, data, recipe, folder, seed=options.seed, resume=resume, callbacks=watch.callbacks)

    watch.on_step("exporting to ONNX and measuring on speakers that it never heard")
    info = bundle_info(
        fitted.model,
        classes,
        name=folder.resolve().name,
        sample_rate=recipe.data.sample_rate,
        architecture=recipe.model.architecture,
        recipe=recipe.name,
        corpus=describe_training(corpus, data.train.samples),
    )
    bundle = package(fitted.model, folder / "bundle", info, data.validation)
    clips = labelled_clips(
        split_with_noise(corpus, "test"),
        classes,
        sample_rate=recipe.data.sample_rate,
        window_samples=model.window_samples,
        silence_from="test",
    )
    chains = conditions(recipe.data.sample_rate) if options.measure_conditions else clean_only()
    results = tuple(measure(bundle, clips, chains, seed=options.seed))
    run = Run(
        folder, bundle, corpus, split["table"], (*split["notes"], *split["warnings"]), fitted.curves, results
    )
    _write_results(run, clips, recipe)
    return run


def evaluate(
    bundle: Bundle,
    corpus: Corpus,
    *,
    split: str | None = None,
    all_conditions: bool = False,
    noise: Path | None = None,
    rooms: Path | None = None,
    seed: int = 0,
    watch: Watch = Watch(),
) -> tuple[ConditionResult, ...]:
    """Numbers for a bundle on the utterances of a corpus, or of one of its splits; no silence is added.

    `noise`, `rooms`: folders of recordings that the conditions are made of; else they are simulated.
    Raises: CorpusError when the model knows none of the labels.
    """
    rate = bundle.info.sample_rate
    clips = labelled_clips(
        corpus if split is None else corpus.subset(split),
        class_map(bundle),
        sample_rate=rate,
        window_samples=bundle.info.window_samples,
        on_progress=watch.on_progress,
    )
    if clips.num_left_out:
        watch.on_step(f"{clips.num_left_out} utterances left out: unreadable, or of no class of the model")
    if not all_conditions:
        return tuple(measure(bundle, clips, clean_only(), seed=seed))
    bank = None if noise is None else NoiseBank.from_files(audio_files(noise), rate)
    halls = None if rooms is None else RoomBank.from_files(audio_files(rooms), rate)
    return tuple(measure(bundle, clips, conditions(rate, noise=bank, rooms=halls), seed=seed))


def count_trained_on(model: Path, corpus: Corpus, split: str | None) -> int:
    """Utterances of the corpus, or of its split, that the run in the folder `model` was trained on.

    0 where `model` is a bundle alone: who it heard stays with the run.
    """
    table = model / "corpus.parquet"
    if not table.is_file():
        return 0
    trained = Corpus.load(table).subset("train").utterances.select("path", "start_s")
    chosen = corpus if split is None else corpus.subset(split)
    return chosen.utterances.join(trained, on=("path", "start_s"), how="semi").height


def audio_files(folder: Path) -> list[Path]:
    """Recordings below a folder, sorted.

    Raises: UsageError when there is none.
    """
    listing = scan_folder(folder)
    found = [folder / name for name in (*listing.recordings, *listing.noise)]
    if not found:
        raise UsageError(f"No recordings in '{folder}'; looked for {', '.join(DECODABLE)}.")
    return found


def _write_results(run: Run, clips: LabelledClips, recipe: Recipe) -> None:
    write_card(run.bundle, [result.row() for result in run.results])
    run.results[0].predictions.save(run.folder / "predictions.parquet")
    write_json(run.folder / "evaluation.json", run.to_dict())
    write_run_report(run.folder / "report.html", _report(run, clips, recipe))


def _report(run: Run, clips: LabelledClips, recipe: Recipe) -> RunReport:
    info, clean = run.bundle.info, run.results[0]
    return RunReport(
        title=info.name,
        created=f"{info.created:%Y-%m-%d %H:%M} UTC",
        evaluation=clean.evaluation,
        recipe={"parameters": info.num_parameters, **recipe.model_dump(mode="json")},
        corpus=CorpusSummary(
            utterances=run.corpus.utterances.height,
            speakers=run.corpus.num_speakers,
            hours=run.corpus.hours,
            table=[LabelSplit(**row) for row in run.split_table],
            warnings=run.warnings,
            rejected=list(run.corpus.rejected.select("path", "reason").iter_rows()),
        ),
        curves=run.curves,
        best_epoch=_kept_epoch(run.curves, recipe),
        conditions=[ConditionScore(**_without_counts(result.row())) for result in run.results],
        mistakes=_mistakes(clean.predictions, clips, run),
    )


def _kept_epoch(curves: list[CurveRow], recipe: Recipe) -> int | None:
    if not curves:
        return None
    kept = (
        min(curves, key=lambda row: row["validation_loss"]) if recipe.training.keep == "best" else curves[-1]
    )
    return int(kept["epoch"])


def _without_counts(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("utterances", "speakers")}


def _mistakes(predictions: Predictions, clips: LabelledClips, run: Run) -> list[MistakenClip]:
    """The surest mistakes with their sound; paths as the corpus has them."""
    rows = {name: row for row, name in enumerate(clips.ids)}
    paths = dict(run.corpus.frame.select("id", "path").iter_rows())
    info = run.bundle.info
    return [
        MistakenClip(
            samples=clips.samples[rows[mistake.id]].astype(np.float32) / 32768.0,
            sample_rate=info.sample_rate,
            truth=mistake.truth,
            predicted=mistake.predicted,
            score=mistake.score,
            speaker=mistake.speaker,
            path=str(paths.get(mistake.id) or mistake.id),
        )
        for mistake in worst_mistakes(predictions, temperature=info.temperature)
    ]
