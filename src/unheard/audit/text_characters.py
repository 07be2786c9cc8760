"""Characters that a text should not have, or that few texts of a corpus have: one finding for each kind."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from unheard.audit.finding import Finding, Severity
from unheard.audit.phrases import part_of

FEW_SHARE = 0.05  # of the texts: what fewer have is an exception to how the rest is written
MIN_TEXTS = 20  # to know how the rest is written
_JOINERS = "\\x{200C}\\x{200D}"  # belong to the writing of Persian and of Indian languages
_INVISIBLE = rf"[\p{{Cc}}\p{{Cf}}\p{{Co}}\p{{Cn}}--[{_JOINERS}]]"
_MIXED = "|".join(
    rf"\p{{{first}}}\p{{{second}}}"
    for first in ("Latin", "Cyrillic", "Greek")
    for second in ("Latin", "Cyrillic", "Greek")
    if first != second
)
# two-byte and three-byte letters of UTF-8 as Latin-1 and Windows-1252 show them, and what cannot be shown
_MOJIBAKE = r"\x{FFFD}|[ÂÃÐÑØÙ][\x{80}-\x{BF}\x{2013}-\x{203A}€™ŒœŠšŽžŸƒˆ˜]|â€"
_SCRIPTS = (
    "Latin",
    "Cyrillic",
    "Greek",
    "Arabic",
    "Hebrew",
    "Devanagari",
    "Bengali",
    "Tamil",
    "Thai",
    "Hangul",
)


@dataclass(frozen=True)
class Oddity:
    """`holds`: texts that have it. `is_exception`: only odd where few texts have it."""

    name: str
    holds: pl.Expr
    message: str  # what is said after "12 of 700 texts (1.7 %)"
    remedy: str
    severity: Severity = "warning"
    is_exception: bool = False


_TEXT = pl.col("text")
ODDITIES = (
    Oddity(
        "invisible characters",
        _TEXT.str.contains(_INVISIBLE),
        "have line breaks, tabs, or characters that nobody sees",
        "Take them out; a model would learn them as letters.",
    ),
    Oddity(
        "wrong encoding",
        _TEXT.str.contains(_MOJIBAKE),
        "were read in a wrong encoding",
        "Read the table again as UTF-8.",
    ),
    Oddity(
        "mixed scripts",
        _TEXT.str.contains(_MIXED),
        "have words with letters of two alphabets, which look alike",
        "Write each word in one alphabet.",
    ),
    Oddity(
        "decomposed letters",
        _TEXT.str.normalize("NFC") != _TEXT,
        "write accents as characters of their own (not Unicode NFC), unlike the rest",
        "Bring all texts into NFC.",
        is_exception=True,
    ),
    Oddity(
        "digits",
        _TEXT.str.contains(r"\p{Nd}"),
        "have digits where the rest is spelled out",
        "Write numbers as they are spoken.",
        "note",
        is_exception=True,
    ),
    Oddity(
        "signs",
        _TEXT.str.contains(r"[\p{S}\p{P}--[.,;:!?'’‘\"“”„«»()…¿¡،؟。、–—-]]"),
        "have signs that are not spoken",
        "Spell out what is spoken, and take out marks of the annotators.",
        "note",
        is_exception=True,
    ),
    Oddity(
        "capitals",
        _TEXT.str.contains(r"\p{Lu}{2}") & ~_TEXT.str.contains(r"\p{Ll}"),
        "are all in capitals, the rest is not",
        "Write all texts alike.",
        "note",
        is_exception=True,
    ),
    Oddity(
        "spaces",
        _TEXT.str.contains(r"^\s|\s$|  "),
        "have spaces at an end or doubled ones",
        "Bring spaces in order.",
        "note",
        is_exception=True,
    ),
)


def odd_characters(rows: pl.DataFrame) -> list[Finding]:
    """Findings on rows with id and text, one for each kind of oddity."""
    oddities = (*ODDITIES, *_foreign_letters(rows))
    holds = rows.select(oddity.holds.alias(oddity.name) for oddity in oddities)
    found = [(oddity, rows.filter(holds[oddity.name])) for oddity in oddities]
    return [
        _finding(oddity, odd, rows.height)
        for oddity, odd in found
        if odd.height and (not oddity.is_exception or _is_exception(odd.height, rows.height))
    ]


def _is_exception(count: int, total: int) -> bool:
    return total >= MIN_TEXTS and count < max(FEW_SHARE * total, 2)


def _foreign_letters(rows: pl.DataFrame) -> list[Oddity]:
    """What letters of other alphabets are, where nearly all texts are in one."""
    counts = rows.select(_TEXT.str.contains(rf"\p{{{script}}}").sum().alias(script) for script in _SCRIPTS)
    script, count = max(counts.row(0, named=True).items(), key=lambda entry: entry[1])
    if count <= (1 - FEW_SHARE) * rows.height:
        return []
    return [
        Oddity(
            "other alphabets",
            _TEXT.str.contains(rf"[\p{{L}}--\p{{{script}}}]"),
            f"have letters of another alphabet than the {script} one of the rest",
            "Look whether they are in the language of the corpus.",
            is_exception=True,
        )
    ]


def _finding(oddity: Oddity, odd: pl.DataFrame, num_texts: int) -> Finding:
    name, text = odd.select("id", "text").row(0)
    return Finding(
        check="transcripts",
        severity=oddity.severity,
        subject=f"texts with {oddity.name}",
        message=f"{part_of(odd.height, num_texts, 'text')} {oddity.message}, e.g. {name}: {text[:80]!r}.",
        evidence={"texts": odd.height, "of": num_texts, "example": text},
        remedy=oddity.remedy,
        confidence=0.9,
        utterances=tuple(odd["id"]),
    )
