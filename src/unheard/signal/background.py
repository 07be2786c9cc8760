"""The colour of what is not speech: the same microphone and room sound the same between the words.

Windows of 32 ms, every 16 ms, at 16 kHz. Background is where nobody speaks, nor did within the last 190 ms (a
room's answer, a faint last consonant) nor will within the next 64 ms (a faint first one); digital silence is
no background. Clips that are cut to the word have none: what is left there are the quietest windows, on which
the word leaves its mark.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from unheard.signal.frames import frames_of
from unheard.signal.sound import SPEECH_HOP_SAMPLES, SPEECH_RATE, Sound

NUM_BANDS = 16
EDGES_HZ = np.geomspace(70.0, 7900.0, NUM_BANDS + 2)
BAND_CENTRES_HZ = EDGES_HZ[1:-1]  # (16,): 92 Hz to 5.98 kHz; a band reaches to the centres of its neighbours

_WINDOW_SAMPLES = 512
_STEP_SAMPLES = 256
_FEWEST_FRAMES = 4  # of 32 ms: 80 ms of background, or of speech
_QUIET_BELOW = 0.15  # probability of speech
_SPEECH_FROM = 0.5
_HOPS_BEFORE, _HOPS_AFTER = 2, 6  # of 32 ms, around speech, that are no background
_SMALLEST_POWER = 1e-13  # a third of what rounding to 16 bit leaves in a bin: below, files differ, not sounds
_DIGITAL_SILENCE = 1e-12  # mean square, -120 dBFS: zeros, or a constant and what rounding leaves of it
_BLOCK_FRAMES = 4096


@dataclass(frozen=True)
class Background:
    """Spectra in 16 bands evenly spaced in octaves, each relative to the mean of the 16.

    Null where fewer than 80 ms of it are there, or nobody looked for speech.
    """

    background_bands_db: tuple[float, ...] | None  # median over the windows, band by band
    background_dbfs: float | None  # level of the median window
    quietest_bands_db: tuple[float, ...] | None  # what nine in ten of all windows exceed, band by band
    speech_bands_db: tuple[float, ...] | None  # of the mean power: the long-term spectrum of speech


def measure_background(sound: Sound) -> Background:
    """Spectrum and level of the background of a sound, and the spectrum of its speech."""
    samples = sound.samples_16k
    if sound.speech is None or len(samples) < _WINDOW_SAMPLES:
        return Background(None, None, None, None)
    is_quiet, is_speech = _kinds_of_frames(sound.speech, len(samples))
    bands, power = _bands_of(samples)
    sounds = power > _DIGITAL_SILENCE
    bands_db = _in_db(bands)
    background = is_quiet & sounds
    has_background = background.sum() >= _FEWEST_FRAMES
    return Background(
        _shape(_quantile(bands_db[background], 0.5)) if has_background else None,
        float(10 * np.log10(_quantile(power[background], 0.5))) if has_background else None,
        _shape(_quantile(bands_db[sounds], 0.1)) if sounds.sum() >= _FEWEST_FRAMES else None,
        _shape(_in_db(bands[is_speech].mean(axis=0))) if is_speech.sum() >= _FEWEST_FRAMES else None,
    )


def quiet_hops(speech: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which hops of 32 ms `(num_hops,)` nobody speaks in, nor near; speech: their probabilities."""
    quiet = speech < _QUIET_BELOW
    clear = quiet.copy()
    for hops in range(1, _HOPS_BEFORE + 1):
        clear[:-hops] &= quiet[hops:]
    for hops in range(1, _HOPS_AFTER + 1):
        clear[hops:] &= quiet[:-hops]
    return clear


def _kinds_of_frames(
    speech: NDArray[np.float32], num_samples: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which windows `(num_frames,)` are background, and which are speech; each touches one or two hops."""
    clear, loud = quiet_hops(speech), speech >= _SPEECH_FROM
    first_sample = np.arange(1 + (num_samples - _WINDOW_SAMPLES) // _STEP_SAMPLES) * _STEP_SAMPLES
    first_hop = first_sample // SPEECH_HOP_SAMPLES
    last_hop = (first_sample + _WINDOW_SAMPLES - 1) // SPEECH_HOP_SAMPLES
    return clear[first_hop] & clear[last_hop], loud[first_hop] & loud[last_hop]


def _bands_of(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean power in a bin of each band `(num_frames, 16)`, and the power of each window `(num_frames,)`."""
    windows = frames_of(samples, _WINDOW_SAMPLES, _STEP_SAMPLES)
    bands = np.empty((len(windows), NUM_BANDS), np.float32)
    power = np.empty(len(windows), np.float32)
    for begin in range(0, len(windows), _BLOCK_FRAMES):
        block = slice(begin, begin + _BLOCK_FRAMES)
        centred = windows[block] - windows[block].mean(axis=1, keepdims=True)
        spectrum = rfft(centred * _hann(), axis=1)
        bins = spectrum.real**2 + spectrum.imag**2
        bands[block], power[block] = bins @ _hats(), bins.sum(axis=1)
    return bands, power


def _quantile(values: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """The value that a share of the rows lie below, column by column."""
    rank = int(share * (len(values) - 1) + 0.5)
    return np.asarray(np.partition(values, rank, axis=0)[rank])


def _in_db(power: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(10 * np.log10(power + _SMALLEST_POWER), np.float32)


def _shape(bands_db: NDArray[np.float32]) -> tuple[float, ...]:
    return tuple((bands_db - bands_db.mean()).tolist())


@functools.cache
def _hann() -> NDArray[np.float32]:
    """Window whose squared bins of a real spectrum sum up to the mean square of the samples."""
    window = np.hanning(_WINDOW_SAMPLES + 1)[:-1]
    return np.asarray(window * np.sqrt(2 / (_WINDOW_SAMPLES * np.sum(window**2))), np.float32)


@functools.cache
def _hats() -> NDArray[np.float32]:
    """(257, 16): weights that sum to 1 for each band, triangles over log-frequency.

    Low bands are narrower than a bin: triangles are laid over the spectrum with straight lines between bins.
    """
    num_bins, finer = _WINDOW_SAMPLES // 2 + 1, 16
    bins = np.arange((num_bins - 1) * finer + 1) / finer
    octaves = np.log2(np.maximum(bins * SPEECH_RATE / _WINDOW_SAMPLES, 1.0))
    edges = np.log2(EDGES_HZ)
    rising = (octaves[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - octaves[:, None]) / (edges[2:] - edges[1:-1])
    triangles = np.minimum(rising, falling).clip(min=0)
    lines = (1 - np.abs(bins[:, None] - np.arange(num_bins))).clip(min=0)
    weights = lines.T @ triangles
    return np.asarray(weights / weights.sum(axis=0), np.float32)
