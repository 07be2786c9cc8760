"""What was measured, written into the run: model card, predictions, numbers and the report."""

from __future__ import annotations

from typing import Any

import numpy as np

from unheard.corpus.labelled import LabelledClips
from unheard.evaluate.mistakes import worst_mistakes
from unheard.evaluate.predictions import Predictions
from unheard.files import write_json
from unheard.release.package import write_card
from unheard.report.render import write_run_report
from unheard.report.run_report import ConditionScore, CorpusSummary, LabelSplit, MistakenClip, RunReport
from unheard.report.words import headline
from unheard.run import Run
from unheard.train.curves import CurveRow
from unheard.train.recipe import Recipe


def write_results(run: Run, clips: LabelledClips, recipe: Recipe) -> None:
    """Write everything; `clips` are those of the first result, where there is one."""
    write_card(run.bundle, [result.row() for result in run.results])
    if run.results:
        run.results[0].predictions.save(run.folder / "predictions.parquet")
    write_json(run.folder / "evaluation.json", run.to_dict())
    write_run_report(run.folder / "report.html", _report(run, clips, recipe))


def _report(run: Run, clips: LabelledClips, recipe: Recipe) -> RunReport:
    info, clean = run.bundle.info, run.results[0] if run.results else None
    return RunReport(
        title=info.name,
        created=f"{info.created:%Y-%m-%d %H:%M} UTC",
        evaluation=clean.evaluation if clean else None,
        title_sentence=headline(clean.evaluation, known_unheard=run.tested_on_unheard)
        if clean
        else run.no_estimate or "",
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
        mistakes=_mistakes(clean.predictions, clips, run) if clean else [],
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
