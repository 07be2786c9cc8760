"""What a voice sounds like, as a direction in 256 dimensions: the speaker encoder of Resemblyzer.

Weights by Resemble AI (Apache-2.0), trained with the loss of Wan et al., "Generalized End-to-End Loss for
Speaker Verification", 2018: three LSTM layers hear 1.6 s of 40 mel bands of power, not of its logarithm.
Such a vector is a voiceprint, personal data in many laws: nothing here or in what uses it writes one down.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.errors import MissingExtraError
from unheard.signal.mel import mel_filters
from unheard.signal.model_files import ModelFile
from unheard.signal.voice_activity import HOP_SAMPLES, speech_probabilities

SAMPLE_RATE = 16_000
NUM_VALUES = 256
WINDOW_FRAMES = 160  # 1.6 s
NUM_BANDS = 40
_WINDOW_SAMPLES, _HOP_SAMPLES = 400, 160  # 25 and 10 ms
_LEAST_DBFS = -30.0  # quieter speech is made this loud, as it was in the training
_STEP_FRAMES = 80  # between the windows of a long clip
_MOST_WINDOWS = 6  # of a clip
_LEAST_SPEECH_S = 0.2
_HOPS_AROUND = 3  # of 32 ms, before and after speech
_BATCH = 64
_MODEL = ModelFile(
    "Comparing voices",
    "Resemblyzer",
    "resemblyzer",
    "pretrained.pt",
    "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
    "--no-deps Resemblyzer==0.1.4",
)


def embed_voices(clips: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Unit vectors `(num_clips, 256)` of clips at 16 kHz; NaN for less than 0.2 s of speech.

    Speech alone is heard, the first 5.6 s of it. No value is below 0. Raises `MissingExtraError` without the
    weights or torch.
    """
    speech = [_speech(clip, spoken) for clip, spoken in zip(clips, speech_probabilities(clips), strict=True)]
    windows, owners = [], []
    for owner, samples in enumerate(speech):
        if len(samples) >= _LEAST_SPEECH_S * SAMPLE_RATE:
            cut = list(_windows(mel_power(samples)))
            windows += cut
            owners += [owner] * len(cut)
    sums = np.zeros((len(clips), NUM_VALUES), np.float32)
    if windows:
        np.add.at(sums, owners, _embed(np.stack(windows)))
    length = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(length > 0, sums / np.maximum(length, 1e-12), np.float32(np.nan))


def mel_power(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power in mel bands `(num_frames, 40)`, windows of 25 ms centred at every 10 ms."""
    padded = np.pad(samples, _WINDOW_SAMPLES // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW_SAMPLES)[::_HOP_SAMPLES]
    spectrum = np.fft.rfft(frames * np.hanning(_WINDOW_SAMPLES + 1)[:-1].astype(np.float32), axis=1)
    return np.asarray((spectrum.real**2 + spectrum.imag**2) @ _filters(), np.float32)


@functools.cache
def _filters() -> NDArray[np.float32]:
    """`(201, 40)`, 0 to 8 kHz."""
    return mel_filters(
        NUM_BANDS,
        sample_rate=SAMPLE_RATE,
        num_fft=_WINDOW_SAMPLES,
        min_hz=0,
        max_hz=SAMPLE_RATE / 2,
        scale="slaney",
        norm="slaney",
    )


def _speech(samples: NDArray[np.float32], spoken: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is spoken of a clip, and 96 ms around it, at its level or at -30 dBFS."""
    near = np.convolve(spoken >= 0.5, np.ones(2 * _HOPS_AROUND + 1))[_HOPS_AROUND:-_HOPS_AROUND] > 0.5
    speech = samples[np.repeat(near, HOP_SAMPLES)[: len(samples)]]
    rms = float(np.sqrt(np.mean(np.square(speech, dtype=np.float64)))) if len(speech) else 0.0
    return speech * np.float32(max(1.0, 10 ** (_LEAST_DBFS / 20) / rms)) if rms > 0 else speech[:0]


def _windows(mels: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Pieces `(160, 40)` of a spectrogram; a shorter one is filled up with zeros."""
    if len(mels) <= WINDOW_FRAMES:
        yield np.pad(mels, ((0, WINDOW_FRAMES - len(mels)), (0, 0)))
        return
    starts = range(0, len(mels) - WINDOW_FRAMES + 1, _STEP_FRAMES)
    for start in starts[:_MOST_WINDOWS]:
        yield mels[start : start + WINDOW_FRAMES]


def _embed(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors `(num_windows, 256)` of windows `(num_windows, 160, 40)`."""
    import torch

    network = _network()
    with torch.inference_mode():
        parts = [
            network(torch.from_numpy(windows[at : at + _BATCH])) for at in range(0, len(windows), _BATCH)
        ]
        return np.asarray(torch.cat(parts).numpy())


@functools.cache
def _network() -> Any:
    """The encoder with its weights: `(batch, num_frames, 40)` to unit vectors `(batch, 256)`."""
    path = _MODEL.locate()
    try:
        import torch
        from torch import Tensor, nn
    except ImportError:
        raise MissingExtraError("Comparing voices", "torch", "train") from None

    class VoiceEncoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm = nn.LSTM(NUM_BANDS, 256, num_layers=3, batch_first=True)
            self.linear = nn.Linear(256, NUM_VALUES)

        def forward(self, mels: Tensor) -> Tensor:
            _, (hidden, _) = self.lstm(mels)
            return nn.functional.normalize(self.linear(hidden[-1]).relu(), dim=1)

    network = VoiceEncoder()
    state = torch.load(path, map_location="cpu", weights_only=True)["model_state"]
    network.load_state_dict({name: state[name] for name in network.state_dict()})
    return network.eval()
