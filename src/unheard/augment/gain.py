"""Another level: the speaker stands nearer or further, the preamplifier is set differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_range, uniform
from unheard.augment.level import db_to_ratio


@dataclass(frozen=True, kw_only=True)
class Gain(Transform):
    """Multiplies each clip by a gain that is uniform in dB. Nothing is clipped: see `Clipping`."""

    name: ClassVar[str] = "gain"
    min_gain_db: float = -12.0
    max_gain_db: float = 6.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self.name, "gain_db", self.min_gain_db, self.max_gain_db)

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        return {"gain_db": uniform(info, generator, self.min_gain_db, self.max_gain_db)}

    def change(self, samples: Tensor, values: Params) -> Tensor:
        return samples * db_to_ratio(values["gain_db"]).unsqueeze(1)
