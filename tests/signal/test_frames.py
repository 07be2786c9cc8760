from __future__ import annotations

import numpy as np
import pytest

from unheard.signal.frames import frames_of


@pytest.mark.parametrize(("num_samples", "size", "hop"), [(10, 4, 3), (10, 4, 2), (4, 4, 1), (3, 4, 1)])
def test_frames_are_those_of_numpys_sliding_window(num_samples: int, size: int, hop: int) -> None:
    samples = np.arange(num_samples, dtype=np.float32)

    frames = frames_of(samples, size, hop)

    expected = [samples[begin : begin + size] for begin in range(0, num_samples - size + 1, hop)]
    assert frames.shape == (len(expected), size)
    assert all(np.array_equal(*pair) for pair in zip(frames, expected, strict=True))


def test_samples_that_do_not_lie_side_by_side_have_the_same_frames() -> None:
    samples = np.arange(20, dtype=np.float32)

    np.testing.assert_array_equal(frames_of(samples[::2], 4, 3), frames_of(samples[::2].copy(), 4, 3))
