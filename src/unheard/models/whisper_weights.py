"""Published weights of Whisper's encoder under the names of our network.

Two kinds of file: `.safetensors` with the names of the Hugging Face hub, and CTranslate2's `model.bin`.
Neither can hold code.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from unheard.errors import BundleError, MissingExtraError, UsageError
from unheard.models.encoder_weights import Weights, fill
from unheard.models.network import Network
from unheard.signal import ctranslate2_weights

_HUB_PREFIX = "model.encoder."
_HUB_BLOCK = {
    "self_attn_layer_norm": "attention_norm",
    "self_attn.out_proj": "attention_out",
    "final_layer_norm": "dense_norm",
    "fc1": "widen",
    "fc2": "narrow",
}
_CT2_PREFIX = "encoder/"
_CT2_BLOCK = {
    "self_attention/layer_norm": "attention_norm",
    "self_attention/linear_0": "query_key_value",
    "self_attention/linear_1": "attention_out",
    "ffn/layer_norm": "dense_norm",
    "ffn/linear_0": "widen",
    "ffn/linear_1": "narrow",
}
_CT2_KINDS = {"weight": "weight", "bias": "bias", "gamma": "weight", "beta": "bias"}


def load_whisper(network: Network, path: Path) -> None:
    """Put the encoder of a file into `network`; its head stays as it is.

    Raises: UsageError for another kind of file; BundleError when it is damaged or holds another model.
    """
    fill(network, read_whisper(path), str(path))


def read_whisper(path: Path) -> dict[str, Tensor]:
    """The encoder's weights in float32 by our names; raises as `load_whisper` does."""
    if not path.is_file():
        raise UsageError(f"There are no weights in '{path}'. Give a .safetensors file or a model.bin.")
    if path.suffix == ".safetensors":
        return _from_hub(path)
    if path.suffix == ".bin":
        return _from_ctranslate2(path)
    raise UsageError(f"'{path}': weights are read from .safetensors files and from CTranslate2's model.bin.")


def _from_ctranslate2(path: Path) -> dict[str, Tensor]:
    found = {}
    for name, values in ctranslate2_weights.read_weights(path, _CT2_PREFIX).items():
        place, _, kind = name.rpartition("/")
        if kind not in _CT2_KINDS:
            continue  # the positions, which are computed
        if place.startswith("layer_") and "/" in place:
            block, part = place.removeprefix("layer_").split("/", 1)
            place = f"blocks.{block}.{_CT2_BLOCK.get(part, part)}"
        else:
            place = "norm" if place == "layer_norm" else f"stem.{place}"
        found[f"{place}.{_CT2_KINDS[kind]}"] = torch.from_numpy(values)
    return found


def _from_hub(path: Path) -> dict[str, Tensor]:
    read = _read_safetensors(path)
    found: dict[str, Tensor] = {}
    for name in [name for name in read if ".self_attn.q_proj.weight" in name]:
        found |= _fused(read, name.removesuffix("q_proj.weight"))
    for name, values in read.items():
        place, _, kind = name.rpartition(".")
        if place.startswith("layers."):
            block, part = place.removeprefix("layers.").split(".", 1)
            if part in _HUB_BLOCK:
                found[f"blocks.{block}.{_HUB_BLOCK[part]}.{kind}"] = values
        elif place in ("conv1", "conv2"):
            found[f"stem.{place}.{kind}"] = values
        elif place == "layer_norm":
            found[f"norm.{kind}"] = values
    return found


def _fused(read: Weights, prefix: str) -> dict[str, Tensor]:
    """Query, key and value as one layer; keys have no bias, which would change nothing."""
    target = f"blocks.{prefix.split('.')[1]}.query_key_value"
    parts = [f"{prefix}{part}_proj" for part in "qkv"]
    size = len(read[f"{parts[0]}.weight"])
    biases = [read.get(f"{part}.bias", torch.zeros(size)) for part in parts]
    weights = [read[f"{part}.weight"] for part in parts if f"{part}.weight" in read]
    return {f"{target}.weight": torch.cat(weights), f"{target}.bias": torch.cat(biases)}


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    """Float32 tensors of the encoder, by the hub's names without what they all begin with."""
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError:
        raise MissingExtraError("Reading .safetensors", "safetensors", "pretrained") from None
    try:
        with safe_open(path, framework="pt") as file:
            names = [name for name in file.keys() if name.startswith(_HUB_PREFIX)]  # noqa: SIM118
            return {name.removeprefix(_HUB_PREFIX): file.get_tensor(name).float() for name in names}
    except SafetensorError as error:
        raise BundleError(f"'{path}' is damaged: {error}. Fetch it again.") from error
