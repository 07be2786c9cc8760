"""Pooling against mean and deviation by torch."""

from __future__ import annotations

import torch

from unheard.models.attentive_pool import AttentivePool


def test_pooling_begins_as_mean_and_deviation() -> None:
    sequence = torch.randn(3, 50, 8)
    mean, deviation = AttentivePool(8)(sequence).chunk(2, dim=1)
    torch.testing.assert_close(mean, sequence.mean(1))
    torch.testing.assert_close(deviation, sequence.std(1, unbiased=False), atol=1e-4, rtol=1e-4)


def test_what_a_weight_picks_is_all_that_is_heard() -> None:
    pool = AttentivePool(2)
    with torch.no_grad():
        pool.score.weight.copy_(torch.tensor([[0.0, 100.0]]))
    sequence = torch.tensor([[[3.0, 1.0], [-5.0, 0.0], [9.0, 0.0]]])
    expected = torch.tensor([[3.0, 1.0, 1e-5**0.5, 1e-5**0.5]])
    torch.testing.assert_close(pool(sequence), expected)
