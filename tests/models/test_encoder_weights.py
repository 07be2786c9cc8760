"""Weights go below the head and nowhere else; what misfits is named with both shapes."""

from __future__ import annotations

import pytest
import torch

from unheard.errors import BundleError
from unheard.models.encoder_weights import digest, encoder_state, fill
from unheard.models.speech_embedding import SpeechEmbedding


@pytest.fixture
def network() -> SpeechEmbedding:
    torch.manual_seed(0)
    return SpeechEmbedding(32, 101, 3)


def test_all_but_the_head_is_filled(network: SpeechEmbedding) -> None:
    before = {name: weight.clone() for name, weight in network.named_parameters()}
    fill(network, {name: torch.ones_like(value) for name, value in encoder_state(network).items()}, "ones")
    kept = {name for name, weight in network.named_parameters() if torch.equal(weight, before[name])}
    assert kept == {name for name in before if name.startswith(("pool.", "embed.", "classify."))}
    assert float(network.project.weight.detach().min()) == 1


def test_what_is_missing_and_what_has_another_shape_are_named(network: SpeechEmbedding) -> None:
    weights = dict(encoder_state(network))
    weights["project.weight"] = torch.zeros(96, 96, 5, 1)
    with pytest.raises(BundleError, match=r"'x': project\.weight has the shape \[96, 96, 5, 1\], in this"):
        fill(network, weights, "x")
    del weights["project.weight"]
    with pytest.raises(BundleError, match=r"'x' holds no weights for project\.weight\. Give the weights of"):
        fill(network, weights, "x")


def test_a_refused_file_leaves_the_network_as_it_was(network: SpeechEmbedding) -> None:
    before = digest(encoder_state(network))
    with pytest.raises(BundleError):
        fill(network, {"blocks.0.0.weight": torch.ones(24, 1, 3, 3)}, "x")
    assert digest(encoder_state(network)) == before


def test_the_digest_is_of_names_and_values_in_16_bits() -> None:
    one, two = torch.ones(2), torch.zeros(2)
    whole = digest({"a": one, "b": two})
    assert digest({"b": two, "a": one}) == whole
    assert digest({"a": one + 1e-5, "b": two}) == whole
    assert len({whole, digest({"a": two, "b": one}), digest({"a": one + 1e-3, "b": two})}) == 3
