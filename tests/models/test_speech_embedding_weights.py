"""Weights go through an ONNX file in the order of its graph; files of something else are refused."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
import torch
from onnx import helper, numpy_helper

from unheard.errors import BundleError, UsageError
from unheard.models.encoder_weights import encoder_state
from unheard.models.speech_embedding import SpeechEmbedding
from unheard.models.speech_embedding_weights import read_speech_embedding


def written(network: SpeechEmbedding, path: Path, skip: int = 0) -> Path:
    """A graph of the convolutions alone, from `skip` on, under names of no meaning."""
    layers: dict[str, list[str]] = {}
    for name in encoder_state(network):
        layers.setdefault(name.rpartition(".")[0], []).append(name)
    chosen = list(layers.values())[skip:]
    state = encoder_state(network)
    arrays = {name: values.detach().numpy() for name, values in state.items()}
    tensors = [numpy_helper.from_array(arrays[name], f"t{name}") for names in chosen for name in names]
    nodes = [
        helper.make_node("Conv", [f"m{at}", *(f"t{name}" for name in names)], [f"m{at + 1}"])
        for at, names in enumerate(chosen)
    ]
    graph = helper.make_graph(nodes, "chain", [], [], initializer=tensors[::-1])
    onnx.save(helper.make_model(graph), path)
    return path


@pytest.fixture(scope="module")
def network() -> SpeechEmbedding:
    torch.manual_seed(0)
    return SpeechEmbedding(32, 101, 3)


def test_what_was_written_is_read(network: SpeechEmbedding, tmp_path: Path) -> None:
    found = read_speech_embedding(written(network, tmp_path / "model.onnx"))
    state = encoder_state(network)
    assert found.keys() == state.keys()
    for name, values in found.items():
        torch.testing.assert_close(values, state[name].detach(), atol=0, rtol=0)


def test_another_model_no_model_and_no_file_are_refused(network: SpeechEmbedding, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="has 18 convolutions, the speech embedding has 20"):
        read_speech_embedding(written(network, tmp_path / "short.onnx", skip=2))
    (tmp_path / "torn.onnx").write_bytes(b"\x80" * 100)
    with pytest.raises(BundleError, match=r"torn\.onnx' is damaged"):
        read_speech_embedding(tmp_path / "torn.onnx")
    with pytest.raises(UsageError, match="There are no weights in"):
        read_speech_embedding(tmp_path / "none.onnx")
