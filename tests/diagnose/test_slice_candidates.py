from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.diagnose.experiment import Part
from unheard.diagnose.slice_candidates import Candidates, candidates
from unheard.runtime.model import Answers


class Guess:
    """Answers by the first sample of a clip: below 0 "no", else "yes"."""

    name, labels, sample_rate, window_samples, temperature = "guess", ("no", "yes"), 8000, 4, 1.0

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        return Answers(np.stack([-samples[:, 0], samples[:, 0]], axis=1), None)


@pytest.fixture
def looked_at(make_part: Callable[..., Part]) -> Candidates:
    rows = np.arange(200)
    part = make_part(
        np.ones((200, 4), np.float32),
        rows % 2,
        [f"s{row % 20}" for row in rows],
        Guess(),
        device=["phone" if row % 10 < 3 else "laptop" for row in rows],
        note=[f"{row}" for row in rows],
        snr_db=[None if row < 20 else float(row) for row in rows],
        clipped_share=[0.0] * 150 + [0.01] * 50,
        speech_bands_db=[[0.0] * 8 + [float(row)] * 8 for row in rows],
    )
    return candidates(part, Guess.labels)


def test_values_words_ends_and_middles_are_looked_at(looked_at: Candidates) -> None:
    names = [looked_at.name(index) for index in range(len(looked_at.conditions))]
    assert {"word no", "word yes", "device phone", "device laptop"} <= set(names)
    assert "speech over noise up to 55.4 dB" not in names  # a fifth of 180 known clips are too few
    assert "speech over noise up to 79.1 dB" in names
    assert "speech over noise above 140 dB" in names
    assert "share of clipped samples above 0" in names  # all others have exactly 0
    assert not any(name.startswith(("note", "split", "speaker", "duration")) for name in names)
    assert any(name.startswith("upper over lower half") for name in names)


def test_clips_whose_value_is_not_known_are_beside_every_slice(looked_at: Candidates) -> None:
    for index, row in enumerate(looked_at.conditions):
        if row[0].column == "snr_db":
            assert not looked_at.masks[:20, index].any()


def test_pairs_are_common_parts_of_unlike_columns(looked_at: Candidates) -> None:
    pairs = np.flatnonzero(looked_at.parents[:, 0] >= 0)
    assert len(pairs)
    for index in pairs:
        a, b = looked_at.parents[index]
        mask = looked_at.masks[:, index]
        np.testing.assert_array_equal(mask, looked_at.masks[:, a] & looked_at.masks[:, b])
        assert mask.sum() >= 40
        assert looked_at.conditions[index][0].column != looked_at.conditions[index][1].column


def test_a_word_alone_is_compared_with_other_words(looked_at: Candidates) -> None:
    by_class = dict(
        zip(map(looked_at.name, range(len(looked_at.conditions))), looked_at.by_class, strict=True)
    )
    assert not by_class["word no"]
    assert by_class["device phone"]


def test_conditions_go_into_a_plan_as_limits(looked_at: Candidates) -> None:
    settings = {row[0].text: row[0].settings for row in looked_at.conditions if len(row) == 1}
    assert settings["device phone"] == {"column": "device", "value": "phone"}
    assert settings["speech over noise above 140 dB"] == {"column": "snr_db", "low": 140.0}
