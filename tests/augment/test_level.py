from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from unheard.augment.level import add_at_snr, db_to_ratio, rms, speech_level
from unheard.signal.audio_file import read_audio


def _tone(amplitude: float, num_samples: int) -> Tensor:
    return amplitude * torch.sin(2 * math.pi * 500 / 16000 * torch.arange(num_samples))


def test_padding_does_not_lower_the_speech_level() -> None:
    tone = _tone(0.5, 4800)
    padded = torch.cat([torch.zeros(6400), tone, torch.zeros(4800)])
    levels = speech_level(torch.stack([padded, _tone(0.5, 16000)]), 16000)
    torch.testing.assert_close(levels, torch.full((2,), 0.5 / math.sqrt(2)), rtol=1e-4, atol=0)
    assert rms(padded.unsqueeze(0)).item() == pytest.approx(0.5 / math.sqrt(2) * math.sqrt(0.3), rel=1e-4)


def test_frames_25_db_below_the_loudest_do_not_count_and_frames_20_db_below_do() -> None:
    loud, soft, faint = _tone(1.0, 8000), _tone(0.1, 8000), _tone(0.05, 8000)
    levels = speech_level(torch.stack([torch.cat([loud, soft]), torch.cat([loud, faint])]), 16000)
    assert levels[0].item() == pytest.approx(math.sqrt((0.5 + 0.005) / 2), rel=1e-4)
    assert levels[1].item() == pytest.approx(math.sqrt(0.5), rel=1e-4)


def test_a_silent_clip_has_level_zero() -> None:
    assert speech_level(torch.zeros(1, 16000), 16000).item() == 0


@pytest.mark.parametrize("num_samples", [1, 100, 320, 16001])
def test_any_length_has_a_level(num_samples: int) -> None:
    level = speech_level(torch.full((1, num_samples), 0.25), 16000)
    assert level.item() == pytest.approx(0.25)


def test_db_to_ratio_by_hand() -> None:
    torch.testing.assert_close(
        db_to_ratio(torch.tensor([-6.0, 0.0, 20.0])), torch.tensor([0.5011872, 1.0, 10.0])
    )


def test_noise_lies_snr_db_below_the_speech(clips: Tensor, generator: torch.Generator) -> None:
    noise = torch.randn(6, 16000, generator=generator)
    snr_db = torch.tensor([-5.0, 0.0, 5.0, 10.0, 20.0, 30.0])
    added = add_at_snr(clips, noise, snr_db, 16000) - clips
    measured = 20 * torch.log10(speech_level(clips, 16000) / rms(added))
    torch.testing.assert_close(measured, snr_db, atol=0.05, rtol=0)


def test_silence_gets_faint_noise_as_if_it_were_60_db_below_full_scale() -> None:
    noisy = add_at_snr(torch.zeros(1, 16000), torch.randn(1, 16000), torch.tensor([10.0]), 16000)
    assert 20 * math.log10(rms(noisy).item()) == pytest.approx(-70, abs=0.01)


def test_silent_noise_adds_nothing(clips: Tensor) -> None:
    assert torch.equal(add_at_snr(clips, torch.zeros_like(clips), torch.zeros(6), 16000), clips)


def test_the_speech_level_of_a_real_word_is_above_its_rms(data_dir: Path) -> None:
    words = sorted((data_dir / "speech_commands" / "yes").glob("*.flac"))[:20]
    for word in words:
        samples = torch.from_numpy(read_audio(word)[0]).unsqueeze(0)
        assert speech_level(samples, 16000) >= rms(samples) * 0.999
