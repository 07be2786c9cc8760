"""A run as one HTML file: no script, nothing fetched, readable in ten years."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from unheard.evaluate.evaluation import Evaluation
from unheard.files import write_text
from unheard.report import words
from unheard.report.environment import environment
from unheard.report.media import MAX_CLIP_S, audio_address, picture_address
from unheard.report.mix_ups import most_confused
from unheard.report.plots.confusion import plot_confusion
from unheard.report.plots.curves import plot_curves
from unheard.report.plots.interval import axis_start, plot_interval
from unheard.report.plots.reliability import plot_reliability
from unheard.report.plots.speakers import plot_speakers, shown_every
from unheard.report.recipe_table import recipe_sections
from unheard.report.run_report import CorpusSummary, MistakenClip, RunReport
from unheard.report.spectrogram import TOP_HZ, spectrogram_levels

NUM_WORST_SPEAKERS = 12


def write_run_report(path: Path, report: RunReport) -> None:
    """Write the report; the file is whole or absent."""
    write_text(path, render_run_report(report))


def render_run_report(report: RunReport) -> str:
    """The whole HTML document; everything that comes from the report is escaped."""
    return (
        environment()
        .get_template("run_report.html")
        .render(
            report=report,
            evaluation=report.evaluation,
            curves=plot_curves(report.curves, report.best_epoch),
            recipe=recipe_sections(report.recipe),
            splits=report.corpus and pivot_splits(report.corpus),
            mistakes=[_view(clip) for clip in report.mistakes],
            condition_axis=axis_start(row.low for row in report.conditions),
            plot_interval=plot_interval,
            words=words,
            **(_measured(report.evaluation) if report.evaluation else {}),
        )
    )


def _measured(evaluation: Evaluation) -> dict[str, Any]:
    """What the sections about the test clips show."""
    metrics = evaluation.metrics
    before = plot_reliability(evaluation.reliability, "As trained", metrics["ece"].value)
    after = plot_reliability(evaluation.reliability_calibrated, "Calibrated", metrics["ece_calibrated"].value)
    return {
        "confusion": plot_confusion(evaluation),
        "confusions": most_confused(evaluation),
        "speakers": plot_speakers(evaluation),
        "worst_speakers": evaluation.per_speaker[:NUM_WORST_SPEAKERS],
        "every": shown_every(len(evaluation.per_speaker)),
        "class_axis": axis_start(row.f1.low if row.f1 else None for row in evaluation.per_class),
        "reliability": [before, after],
    }


@dataclass(frozen=True)
class SplitTable:
    """Labels by splits; a cell is (utterances, groups), or None where a split lacks the label."""

    splits: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[int, int] | None, ...]], ...]


def pivot_splits(corpus: CorpusSummary) -> SplitTable:
    """The label and split rows as a table, in the order in which they first occur."""
    splits = tuple(dict.fromkeys(row.split for row in corpus.table))
    labels = tuple(dict.fromkeys(row.label for row in corpus.table))
    cells = {(row.label, row.split): (row.utterances, row.groups) for row in corpus.table}
    rows = tuple((label, tuple(cells.get((label, split)) for split in splits)) for label in labels)
    return SplitTable(splits, rows)


@dataclass(frozen=True)
class _ClipView:
    clip: MistakenClip
    picture: Markup
    audio: Markup
    duration: str
    top_khz: str


def _view(clip: MistakenClip) -> _ClipView:
    whole_s = len(clip.samples) / clip.sample_rate
    samples = clip.samples[: round(MAX_CLIP_S * clip.sample_rate)]
    cut = f"first {MAX_CLIP_S:g} s of {whole_s:.1f} s" if whole_s > MAX_CLIP_S else f"{whole_s:.2f} s"
    picture = picture_address(spectrogram_levels(samples, clip.sample_rate))
    top_khz = f"{min(TOP_HZ, clip.sample_rate / 2) / 1000:g} kHz"
    audio = audio_address(samples, clip.sample_rate)
    return _ClipView(clip, Markup(picture), Markup(audio), cut, top_khz)
