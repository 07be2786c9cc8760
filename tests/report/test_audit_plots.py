import xml.etree.ElementTree as ET

import polars as pl

from unheard.report.audit_plots import plot_balance, plot_sound, splits_of


def titles(plots):
    return [ET.fromstring(plot).findall("text")[0].text for plot in plots]


def test_what_was_measured_is_drawn_and_what_is_alike_is_named(builders):
    measured_clips = builders[3]
    sound = plot_sound(measured_clips())
    assert titles(sound.histograms) == ["Duration", "Level", "Decay by 60 dB"]
    assert titles(sound.others) == ["Longest gap"]
    assert sound.alike == ["DC offset"]
    assert [column for column, _ in sound.by_column] == ["label", "speaker", "split"]
    assert "unknown in 50.0\u00a0%" in sound.histograms[2]


def test_splits_are_overlaid_when_there_are_several(builders):
    measured_clips = builders[3]
    assert plot_sound(measured_clips()).histograms[0].count("<polyline") == 2
    alone = plot_sound(measured_clips(splits=("train",))).histograms[0]
    assert "<polyline" not in alone
    assert 'class="amount"' in alone


def test_clips_are_counted_by_every_column_with_few_values(builders):
    measured_clips = builders[3]
    balance = dict(plot_balance(measured_clips()))
    assert list(balance) == ["label", "speaker", "gender"]
    assert "<title>f: train 30</title>" in balance["gender"]
    assert "<title>yes: train 10, test 10</title>" in balance["label"]


def test_clips_without_a_split_or_a_speaker_are_counted_as_such(builders):
    measured = builders[3](splits=("test", None)).with_columns(
        speaker=pl.when(pl.col("speaker") == "s1").then(None).otherwise("speaker")
    )
    assert splits_of(measured) == ["test", "not named"]
    assert "<title>not named: not named 15</title>" in dict(plot_balance(measured))["speaker"]
    assert splits_of(builders[3](splits=(None,))) == []
    assert "<title>m: not named 30</title>" in dict(plot_balance(builders[3](splits=(None,))))["gender"]


def test_without_clips_there_is_nothing_to_draw(builders):
    for measured in (builders[3](0), pl.DataFrame()):
        assert plot_sound(measured).histograms == []
        assert plot_balance(measured) == []
