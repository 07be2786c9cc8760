from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from unheard.signal.audio_file import read_audio
from unheard.signal.voice_activity import MODEL, num_hops, speech_probabilities


@pytest.fixture(scope="module")
def clips(data_dir: Path) -> list[NDArray[np.float32]]:
    """Forty words of 0.5 to 1 s: more than a batch, of many lengths."""
    files = sorted((data_dir / "arabic_commands").rglob("*.flac"))[::10][:40]
    return [
        read_audio(file, sample_rate=16_000)[0][: 16_000 - 173 * index] for index, file in enumerate(files)
    ]


def test_probabilities_are_those_of_onnx_runtime(clips: list[NDArray[np.float32]]) -> None:
    session = onnxruntime.InferenceSession(str(MODEL.locate()), providers=["CPUExecutionProvider"])
    loud = np.random.default_rng(0).uniform(-1, 1, 64_000).astype(np.float32)
    for clip in (*clips[::4], np.concatenate(clips), loud):
        padded = np.pad(clip, (64, num_hops(len(clip)) * 512 - len(clip)))
        state, expected = np.zeros((2, 1, 128), np.float32), []
        for begin in range(0, len(padded) - 64, 512):
            heard = padded[np.newaxis, begin : begin + 576]
            output, state = session.run(
                None, {"input": heard, "state": state, "sr": np.array(16_000, np.int64)}
            )
            expected.append(output.item())

        np.testing.assert_allclose(speech_probabilities([clip])[0], expected, atol=1e-4)


def test_a_clip_alone_is_heard_as_among_others(clips: list[NDArray[np.float32]]) -> None:
    together = speech_probabilities(clips)
    for clip, found in zip(clips[::8], together[::8], strict=True):
        np.testing.assert_allclose(found, speech_probabilities([clip])[0], atol=1e-4)


def test_order_and_companions_do_not_matter(clips: list[NDArray[np.float32]]) -> None:
    forward, backward = speech_probabilities(clips), speech_probabilities(clips[::-1])
    for one, other in zip(forward, reversed(backward), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_speech_is_found_in_words_and_not_in_noise(clips: list[NDArray[np.float32]]) -> None:
    random = np.random.default_rng(0)
    noise = [(level * random.standard_normal(16_000)).astype(np.float32) for level in (0, 1e-3, 0.01, 0.1)]
    assert sum(found.max() > 0.5 for found in speech_probabilities(clips)) >= 38
    assert max(found.max() for found in speech_probabilities(noise)) < 0.3


@pytest.mark.parametrize(("samples", "hops"), [(0, 0), (1, 1), (512, 1), (513, 2), (16_000, 32)])
def test_every_started_hop_counts(samples: int, hops: int) -> None:
    assert num_hops(samples) == hops
    assert speech_probabilities([np.zeros(samples, np.float32)])[0].shape == (hops,)


def test_no_clips() -> None:
    assert speech_probabilities([]) == []
