"""Fixtures shared by all rooms."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from unheard.runtime.bundle import BundleInfo, write_bundle

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of real recordings; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("UNHEARD_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real recordings: no folder {folder}; set UNHEARD_DATA to have this test run")
    return folder


@pytest.fixture(scope="session")
def tone_model() -> bytes:
    """A real graph that tells tones of 500 Hz from tones of 2000 Hz, at 8 kHz in windows of 0.5 s.

    A tone of amplitude `a` that fills the share `r` of the window has the power (a * r) ** 2; the logits are
    10 * power at 500 Hz, 10 * power at 2000 Hz and 1 for silence. The embedding is both powers.
    """
    time_s = np.arange(4000) / 8000
    waves = [wave(2 * np.pi * hz * time_s) / 2000 for hz in (500, 2000) for wave in (np.cos, np.sin)]
    constants = {
        "pads": np.array([0, 0, 0, 4000]),
        "first": np.array([0]),
        "end": np.array([4000]),
        "axis": np.array([1]),
        "waves": np.stack(waves, axis=1).astype(np.float32),
        "pairs": np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32),
        "weight": np.array([[10, 0, 0], [0, 10, 0]], np.float32),
        "bias": np.array([0, 0, 1], np.float32),
    }
    nodes = [
        helper.make_node("Pad", ["samples", "pads"], ["padded"]),
        helper.make_node("Slice", ["padded", "first", "end", "axis"], ["window"]),
        helper.make_node("MatMul", ["window", "waves"], ["amplitude"]),
        helper.make_node("Mul", ["amplitude", "amplitude"], ["squares"]),
        helper.make_node("MatMul", ["squares", "pairs"], ["embedding"]),
        helper.make_node("Gemm", ["embedding", "weight", "bias"], ["logits"]),
    ]
    shapes = {"samples": ["batch", "num_samples"], "logits": ["batch", 3], "embedding": ["batch", 2]}
    values = {
        name: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    }
    weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(
        nodes, "tones", [values["samples"]], [values["logits"], values["embedding"]], weights
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@pytest.fixture(scope="session")
def tone_info() -> BundleInfo:
    """What `bundle.json` says of the tone model."""
    return BundleInfo(
        name="tones",
        labels=("low", "high", "_silence_"),
        sample_rate=8000,
        window_s=0.5,
        window_samples=4000,
        hop_s=0.1,
        threshold=0.6,
        background_labels=("_silence_",),
        architecture="tones",
        num_parameters=0,
        recipe="none",
        corpus={"fingerprint": "none", "levels": {"median_db": -20.5}},
        created=datetime(2026, 1, 2, tzinfo=UTC),
        unheard_version="0.1.0",
    )


@pytest.fixture
def tone_bundle(tmp_path: Path, tone_model: bytes, tone_info: BundleInfo) -> Path:
    """Folder of the tone model's bundle, inside a run folder."""
    folder = tmp_path / "run" / "bundle"
    write_bundle(folder, tone_model, tone_info, "# Tones\n")
    return folder
