"""Shapley values against games whose values are known."""

from __future__ import annotations

import numpy as np
import pytest

from unheard.diagnose.experiment import Part
from unheard.diagnose.shift.replay import Replay
from unheard.runtime.model import Answers


def made(correct: dict[frozenset[str], list[int]]) -> Replay:
    import polars as pl

    num_clips = len(next(iter(correct.values())))
    answers = Answers(np.zeros((num_clips, 2), np.float32), None)
    names = tuple(f"c{row}" for row in range(num_clips))
    part = Part(
        names,
        np.zeros((num_clips, 4), np.float32),
        np.zeros(num_clips, np.int64),
        names,
        pl.DataFrame(),
        answers,
    )
    return Replay(part, {key: np.array(value, bool) for key, value in correct.items()}, answers)


def test_the_glove_game_is_shared_as_shapley_says() -> None:
    """One left glove and two right ones: a pair is worth 1; the values are 2/3, 1/6, 1/6."""
    pairs = {frozenset("lr"), frozenset("ls"), frozenset("lrs")}
    everybody = [frozenset(some) for some in ("", "l", "r", "s", "lr", "ls", "rs", "lrs")]
    game = made({some: [int(some not in pairs)] for some in everybody})
    assert [game.shared(name)[0] for name in "lrs"] == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_values_add_up_to_what_all_take_together() -> None:
    random = np.random.default_rng(0)
    some = ("", "a", "b", "c", "ab", "ac", "bc", "abc")
    game = made({frozenset(one): random.integers(0, 2, 30).tolist() for one in some})
    np.testing.assert_allclose(sum(game.shared(name) for name in "abc"), game.together(), atol=1e-12)


def test_one_factor_costs_what_it_costs_alone() -> None:
    game = made({frozenset(): [1, 1, 0], frozenset("a"): [0, 1, 1]})
    np.testing.assert_array_equal(game.shared("a"), [1, 0, -1])
    np.testing.assert_array_equal(game.alone("a"), game.shared("a"))
