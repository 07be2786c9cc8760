from __future__ import annotations

import pytest
import torch
from scipy import stats
from torch import Tensor

from unheard.augment.base import BatchInfo
from unheard.augment.mixup import Mixup
from unheard.errors import UsageError


def test_samples_and_targets_are_mixed_in_the_same_proportion() -> None:
    samples = torch.tensor([[1.0, 1.0], [3.0, 5.0]])
    targets = torch.eye(2)
    params = {
        "applies": torch.tensor([True, True]),
        "share": torch.tensor([0.75, 0.5]),
        "partner": torch.tensor([1, 0]),
    }
    assert Mixup().apply(samples, params).tolist() == [[1.5, 2.0], [2.0, 3.0]]
    assert Mixup().apply(targets, params).tolist() == [[0.75, 0.25], [0.5, 0.5]]


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_the_share_follows_the_beta_distribution(alpha: float, generator: torch.Generator) -> None:
    share = Mixup(alpha=alpha).draw(BatchInfo(4000, 1, 16000), generator)["share"]
    assert stats.kstest(share.numpy(), stats.beta(alpha, alpha).cdf).pvalue > 0.01


def test_partners_are_a_permutation(info: BatchInfo, generator: torch.Generator) -> None:
    partner = Mixup().draw(info, generator)["partner"]
    assert sorted(partner.tolist()) == list(range(6))


def test_features_are_mixed_too_and_targets_keep_their_sum(
    info: BatchInfo, generator: torch.Generator
) -> None:
    params = Mixup(p=0.5).draw(info, generator)
    targets: Tensor = torch.eye(9)[torch.tensor([0, 1, 2, 3, 3, 8])]
    assert Mixup().apply(torch.randn(6, 40, 98), params).shape == (6, 40, 98)
    torch.testing.assert_close(Mixup().apply(targets, params).sum(1), torch.ones(6))


def test_alpha_zero_is_refused() -> None:
    with pytest.raises(UsageError, match="mixup: alpha is 0; it must be above 0"):
        Mixup(alpha=0)
