"""One encoder, written as the hub and as CTranslate2 name it, is read back the same."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from tests.signal.test_ctranslate2_weights import model_file
from torch import Tensor

from unheard.errors import BundleError, UsageError
from unheard.models.encoder_weights import digest, encoder_state
from unheard.models.whisper import WhisperTiny
from unheard.models.whisper_weights import load_whisper, read_whisper

safetensors = pytest.importorskip("safetensors.torch", reason="safetensors comes with unheard[pretrained]")

HUB = {
    "attention_norm": "self_attn_layer_norm",
    "attention_out": "self_attn.out_proj",
    "dense_norm": "final_layer_norm",
    "widen": "fc1",
    "narrow": "fc2",
}


@pytest.fixture(scope="module")
def network() -> WhisperTiny:
    torch.manual_seed(0)
    network = WhisperTiny(80, 21, 3)
    for block in network.blocks:
        torch.nn.init.zeros_(block.query_key_value.bias[384:768])  # type: ignore[union-attr,index]
    return network


def as_on_the_hub(network: WhisperTiny) -> dict[str, Tensor]:
    state = {}
    for name, values in encoder_state(network).items():
        room, *rest = name.split(".")
        if room == "blocks":
            number, part, kind = rest
            if part == "query_key_value":
                for letter, third in zip("qkv", values.detach().chunk(3), strict=True):
                    if (letter, kind) != ("k", "bias"):
                        state[f"layers.{number}.self_attn.{letter}_proj.{kind}"] = third.clone()
            else:
                state[f"layers.{number}.{HUB[part]}.{kind}"] = values.detach()
        else:
            state[name.replace("stem.", "").replace("norm.", "layer_norm.")] = values.detach()
    state |= {"embed_positions.weight": torch.zeros(1500, 384)}
    hub = {f"model.encoder.{name}": values for name, values in state.items()}
    return hub | {"model.decoder.embed_tokens.weight": torch.ones(2, 2)}


def as_in_ctranslate2(network: WhisperTiny) -> bytes:
    names = {
        "attention_norm": "self_attention/layer_norm",
        "query_key_value": "self_attention/linear_0",
        "attention_out": "self_attention/linear_1",
        "dense_norm": "ffn/layer_norm",
        "widen": "ffn/linear_0",
        "narrow": "ffn/linear_1",
    }
    variables = {}
    for name, values in encoder_state(network).items():
        room, *rest, kind = name.split(".")
        if "norm" in name:
            kind = {"weight": "gamma", "bias": "beta"}[kind]
        place = f"layer_{rest[0]}/{names[rest[1]]}" if room == "blocks" else (rest or ["layer_norm"])[0]
        variables[f"encoder/{place}/{kind}"] = values.detach().half().numpy()
    variables["encoder/position_encodings/encodings"] = torch.zeros(5, 384).half().numpy()
    return model_file(variables)


def written(network: WhisperTiny, kind: str, folder: Path) -> Path:
    path = folder / f"model.{kind}"
    if kind == "bin":
        path.write_bytes(as_in_ctranslate2(network))
    else:
        safetensors.save_file(as_on_the_hub(network), path)
    return path


@pytest.mark.parametrize(("kind", "tolerance"), [("safetensors", 0.0), ("bin", 1e-3)])
def test_what_was_written_is_read(network: WhisperTiny, kind: str, tolerance: float, tmp_path: Path) -> None:
    torch.manual_seed(1)
    other = WhisperTiny(80, 21, 3)
    head = other.classify.weight.clone()
    load_whisper(other, written(network, kind, tmp_path))
    for name, values in encoder_state(other).items():
        torch.testing.assert_close(values, encoder_state(network)[name], atol=tolerance, rtol=0)
    torch.testing.assert_close(other.classify.weight, head)


def test_the_digest_is_that_of_the_values_whatever_the_file(network: WhisperTiny, tmp_path: Path) -> None:
    found = {digest(read_whisper(written(network, kind, tmp_path))) for kind in ("bin", "safetensors")}
    assert found == {digest(encoder_state(network))}


def test_another_model_is_refused_by_the_first_thing_that_misfits(
    network: WhisperTiny, tmp_path: Path
) -> None:
    state = as_on_the_hub(network)
    state["model.encoder.conv1.weight"] = torch.zeros(512, 80, 3)
    safetensors.save_file(state, tmp_path / "base.safetensors")
    with pytest.raises(BundleError, match=r"shape \[512, 80, 3\], in this encoder \[384, 80, 3\]"):
        load_whisper(network, tmp_path / "base.safetensors")
    safetensors.save_file({"model.encoder.conv1.bias": torch.zeros(384)}, tmp_path / "part.safetensors")
    with pytest.raises(BundleError, match=r"holds no weights for stem\.conv1\.weight"):
        load_whisper(network, tmp_path / "part.safetensors")


def test_a_damaged_file_a_pickle_and_no_file_are_refused(network: WhisperTiny, tmp_path: Path) -> None:
    (tmp_path / "cut.safetensors").write_bytes(b"\x80" * 100)
    with pytest.raises(BundleError, match=r"cut\.safetensors' is damaged"):
        load_whisper(network, tmp_path / "cut.safetensors")
    (tmp_path / "tiny.en.pt").write_bytes(pickle.dumps({}))
    with pytest.raises(UsageError, match=r"are read from \.safetensors files and from"):
        load_whisper(network, tmp_path / "tiny.en.pt")
    with pytest.raises(UsageError, match="There are no weights in"):
        load_whisper(network, tmp_path / "none.safetensors")
