"""A random change of a batch of clips, in two steps: draw plain values, then apply them.

    params = transform.draw(info, generator)      # values on the CPU, one row a clip; can be saved
    louder = transform.apply(samples, params)     # deterministic; the same params give the same result

`draw` never sees audio and `apply` never sees a generator, so a training run can be replayed clip by
clip, and the same draw can be applied on another device.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from unheard.errors import UsageError

CPU_PIECE_CLIPS = 32

Params = dict[str, Tensor]
"""What one draw decided. `applies` (batch,) bool says which clips change. A value with dimensions holds one
row a clip; a value without (the sample rate) holds for the whole batch."""


@dataclass(frozen=True, eq=False)
class BatchInfo:
    """What a draw may know of a batch: its sizes and, where the caller has them, the classes.

    `labels` is (num_clips,) int64, used by transforms that join clips of different words.
    """

    num_clips: int
    num_samples: int
    sample_rate: int
    labels: Tensor | None = None


@dataclass(frozen=True, kw_only=True)
class Transform(ABC):
    """Options of one random change; `p` is the probability that a clip is changed at all.

    A subclass says how to draw its values for all clips (`draw_values`) and how to change clips that are all
    meant to change (`change`). Clips that are not drawn come back bit-identical and cost nothing.
    """

    name: ClassVar[str]
    num_dims: ClassVar[int | None] = 2
    """Dimensions of what is changed: 2 for samples, 3 for features, None for both."""
    mixes_clips: ClassVar[bool] = False
    """Whether a changed clip depends on the other clips of its batch."""
    changes_word: ClassVar[bool] = False
    """Whether a changed clip no longer is the word of its label."""

    p: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.p <= 1.0:
            raise UsageError(f"{self.name}: p is {self.p}; a probability lies between 0 and 1.")

    @abstractmethod
    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        """The values of this transform for every clip, whether it will apply or not.

        A value `possible` (num_clips,) bool keeps clips out that cannot be changed; it is not handed on.
        """

    @abstractmethod
    def change(self, samples: Tensor, values: Params) -> Tensor:
        """A changed copy of `samples`; `values` has the same rows, on the same device."""

    def draw(self, info: BatchInfo, generator: torch.Generator) -> Params:
        """Everything that chance decides for one batch, as CPU tensors."""
        applies = torch.rand(info.num_clips, generator=generator) < self.p
        values = self.draw_values(info, generator)
        return {"applies": applies & values.pop("possible", torch.tensor(True)), **values}

    def apply(self, samples: Tensor, params: Params) -> Tensor:
        """A new tensor of the same shape, with the drawn clips changed. The input is left alone.

        samples: (batch, num_samples) float32, or (batch, num_bins, num_frames) for a transform of features.
        """
        applies = params["applies"]
        self._check(samples, applies)
        if not bool(applies.any()):
            return samples.clone()
        if bool(applies.all()):
            return self._changed(samples, _values_of(samples, params, None))
        rows = applies.nonzero().squeeze(1)
        device_rows = rows.to(samples.device)
        changed = self._changed(samples.index_select(0, device_rows), _values_of(samples, params, rows))
        return samples.index_copy(0, device_rows, changed)

    def _changed(self, samples: Tensor, values: Params) -> Tensor:
        """All of `samples` changed; on the CPU a few clips at a time, as large temporary tensors are slow."""
        if samples.device.type != "cpu" or len(samples) <= CPU_PIECE_CLIPS:
            return self.change(samples, values)
        pieces = [slice(first, first + CPU_PIECE_CLIPS) for first in range(0, len(samples), CPU_PIECE_CLIPS)]
        return torch.cat(
            [
                self.change(samples[piece], {k: v if v.ndim == 0 else v[piece] for k, v in values.items()})
                for piece in pieces
            ]
        )

    def _check(self, samples: Tensor, applies: Tensor) -> None:
        if self.num_dims is not None and samples.ndim != self.num_dims:
            wanted = "(batch, num_samples)" if self.num_dims == 2 else "(batch, num_bins, num_frames)"
            raise UsageError(f"{self.name}: got the shape {tuple(samples.shape)}; it takes {wanted}.")
        if not samples.is_floating_point() or (self.num_dims == 2 and samples.dtype != torch.float32):
            raise UsageError(f"{self.name}: got samples of {samples.dtype}; convert them to float32 first.")
        if len(applies) != len(samples):
            raise UsageError(
                f"{self.name}: the draw is for {len(applies)} clips and the batch has {len(samples)}. "
                "Draw again with the BatchInfo of this batch."
            )


def _values_of(samples: Tensor, params: Params, rows: Tensor | None) -> Params:
    """The rows that change (all where None), on the device of the clips.

    Where a transform drew a `partner`, a row of the batch, that clip is added as `partner_samples`.
    """
    values = {}
    for name, value in params.items():
        if value.ndim == 0:
            values[name] = value
        else:
            chosen = value if rows is None else value.index_select(0, rows)
            values[name] = chosen.to(samples.device)
    if "partner" in values:
        values["partner_samples"] = samples.index_select(0, values["partner"])
    return values


def to_plain(params: Params) -> dict[str, Any]:
    """A draw as lists and numbers, ready for JSON; `from_plain` gives the same tensors back."""
    return {name: value.tolist() for name, value in params.items()}


def from_plain(plain: Mapping[str, Any]) -> Params:
    """A draw from what `to_plain` made: truth values, int64 and float32 as they were."""
    params = {name: torch.tensor(value) for name, value in plain.items()}
    return {name: value.float() if value.is_floating_point() else value for name, value in params.items()}
