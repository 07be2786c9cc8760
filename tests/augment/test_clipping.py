from __future__ import annotations

import pytest
import torch

from unheard.augment.base import BatchInfo
from unheard.augment.clipping import Clipping
from unheard.errors import UsageError


def test_samples_above_the_share_of_the_peak_are_cut_flat() -> None:
    clips = torch.tensor([[0.1, -0.8, 0.3, 0.5], [0.01, -0.02, 0.04, 0.03]])
    params = {"applies": torch.ones(2, dtype=torch.bool), "peak_share": torch.tensor([0.5, 0.5])}
    changed = Clipping().apply(clips, params)
    torch.testing.assert_close(changed, torch.tensor([[0.1, -0.4, 0.3, 0.4], [0.01, -0.02, 0.02, 0.02]]))


def test_the_share_is_even_in_db(generator: torch.Generator) -> None:
    share = Clipping(min_peak_share=0.01, max_peak_share=1).draw(BatchInfo(20000, 1, 16000), generator)[
        "peak_share"
    ]
    assert (share < 0.1).float().mean() == pytest.approx(0.5, abs=0.02)


def test_a_share_above_one_is_refused() -> None:
    with pytest.raises(UsageError, match=r"max_peak_share is 1\.2; 1 already clips nothing"):
        Clipping(max_peak_share=1.2)
