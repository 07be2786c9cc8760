"""Noise of places: recordings of it, else noise that swells and fades; by signal-to-noise ratio."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from unheard.augment.colored_noise import TABLE_SIZE, colored_noise
from unheard.augment.noise import Noise
from unheard.augment.noise_bank import NoiseBank
from unheard.corpus.background import read_background
from unheard.corpus.scan import DECODABLE, scan_folder
from unheard.corpus.table import Corpus
from unheard.diagnose.augment_rows import augment_remedy
from unheard.diagnose.stressors.changed import changed
from unheard.diagnose.stressors.mixing import ORDINARY_SNR_DB, SNR_SEVERITIES_DB, mixed
from unheard.diagnose.stressors.stressor import Apply, Clips, Stressor
from unheard.errors import UsageError

MAX_EXPONENT = 2.0  # brown
SWELL_S, SWELL_DB = 0.2, 6.0  # the level of made noise wanders by so much, so often


def noise(recordings: NoiseBank | None) -> Stressor:
    """A piece of a recording behind each clip; without recordings, coloured noise that is not steady."""
    return Stressor(
        name="noise",
        title="Noise of places" if recordings else "Unsteady noise",
        unit="dB",
        at="At {} dB of recorded noise" if recordings else "At {} dB of noise that swells and fades",
        severities=SNR_SEVERITIES_DB,
        ordinary=ORDINARY_SNR_DB,
        neutral=None,
        apply=_recorded(recordings) if recordings else _unsteady,
        remedies=(augment_remedy("noise"),),
    )


def _recorded(recordings: NoiseBank) -> Apply:
    def apply(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
        behind = Noise(bank=recordings, min_snr_db=severity, max_snr_db=severity)
        return changed(clips, sample_rate, generator, behind)

    return apply


def _unsteady(clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator) -> Clips:
    """White to brown noise whose level wanders."""
    num_knots = int(clips.shape[1] / sample_rate / SWELL_S) + 2
    chance = generator.random((len(clips), 2 + 4 * num_knots), dtype=np.float32)
    exponent = torch.from_numpy(MAX_EXPONENT * chance[:, 0])
    start = torch.from_numpy((chance[:, 1] * (TABLE_SIZE - 1)).astype(np.int64))
    steady = colored_noise(exponent, start, clips.shape[1], sample_rate).numpy()
    knots_db = SWELL_DB * _nearly_normal(chance[:, 2:].reshape(len(clips), num_knots, 4))
    place = np.arange(clips.shape[1]) / (SWELL_S * sample_rate)
    first = place.astype(np.int64)
    share = (place - first).astype(np.float32)
    swell_db = knots_db[:, first] * (1 - share) + knots_db[:, first + 1] * share
    return mixed(clips, steady * np.power(np.float32(10), swell_db / 20), severity, sample_rate)


def _nearly_normal(chance: Clips) -> Clips:
    """Sums of four uniform numbers, made to have mean 0 and standard deviation 1; never beyond 3.5."""
    return np.asarray((chance.sum(axis=-1) - 2) * np.sqrt(3), dtype=np.float32)


def recordings_of(corpus: Corpus, sample_rate: int) -> NoiseBank | None:
    """The last tenth of each recording of noise, which training leaves alone; None where there is none."""
    background = read_background(corpus, sample_rate=sample_rate, split="test")
    sounding = [samples for samples in background.recordings.values() if samples.any()]
    return NoiseBank.from_recordings(sounding) if sounding else None


def recordings_below(folder: Path, sample_rate: int) -> NoiseBank:
    """All recordings below a folder. Raises `UsageError` when there is none."""
    listing = scan_folder(folder)
    names = (*listing.recordings, *listing.noise)
    if not names:
        raise UsageError(f"No recordings of noise in '{folder}'; looked for {', '.join(DECODABLE)}.")
    return NoiseBank.from_files([listing.root / name for name in names], sample_rate)
