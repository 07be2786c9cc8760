"""Options that contradict themselves are refused before any work."""

from __future__ import annotations

import pytest

from unheard.corpus.splits.options import SplitOptions
from unheard.errors import UsageError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "groups"}, "Unknown split method 'groups'. Did you mean 'group'"),
        ({"test_share": 1.0}, "test_share is 1.0; it takes 0 up to"),
        ({"validation_share": -0.1}, "validation_share is -0.1"),
        ({"validation_share": 0.5, "test_share": 0.5}, "leave nothing to train on"),
        ({"method": "k-fold", "num_folds": 1}, "num_folds is 1; it must be 2 or more"),
        ({"method": "k-fold", "num_folds": 3, "fold": 3}, "fold is 3; with num_folds=3 it takes 0 to 2"),
        ({"fold": -1}, "fold is -1"),
        ({"method": "temporal"}, "method=temporal and time_column need each other"),
        ({"time_column": "date"}, "method=temporal and time_column need each other"),
        ({"split_groups": True}, "split_groups works only with method=temporal"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        SplitOptions(**options)  # type: ignore[arg-type]


def test_what_is_held_out_follows_from_the_shares() -> None:
    assert SplitOptions().held_out == ("test", "validation")
    assert SplitOptions(validation_share=0).held_out == ("test",)
