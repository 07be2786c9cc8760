"""Wrong labels that are planted in real recordings are found, and cost what they were made to cost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from unheard.corpus.importing import load_corpus
from unheard.corpus.table import Corpus
from unheard.diagnose.experiment import Material, Training
from unheard.diagnose.label_errors import label_errors
from unheard.diagnose.material import PartOptions, read_test
from unheard.runtime.model import Answers

WORDS = ("go", "left", "stop", "yes")
NUM_CLIPS = 48  # of each word


@dataclass(frozen=True)
class Remembering:
    """Answers clips that it was told of; an embedding that shows what was said, in noise."""

    said: dict[bytes, int] = field(repr=False)
    wrong: frozenset[bytes] = frozenset()  # clips that it does not get
    name: str = "remembering"
    labels: tuple[str, ...] = WORDS
    sample_rate: int = 16_000
    window_samples: int = 16_000
    temperature: float = 1.0

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        keys = [_key(clip) for clip in samples]
        said = np.array([self.said.get(key, 0) for key in keys])
        noise = np.stack([np.random.default_rng(list(key[:8])).standard_normal(8) for key in keys])
        answers = (said + np.array([key in self.wrong for key in keys])) % len(self.labels)
        embedding = np.concatenate([np.eye(4)[said], noise], axis=1).astype(np.float32)
        return Answers(np.eye(4, dtype=np.float32)[answers], embedding)


def _key(clip: NDArray[np.float32]) -> bytes:
    """The same whether the clip was read as float or as int16."""
    return bytes(np.round(clip[2000:9000:7] * 2000).astype(np.int16).tobytes())


@pytest.fixture(scope="module")
def corpus(data_dir: Path) -> Corpus:
    """Four words by many speakers, every fourth speaker in the test."""
    whole = load_corpus(data_dir / "speech_commands").utterances
    whole = whole.filter(pl.col("duration_s") == 1.0)
    some = pl.concat([whole.filter(label=word).head(NUM_CLIPS) for word in WORDS])
    tested = some["speaker"].rank("dense") % 4 == 0
    splits = pl.select(pl.when(tested).then(pl.lit("test")).otherwise(pl.lit("train"))).to_series()
    return Corpus(some.with_columns(split=splits))


def swapped(corpus: Corpus, split: str, share: float) -> tuple[Corpus, list[str]]:
    """Each of a share of the clips of a split under the label of the next word; and which."""
    random = np.random.default_rng(1)
    wrong = (random.random(corpus.frame.height) < share) & (corpus.frame["split"] == split).to_numpy()
    labels = [
        WORDS[(WORDS.index(label) + 1) % 4] if is_wrong else label
        for label, is_wrong in zip(corpus.frame["label"], wrong, strict=True)
    ]
    return corpus.with_column("label", labels), corpus.frame["id"].filter(pl.Series(wrong)).to_list()


@pytest.fixture(scope="module")
def model(corpus: Corpus) -> Remembering:
    """It knows what was said in each recording."""
    part = read_test(Remembering({}), corpus, PartOptions(num_workers=1)).part
    return Remembering(
        {_key(clip): int(index) for clip, index in zip(part.samples, part.classes, strict=True)}
    )


def material(model: Remembering, corpus: Corpus, learned: Corpus | None = None) -> Material:
    test = read_test(model, corpus.subset("test"), PartOptions(num_workers=1)).part
    return Material(model, test, training=None if learned is None else Training(learned))


def test_errors_that_are_the_labels_are_not_the_models(corpus: Corpus, model: Remembering) -> None:
    pytest.importorskip("cleanlab")
    planted, wrong = swapped(corpus, "test", 0.2)
    given = material(model, planted, corpus)
    outcome = label_errors(given)
    cause = next(cause for cause in outcome.causes if cause.name == "test-labels")
    truth = 100 * len(wrong) / len(given.test)  # the model errs on those alone
    assert 100 * (1 - given.test.correct.mean()) == pytest.approx(truth)
    assert cause.blamed
    assert cause.points.value == pytest.approx(truth, abs=6)
    shown = {row["id"] for row in outcome.facts["test"]["rows"]}
    assert len(shown & set(wrong)) >= 0.6 * len(wrong)
    assert len(shown - set(wrong)) <= 3


def test_the_models_own_errors_are_not_excused(corpus: Corpus, model: Remembering) -> None:
    """A fifth of the clips misheard, all labels right: that the model says otherwise is no evidence."""
    pytest.importorskip("cleanlab")
    test = material(model, corpus).test
    misheard = frozenset(_key(clip) for clip in test.samples[::5])
    outcome = label_errors(material(replace(model, wrong=misheard), corpus, corpus))
    cause = [cause for cause in outcome.causes if cause.name == "test-labels"]
    assert not any(row.blamed for row in cause)
    assert sum(row.points.value for row in cause) < 2
    assert outcome.facts["training"]["doubtful"] <= 6
    assert "too few to cost much" in outcome.remarks[-1] or outcome.facts["training"]["head"] is not None


def test_wrong_training_labels_are_named_and_measured(corpus: Corpus, model: Remembering) -> None:
    pytest.importorskip("cleanlab")
    pytest.importorskip("torch")
    planted, wrong = swapped(corpus, "train", 0.2)
    outcome = label_errors(material(model, corpus, planted))
    cause = next(cause for cause in outcome.causes if cause.name == "training-labels")
    (remedy,) = cause.remedies
    dropped = set(remedy.settings["utterances"])
    assert remedy.kind == "drop"
    assert len(dropped & set(wrong)) >= 0.6 * len(wrong)
    assert len(dropped - set(wrong)) <= 5
    facts = outcome.facts["training"]
    assert facts["expected_wrong_share"] == pytest.approx(0.2, abs=0.08)
    assert facts["head"]["accuracy_without"] >= facts["head"]["accuracy_with"]
    assert facts["network"] is not None
    assert "training clips" in cause.message
    assert "of this model's accuracy they take" in cause.message
