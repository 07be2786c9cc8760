"""Impulse responses of rooms, all brought to the same form: direct sound at one place with energy 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torch import Tensor

from unheard.errors import AudioError, UsageError
from unheard.signal.resample import resample
from unheard.units import db_to_amplitude, seconds_to_samples

DIRECT_HALF_WIDTH_S = 0.0025  # the direct sound is what lies within 2.5 ms of its peak
ONSET_DB = -10.0  # and it is the first to come this near to the highest peak; reflections may be stronger


@dataclass(frozen=True, eq=False)
class RoomBank:
    """responses: (num_rooms, num_taps) float32; the direct sound of each is at tap `lead_samples`."""

    responses: Tensor
    lead_samples: int
    sample_rate: int

    def __post_init__(self) -> None:
        if self.responses.ndim != 2 or 0 in self.responses.shape:
            raise UsageError(
                f"The room bank is empty (its shape is {tuple(self.responses.shape)}); "
                "give it at least one response."
            )

    @classmethod
    def from_responses(
        cls, responses: Sequence[NDArray[Any]], sample_rate: int, *, max_response_s: float = 1.0
    ) -> RoomBank:
        """A bank of mono responses (num_samples,), any length and level, all at `sample_rate`.

        What comes before the direct sound is cut off (2.5 ms of it stay), and what comes later than
        `max_response_s` after it.
        """
        if not responses:
            raise UsageError("The room bank is empty; give it at least one response.")
        lead = cls.lead_for(sample_rate)
        longest = max(len(one) for one in responses)
        num_taps = lead + min(longest, seconds_to_samples(max_response_s, sample_rate))
        rows = np.stack([_aligned(np.asarray(one, np.float32), lead, num_taps) for one in responses])
        return cls(torch.from_numpy(rows), lead, sample_rate)

    @classmethod
    def from_files(cls, paths: Sequence[Path], sample_rate: int, *, max_response_s: float = 1.0) -> RoomBank:
        """A bank of measured responses from audio files; each channel is a response of its own."""
        responses = [one for path in paths for one in _channels(path, sample_rate)]
        return cls.from_responses(responses, sample_rate, max_response_s=max_response_s)

    @staticmethod
    def lead_for(sample_rate: int) -> int:
        """The tap of the direct sound in every bank of this rate."""
        return seconds_to_samples(DIRECT_HALF_WIDTH_S, sample_rate)

    @property
    def num_rooms(self) -> int:
        return len(self.responses)

    def joined(self, other: RoomBank) -> RoomBank:
        """Both banks in one; the shorter responses get zeros at the end."""
        if (self.sample_rate, self.lead_samples) != (other.sample_rate, other.lead_samples):
            raise UsageError(
                f"These room banks have {self.sample_rate} and {other.sample_rate} Hz; make both at one rate."
            )
        num_taps = max(self.responses.shape[1], other.responses.shape[1])
        both = [
            torch.nn.functional.pad(bank.responses, (0, num_taps - bank.responses.shape[1]))
            for bank in (self, other)
        ]
        return RoomBank(torch.cat(both), self.lead_samples, self.sample_rate)

    def to(self, device: torch.device | str) -> RoomBank:
        """The same bank on another device."""
        return RoomBank(self.responses.to(device), self.lead_samples, self.sample_rate)


def _channels(path: Path, sample_rate: int) -> list[NDArray[np.float32]]:
    """The channels of a file that hold any sound, each (num_samples,) at `sample_rate`."""
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise AudioError(f"Impulse response {path}: {error}.") from error
    return [resample(channel, rate, sample_rate) for channel in samples.T if channel.any()]


def _aligned(response: NDArray[np.float32], lead: int, num_taps: int) -> NDArray[np.float32]:
    """(num_taps,) with the direct sound at `lead` and energy 1 within `lead` samples of it."""
    magnitude = np.abs(response)
    if not len(response) or not magnitude.max() > 0:
        raise UsageError("An impulse response of the room bank is silent; leave it out.")
    onset = int((magnitude >= magnitude.max() * db_to_amplitude(ONSET_DB)).argmax())
    peak = onset + int(magnitude[onset : onset + lead].argmax())
    padded = np.concatenate([np.zeros(lead, np.float32), response, np.zeros(num_taps, np.float32)])
    taps = padded[peak : peak + num_taps]
    energy = np.square(taps[: 2 * lead + 1]).sum()
    return np.asarray(taps / np.sqrt(energy), np.float32)
