"""The audit on one page: every recording measured once, then check by check."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from unheard.audit.catalog import choose_checks
from unheard.audit.check import Check, Material
from unheard.audit.finding import CheckResult
from unheard.audit.measure import measure_corpus
from unheard.audit.result import Audit, CheckOutcome
from unheard.audit.target import Target
from unheard.cores import usable_cores
from unheard.corpus.table import Corpus


def _ignore(*_: object) -> None:
    """Nobody is watching."""


@dataclass(frozen=True)
class AuditOptions:
    """Which checks run, and what they need to know."""

    only: tuple[str, ...] = ()  # names of the checks to run; empty: all that are not opt-in
    also: tuple[str, ...] = ()  # opt-in checks to run besides
    skip: tuple[str, ...] = ()
    quick: bool = False  # only the checks that take seconds
    target: Target | None = None
    seed: int = 0
    num_workers: int | None = None  # processes; by default one a core
    cache: Path | None = None  # where measurements are kept; by default the user's cache folder


def audit_corpus(
    corpus: Corpus,
    name: str,
    options: AuditOptions = AuditOptions(),
    on_step: Callable[[str], None] = _ignore,
    on_progress: Callable[[int, int], None] = _ignore,
) -> Audit:
    """Everything that is wrong with the recordings, labels and splits of a corpus, as far as checks can tell.

    Raises: UsageError for a check that is not known.
    """
    started = time.monotonic()
    checks = choose_checks(options.only, options.also, options.skip, quick=options.quick)
    material = _material(corpus, options, on_step, on_progress)
    outcomes = []
    for check in checks:
        on_step(f"check {check.name}: {check.summary}")
        outcomes.append(_run(check, material))
    return Audit(
        corpus_name=name,
        created=datetime.now(UTC),
        utterances=corpus.utterances.height,
        speakers=corpus.num_speakers,
        hours=corpus.hours,
        outcomes=tuple(outcomes),
        measured=material.measured,
        seconds=time.monotonic() - started,
    )


def _material(
    corpus: Corpus,
    options: AuditOptions,
    on_step: Callable[[str], None],
    on_progress: Callable[[int, int], None],
) -> Material:
    num_workers = options.num_workers or usable_cores()
    on_step(f"measuring {corpus.utterances.height:,} recordings on {num_workers} cores")
    measured = measure_corpus(corpus, num_workers=num_workers, folder=options.cache, on_progress=on_progress)
    return Material(
        corpus=corpus,
        measured=side_by_side(corpus.utterances, measured.frame),
        fingerprints=measured.fingerprints,
        target=options.target,
        seed=options.seed,
        num_workers=num_workers,
        on_progress=on_progress,
    )


def side_by_side(utterances: pl.DataFrame, measured: pl.DataFrame) -> pl.DataFrame:
    """Columns of the corpus, then what was measured; where names clash, what was measured."""
    kept = [name for name in utterances.columns if name not in measured.columns]
    return pl.concat([utterances.select(kept), measured], how="horizontal")


def _run(check: Check, material: Material) -> CheckOutcome:
    """One check's outcome. One that breaks down says so in it, and the others go on."""
    started = time.monotonic()
    error = None
    try:
        result = check.run(material)
    except Exception as problem:  # checks of other packages may raise anything; nothing of the audit is lost
        result, error = CheckResult(), f"{type(problem).__name__}: {problem}"
    return CheckOutcome(
        check=check.name,
        topic=check.topic,
        summary=check.summary,
        findings=result.findings,
        judged=result.judged,
        not_judged=result.not_judged,
        facts=result.facts,
        seconds=time.monotonic() - started,
        error=error,
    )
