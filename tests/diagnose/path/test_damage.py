"""Clipping, few bits and overflow, planted in a sine, are seen with their size."""

from __future__ import annotations

import numpy as np
import pytest

from unheard.diagnose.path.damage import Damage, damage_steps, look_for_damage, replayed, unwrapped

SINE = 0.8 * np.sin(2 * np.pi * 0.01234 * np.arange(16_000)) * np.hanning(16_000)


def test_an_untouched_wave_has_none() -> None:
    assert look_for_damage(SINE, SINE) == Damage()
    assert look_for_damage(SINE, np.rint(SINE * 32768) / 32768) == Damage()


@pytest.mark.parametrize("bits", [4, 8, 12])
def test_bits_are_counted(bits: int) -> None:
    scale = 2.0 ** (bits - 1)
    for coded in (np.rint(SINE * scale) / scale, (np.floor(SINE * scale) + 0.5) / scale):
        damage = look_for_damage(SINE, coded)
        assert (damage.bits, damage.clip) == (bits, None)
        np.testing.assert_array_equal(replayed(SINE, coded, damage), coded)
        assert f"{bits} bits a sample" in damage_steps(SINE, damage, 0.0)[0].message


def test_clipping_on_one_side_is_seen_with_its_share() -> None:
    cut = np.minimum(SINE, 0.4)
    damage = look_for_damage(SINE, cut)
    assert damage.clip == (-np.inf, 0.4)
    (step,) = damage_steps(SINE, damage, 0.0)
    assert step.size == pytest.approx(100 * (SINE > 0.4).mean())
    assert look_for_damage(cut, cut).clip is None  # the reference is cut there as well


def test_overflow_is_undone() -> None:
    loud = 1.5 * SINE
    turned, share = unwrapped(loud, (loud + 1) % 2 - 1)
    np.testing.assert_allclose(turned, loud, atol=1e-12)
    assert share == pytest.approx((np.abs(loud) > 1).mean())
    assert damage_steps(loud, Damage(), share)[0].kind == "overflow"
