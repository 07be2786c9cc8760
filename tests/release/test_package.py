"""From a trained model to a bundle: what it says of itself, and the temperature that validation gives it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

import unheard
from unheard.corpus.classes import ClassMap
from unheard.corpus.labelled import LabelledClips, labelled_clips
from unheard.corpus.table import Corpus
from unheard.models.front_end import PRESETS
from unheard.models.speech_model import SpeechModel
from unheard.release.export import largest_difference
from unheard.release.package import bundle_info, describe_training, package, write_card
from unheard.runtime.bundle import Bundle
from unheard.train.checkpoints import model_weights, read_checkpoint
from unheard.train.prepare import front_end_options, split_with_noise
from unheard.train.recipe import recipe_from_dict


@pytest.fixture(scope="module")
def corpus(trained_run: Path) -> Corpus:
    return Corpus.load(trained_run / "corpus.parquet")


@pytest.fixture(scope="module")
def model(trained_run: Path) -> SpeechModel:
    """The model of the run, rebuilt from its recipe and its last checkpoint."""
    recipe = recipe_from_dict(json.loads((trained_run / "run.json").read_text())["recipe"], "run.json")
    model = SpeechModel(recipe.model.architecture, 5, front_end_options(recipe), 4000).eval()
    model.load_state_dict(model_weights(read_checkpoint(trained_run / "checkpoints" / "last.ckpt")))
    return model


@pytest.fixture
def validation(corpus: Corpus) -> LabelledClips:
    classes = ClassMap(("low", "mid", "high", "_silence_", "_unknown_"))
    part = split_with_noise(corpus, "validation")
    return labelled_clips(part, classes, sample_rate=8000, window_samples=4000, silence_from="validation")


def test_what_ships_is_the_model_of_the_last_checkpoint(trained_run: Path, model: SpeechModel) -> None:
    assert largest_difference(model, (trained_run / "bundle" / "model.onnx").read_bytes()) < 1e-4


def test_the_bundle_says_what_the_model_is(trained_run: Path, model: SpeechModel) -> None:
    info = Bundle.load(trained_run).info
    assert (info.name, info.architecture, info.recipe) == ("undisturbed", "lean-s", "tiny")
    assert info.labels == ("low", "mid", "high", "_silence_", "_unknown_")
    assert info.background_labels == ("_silence_", "_unknown_")
    assert (info.sample_rate, info.window_s, info.window_samples) == (8000, 0.5, 4000)
    assert info.num_parameters == sum(weight.numel() for weight in model.parameters())
    assert info.unheard_version == unheard.__version__
    assert datetime.now(UTC) - info.created < timedelta(hours=1)


def test_the_bundle_says_what_the_model_heard(trained_run: Path, corpus: Corpus) -> None:
    heard = Bundle.load(trained_run).info.corpus
    assert heard["fingerprint"] == corpus.fingerprint()
    assert (heard["utterances"], heard["speakers"], heard["torn_groups"]) == (72, 6, 0)
    assert heard["hours"] == round(72 * 0.5 / 3600, 3)


def test_the_temperature_is_the_one_that_fits_validation(
    trained_run: Path, validation: LabelledClips
) -> None:
    bundle = Bundle.load(trained_run)
    logits = bundle.logits(validation.samples.astype(np.float32) / 32768)[0].astype(float)

    def loss(temperature: float) -> float:
        return -float(
            log_softmax(logits / temperature, axis=1)[range(len(logits)), validation.classes].mean()
        )

    best = minimize_scalar(loss, bounds=(0.25, 10), method="bounded").x
    assert bundle.info.temperature == pytest.approx(best, rel=1e-3)


def test_levels_are_quantiles_of_the_clips_rms(corpus: Corpus) -> None:
    levels_db = np.linspace(-60, -10, 101)
    amplitudes = np.sqrt(2) * 32768 * 10 ** (levels_db / 20)
    sines = np.sin(2 * np.pi * np.arange(800) / 8)
    found = describe_training(corpus, np.rint(amplitudes[:, None] * sines).astype(np.int16))["level_db"]
    assert found == pytest.approx({"p5": -57.5, "p50": -35.0, "p95": -12.5}, abs=0.1)


def test_digital_silence_has_a_level_too(corpus: Corpus) -> None:
    assert describe_training(corpus, np.zeros((3, 80), np.int16))["level_db"]["p50"] == -120


def test_a_hop_is_never_longer_than_the_window() -> None:
    model = SpeechModel("lean-s", 2, PRESETS["mel-40"], 800)
    names = {"name": "short", "architecture": "lean-s", "recipe": "none"}
    info = bundle_info(model, ClassMap(("a", "b")), sample_rate=16_000, corpus={}, **names)
    assert (info.window_s, info.hop_s, info.background_labels) == (0.05, 0.05, ())


def test_packaging_writes_a_whole_bundle(
    validation: LabelledClips, trained_run: Path, tmp_path: Path
) -> None:
    model = SpeechModel("simple-cnn-1d", 5, replace(PRESETS["mel-40"], sample_rate=8000), 4000).eval()
    info = Bundle.load(trained_run).info.model_copy(update={"name": "fresh", "temperature": 1.0})
    bundle = package(model, tmp_path / "bundle", info, validation)
    assert sorted(path.name for path in bundle.path.iterdir()) == [
        "MODEL_CARD.md",
        "bundle.json",
        "model.onnx",
    ]
    assert bundle.info.name == "fresh"
    assert bundle.info.temperature != 1.0
    assert "Not measured yet." in (bundle.path / "MODEL_CARD.md").read_text()


def test_the_card_is_rewritten_and_nothing_else(trained_run: Path, tmp_path: Path) -> None:
    shutil.copytree(trained_run / "bundle", tmp_path / "bundle")
    bundle = Bundle.load(tmp_path / "bundle")
    row = {"condition": "in a car", "accuracy": 0.5, "low": 0.25, "high": 0.75, "utterances": 1234}
    write_card(bundle, [row])
    assert "| in a car | 50.0% | 25.0% to 75.0% | 1,234 |" in (bundle.path / "MODEL_CARD.md").read_text()
    for name in ("model.onnx", "bundle.json"):
        assert (bundle.path / name).read_bytes() == (trained_run / "bundle" / name).read_bytes()
