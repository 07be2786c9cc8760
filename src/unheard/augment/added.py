"""What every transform shares that adds something behind the speech at a drawn signal-to-noise ratio."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_range, sample_rate_of, uniform
from unheard.augment.level import add_at_snr


@dataclass(frozen=True, kw_only=True)
class Added(Transform):
    """The ratio is uniform in dB and relative to the speech level; a subclass says what is added."""

    min_snr_db: float = 0.0
    max_snr_db: float = 20.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self.name, "snr_db", self.min_snr_db, self.max_snr_db)

    @abstractmethod
    def draw_added(self, info: BatchInfo, generator: torch.Generator) -> Params:
        """What decides the added sound of each clip."""

    @abstractmethod
    def added(self, values: Params, num_samples: int) -> Tensor:
        """`(batch, num_samples)` of any level; `values` hold the `sample_rate` too."""

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        snr_db = uniform(info, generator, self.min_snr_db, self.max_snr_db)
        return {
            "snr_db": snr_db,
            "sample_rate": sample_rate_of(info),
            **self.draw_added(info, generator),
        }

    def change(self, samples: Tensor, values: Params) -> Tensor:
        added = self.added(values, samples.shape[1])
        return add_at_snr(samples, added, values["snr_db"], int(values["sample_rate"]))
