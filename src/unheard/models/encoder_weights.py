"""Weights of an encoder by the names of our network: what it holds, copied into it, told apart by a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import torch
from torch import Tensor

from unheard.errors import BundleError
from unheard.models.network import Network

Weights = Mapping[str, Tensor]

_GIVE = "Give the weights of this encoder, or change model.architecture."


def fill(network: Network, weights: Weights, source: str) -> None:
    """Copy weights into the stages of `network`; raises BundleError, naming `source`, where one misfits."""
    wanted = encoder_state(network)
    for name, own in wanted.items():
        if name not in weights:
            raise BundleError(f"'{source}' holds no weights for {name}. {_GIVE}")
        if weights[name].shape != own.shape:
            found, expected = list(weights[name].shape), list(own.shape)
            raise BundleError(
                f"'{source}': {name} has the shape {found}, in this encoder {expected}. {_GIVE}"
            )
    with torch.no_grad():
        for name, own in wanted.items():
            own.copy_(weights[name])


def encoder_state(network: Network) -> dict[str, Tensor]:
    """The weights below the head, by their names in the network."""
    below = {id(weight) for stage in network.stages for weight in stage.parameters()}
    return {name: weight for name, weight in network.named_parameters() if id(weight) in below}


def digest(weights: Weights) -> str:
    """SHA-256 of names and of values in 16-bit floats, as Whisper was published: the same for all files."""
    total = hashlib.sha256()
    for name in sorted(weights):
        total.update(name.encode())
        total.update(weights[name].detach().half().numpy().astype("<f2").tobytes())
    return total.hexdigest()
