"""Published weights of Google's speech embedding under the names of our network, from its ONNX file.

Its layers are a chain, so that the order of the graph is theirs. A model file of ONNX can't hold code.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import torch
from torch import Tensor

from unheard.errors import BundleError, UsageError

_CONVOLUTIONS = (3, 4, 4, 4, 4)  # of the blocks; a projection follows


def read_speech_embedding(path: Path) -> dict[str, Tensor]:
    """The encoder's weights in float32 by our names.

    Raises: UsageError where there is no file; BundleError when it is damaged or holds another model.
    """
    if not path.is_file():
        raise UsageError(f"There are no weights in '{path}'. Give an embedding_model.onnx.")
    layers, names = _read_convolutions(path), _names()
    if len(layers) != len(names):
        raise BundleError(
            f"'{path}' has {len(layers)} convolutions, the speech embedding has {len(names)}. "
            "Give its embedding_model.onnx."
        )
    found = {}
    for name, values in zip(names, layers, strict=True):
        for kind, value in zip(("weight", "bias"), values, strict=False):  # the projection has no bias
            found[f"{name}.{kind}"] = value
    return found


def _names() -> list[str]:
    blocks = ([f"blocks.{block}.{at}" for at in range(count)] for block, count in enumerate(_CONVOLUTIONS))
    return [*chain.from_iterable(blocks), "project"]


def _read_convolutions(path: Path) -> list[list[Tensor]]:
    """Weight and, where there is one, bias of each convolution, in the order of the graph."""
    import onnx
    from google.protobuf.message import DecodeError
    from onnx import numpy_helper

    try:
        graph = onnx.load(path).graph
    except (DecodeError, onnx.checker.ValidationError) as error:
        raise BundleError(f"'{path}' is damaged: {error}. Fetch it again.") from error
    stored = {row.name: row for row in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    return [
        [torch.from_numpy(numpy_helper.to_array(stored[name]).copy()) for name in node.input[1:]]
        for node in convolutions
    ]
