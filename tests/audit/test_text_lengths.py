from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
import pytest

from unheard.audit.check import Material
from unheard.audit.finding import Finding
from unheard.audit.text_lengths import odd_lengths, with_letters

Make = Callable[..., Material]


def read_aloud(count: int, letters_per_s: float = 14.0, seed: int = 0) -> tuple[list[str], list[float]]:
    """Texts of one to 20 words, and durations: half a second of silence, and people of different speed."""
    random = np.random.default_rng(seed)
    texts = [" ".join(["word"] * int(words)) for words in random.integers(1, 21, count)]
    letters = np.array([text.count("word") * 4 for text in texts])
    seconds = (0.5 + letters / letters_per_s) * np.exp(random.normal(0, 0.12, count))
    return texts, seconds.tolist()


def judge(
    make_material: Make, texts: Sequence[str], seconds: Sequence[float], **columns: list[str]
) -> list[Finding]:
    rows = make_material(text=texts, duration_s=seconds, **columns).measured
    return odd_lengths(with_letters(rows))


def test_a_digit_has_the_letters_of_its_name(make_material: Make) -> None:
    rows = make_material(text=["Seán, 24!", "", "٣ मिल"]).measured

    assert with_letters(rows)["letters"].to_list() == [12, None, 6]
    names = "zero one two three four five six seven eight nine"
    assert len(names.replace(" ", "")) / 10 == 4


def test_speech_counts_where_it_was_measured(make_material: Make) -> None:
    measured = {"speech_s": pl.Series([0.5, None, 0.0], dtype=pl.Float32)}

    assert with_letters(make_material(text=["a"] * 3, measured=measured).measured)["spoken_s"].to_list() == [
        0.5,
        1,
        1,
    ]


def test_texts_read_aloud_are_quiet(make_material: Make) -> None:
    texts, seconds = read_aloud(2000)

    assert len(judge(make_material, texts, seconds)) <= 4


def test_cut_audio_and_missing_words_are_found(make_material: Make) -> None:
    texts, seconds = read_aloud(500)
    seconds[7] /= 3
    texts[9] = "word"
    seconds[9] = 8.0

    cut, missing = judge(make_material, texts, seconds)

    assert (cut.utterances, missing.utterances) == (("u7",), ("u9",))
    assert "letters in " in cut.message
    assert cut.message.endswith(": the audio is cut off, or the text is of another recording.")
    assert missing.message.startswith(
        "Its text has 4 letters in 8.0 s, 0.5 a second; so long a text usually has "
    )
    assert missing.message.endswith(": words are missing, or the text is of another recording.")


def test_each_label_has_its_own_rate(make_material: Make) -> None:
    read, spelt = read_aloud(200), read_aloud(200, letters_per_s=2, seed=1)

    found = judge(
        make_material,
        read[0] + spelt[0] + ["word " * 20],
        read[1] + spelt[1] + [41.0],
        label=["read"] * 200 + ["spelt"] * 200 + ["read"],
    )

    assert [finding.utterances for finding in found] == [("u400",)]


@pytest.mark.parametrize("count", [1, 30])
def test_faster_than_anyone_speaks(make_material: Make, count: int) -> None:
    texts, seconds = read_aloud(count)

    (finding,) = judge(make_material, [*texts, "word " * 30], [*seconds, 2.0])

    assert finding.message.startswith("Its text has 120 letters in 2.0 s, 60.0 a second")
    assert finding.evidence["letters_per_s"] == 60


def test_texts_that_all_belong_elsewhere_are_said_once(make_material: Make) -> None:
    (finding,) = judge(make_material, ["word " * 30] * 50, [1.0] * 50)

    assert finding.message == "50 of 50 clips (100 %) have a text that is too long or too short for them."
