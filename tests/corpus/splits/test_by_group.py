"""By group with labels filled; and the clip-level split that tears groups apart."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from unheard.corpus.split import SplitOptions, split_corpus
from unheard.corpus.splits.assign import Move
from unheard.corpus.splits.by_group import labels_of, tell_filled
from unheard.corpus.table import Corpus


def _corpus(clips: Sequence[tuple[str, str]]) -> Corpus:
    rows = [
        {"id": f"{n}", "path": f"/{n}.wav", "speaker": speaker, "label": label}
        for n, (speaker, label) in enumerate(clips)
    ]
    return Corpus(pl.DataFrame(rows).with_columns(duration_s=1.0, sample_rate=16_000))


def test_leaky_tears_speakers_apart_and_says_so() -> None:
    clips = [(f"s{n % 10}", "x") for n in range(1_000)]
    result = split_corpus(_corpus(clips), SplitOptions(method="leaky", find_duplicates=False))
    assert result.num_torn_groups == 10
    assert (result.corpus.frame["split"] == "test").mean() == pytest.approx(0.1, abs=0.03)


def test_stratify_gives_every_split_every_label() -> None:
    clips = [(f"{label}{n}", label) for label in "klmnopqrst" for n in range(8)]
    plain = split_corpus(_corpus(clips), SplitOptions(method="group", find_duplicates=False))
    assert any("labels have nothing in" in said for said in plain.warnings)
    options = SplitOptions(method="group", stratify=True, find_duplicates=False)
    filled = split_corpus(_corpus(clips), options)
    assert filled.table["utterances"].min() > 0  # type: ignore[operator]
    assert any("because a split lacked a label" in said for said in filled.warnings)
    assert not any("labels have nothing in" in said for said in filled.warnings)


def test_labels_of_groups_leave_out_what_has_none() -> None:
    utterances = pl.DataFrame({"label": ["x", None, "y", None]})
    assert labels_of(utterances, pl.Series(["a", "a", "a", "b"])) == {"a": {"x", "y"}, "b": set()}


def test_many_moves_are_told_in_one_sentence() -> None:
    moves = [Move(f"g{n}", "test", "x") for n in range(5)]
    (said,) = tell_filled(moves)
    assert said.startswith(
        "Moved against their hash because a split lacked a label: 'g0' to test for 'x', 'g1'"
    )
    assert said.endswith("'g2' to test for 'x' and 2 more.")
    assert tell_filled([]) == ()
