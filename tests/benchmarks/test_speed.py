"""The tables of speed on small models, and turns on calls whose times are known."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import speed
import typer
from turns import in_turns, onnx_call
from typer.testing import CliRunner


def test_a_call_takes_as_long_as_it_sleeps() -> None:
    took_ms = in_turns({"short": lambda: time.sleep(0.002), "long": lambda: time.sleep(0.02)}, 3, 2)
    assert took_ms["short"].shape == (3,)
    assert 2 <= took_ms["short"].min() < 10
    assert 20 <= took_ms["long"].min() < 40


def test_a_graph_is_called_with_a_batch(tone_model: bytes) -> None:
    (logits,) = onnx_call(tone_model, 4000, batch=5)()  # type: ignore[misc]
    assert logits.shape == (5, 3)


def test_the_script_times_inference_and_training(tone_words: Path) -> None:
    app = typer.Typer()
    app.command()(speed.main)
    words = ["bc-resnet", "--corpus", str(tone_words), "--num-clips", "24", "--num-turns", "1"]
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    reference, front_end = document["inference"]
    assert (reference["name"], front_end["name"]) == ("bc-resnet-1", "front end of bc-resnet-1")
    *same_way, against_torch = reference["times_as_fast"].values()
    assert set(same_way) == {1.0}
    assert against_torch > 1
    assert reference["num_parameters"] == pytest.approx(9_200, rel=0.02)
    assert front_end["times_as_fast"]["torch, 1"] > 1
    (training,) = document["training"]
    assert list(training["ms_a_clip"]) == ["read", "augment", "features", "model"]
    tables = speed.markdown(document)
    assert "| bc-resnet-1 | 9,232 |" in tables
    assert "|  | read | augment | features | model | all |" in tables


def test_every_named_recipe_exists() -> None:
    names = [speed.named_recipe(name)[0] for name in speed.listed("peers")]
    assert len(set(names)) == len(names)
    assert names[0] == "bc-resnet-1"
