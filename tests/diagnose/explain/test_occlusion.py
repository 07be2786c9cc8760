from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.explain.occlusion import NUM_BANDS, NUM_STEPS, deciding_tiles, occluded
from unheard.runtime.model import Answers

RATE = 16_000


class ToneEarly:
    """ "beep" by the power at 1 kHz in the second quarter of a clip, else "other"."""

    name, labels, sample_rate, window_samples, temperature = "tone", ("other", "beep"), RATE, RATE, 1.0

    def answer(self, samples: NDArray[np.float32]) -> Answers:
        quarter = samples[:, RATE // 4 : RATE // 2]
        wave = np.exp(2j * np.pi * 1000 * np.arange(RATE // 4) / RATE)
        power = np.abs(quarter @ wave) / (RATE // 4)
        return Answers(np.stack([np.full(len(samples), 0.1), 10 * power], 1).astype(np.float32), None)


def clip() -> NDArray[np.float32]:
    """Faint noise; a tone of 1 kHz from 0.28 to 0.40 s, one of 3 kHz from 0.6 to 0.8 s."""
    time_s = np.arange(RATE) / RATE
    noise = 0.001 * np.random.default_rng(0).normal(size=RATE)
    low = 0.3 * np.sin(2 * np.pi * 1000 * time_s) * ((time_s > 0.28) & (time_s < 0.40))
    high = 0.5 * np.sin(2 * np.pi * 3000 * time_s) * ((time_s > 0.6) & (time_s < 0.8))
    return np.asarray(noise + low + high, np.float32)


def test_the_tile_that_decided_is_found() -> None:
    tiles = deciding_tiles(ToneEarly(), clip())
    band, step = np.unravel_index(tiles.drops.argmax(), tiles.drops.shape)
    assert tiles.edges_hz[band] <= 1000 < tiles.edges_hz[band + 1]
    assert 0.25 <= tiles.edges_s[step] < 0.42
    held = tiles.drops[band, 3:5].sum()
    assert held > 0.7 * tiles.margin
    rest = np.abs(tiles.drops).sum() - np.abs(tiles.drops[band]).sum()
    assert rest < 0.1 * held  # the louder tone at 3 kHz has no say


def test_a_tile_takes_its_part_of_the_sound_and_no_other() -> None:
    samples = clip()
    without = occluded(samples, RATE)
    assert without.shape == (NUM_BANDS * NUM_STEPS, RATE)
    lost = np.square(samples - without).sum(axis=1).reshape(NUM_BANDS, NUM_STEPS)
    whole = float(np.square(samples).sum())
    high_band = lost.sum(axis=1).argmax()  # the tone of 3 kHz is the loudest
    assert lost[high_band, 7:10].sum() > 0.8 * whole * 0.5**2 * 0.2 / (0.5**2 * 0.2 + 0.3**2 * 0.12)
    assert lost[:, :2].sum() < 1e-3 * whole


def test_all_tiles_together_leave_the_background() -> None:
    samples = clip()
    left = samples + (occluded(samples, RATE) - samples).sum(axis=0)
    assert np.sqrt(np.mean(left**2)) < 0.003


def test_silence_stays_silence() -> None:
    assert not occluded(np.zeros(RATE, np.float32), RATE).any()
