"""A curve of known words is forecast; what cannot be is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from unheard.audit.check import Material
from unheard.audit.power_law import PowerLaw
from unheard.audit.speaker_curve import SpeakerCurve
from unheard.audit.volume import CHECK, Forecast, check_volume, forecast
from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus
from unheard.report.plots.learning import plot_learning


def material_of(corpus: Corpus) -> Material:
    failed = pl.lit(None, dtype=pl.String).alias("failed")
    return Material(corpus, corpus.utterances.with_columns(failed), num_workers=2)


def curve_of(floor: float, scale: float, power: float, num_speakers: int = 400) -> SpeakerCurve:
    """A curve by a known law; speakers differ, and say 20 clips each."""
    random = np.random.default_rng(1)
    sizes = np.unique(np.round(np.geomspace(10, 0.8 * num_speakers, 11)).astype(np.int64))
    errors = floor + scale * sizes.astype(np.float64) ** -power
    shares = np.clip(1 - errors[:, None] * random.gamma(2, 0.5, num_speakers), 0, 1)
    right = random.binomial(20, shares).astype(np.float64)
    return SpeakerCurve(sizes, right, np.full(num_speakers, 20.0), np.arange(num_speakers) % 5)


@pytest.mark.parametrize(("floor", "scale", "power"), [(0.02, 1.0, 0.5), (0.0, 0.6, 0.3), (0.05, 2.0, 0.8)])
def test_the_gain_of_a_known_law_lies_in_the_interval(floor: float, scale: float, power: float) -> None:
    found = forecast(curve_of(floor, scale, power), 400, seed=0)
    truth = scale * (400**-power - 800**-power)
    gain, low, high = found.gain
    assert low <= truth <= high
    assert gain == pytest.approx(truth, abs=0.01)


def test_where_it_stops_paying() -> None:
    laws = PowerLaw(np.array([0.05]), np.array([1.0]), np.array([0.5]))
    enough, _, _ = Forecast(400, laws).enough_speakers
    assert enough**-0.5 * (1 - 2**-0.5) == pytest.approx(0.005)


@pytest.fixture(scope="module")
def words(data_dir: Path) -> Corpus:
    pytest.importorskip("livekit.wakeword", reason="livekit-wakeword, of the extra 'audit'")
    corpus = load_corpus(data_dir / "arabic_commands")
    take = pl.int_range(pl.len()).over("speaker", "label")
    # 18 speakers; a third of the takes are given to as many others
    return Corpus(
        corpus.frame.with_columns(
            speaker=pl.when(take == 0).then(pl.col("speaker") + "b").otherwise("speaker")
        )
    )


class TestCheckVolume:
    """On real words."""

    def test_it_says_what_more_speakers_would_bring(self, words: Corpus) -> None:
        result = check_volume(material_of(words))
        (finding,) = result.findings
        assert finding.message.startswith("Twice as many speakers, 72, would bring ")
        assert (finding.subject, finding.severity) == ("corpus", "note")
        facts: dict[str, Any] = dict(result.facts)
        assert len(facts["curve"]) > 2
        for row in (*facts["curve"], *facts["forecast"]):
            assert 0 <= row["low"] <= row["error"] <= row["high"] <= 1
        assert plot_learning(facts["curve"], facts["forecast"]) is not None  # what the report draws
        assert facts["forecast"][-1]["speakers"] == 4 * 36
        assert set(facts["fit"]) == {"floor", "scale", "power"}

    def test_too_few_speakers_are_said(self, words: Corpus) -> None:
        few = words.filter(pl.col("speaker").is_in(words.frame["speaker"].unique().sort().head(8).implode()))
        result = check_volume(material_of(few))
        assert result.not_judged[-1] == (
            "What more speakers would bring: 8 speakers are too few for a curve, which takes 20."
        )
        assert result.findings == ()

    def test_nobody_named_is_said(self, words: Corpus) -> None:
        nobody = words.with_column("speaker", pl.lit(None, dtype=pl.String))
        result = check_volume(material_of(nobody))
        assert result.not_judged[-1] == "What more speakers would bring: no speaker is named."

    def test_labels_that_sound_tells_nothing_of_have_no_curve(self, words: Corpus) -> None:
        shuffled = words.with_column("label", words.frame["label"].shuffle(seed=1))
        result = check_volume(material_of(shuffled))
        assert result.findings == ()
        assert result.not_judged[-1].endswith("no curve can be fitted to that.")

    def test_nothing_is_said_of_nothing(self, words: Corpus) -> None:
        unlabelled = words.with_column("label", pl.lit(None, dtype=pl.String))
        assert check_volume(material_of(unlabelled)).not_judged[-1] == (
            "What more speakers would bring: there is nothing to learn a curve from."
        )


def test_the_check_is_not_quick() -> None:
    assert (CHECK.name, CHECK.quick, CHECK.opt_in) == ("volume", False, False)
