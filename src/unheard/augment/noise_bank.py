"""Recordings to take random pieces from, held as one long tensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from unheard.augment.base import BatchInfo, Params
from unheard.errors import UsageError

INT16_SCALE = 32767.0


@dataclass(frozen=True, eq=False)
class NoiseBank:
    """Recordings end to end; a piece never crosses from one into the next.

    samples: (total,) float32, or int16 where memory counts; offsets: (num_recordings + 1,) int64, recording i
    is samples[offsets[i]:offsets[i + 1]].
    """

    samples: Tensor
    offsets: Tensor

    def __post_init__(self) -> None:
        if len(self.offsets) < 2:
            raise UsageError("The noise bank is empty; give it at least one recording.")
        if bool((self.offsets.diff() <= 0).any()):
            shortest = int(self.offsets.diff().argmin())
            raise UsageError(f"Recording {shortest} of the noise bank has no samples; leave it out.")

    @classmethod
    def from_recordings(
        cls, recordings: Sequence[Tensor | NDArray[Any]], *, dtype: torch.dtype = torch.int16
    ) -> NoiseBank:
        """A bank of mono recordings at one rate, each (num_samples,) in [-1, 1]; int16 inside by default."""
        rows = [_trim(torch.as_tensor(one, dtype=torch.float32)) for one in recordings]
        rows = [row for row in rows if len(row)]
        if not rows:
            raise UsageError(
                f"The noise bank is empty: of {len(recordings)} recordings none holds any sound. "
                "Give it at least one."
            )
        samples = torch.cat(rows)
        if dtype == torch.int16:
            samples = (samples.clamp(-1, 1) * INT16_SCALE).round().to(torch.int16)
        lengths = torch.tensor([0] + [len(row) for row in rows])
        return cls(samples, lengths.cumsum(0))

    @classmethod
    def from_files(cls, paths: Sequence[Path], sample_rate: int) -> NoiseBank:
        """A bank of audio files, read as mono and resampled to `sample_rate`."""
        from unheard.signal.audio_file import read_audio

        return cls.from_recordings([read_audio(path, sample_rate=sample_rate)[0] for path in paths])

    @property
    def num_recordings(self) -> int:
        return len(self.offsets) - 1

    def to(self, device: torch.device | str) -> NoiseBank:
        """The same bank on another device."""
        return NoiseBank(self.samples.to(device), self.offsets.to(device))

    def draw(self, info: BatchInfo, generator: torch.Generator, *shape: int, wrap: bool = False) -> Params:
        """A recording and a start for (num_clips, *shape) pieces of `info.num_samples`.

        Every recording is equally likely, however long. The piece lies inside its recording; one that is too
        short is looped, and with `wrap` a piece may begin anywhere and go on at the recording's beginning.
        """
        size = (info.num_clips, *shape)
        recording = torch.randint(self.num_recordings, size, generator=generator)
        lengths = self.offsets.cpu().diff()[recording]
        room = lengths - info.num_samples + 1
        room = torch.where((room < 1) | wrap, lengths, room)
        start = (torch.rand(size, generator=generator, dtype=torch.float64) * room).long()
        return {"recording": recording, "start_samples": start}

    def pieces(self, recording: Tensor, start_samples: Tensor, num_samples: int) -> Tensor:
        """(batch, num_samples) float32 on the device of `recording`."""
        device = self.samples.device
        recording, start = recording.to(device), start_samples.to(device)
        first = self.offsets[recording]
        length = self.offsets[recording + 1] - first
        if bool((start + num_samples <= length).all()):
            cut = self.samples.unfold(0, num_samples, 1)[first + start]
        else:
            cut = self.samples[_looped(first, length, start, num_samples)]
        if cut.dtype == torch.int16:
            cut = cut.float().div_(INT16_SCALE)
        return cut.to(recording.device)


def _looped(first: Tensor, length: Tensor, start: Tensor, num_samples: int) -> Tensor:
    """(batch, num_samples) positions in the bank, going round within each recording."""
    position = start.unsqueeze(1) + torch.arange(num_samples, device=start.device)
    if bool((start + num_samples <= 2 * length).all()):
        position -= length.unsqueeze(1) * (position >= length.unsqueeze(1))
    else:
        position %= length.unsqueeze(1)
    return position + first.unsqueeze(1)


def _trim(recording: Tensor) -> Tensor:
    """Without the digital silence at both ends, which collections use to pad short sounds."""
    sounding = recording.nonzero().squeeze(1)
    return recording[sounding[0] : sounding[-1] + 1] if len(sounding) else recording[:0]
