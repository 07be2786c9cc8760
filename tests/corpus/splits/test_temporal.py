"""By time: the latest are tested, in whatever form times are written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unheard.corpus.split import SplitOptions, split_corpus
from unheard.corpus.splits.temporal import by_time, read_times
from unheard.corpus.table import Corpus
from unheard.errors import CorpusError, UsageError
from unheard.signal.audio_file import write_audio

SETTINGS = settings(deadline=None, max_examples=100)
DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=day) for day in range(20)]
TEMPORAL = SplitOptions(method="temporal", time_column="recorded", find_duplicates=False)


def _corpus(times: object, speakers: list[str] | None = None) -> Corpus:
    frame = pl.DataFrame({"recorded": times}, strict=False)
    names = [f"clip{row:02}" for row in range(frame.height)]
    return Corpus(
        frame.with_columns(
            pl.Series("id", names),
            pl.Series("path", [f"/{name}.wav" for name in names]),
            pl.Series("speaker", speakers or names),
            pl.lit("yes").alias("label"),
            pl.lit(1.0).alias("duration_s"),
            pl.lit(16_000).alias("sample_rate"),
        )
    )


@pytest.mark.parametrize(
    "times",
    [
        DAYS,
        [dt.datetime(2024, 1, 1, hour) for hour in range(20)],
        [day.isoformat() for day in DAYS],
        [f"{day.isoformat()}T10:00:00" for day in DAYS],
        [str(number) for number in range(90, 110)],  # as text "100" comes before "90"
        [float(number) for number in range(20)],
    ],
)
def test_the_latest_tenth_is_tested_whatever_the_form_of_time(times: object) -> None:
    splits = split_corpus(_corpus(times), TEMPORAL).corpus.frame["split"].to_list()
    assert splits == ["train"] * 16 + ["validation"] * 2 + ["test"] * 2


MOMENTS = st.dictionaries(
    st.text(min_size=1, max_size=3), st.tuples(st.integers(0, 9), st.integers(1, 5)), min_size=1, max_size=30
)


@SETTINGS
@given(groups=MOMENTS)
def test_nobody_in_training_is_later_than_anybody_held_out(groups: dict[str, tuple[int, int]]) -> None:
    times = {name: float(time) for name, (time, _) in groups.items()}
    sizes = {name: size for name, (_, size) in groups.items()}
    places = by_time(times, sizes, {"test": 0.2, "validation": 0.2})
    for earlier, later in (("train", "validation"), ("validation", "test"), ("train", "test")):
        before = [times[name] for name, place in places.items() if place == earlier]
        after = [times[name] for name, place in places.items() if place == later]
        assert not before or not after or max(before) < min(after)
    assert "train" in places.values()
    held = sum(sizes[name] for name, place in places.items() if place == "test")
    moments_left = {times[name] for name, place in places.items() if place == "train"}
    assert held >= 0.2 * sum(sizes.values()) or len(moments_left) == 1


def test_groups_stay_whole_unless_said_otherwise() -> None:
    speakers = ["old"] * 10 + ["new"] * 9 + ["old"]  # the old speaker comes again at the very end
    whole = split_corpus(_corpus(DAYS, speakers), TEMPORAL)
    assert whole.num_torn_groups == 0
    assert set(whole.corpus.subset("test").frame["speaker"]) == {"new"}
    assert any("1 training utterances are later than the earliest test" in said for said in whole.warnings)
    options = SplitOptions(
        method="temporal", time_column="recorded", split_groups=True, find_duplicates=False
    )
    torn = split_corpus(_corpus(DAYS, speakers), options)
    assert torn.corpus.frame["split"].to_list()[-2:] == ["test", "test"]
    assert torn.num_torn_groups == 2


def test_copies_stay_together_even_if_groups_are_torn(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    corpus = _corpus(DAYS, ["one"] * 20)
    paths = [tmp_path / f"clip{row:02}.flac" for row in range(20)]
    for path in paths:
        write_audio(path, generator.uniform(-0.5, 0.5, 16_000).astype(np.float32), 16_000)
    paths[19].write_bytes(paths[0].read_bytes())
    options = SplitOptions(method="temporal", time_column="recorded", split_groups=True)
    result = split_corpus(corpus.with_column("path", [str(path) for path in paths]), options)
    assert result.corpus.frame["split"][0] == result.corpus.frame["split"][19]


def test_utterances_without_a_time_are_trained_on() -> None:
    result = split_corpus(_corpus([None, *DAYS[1:]]), TEMPORAL)
    assert result.corpus.frame["split"][0] == "train"
    assert "1 utterances have no time in 'recorded': they are in train." in result.warnings


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(CorpusError, match="holds 'soon' and others; it takes numbers, or dates"):
        read_times(pl.DataFrame({"when": ["soon", "later"]}), "when")
    with pytest.raises(CorpusError, match="Column 'when' is empty"):
        read_times(pl.DataFrame({"when": [None, None]}), "when")
    with pytest.raises(UsageError, match=r"Unknown time column 'wen'\. Did you mean 'when'"):
        read_times(pl.DataFrame({"when": [1]}), "wen")
