"""Times of calls that take turns, so that a busy machine slows all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Array = NDArray[np.float64]


def in_turns(
    calls: Mapping[str, Callable[[], object]], num_turns: int, calls_a_turn: int
) -> dict[str, Array]:
    """Name -> `(num_turns,)` median ms of a call in each turn; ratios are to be taken turn by turn."""
    for call in calls.values():
        call()  # the first call allocates
    turns = [[_median_ms(call, calls_a_turn) for call in calls.values()] for _ in range(num_turns)]
    return dict(zip(calls, np.array(turns).T, strict=True))


def _median_ms(call: Callable[[], object], num_calls: int) -> float:
    times_s = []
    for _ in range(num_calls):
        start_s = time.perf_counter()
        call()
        times_s.append(time.perf_counter() - start_s)
    return 1000 * float(np.median(times_s))


def onnx_call(model: bytes, num_samples: int, batch: int = 1) -> Callable[[], object]:
    """A call of the graph on one thread with a batch of noise of `num_samples` each."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    samples = noise(batch, num_samples)
    return lambda: session.run(["logits"], {"samples": samples})


def noise(batch: int, num_samples: int) -> NDArray[np.float32]:
    """What is heard: time does not depend on it."""
    return np.random.default_rng(0).normal(0, 0.1, (batch, num_samples)).astype(np.float32)
