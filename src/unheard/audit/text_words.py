"""Words that occur once and are one slip of the pen from a frequent word: probable misspellings."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from unheard.audit.finding import Finding
from unheard.audit.phrases import plural

MIN_LETTERS = 5  # of a rare word: short words have neighbours that are words as well
MIN_FREQUENT = 5  # occurrences of the word that was probably meant
VOWELS = frozenset("aeiouyàáâäåæèéêëìíîïòóôöøùúûüаеиоуыэюя")
ROWS_AT_ONCE = 50_000


def probable_typos(rows: pl.DataFrame) -> list[Finding]:
    """Findings, the most frequent meant word first, on rows with id and text."""
    words = _count_words(rows)
    rare = words.filter((pl.col("times") == 1) & (pl.col("word").str.len_chars() >= MIN_LETTERS))
    frequent = dict(words.filter(pl.col("times") >= MIN_FREQUENT).select("word", "times").iter_rows())
    index = _index(frequent)
    found = []
    for word, name in rare.select("word", "id").iter_rows():
        meant = _nearest(word, index, frequent)
        if meant:
            found.append((frequent[meant], word, meant, name))
    found.sort(key=lambda entry: (-entry[0], entry[1]))
    return [_finding(*entry) for entry in found]


def _count_words(rows: pl.DataFrame) -> pl.DataFrame:
    """word, times, id of the first utterance with it; in slices, so that the words of all need not fit."""
    parts = [_words_of(part) for part in rows.select("id", "text").iter_slices(ROWS_AT_ONCE)]
    if not parts:
        return pl.DataFrame(schema={"word": pl.String, "times": pl.UInt32, "id": pl.String})
    return pl.concat(parts).group_by("word").agg(pl.col("times").sum(), pl.col("id").first()).sort("word")


def _words_of(part: pl.DataFrame) -> pl.DataFrame:
    words = pl.col("text").str.to_lowercase().str.replace_all("’", "'").str.extract_all(r"[\p{L}\p{M}'-]+")
    each = part.select("id", word=words).explode("word").drop_nulls("word")
    return each.group_by("word", maintain_order=True).agg(times=pl.len(), id=pl.col("id").first())


def _index(words: dict[str, int]) -> dict[str, list[str]]:
    """Words by themselves and by what is left when one letter is left out."""
    index: dict[str, list[str]] = {}
    for word in words:
        for left in {word, *_shortened(word)}:
            index.setdefault(left, []).append(word)
    return index


def _shortened(word: str) -> Iterator[str]:
    return (word[:place] + word[place + 1 :] for place in range(len(word)))


def _nearest(word: str, index: dict[str, list[str]], times: dict[str, int]) -> str | None:
    """The most frequent word that one slip makes this one of."""
    near = {other for left in {word, *_shortened(word)} for other in index.get(left, ())}
    slips = [other for other in near if is_slip(word, other)]
    return max(slips, key=lambda other: (times[other], other), default=None)


def is_slip(word: str, meant: str) -> bool:
    """Whether two letters swapped, one left out or added, or one vowel for another makes `word`.

    Not at its beginning, where another letter makes another word, nor at its end, where it is another form;
    one consonant for another makes too many words that exist; hyphens and apostrophes are a matter of style.
    """
    if word == meant or word[:1] != meant[:1] or _plain(word) == _plain(meant):
        return False
    begin = _common(word, meant)
    end = min(_common(word[::-1], meant[::-1]), min(len(word), len(meant)) - begin)
    if end < 2:  # "boat", "boats", "boated"
        return False
    first, second = word[begin : len(word) - end], meant[begin : len(meant) - end]
    swapped = len(first) == 2 and first == second[::-1]
    return swapped or len(first) + len(second) == 1 or (first in VOWELS and second in VOWELS)


def _plain(word: str) -> str:
    return word.replace("'", "").replace("-", "")


def _common(first: str, second: str) -> int:
    """Length of the common beginning."""
    return next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )


def _finding(times: int, word: str, meant: str, name: str) -> Finding:
    return Finding(
        check="transcripts",
        severity="note",
        subject=f"utterance {name}",
        message=f"Its text has '{word}', which is nowhere else; '{meant}' is there {plural(times, 'time')}.",
        evidence={"word": word, "meant": meant, "times": times},
        remedy="Correct the text if it is misspelt.",
        confidence=0.6,
        utterances=(name,),
    )
