from __future__ import annotations

import polars as pl
import pytest

from unheard.audit.text_words import is_slip, probable_typos


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("recieve", "receive"),
        ("adress", "address"),
        ("steet", "street"),
        ("seperate", "separate"),
    ],
)
def test_slips_of_the_pen(word: str, meant: str) -> None:
    assert is_slip(word, meant)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("street", "street"),
        ("streets", "street"),
        ("walked", "walker"),
        ("house", "mouse"),
        ("it's", "its"),
        ("e-mail", "email"),
        ("recived", "receive"),
        ("three", "there's"),
        ("parsed", "passed"),
    ],
)
def test_other_words_and_other_forms_are_none(word: str, other: str) -> None:
    assert not is_slip(word, other)


def corpus(*texts: str) -> pl.DataFrame:
    usual = ["the Street is long", "seven people live in this street"] * 15
    return pl.DataFrame({"id": [f"u{n}" for n in range(30 + len(texts))], "text": [*usual, *texts]})


def test_a_word_that_is_nearly_a_frequent_one() -> None:
    (finding,) = probable_typos(corpus("this steret is short", "a house"))

    assert finding.message == "Its text has 'steret', which is nowhere else; 'street' is there 30 times."
    assert (finding.severity, finding.utterances) == ("note", ("u30",))


def test_words_that_are_there_twice_short_ones_and_far_ones_are_left_alone() -> None:
    assert probable_typos(corpus("sterett sterett", "lonng", "strudel", "liev")) == []


def test_of_several_meant_words_the_most_frequent() -> None:
    rows = corpus(*["marching"] * 25, *["matching"] * 30, "maching")

    (finding,) = probable_typos(rows)

    assert finding.evidence["meant"] == "matching"


def test_no_texts_no_words() -> None:
    assert probable_typos(pl.DataFrame(schema={"id": pl.String, "text": pl.String})) == []
