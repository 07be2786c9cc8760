"""Speakers on both sides under another name, one person under two names, and two people under one.

Speech Commands: words of a second, eight clips a speaker at most. LibriSpeech: a few long utterances.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from planted.row import Row

from unheard.audit.check import Material
from unheard.audit.finding import Finding
from unheard.audit.heard_voices import CLIPS_A_VOICE, HeardVoices, listen
from unheard.audit.voices import judge_voices
from unheard.corpus.importing import import_corpus

NUM_REPEATS = 60
TEST_SHARE, LEAKING_SHARE = 0.25, 0.1
WRONG_SHARE = 0.05
RENAMED = " renamed"


def rows(data: Path, seed: int) -> list[Row]:
    """Clips are listened to once; who is held out and who leaks is drawn again and again."""
    commands, sentences = _heard(data / "speech_commands", 3), _heard(data / "librispeech", 1)
    found = []
    for least in (3, 4, 6, 8):
        voices = commands.where(pl.len().over("name") >= least)
        found.append(_leaks("speech_commands", f"from {least} clips each", voices, seed, named=True))
    found.append(_leaks("librispeech", "named wrongly", sentences, seed, named=True))
    found.append(_leaks("librispeech", "not named", sentences, seed, named=False))
    several = commands.where(pl.len().over("name") >= 6)
    return [*found, _one_person(several, seed), _two_people(several, seed)]


def _heard(folder: Path, least: int) -> HeardVoices:
    """All clips of those who have so many."""
    corpus = import_corpus(folder)
    enough = pl.col("speaker").is_not_null() & (pl.len().over("speaker") >= least)
    corpus = replace(corpus, frame=corpus.utterances.filter(enough))
    clips = corpus.frame.select(
        "id", pl.col("speaker").alias("name"), "split", "label", "start_s", "duration_s"
    )
    return listen(Material(corpus, corpus.frame), clips)


def _leaks(name: str, severity: str, voices: HeardVoices, seed: int, *, named: bool) -> Row:
    hits = [
        _is_leak(_split(voices, np.random.default_rng(seed + n), True), named) for n in range(NUM_REPEATS)
    ]
    alarms = [
        _is_leak(_split(voices, np.random.default_rng(seed + n), False), named) for n in range(NUM_REPEATS)
    ]
    return Row(
        check="voices",
        fault=f"a tenth of the test speakers of {name} also in train",
        severity=severity,
        recall=float(np.mean(hits)),
        num_planted=NUM_REPEATS,
        false_alarms=float(np.mean(alarms)),
        num_clean=NUM_REPEATS,
        goal="found; false alarms <= 5 %",
        note=f"{len(voices.names)} speakers, drawn anew each time; method and thresholds were chosen on them",
    )


def _split(voices: HeardVoices, random: np.random.Generator, leaks: bool) -> HeardVoices:
    """A quarter of the speakers held out; of a tenth of them, half of the clips in train, renamed."""
    counts = dict(voices.rows["name"].value_counts().iter_rows())
    several = sorted(name for name in counts if counts[name] > 1)
    held_out = list(random.permutation(sorted(counts))[: round(TEST_SHARE * len(counts))])
    if not set(held_out) & set(several):
        held_out[0] = random.choice(several)
    able = sorted(set(held_out) & set(several))
    leaking = random.permutation(able)[: max(1, round(LEAKING_SHARE * len(held_out)))] if leaks else []
    rows = voices.rows.with_columns(
        turn=pl.int_range(pl.len()).shuffle(int(random.integers(1 << 30))).over("name")
    )
    is_leaking = pl.col("name").is_in(list(leaking)) & (pl.col("turn") % 2 == 0)
    rows = rows.with_columns(
        split=pl.when(pl.col("name").is_in(list(held_out)) & ~is_leaking)
        .then(pl.lit("test"))
        .otherwise(pl.lit("train")),
        name=pl.when(is_leaking).then(pl.col("name") + RENAMED).otherwise("name"),
    )
    return replace(voices, rows=rows).where(pl.col("turn") < 2 * CLIPS_A_VOICE)


def _is_leak(voices: HeardVoices, named: bool) -> bool:
    if not named:
        voices = replace(voices, rows=voices.rows.with_columns(name=pl.col("id")))
    return any(one.subject == "splits train and test" for one in judge_voices(voices, named, 0))


def _one_person(voices: HeardVoices, seed: int) -> Row:
    """Half of the clips of some speakers get another name."""

    def plant(rows: pl.DataFrame, names: list[str]) -> pl.DataFrame:
        half = pl.col("name").is_in(names) & (pl.int_range(pl.len()).over("name") % 2 == 0)
        return rows.with_columns(name=pl.when(half).then(pl.col("name") + RENAMED).otherwise("name"))

    def right(finding: Finding, names: list[str]) -> bool:
        return any(finding.subject == f"speakers '{name}' and '{name}{RENAMED}'" for name in names)

    return _wrong_names("one person under two names", voices, seed, plant, right, "speakers '")


def _two_people(voices: HeardVoices, seed: int) -> Row:
    """Some speakers take the name of another."""

    def plant(rows: pl.DataFrame, names: list[str]) -> pl.DataFrame:
        others = rows.filter(~pl.col("name").is_in(names))["name"].unique().sort().to_list()
        taken = dict(zip(others, names, strict=False))
        few = rows.filter(pl.int_range(pl.len()).over("name") < CLIPS_A_VOICE // 2)
        is_few = rows["id"].is_in(few["id"].implode())
        ours = pl.col("name").is_in([*names, *list(taken)[: len(names)]])
        return rows.with_columns(
            name=pl.when(ours & ~is_few).then(None).otherwise(pl.col("name").replace(taken))
        )

    def right(finding: Finding, names: list[str]) -> bool:
        return any(finding.subject == f"speaker '{name}'" for name in names)

    return _wrong_names("two people under one name", voices, seed, plant, right, "speaker '")


def _wrong_names(
    fault: str,
    voices: HeardVoices,
    seed: int,
    plant: Callable[[pl.DataFrame, list[str]], pl.DataFrame],
    right: Callable[[Finding, list[str]], bool],
    subject: str,
) -> Row:
    names = voices.names
    count = round(WRONG_SHARE * len(names))
    hits, all_found, alarms, repeats = 0, 0, 0, NUM_REPEATS // 6
    for number in range(repeats):
        chosen = np.random.default_rng(seed + number).permutation(names)[:count].tolist()
        told = [one for one in _judged(voices, plant, chosen) if one.subject.startswith(subject)]
        hits += sum(right(one, chosen) for one in told)
        all_found += len(told)
        clean = [one for one in _judged(voices, plant, []) if one.subject.startswith(subject)]
        alarms += len(clean)
    return Row(
        check="voices",
        fault=fault,
        severity=f"{WRONG_SHARE:.0%} of the speakers of speech_commands",
        recall=hits / (count * repeats),
        num_planted=count * repeats,
        false_alarms=alarms / (len(names) * repeats),
        num_clean=len(names) * repeats,
        note=f"precision {hits / max(all_found, 1):.0%}, what the corpus itself has wrong counted as false; "
        "threshold chosen here",
    )


def _judged(
    voices: HeardVoices, plant: Callable[[pl.DataFrame, list[str]], pl.DataFrame], names: list[str]
) -> list[Finding]:
    rows = plant(voices.rows, names).with_columns(split=pl.lit(None, pl.String))
    return judge_voices(replace(voices, rows=rows).where(pl.col("name").is_not_null()), True, 0)
