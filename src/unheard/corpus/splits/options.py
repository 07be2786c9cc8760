"""How to split a corpus: options that check themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from unheard.errors import UsageError, unknown_name

Method = Literal["auto", "group", "official", "k-fold", "temporal", "leave-one-group-out", "leaky"]
METHODS: tuple[str, ...] = get_args(Method)


@dataclass(frozen=True)
class SplitOptions:
    """What decides who is trained on and who is tested on.

    `auto` takes the corpus's own lists where it has them, else `group`. Shares are of the groups, and so
    about of the utterances; `k-fold` and `leave-one-group-out` test one fold or group instead.
    """

    method: Method = "auto"
    validation_share: float = 0.1
    test_share: float = 0.1
    salt: str = "unheard"  # another salt, another split
    group_by: str | None = None  # a column or "content"; None: speaker, else session, else content
    stratify: bool = False  # fill labels that a split lacks; see `assign` for what that costs
    num_folds: int = 5
    fold: int = 0  # the fold, or for leave-one-group-out the group in the order of names, that is tested
    time_column: str | None = None  # for temporal: a date, an ISO 8601 text or a number, later is more
    split_groups: bool = False  # temporal by time alone: a speaker may be on two sides
    find_duplicates: bool = True  # read audio to keep identical recordings together

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UsageError(unknown_name("split method", self.method, METHODS))
        for name in ("validation_share", "test_share"):
            if not 0 <= getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)}; it takes 0 up to, but not, 1.")
        if self.validation_share + self.test_share >= 1:
            raise UsageError(
                f"validation_share={self.validation_share} and test_share={self.test_share} leave nothing to "
                "train on; together they must stay below 1."
            )
        if self.num_folds < 2:
            raise UsageError(f"num_folds is {self.num_folds}; it must be 2 or more.")
        if self.fold < 0 or (self.method == "k-fold" and self.fold >= self.num_folds):
            raise UsageError(
                f"fold is {self.fold}; with num_folds={self.num_folds} it takes 0 to {self.num_folds - 1}."
            )
        if (self.method == "temporal") != (self.time_column is not None):
            raise UsageError("method=temporal and time_column need each other: name the column of dates.")
        if self.split_groups and self.method != "temporal":
            raise UsageError("split_groups works only with method=temporal.")

    @property
    def shares(self) -> dict[str, float]:
        """Share of each split that is held out."""
        return {"test": self.test_share, "validation": self.validation_share}

    @property
    def held_out(self) -> tuple[str, ...]:
        """Splits that are asked for besides training."""
        return tuple(split for split, share in self.shares.items() if share > 0)
