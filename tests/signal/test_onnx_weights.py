"""Constants are those that the package onnx reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unheard.signal.onnx_weights import read_weights
from unheard.signal.voice_activity import MODEL

onnx = pytest.importorskip("onnx", reason="onnx comes with unheard[train]")


def test_constants_of_a_model_are_those_that_onnx_reads(tmp_path: Path) -> None:
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.full((300, 1, 2), 0.5, np.float32)}
    whole = onnx.numpy_helper.from_array(np.arange(3), "c")  # no float: left out
    nodes = [
        onnx.helper.make_node("Constant", [], [name], value=onnx.numpy_helper.from_array(array, name))
        for name, array in arrays.items()
    ] + [onnx.helper.make_node("Constant", [], ["c"], value=whole)]
    output = onnx.helper.make_tensor_value_info("a", onnx.TensorProto.FLOAT, [2, 3])
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph(nodes, "g", [], [output])), tmp_path / "m.onnx")

    found = read_weights(tmp_path / "m.onnx")

    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


def test_constants_in_branches_are_found_too() -> None:
    found = read_weights(MODEL.locate())

    assert sum(name.endswith("stft.forward_basis_buffer") for name in found) == 2  # 8 and 16 kHz
    assert found["If_0_then_branch__Inline_0__decoder.rnn.weight_hh"].shape == (512, 128)
