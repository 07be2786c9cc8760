"""Other people talking, who are other test speakers: by signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from unheard.augment.level import rms
from unheard.augment.noise_bank import NoiseBank
from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.mixing import ORDINARY_SNR_DB, SNR_SEVERITIES_DB, mixed
from unheard.diagnose.stressors.stressor import Clips, Stressor

NUM_VOICES = 6
MIN_SPEAKERS = 4  # three besides the one who is heard; fewer are no babble

REMEDY = Remedy(
    "augment",
    "Train on clips with other people talking behind them, down to 0 dB.",
    {"transform": "babble", "p": 0.3, "min_voices": 2, "max_voices": 6, "min_snr_db": 0, "max_snr_db": 20},
)


def babble(voices: Clips, speakers: Sequence[str], groups: Sequence[str]) -> Stressor:
    """Six voices at one level behind each clip, none of them its own speaker's.

    voices: spoken clips `(m, num_samples)`, none of them silent; speakers: who speaks, at least
    `MIN_SPEAKERS`. groups: who speaks in the clips that are stressed, in their order. All clips of a voice
    are read as one recording that goes round.
    """
    said_by = np.asarray(speakers, dtype=np.str_)
    names = np.unique(said_by)
    bank = NoiseBank.from_recordings([voices[said_by == name].reshape(-1) for name in names])
    place = {str(name): number for number, name in enumerate(names)}
    own = np.array([place.get(group, -1) for group in groups])

    def apply(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
        chance = generator.random((len(clips), 2, NUM_VOICES))
        recordings = _others(chance[:, 0], own[: len(clips)], len(names))
        noise = torch.zeros(clips.shape)
        for recording, start in zip(recordings.T, chance[:, 1].T, strict=True):
            noise += _voice(bank, torch.from_numpy(recording.copy()), torch.from_numpy(start.copy()), noise)
        return mixed(clips, noise.numpy(), severity, sample_rate)

    return Stressor(
        name="babble",
        title="Babble",
        unit="dB",
        at="At {} dB of babble",
        severities=SNR_SEVERITIES_DB,
        ordinary=ORDINARY_SNR_DB,
        neutral=None,
        apply=apply,
        remedies=(REMEDY,),
    )


def _others(chance: NDArray[np.float64], own: NDArray[np.int64], num_names: int) -> NDArray[np.int64]:
    """Numbers of speakers `(n, voices)`, anyone but one's own (-1: nobody is)."""
    most = np.where(own < 0, num_names, num_names - 1)[:, None]
    drawn = np.floor(chance * most).astype(np.int64)
    return drawn + ((own[:, None] >= 0) & (drawn >= own[:, None]))


def _voice(bank: NoiseBank, recording: torch.Tensor, start: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Pieces `(n, num_samples)` at one level, from a share `start` of their recordings on."""
    lengths = bank.offsets.diff()[recording]
    pieces = bank.pieces(recording, (start * lengths).long(), like.shape[1])
    return pieces / rms(pieces).clamp(min=1e-5).unsqueeze(1)
