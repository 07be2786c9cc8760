"""Which clips make up an epoch, and how batches read them."""

from __future__ import annotations

import numpy as np
import pytest

from unheard.train.data import SILENCE_ROW, EpochBatches, EpochPlan, TrainingClips
from unheard.train.recipe import DataSection

# 10 clips of command 0, 30 of command 1, 50 unknown words (class 2); class 3 is silence
CLASSES = np.repeat([0, 1, 2], [10, 30, 50]).astype(np.int64)
LABELS = ("go", "stop", "_unknown_", "_silence_")


def plan(seed: int = 0, num_voices: int = 0, num_speech: int = 0, **options: object) -> EpochPlan:
    data = DataSection.model_validate(options)
    return EpochPlan(CLASSES, LABELS, data, 2, 3, seed=seed, num_voices=num_voices, num_speech=num_speech)


def counts(rows: np.ndarray) -> dict[int, int]:
    classes = np.where(rows == SILENCE_ROW, 3, CLASSES[rows])
    return {
        int(label): int(count) for label, count in zip(*np.unique(classes, return_counts=True), strict=True)
    }


def test_unknown_and_silence_are_as_many_as_the_average_command() -> None:
    assert counts(plan(unknown_share=1.0, silence_share=0.5).rows(0)) == {0: 10, 1: 30, 2: 20, 3: 10}


def test_a_share_of_zero_takes_every_unknown_clip_once() -> None:
    rows = plan(unknown_share=0).rows(0)
    assert sorted(rows[rows >= 40]) == list(range(40, 90))


def test_balanced_sampling_gives_as_many_of_each_command() -> None:
    found = counts(plan(sampling="balanced", unknown_share=1.0).rows(0))
    assert found[0] == found[1] == 20


def test_weighted_sampling_multiplies_the_clips_of_a_label() -> None:
    found = counts(plan(sampling="weighted", weights={"go": 2.5, "stop": 0.5}, unknown_share=1.0).rows(0))
    assert (found[0], found[1]) == (25, 15)


def test_every_command_clip_is_heard_once_an_epoch() -> None:
    rows = plan().rows(4)
    assert sorted(rows[(rows >= 0) & (rows < 40)]) == list(range(40))


def test_an_epoch_depends_on_seed_and_number_only() -> None:
    np.testing.assert_array_equal(plan(seed=5).rows(3), plan(seed=5).rows(3))
    assert not np.array_equal(plan(seed=5).rows(3), plan(seed=5).rows(4))
    assert not np.array_equal(plan(seed=5).rows(3), plan(seed=6).rows(3))


def test_unknown_words_change_from_epoch_to_epoch() -> None:
    chosen = [set(rows[rows >= 40]) for rows in (plan().rows(0), plan().rows(1))]
    assert chosen[0] != chosen[1]


def test_synthetic_voices_are_drawn_besides_the_recordings() -> None:
    rows = plan(num_voices=20, voices=5, unknown_share=0).rows(0)
    assert (rows >= 70).sum() == 5
    assert len(set(rows[rows >= 70])) == 5


def test_pieces_of_other_speech_follow_the_voices() -> None:
    rows = plan(num_voices=20, voices=5, num_speech=15, speech=4, unknown_share=0).rows(0)
    assert ((rows >= 55) & (rows < 75)).sum() == 5
    assert len(set(rows[rows >= 75])) == 4
    assert (plan(num_speech=15, speech=0, unknown_share=0).rows(0) < 75).all()


def test_voices_and_speech_are_read_behind_the_recordings() -> None:
    clips = [np.full((count, 2), value, np.int16) for count, value in ((3, 1), (2, 2), (4, 3))]
    read = TrainingClips(clips[0], np.zeros(9, np.int64), clips[1], clips[2]).read(np.arange(-1, 9))
    assert read[:, 0].tolist() == [0, 1, 1, 1, 2, 2, 3, 3, 3, 3]
    assert TrainingClips(clips[0], np.zeros(7, np.int64), speech=clips[2]).read(
        np.array([2, 3])
    ).tolist() == [[1, 1], [3, 3]]


def test_batches_hold_the_clips_of_their_rows() -> None:
    samples = np.arange(90, dtype=np.int16)[:, None] * np.ones(4, np.int16)
    clips = TrainingClips(samples, CLASSES)
    rows = np.array([3, 50, SILENCE_ROW, 7, 89])
    batches = list(EpochBatches(clips, rows, batch_size=3))
    assert [len(batch[0]) for batch in batches] == [3, 2]
    assert batches[0][1][:, 0].tolist() == [3, 50, 0]
    assert batches[1][2].tolist() == [0, 2]


@pytest.mark.parametrize(("num_rows", "expected"), [(7, [3, 3]), (8, [3, 3, 2]), (1, [1])])
def test_a_last_batch_of_one_clip_is_left_out(num_rows: int, expected: list[int]) -> None:
    batches = EpochBatches(TrainingClips(np.zeros((90, 2), np.int16), CLASSES), np.arange(num_rows), 3)
    assert [len(rows) for rows in batches.batches] == expected
    assert len(batches) == len(expected)
