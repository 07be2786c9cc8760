"""Stored clips score as the same clips in float32 do."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from unheard.runtime.bundle import Bundle
from unheard.runtime.scoring import BATCH, clip_logits


def test_int16_clips_score_as_float32_clips(tone_bundle: Path) -> None:
    bundle = Bundle.load(tone_bundle)
    clips = np.random.default_rng(0).integers(-32768, 32768, (2 * BATCH + 3, 4000), np.int16)
    seen: list[tuple[int, int]] = []
    logits = clip_logits(bundle, clips, on_progress=lambda done, total: seen.append((done, total)))
    expected = [bundle.logits((clip / 32768).astype(np.float32)[None])[0][0] for clip in clips]
    np.testing.assert_allclose(logits, expected, atol=1e-4)
    assert seen == [(BATCH, 131), (2 * BATCH, 131), (131, 131)]


def test_no_clips_have_no_logits(tone_bundle: Path) -> None:
    assert clip_logits(Bundle.load(tone_bundle), np.zeros((0, 4000), np.int16)).shape == (0, 3)
