"""Training as a plan says: what a diagnosis found worth doing, carried out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from unheard.errors import UsageError
from unheard.pipeline import read_corpus, require_free, train_corpus
from unheard.run import Run, RunOptions, Watch
from unheard.train.plan import (
    Plan,
    planned_corpus,
    planned_recipe,
    planned_split,
    planned_threshold,
    write_plan,
)


def train_planned(
    source: Path | None, folder: Path, options: RunOptions, plan: Plan, watch: Watch = Watch()
) -> Run:
    """Train as a plan says: its recipe settings, transforms, clips, split and threshold on top of `options`.

    Without `source`, on the corpus of the run that was diagnosed, with its splits.
    Raises: UsageError when neither is known, and as `train` does.
    """
    require_free(folder)
    if source is None and not plan.run:
        raise UsageError("The plan names no run: give the folder of recordings or the corpus file too.")
    source = source or Path(plan.run) / "corpus.parquet"
    if not source.exists():
        raise UsageError(f"There is no corpus '{source}'. Give the folder of recordings or the corpus file.")
    corpus = read_corpus(source, watch, layout=options.layout, noise=options.noise, speech=options.speech)
    planned = planned_corpus(corpus, plan)
    watch.on_step(f"plan: {planned.dropped:,} utterances dropped, {planned.relabelled:,} relabelled")
    for step in plan.by_people:
        watch.on_step(f"plan, left to you: {step.do}")
    method, threshold = planned_split(plan), planned_threshold(plan)
    options = replace(
        options,
        recipe=planned_recipe(options.recipe, plan),
        split=options.split if method is None else replace(options.split, method=method),  # type: ignore[arg-type]
        threshold=options.threshold if threshold is None else threshold,
    )
    write_plan(folder / "plan.toml", plan)
    return train_corpus(planned.corpus, folder, options, watch)
