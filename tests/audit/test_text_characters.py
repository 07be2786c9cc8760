from __future__ import annotations

import unicodedata

import polars as pl
import pytest

from unheard.audit.finding import Finding
from unheard.audit.text_characters import odd_characters

PLAIN = ["it's a plain text, is it not?", "“quoted” – and so on…", "café naïve Ångström", "Hello there!"] * 25


def judge(*texts: str, rest: list[str] = PLAIN) -> list[Finding]:
    rows = [*rest, *texts]
    return odd_characters(pl.DataFrame({"id": [f"u{n}" for n in range(len(rows))], "text": rows}))


def test_plain_texts_are_quiet() -> None:
    assert judge() == []
    assert judge(rest=["می\u200cخواهم بروم،"] * 50) == []
    assert judge(rest=["Ёлка и дом.", "Москва."] * 50) == []
    assert judge(rest=["今日は。", "おはよう、世界"] * 50) == []
    assert judge(rest=["Plot 43, 7th street #2", "HELLO", "  two"] * 20) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("zero\u200bwidth", "invisible characters"),
        ("soft\u00adhyphen", "invisible characters"),
        ("two\nlines", "invisible characters"),
        ("caf\u00c3\u00a9", "wrong encoding"),
        ("it\u00e2\u20ac\u2122s", "wrong encoding"),
        ("lost \ufffd", "wrong encoding"),
        ("p\u0430ypal", "mixed scripts"),
        (unicodedata.normalize("NFD", "café"), "decomposed letters"),
        ("platform 9", "digits"),
        ("<unk> hello", "signs"),
        ("mail@home", "signs"),
        ("ALL CAPITALS", "capitals"),
        ("double  space", "spaces"),
        ("привет", "other alphabets"),
    ],
)
def test_an_odd_text_is_found(text: str, kind: str) -> None:
    found = {finding.subject: finding for finding in judge(text)}

    finding = found[f"texts with {kind}"]
    assert finding.utterances == ("u100",)
    assert finding.message.startswith("1 of 101 texts (1.0 %) ")
    assert finding.message.endswith(f"e.g. u100: {text!r}.")


def test_what_many_texts_have_is_how_they_are_written() -> None:
    assert judge(*["platform 9"] * 10) == []


def test_what_is_wrong_is_wrong_however_many_have_it() -> None:
    (finding,) = judge(*["zero\u200bwidth"] * 60)

    assert finding.evidence["texts"] == 60


def test_few_texts_have_no_rest_to_differ_from() -> None:
    assert judge("platform 9", rest=PLAIN[:5]) == []
