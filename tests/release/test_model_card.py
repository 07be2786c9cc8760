"""The model card says what was measured, of whom, and no more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from unheard.release.model_card import model_card
from unheard.runtime.bundle import Bundle, BundleInfo

ROW = {
    "condition": "clean",
    "accuracy": 0.9174,
    "low": 0.8955,
    "high": 0.9351,
    "utterances": 4242,
    "speakers": 60,
}


def card(info: BundleInfo, *rows: dict[str, Any], **corpus: Any) -> str:
    heard = {"utterances": 30_000, "speakers": 1500, **corpus}
    return " ".join(model_card(info.model_copy(update={"corpus": heard}), rows).split())


def test_it_says_what_the_model_is(tone_info: BundleInfo) -> None:
    text = card(tone_info)
    assert text.startswith("# tones Tells 2 words apart in clips of 0.5 s: low, high.")
    assert "What is none of them is `_silence_`." in text
    assert "| mono samples in [-1, 1] at 8000 Hz;" in text
    assert "| trained on | 30,000 utterances of 1500 speakers |" in text
    assert "| made by | unheard 0.1.0, 2026-01-02 |" in text


def test_it_has_a_row_for_every_condition(tone_info: BundleInfo) -> None:
    text = card(
        tone_info, ROW, {**ROW, "condition": "noise 0 dB", "accuracy": 0.5, "low": None, "high": None}
    )
    assert "| clean | 91.7% | 89.5% to 93.5% | 4,242 | | noise 0 dB | 50.0% | unknown | 4,242 |" in text


def test_it_says_that_nothing_was_measured(tone_info: BundleInfo) -> None:
    assert "## Measured Not measured yet." in card(tone_info)


def test_a_model_without_background_classes_takes_everything_for_a_word(tone_info: BundleInfo) -> None:
    info = tone_info.model_copy(update={"labels": ("low", "high"), "background_labels": ()})
    text = card(info)
    assert "What is none of them" not in text
    assert "There is no class for other words or silence" in text


@pytest.mark.parametrize(
    ("corpus", "said", "unsaid"),
    [
        ({}, "Test speakers were in neither training nor validation", "flatter"),
        ({"torn_groups": 37}, "flatter: 37 speakers of the training are in validation or test", "neither"),
        ({"speakers": 0}, "names no speakers, so a voice of the training may be in the test", "neither"),
    ],
)
def test_it_claims_unheard_speakers_only_where_they_are(
    tone_info: BundleInfo, corpus: dict[str, int], said: str, unsaid: str
) -> None:
    text = card(tone_info, ROW, **corpus)
    assert said in text
    assert unsaid not in text


def test_braces_and_bars_in_names_do_no_harm(tone_info: BundleInfo) -> None:
    info = tone_info.model_copy(update={"name": "{x}", "labels": ("{0}", "a%s"), "background_labels": ()})
    assert "# {x} Tells 2 words apart in clips of 0.5 s: {0}, a%s." in card(info)


def test_the_card_of_a_run_has_the_numbers_of_its_evaluation(trained_run: Any) -> None:
    text = (Bundle.load(trained_run).path / "MODEL_CARD.md").read_text()
    for row in json.loads((trained_run / "evaluation.json").read_text())["conditions"]:
        assert f"| {row['condition']} | {row['accuracy']:.1%} |" in text
