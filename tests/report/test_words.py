from dataclasses import replace

import pytest

from unheard.evaluate.evaluate import REPORTED
from unheard.evaluate.intervals import Estimate
from unheard.report import words

N = words.NBSP


def test_numbers_carry_their_unit():
    assert words.percent(0.9314) == f"93.1{N}%"
    assert words.percent(None) == "–"
    assert words.percent_interval(0.918, 0.942) == f"[91.8,{N}94.2]"
    assert words.percent_interval(None, None) == ""
    assert words.points(0.0163) == f"1.6{N}points"
    assert words.length(1.52) == f"1.5{N}h"
    assert words.length(0.0033) == f"0.2{N}min"
    assert words.count(7050) == "7,050"
    assert words.plural(1, "speaker") == "1 speaker"
    assert words.plural(1588, "speaker") == "1,588 speakers"
    loss = Estimate(0.2312, 0.2, 0.2561, "")
    assert words.estimate("log_loss", loss) == f"0.231{N}nats"
    assert words.estimate_interval("log_loss", loss) == f"[0.200,{N}0.256]"


def test_every_reported_metric_has_words():
    assert set(words.METRIC_WORDS) == set(REPORTED)


def test_the_headline_names_speakers_share_interval_and_clips(evaluation):
    known = replace(evaluation, metrics=evaluation.metrics | {"accuracy": Estimate(0.931, 0.918, 0.942, "")})
    assert words.headline(known) == (
        f"On 40 speakers it never heard, it gets 93.1{N}% [91.8,{N}94.2] of 400 clips right."
    )


def test_the_headline_without_an_interval_or_speakers(evaluation):
    nobody = replace(
        evaluation, speakers=0, metrics=evaluation.metrics | {"accuracy": Estimate(0.931, None, None, "")}
    )
    assert words.headline(nobody) == (
        f"On 40 groups of recordings it never heard, it gets 93.1{N}% of 400 clips right."
    )


def test_what_could_not_be_seen_is_said(evaluation):
    known = replace(evaluation, detectable_difference=0.016, design_effect=2.5, effective_utterances=160.2)
    sentence = words.detectable_sentence(known)
    assert f"have to differ by about 1.6{N}points of accuracy" in sentence
    assert "weigh as much as 160 clips of as many different speakers (design effect 2.5)" in sentence
    blind = replace(evaluation, speakers=1, detectable_difference=None)
    assert words.detectable_sentence(blind) == (
        "With 1 speaker no difference between two models can be told from luck."
    )


@pytest.mark.parametrize("sentence", [words.worst_decile_sentence, words.calibration_sentence])
def test_sentences_compare_with_what_chance_would_give(evaluation, sentence):
    assert "would" in sentence(evaluation)
    assert f"{N}%" in sentence(evaluation)
