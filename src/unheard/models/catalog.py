"""Architectures by name. All answer the same call: features in, logits and embedding out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from unheard.errors import UsageError, unknown_name
from unheard.models.bc_resnet import BcResNet
from unheard.models.cnn_trad_fpool3 import CnnTradFpool3
from unheard.models.ds_cnn import DsCnn
from unheard.models.lean import Lean
from unheard.models.matchbox_net import MatchboxNet
from unheard.models.network import Network
from unheard.models.simple_cnn_1d import SimpleCnn1d
from unheard.models.speech_embedding import SpeechEmbedding
from unheard.models.tc_resnet import TcResNet
from unheard.models.tutorial_cnn import TutorialCnn
from unheard.models.whisper import WhisperTiny
from unheard.models.word_space import WordSpace


@dataclass(frozen=True)
class Architecture:
    """One row of the catalog. `build` takes num_bins, num_frames, num_classes and its own options."""

    name: str
    summary: str
    front_end: str  # the preset it was designed for
    build: Callable[..., Network]
    has_dropout: bool = True
    takes_maps: bool = False  # else it sees several maps of features as more rows of one


def _bc_resnet(width: str) -> Architecture:
    return Architecture(
        name=f"bc-resnet-{width}",
        summary=f"broadcasted residual network, width {width} (Kim et al. 2021)",
        front_end="mel-40",
        build=partial(BcResNet, width=float(width)),
    )


def _lean(size: str, speed: str, front_end: str = "mel-40-band-mean") -> Architecture:
    return Architecture(
        name=f"lean-{size}",
        summary=f"dense 2-D stem, separable 1-D trunk; {speed}",
        front_end=front_end,
        build=partial(Lean, size=size),
        takes_maps=True,
    )


def _ds_cnn(size: str) -> Architecture:
    return Architecture(
        name=f"ds-cnn-{size}",
        summary=f"depthwise separable network, size {size.upper()} (Zhang et al. 2017)",
        front_end="mfcc-10",
        build=partial(DsCnn, size=size),
        has_dropout=False,
    )


def _tc_resnet(depth: str, width: float) -> Architecture:
    return Architecture(
        name=f"tc-resnet{depth}" + (f"-{width:g}" if width != 1 else ""),
        summary=f"residual network over time, {depth} layers, width {width:g} (Choi et al. 2019)",
        front_end="mfcc-40-of-64",
        build=partial(TcResNet, depth=depth, width=width),
    )


def _matchbox_net(repeat: int) -> Architecture:
    return Architecture(
        name=f"matchboxnet-3x{repeat}x64",
        summary=f"separable network over time, {repeat} layers a block (Majumdar and Ginsburg 2020)",
        front_end="mfcc-64",
        build=partial(MatchboxNet, repeat=repeat),
    )


CATALOG: dict[str, Architecture] = {
    row.name: row
    for row in (
        Architecture("tutorial-cnn", "two convolutions and a dense layer", "tutorial", TutorialCnn, False),
        Architecture("simple-cnn-1d", "two convolutions over time", "mel-40", SimpleCnn1d),
        *(_bc_resnet(width) for width in ("1", "1.5", "2", "3", "6", "8")),
        Architecture(
            "cnn-trad-fpool3",
            "two large convolutions (Sainath and Parada 2015)",
            "mfcc-40-slow",
            CnnTradFpool3,
        ),
        *(_ds_cnn(size) for size in "sml"),
        *(_tc_resnet(depth, width) for depth in ("8", "14") for width in (1, 1.5)),
        *(_matchbox_net(repeat) for repeat in (1, 2)),
        _lean("nano", "at most 10,000 parameters", "mel-pcen2-40-slow"),
        _lean("small", "at most 60,000 parameters", "mel-pcen2-40-slow"),
        _lean("base", "at most 300,000 parameters", "mel-pcen2-40-slow"),
        _lean("s", "for the smallest machines"),
        _lean("m", "the default"),
        _lean("l", "where accuracy matters more than speed"),
        Architecture(
            "speech-embedding",
            "a convolutional encoder, made to be pretrained (Lin et al. 2020)",
            "speech-embedding",
            SpeechEmbedding,
        ),
        Architecture("whisper-tiny", "a large encoder, made to be pretrained", "whisper", WhisperTiny),
        Architecture(
            "word-space", "the same; a word is a direction, by few clips", "whisper", WordSpace, False
        ),
    )
}


def architecture(name: str) -> Architecture:
    """The catalog's row of that name.

    Raises: UsageError naming the nearest known one.
    """
    if name not in CATALOG:
        raise UsageError(unknown_name("architecture", name, CATALOG))
    return CATALOG[name]


def build_network(
    name: str,
    num_bins: int,
    num_frames: int,
    num_classes: int,
    dropout: float | None = None,
    num_maps: int = 1,
) -> Network:
    """A freshly initialised network; `dropout` None keeps the architecture's own.

    The `num_bins` rows of the features are `num_maps` maps, one above the other.

    Raises: UsageError when the features do not fit the architecture.
    """
    row = architecture(name)
    options: dict[str, Any] = {} if dropout is None or not row.has_dropout else {"dropout": dropout}
    if row.takes_maps:
        options["num_maps"] = num_maps
    try:
        return row.build(num_bins, num_frames, num_classes, **options)
    except ValueError as error:
        raise UsageError(f"{error} Choose another front end or architecture.") from error
