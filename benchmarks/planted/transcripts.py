"""Texts of other recordings, cut audio, missing words, misspellings and odd characters.

The only real recordings with texts are the 71 of `alphanumeric`. Besides them sentences are strung
together from digits that one speaker of FSDD said, three to ten, their clips in full. Misspellings are
planted in prose that people wrote: sentences of the docstrings of Python's own library.
"""

from __future__ import annotations

import ast
import re
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
from planted.row import Row

from unheard.audit.check import Material
from unheard.audit.finding import Finding
from unheard.audit.transcripts import CHECK
from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus

NUM_SENTENCES = 1500
SHARE = 0.03  # of the texts get a fault
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PACKAGES = (
    *("asyncio", "collections", "concurrent", "email", "html", "http", "idlelib", "importlib", "json"),
    *("logging", "multiprocessing", "sqlite3", "tkinter", "unittest", "urllib", "wsgiref", "xml", "xmlrpc"),
)
Change = Callable[[pl.DataFrame, np.random.Generator], pl.DataFrame]  # of the rows that get the fault
Which = Callable[[Finding], bool]


def rows(data: Path, seed: int) -> list[Row]:
    """A row for each fault; only findings of its kind count."""
    strung, read = string_together(data, seed), load_corpus(data / "alphanumeric").utterances
    lengths: list[tuple[str, str, Change]] = [
        ("text of another recording", "any", _exchanged),
        ("text of another recording", "2 to 4 times as long", _exchanged_with_longer),
        ("audio cut off", "half is left", lambda r, _: r.with_columns(pl.col("duration_s") * 0.5)),
        ("audio cut off", "a third is left", lambda r, _: r.with_columns(pl.col("duration_s") / 3)),
        ("words missing", "all but the first", lambda r, _: _texts(r, lambda text: text.split()[0])),
    ]
    characters: list[tuple[str, str, Change]] = [
        ("invisible character", "one", lambda r, _: _texts(r, lambda text: text + "\u200b")),
        ("letter of another alphabet", "one", lambda r, _: _texts(r, lambda t: t.replace("e", "\u0435", 1))),
        ("wrong encoding", "one letter", lambda r, _: _texts(r, lambda text: text + " caf\u00c3\u00a9")),
        ("digits for words", "one", lambda r, _: _texts(r, lambda text: text + " 7")),
    ]
    return [
        *(_row(strung, *fault, "strung digits", 3, seed, _is_length) for fault in lengths),
        *(_row(read, *fault, "alphanumeric", 20, seed, _is_length) for fault in lengths if fault[1] != "any"),
        *(_row(strung, *fault, "strung digits", 1, seed, _is_character) for fault in characters),
        _row(prose(seed), "misspelt word", "one letter", _misspelt, "prose", 1, seed, _is_word),
    ]


def _is_length(finding: Finding) -> bool:
    return "letters_per_s" in finding.evidence


def _is_word(finding: Finding) -> bool:
    return "meant" in finding.evidence


def _is_character(finding: Finding) -> bool:
    return finding.subject.startswith("texts with")


def string_together(data: Path, seed: int) -> pl.DataFrame:
    """Sentences of digits that one speaker said, with the duration of their clips."""
    digits = load_corpus(data / "fsdd" / "recordings").utterances
    spoken = digits.group_by("speaker").agg("label", "duration_s").sort("speaker")
    random = np.random.default_rng(seed)
    sentences = []
    for _ in range(NUM_SENTENCES):
        row = spoken.row(int(random.integers(spoken.height)), named=True)
        chosen = random.choice(len(row["label"]), int(random.integers(3, 11)), replace=False)
        text = " ".join(DIGITS[int(row["label"][place])] for place in chosen)
        sentences.append((text, sum(row["duration_s"][place] for place in chosen), row["speaker"]))
    return _frame(sentences)


def prose(seed: int, num_sentences: int = 20_000) -> pl.DataFrame:
    """Sentences of letters and commas, read at 14 letters a second."""
    sentences = sorted(set(_docstring_sentences()))
    np.random.default_rng(seed).shuffle(sentences)
    return _frame([(text, len(text) / 14, None) for text in sentences[:num_sentences]])


def _docstring_sentences() -> Iterator[str]:
    library = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(path for name in PACKAGES for path in library.glob(f"{name}/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                text = " ".join((ast.get_docstring(node) or "").split())
                yield from re.findall(r"(?<![^.] )[A-Z][a-z]+(?:,? [a-z]+){4,}(?=\.)", text)


def _frame(sentences: list[tuple[str, float, str | None]]) -> pl.DataFrame:
    made = pl.DataFrame(sentences, schema=["text", "duration_s", "speaker"], orient="row").with_row_index(
        "id"
    )
    return Corpus(made.with_columns(path=pl.format("/{}.wav", "id"), sample_rate=16_000)).frame


def _row(
    frame: pl.DataFrame,
    fault: str,
    severity: str,
    change: Change,
    where: str,
    draws: int,
    seed: int,
    which: Which,
) -> Row:
    random = np.random.default_rng(seed)
    false = _found(frame, which)
    hits = planted = 0
    for _ in range(draws):
        chosen = random.choice(frame.height, max(2, round(SHARE * frame.height)), replace=False)
        damaged = change(frame[np.sort(chosen).tolist()], random)
        changed = set(damaged["id"]) - false
        hits += len(_found(frame.update(damaged, on="id"), which) & changed)
        planted += len(changed)
    rate = len(false) / frame.height
    return Row(CHECK.name, f"{fault} ({where})", severity, hits / planted, planted, rate, frame.height)


def _found(frame: pl.DataFrame, which: Which) -> set[str]:
    corpus = Corpus(frame)
    findings = CHECK.run(Material(corpus, corpus.utterances)).findings
    return {name for finding in findings if which(finding) for name in finding.utterances}


def _texts(rows: pl.DataFrame, change: Callable[[str], str]) -> pl.DataFrame:
    return rows.with_columns(text=pl.Series([change(text) for text in rows["text"]]))


def _exchanged(rows: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Each gets the text of the next."""
    return rows.with_columns(text=pl.Series(np.roll(rows["text"].to_list(), 1)))


def _exchanged_with_longer(rows: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """Those that have one get the text of a recording of these that is 2 to 4 times as long."""
    texts, lengths = rows["text"].to_list(), rows["duration_s"].to_numpy()
    given = []
    for length in lengths:
        longer = np.flatnonzero((lengths > 2 * length) & (lengths < 4 * length))
        given.append(texts[int(random.choice(longer))] if len(longer) else None)
    return rows.with_columns(text=pl.Series(given, dtype=pl.String)).drop_nulls("text")


def _misspelt(rows: pl.DataFrame, random: np.random.Generator) -> pl.DataFrame:
    """In one word of five letters or more a letter is doubled, left out or exchanged with the next."""

    def slip(text: str) -> str:
        words = text.split()
        long = [place for place, word in enumerate(words) if len(word) >= 5]
        if not long:
            return text
        word = words[place := int(random.choice(long))]
        at = int(random.integers(1, len(word) - 2))
        slips = (
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
        words[place] = slips[int(random.integers(3))]
        return " ".join(words)

    return _texts(rows, slip)
