"""Groups on both sides: who is named on both is found, who is not stays quiet."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from unheard.audit.check import Material
from unheard.audit.shared_groups import CHECK, NO_SPLITS, check_shared_groups
from unheard.corpus.importing import import_corpus
from unheard.corpus.split import SplitOptions, split_corpus

MakeMaterial = Callable[..., Material]
TRAIN, TEST = ["train"] * 8, ["test"] * 4


def test_a_speaker_on_both_sides_blocks(make_material: MakeMaterial) -> None:
    speakers = [*("ann", "bob", "cem", "dan") * 2, "ann", "eva", "eva", "fay"]
    (finding,) = check_shared_groups(make_material(speaker=speakers, split=TRAIN + TEST)).findings
    assert finding.severity == "blocking"
    assert finding.subject == "splits train and test"
    assert (
        finding.message
        == "1 of 3 speakers (33 %) of test are in train too, with 25 % of the utterances of test: 'ann'."
    )
    assert finding.utterances == ("u0", "u4", "u8")
    assert finding.evidence["utterances_in_train"] == 2
    assert "--group-by speaker" in finding.remedy


def test_separate_speakers_are_no_finding(make_material: MakeMaterial) -> None:
    speakers = [*("ann", "bob", "cem", "dan") * 2, "eva", "eva", "fay", "fay"]
    result = check_shared_groups(make_material(speaker=speakers, split=TRAIN + TEST))
    assert result.findings == ()
    assert result.judged == 12
    assert result.not_judged == ()


def test_validation_and_test_sharing_a_speaker_does_not_block(make_material: MakeMaterial) -> None:
    material = make_material(speaker=["a", "b", "b"], split=["train", "validation", "test"])
    (finding,) = check_shared_groups(material).findings
    assert finding.severity == "warning"
    assert finding.subject == "splits validation and test"


def test_one_clip_in_a_thousand_does_not_block(make_material: MakeMaterial) -> None:
    speakers = ["a", *(f"t{row}" for row in range(999)), "a"]
    (finding,) = check_shared_groups(
        make_material(speaker=speakers, split=["train"] + ["test"] * 1000)
    ).findings
    assert finding.severity == "warning"
    assert "0.1 % of the utterances" in finding.message


def test_sessions_numbered_for_each_speaker_are_not_mixed_up(make_material: MakeMaterial) -> None:
    material = make_material(
        speaker=["a", "a", "b"], session=["1", "2", "1"], split=["train", "train", "test"]
    )
    assert check_shared_groups(material).findings == ()


def test_a_session_on_both_sides_blocks_where_no_speaker_is_named(make_material: MakeMaterial) -> None:
    material = make_material(session=["monday", "tuesday", "monday"], split=["train", "train", "test"])
    result = check_shared_groups(material)
    (finding,) = result.findings
    assert finding.severity == "blocking"
    assert "1 of 1 session (100 %) of test are in train too" in finding.message
    assert result.not_judged == (
        "No speaker is named: whether one is on both sides can only be heard, by the check 'voices'.",
    )


def test_devices_are_a_note_where_none_is_new(make_material: MakeMaterial) -> None:
    splits = ["train", "train", "test", "test"]
    (finding,) = check_shared_groups(make_material(device=["a", "b", "a", "b"], split=splits)).findings
    assert finding.severity == "note"
    assert "Each of the 2 devices of test is in train too" in finding.message
    assert check_shared_groups(make_material(device=["a", "b", "a", "c"], split=splits)).findings == ()


def test_sentences_are_judged_where_they_are_mostly_distinct(make_material: MakeMaterial) -> None:
    texts = [*(f"sentence {row}" for row in range(8)), "Sentence, 3!", "new 1", "new 2", "new 3"]
    (finding,) = check_shared_groups(make_material(text=texts, split=TRAIN + TEST)).findings
    assert finding.severity == "warning"
    assert "1 of 4 sentences (25 %) of test are in train too" in finding.message
    assert "'sentence 3'" in finding.message


def test_a_vocabulary_is_meant_to_be_on_both_sides(make_material: MakeMaterial) -> None:
    result = check_shared_groups(make_material(text=["yes", "no"] * 6, split=TRAIN + TEST))
    assert result.findings == ()
    assert result.not_judged[-1].startswith("Texts are a vocabulary")


@pytest.mark.parametrize("splits", [[None] * 4, ["train"] * 4])
def test_without_splits_nothing_is_judged(make_material: MakeMaterial, splits: list[str | None]) -> None:
    result = check_shared_groups(make_material(speaker=["a"] * 4, split=splits))
    assert result.findings == ()
    assert result.judged == 0
    assert result.not_judged == (NO_SPLITS,)


def test_speakers_that_some_utterances_lack_are_said(make_material: MakeMaterial) -> None:
    material = make_material(speaker=["a", None, "b", None], split=["train", "train", "test", "test"])
    result = check_shared_groups(material)
    assert result.not_judged == ("2 of 4 utterances (50 %) name no speaker: not judged.",)


def test_the_official_split_of_speech_commands_is_clean_and_a_random_one_is_not(data_dir: Path) -> None:
    corpus = import_corpus(data_dir / "speech_commands")
    assert check_shared_groups(Material(corpus, corpus.utterances)).findings == ()
    leaky = split_corpus(corpus, SplitOptions(method="leaky", find_duplicates=False)).corpus
    findings = check_shared_groups(Material(leaky, leaky.utterances)).findings
    assert {finding.severity for finding in findings if "train" in finding.subject} == {"blocking"}


def test_a_million_utterances_take_seconds(make_material: MakeMaterial) -> None:
    count = 1_000_000
    frame = pl.select(
        id=pl.int_range(count).cast(pl.String),
        speaker=(pl.int_range(count) % 20_011).cast(pl.String),
        split=pl.when(pl.int_range(count) % 10 == 0).then(pl.lit("test")).otherwise(pl.lit("train")),
        session=pl.lit(None, pl.String),
        device=pl.lit(None, pl.String),
        text=pl.lit(None, pl.String),
    )
    started = time.monotonic()
    (finding,) = check_shared_groups(Material(make_material(label=["a"]).corpus, frame)).findings
    assert time.monotonic() - started < 10
    assert finding.evidence["num_shared"] == 20_011


def test_it_is_part_of_the_quick_audit() -> None:
    assert CHECK.name == "shared-groups"
    assert CHECK.quick
