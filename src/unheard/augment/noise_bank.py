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
from unheard.signal.audio_file import read_audio
from unheard.units import db_to_amplitude

INT16_SCALE = 32768.0
SILENCE_FRAME_SAMPLES = 320
SILENCE_DB = -80.0  # below the peak of its recording, a frame is padding and not sound


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
        """A bank of mono recordings at one rate, each (num_samples,): floats in [-1, 1], or int16.

        Collections pad short sounds with digital silence, which is no noise: frames 80 dB below the peak of
        their recording are left out. The bank holds int16 unless `dtype` asks for float32.
        """
        sounding = (_without_silence(_as_float(one)) for one in recordings)
        rows = [_as_stored(one, dtype) for one in sounding if len(one)]
        if not rows:
            raise UsageError(
                f"The noise bank is empty: of {len(recordings)} recordings none holds any sound. "
                "Give it at least one."
            )
        lengths = torch.tensor([0] + [len(row) for row in rows])
        return cls(torch.cat(rows), lengths.cumsum(0))

    @classmethod
    def from_files(cls, paths: Sequence[Path], sample_rate: int) -> NoiseBank:
        """A bank of audio files, read as mono and resampled to `sample_rate`."""
        return cls.from_recordings([read_audio(path, sample_rate=sample_rate)[0] for path in paths])

    @property
    def num_recordings(self) -> int:
        return len(self.offsets) - 1

    def to(self, device: torch.device | str) -> NoiseBank:
        """The same bank on another device."""
        return NoiseBank(self.samples.to(device), self.offsets.to(device))

    def as_one(self) -> NoiseBank:
        """The same samples as a single recording, whose pieces may cross from one recording into the next."""
        return NoiseBank(self.samples, self.offsets[[0, -1]])

    def draw(self, info: BatchInfo, generator: torch.Generator, *shape: int) -> Params:
        """A recording and a start for (num_clips, *shape) pieces of `info.num_samples`.

        Every recording is equally likely, however long. The piece lies inside its recording; a recording that
        is too short is looped from a random place.
        """
        size = (info.num_clips, *shape)
        recording = torch.randint(self.num_recordings, size, generator=generator)
        lengths = self.offsets.cpu().diff()[recording]
        room = lengths - info.num_samples + 1
        room = torch.where(room < 1, lengths, room)
        start = (torch.rand(size, generator=generator, dtype=torch.float64) * room).long()
        return {"recording": recording, "start_samples": start}

    def pieces_at_speed(
        self, recording: Tensor, start_samples: Tensor, speed: Tensor, num_samples: int
    ) -> Tensor:
        """(batch, num_samples) float32: each recording read at `speed` samples a step, round and round.

        Read by straight lines between samples, without a filter: what folds over or is mirrored makes a noise
        harsher or duller, and is no reason to spend an FFT on it.
        """
        recording, start, speed = (one.to(self.samples.device) for one in (recording, start_samples, speed))
        first = self.offsets[recording]
        length = self.offsets[recording + 1] - first
        position = start.unsqueeze(1) + speed.double().unsqueeze(1) * torch.arange(
            num_samples, device=speed.device
        )
        whole = position.floor()
        below = self.samples[_in_turn(first, length, whole.long())]
        above = self.samples[_in_turn(first, length, whole.long() + 1)]
        read = torch.lerp(below.float(), above.float(), (position - whole).float())
        return read.div_(INT16_SCALE) if self.samples.dtype == torch.int16 else read

    def pieces(self, recording: Tensor, start_samples: Tensor, num_samples: int) -> Tensor:
        """(batch, num_samples) float32 on the device of `recording`."""
        wanted_on, stored_on = recording.device, self.samples.device
        recording, start = recording.to(stored_on), start_samples.to(stored_on)
        first = self.offsets[recording]
        length = self.offsets[recording + 1] - first
        if bool((start + num_samples <= length).all()):
            cut = self.samples.unfold(0, num_samples, 1)[first + start]
        else:
            cut = self.samples[_looped(first, length, start, num_samples)]
        cut = cut.to(wanted_on)
        return cut.float().div_(INT16_SCALE) if cut.dtype == torch.int16 else cut


def _looped(first: Tensor, length: Tensor, start: Tensor, num_samples: int) -> Tensor:
    """(batch, num_samples) positions in the bank, going round within each recording."""
    return _in_turn(first, length, start.unsqueeze(1) + torch.arange(num_samples, device=start.device))


def _in_turn(first: Tensor, length: Tensor, position: Tensor) -> Tensor:
    """Places in the bank of (batch, num_samples) positions that go round within each recording."""
    return position.remainder(length.unsqueeze(1)).add_(first.unsqueeze(1))


def _as_float(recording: Tensor | NDArray[Any]) -> Tensor:
    samples = torch.as_tensor(recording)
    return samples.float() / INT16_SCALE if samples.dtype == torch.int16 else samples.float()


def _as_stored(samples: Tensor, dtype: torch.dtype) -> Tensor:
    if dtype == torch.int16:
        samples = (samples * INT16_SCALE).round().clamp(-INT16_SCALE, INT16_SCALE - 1)
    return samples.to(dtype)


def _without_silence(recording: Tensor) -> Tensor:
    """The frames of a recording that hold any sound; all of it where there is no digital silence."""
    size = SILENCE_FRAME_SAMPLES
    frames = torch.nn.functional.pad(recording, (0, -len(recording) % size)).reshape(-1, size)
    peaks = frames.abs().amax(1)
    sounding = peaks > peaks.max() * db_to_amplitude(SILENCE_DB) if len(peaks) else peaks.bool()
    return recording if bool(sounding.all()) else frames[sounding].flatten()
