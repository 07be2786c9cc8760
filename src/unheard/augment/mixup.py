"""Two clips in one, with both labels in proportion.

Zhang et al. 2018, "mixup: Beyond Empirical Risk Minimization".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from scipy.special import betaincinv
from torch import Tensor

from unheard.augment.base import BatchInfo, Params, Transform
from unheard.augment.draws import check_positive


@dataclass(frozen=True, kw_only=True)
class Mixup(Transform):
    """share * clip + (1 - share) * another clip of the batch, the share from Beta(alpha, alpha).

    Apply the same draw to the samples (or features) and to the soft targets (batch, num_classes).
    """

    name: ClassVar[str] = "mixup"
    num_dims: ClassVar[int | None] = None
    mixes_clips: ClassVar[bool] = True
    alpha: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive(self.name, "alpha", self.alpha)

    def draw_values(self, info: BatchInfo, generator: torch.Generator) -> Params:
        """The share by the inverse of Beta's distribution function: the passed generator decides it."""
        level = torch.rand(info.num_clips, generator=generator, dtype=torch.float64).numpy()
        share = torch.from_numpy(betaincinv(self.alpha, self.alpha, level)).float()
        return {"share": share, "partner": torch.randperm(info.num_clips, generator=generator)}

    def change(self, samples: Tensor, values: Params) -> Tensor:
        share = values["share"].reshape(-1, *[1] * (samples.ndim - 1)).to(samples.dtype)
        return torch.lerp(values["partner_samples"], samples, share)
