"""What a run writes of its results: the epoch that was kept, and mistakes that can be listened to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unheard.corpus.classes import ClassMap
from unheard.corpus.labelled import labelled_clips
from unheard.corpus.table import Corpus
from unheard.release.measure import clean_only, measure
from unheard.results import _kept_epoch, _mistakes, write_results
from unheard.run import Run
from unheard.runtime.bundle import Bundle
from unheard.signal.audio_file import read_audio
from unheard.train.recipe import load_recipe

CURVES = [{"epoch": float(number), "validation_loss": loss} for number, loss in enumerate((0.5, 0.2, 0.3), 1)]


@pytest.mark.parametrize(("keep", "epoch"), [("best", 2), ("last", 3)])
def test_the_epoch_that_was_kept_is_told(keep: str, epoch: int) -> None:
    recipe = load_recipe("robust", [f"keep={keep}"])
    assert _kept_epoch(CURVES, recipe) == epoch
    assert _kept_epoch([], recipe) is None


def test_mistakes_come_with_their_own_sound(trained_run: Path) -> None:
    corpus, bundle = Corpus.load(trained_run / "corpus.parquet"), Bundle.load(trained_run)
    swapped = ClassMap(("mid", "low", "high", "_silence_", "_unknown_"))  # truth that the model can't know
    clips = labelled_clips(corpus.subset("test"), swapped, sample_rate=8000, window_samples=4000)
    (result,) = measure(bundle, clips, clean_only(), num_resamples=100)
    run = Run(trained_run, bundle, corpus, [], (), CURVES, (result,))
    mistakes = _mistakes(result.predictions, clips, run)
    assert len(mistakes) > 3
    for mistake in mistakes:
        assert (mistake.truth, mistake.predicted) in {("low", "mid"), ("mid", "low")}
        np.testing.assert_array_equal(mistake.samples, read_audio(Path(mistake.path))[0])
        assert mistake.speaker in Path(mistake.path).name


def test_everything_is_written_beside_each_other(
    trained_run: Path, tmp_path: Path, tone_bundle: Path
) -> None:
    corpus, bundle = Corpus.load(trained_run / "corpus.parquet"), Bundle.load(trained_run)
    labels = ClassMap(bundle.info.labels)
    clips = labelled_clips(corpus.subset("test"), labels, sample_rate=8000, window_samples=4000)
    (result,) = measure(bundle, clips, clean_only(), num_resamples=100)
    run = Run(tmp_path, Bundle.load(tone_bundle), corpus, [], ("one split is thin",), CURVES, (result,))
    write_results(run, clips, load_recipe("robust"))
    written = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert written == {"predictions.parquet", "evaluation.json", "report.html"}
    assert "one split is thin" in (tmp_path / "report.html").read_text("utf-8")
    assert "| clean | 100.0% |" in (tone_bundle / "MODEL_CARD.md").read_text("utf-8")
