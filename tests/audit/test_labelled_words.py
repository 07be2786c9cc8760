"""Which clips are looked at: of labels with enough clips and speakers, whole speakers of a large corpus."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from unheard.audit import labelled_words as room
from unheard.audit.check import Material
from unheard.audit.labelled_words import labelled_words
from unheard.corpus.importing import load_corpus

Make = Callable[..., Material]


@pytest.fixture(autouse=True)
def _needs_the_network() -> None:
    pytest.importorskip("livekit.wakeword", reason="livekit-wakeword, of the extra 'audit'")


def test_a_label_that_too_few_say_is_left_out(make_material: Make) -> None:
    labels = ["yes"] * 12 + ["no"] * 12
    speakers = ["ann", "bob", "cem", "dan"] * 3 + ["ann", "bob"] * 6
    found = labelled_words(make_material(label=labels, speaker=speakers))
    assert found.not_judged == (
        "1 label with fewer than 10 clips or 3 speakers: 'no'.",
        "There are not two labels to compare.",
    )
    assert len(found) == 0


def test_what_does_not_decode_is_left_to_its_own_check(make_material: Make) -> None:
    labels, speakers = ["yes", "no"] * 12, [f"s{row // 2}" for row in range(24)]
    found = labelled_words(make_material(label=labels, speaker=speakers))  # there are no such files
    assert len(found) == 0
    assert found.not_judged == ()


def test_of_a_large_corpus_whole_speakers_are_drawn(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_CLIPS", 100)
    corpus = load_corpus(data_dir / "arabic_commands")
    measured = corpus.utterances.with_columns(pl.lit(None, dtype=pl.String).alias("failed"))
    found = labelled_words(Material(corpus, measured))
    assert found.not_judged == ("336 of 432 clips: 96, drawn at random by speaker, are judged.",)
    assert found.rows.group_by("speaker").len()["len"].to_list() == [24] * 4
    assert found.features.shape[0] == len(found.classes) == len(found.groups) == 96
    assert [found.names[number] for number in found.classes] == found.rows["label"].to_list()
