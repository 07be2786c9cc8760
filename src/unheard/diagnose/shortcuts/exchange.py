"""Clips with the recording of others: their background in place of their own, their microphone's colour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.ndimage import uniform_filter1d

from unheard.diagnose.shortcuts.recordings import FADE_S, Recordings, looped
from unheard.signal.background import BAND_CENTRES_HZ
from unheard.units import seconds_to_samples

MAX_GAIN_DB = 18.0


def with_background(
    samples: NDArray[np.float32], clips: Recordings, donors: Recordings, donor_rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Clips `(n, num_samples)` with the background of others, at its own level.

    `samples` are those of `clips`, or changed since; donor_rows: `(n,)`, rows of `donors`. Where nobody
    speaks the background takes the place of what was there, elsewhere it is added, so that it covers what
    lies below the speech. Digital silence stays.
    """
    fade = seconds_to_samples(FADE_S, clips.sample_rate)
    kept = _faded(~(clips.quiet & clips.sounding), fade)
    heard = _faded(clips.sounding, fade)
    backgrounds = {
        row: looped(donors.background(row), samples.shape[1], fade) for row in np.unique(donor_rows).tolist()
    }
    return samples * kept + np.stack([backgrounds[row] for row in donor_rows.tolist()]) * heard


def with_colour(
    samples: NDArray[np.float32], gains_db: NDArray[np.float64], sample_rate: int
) -> NDArray[np.float32]:
    """Clips `(n, num_samples)` through an equaliser each: `(n, 16)` dB in the bands of `signal.background`.

    Gains are limited, straight lines over log-frequency between the bands; the rms of a clip stays.
    """
    num_fft = next_fast_len(samples.shape[1] + sample_rate // 20, real=True)
    hz = rfftfreq(num_fft, 1 / sample_rate).clip(min=1.0)
    place = np.interp(np.log(hz), np.log(BAND_CENTRES_HZ), np.arange(len(BAND_CENTRES_HZ)))
    hats = (1 - np.abs(place - np.arange(len(BAND_CENTRES_HZ))[:, None])).clip(min=0)
    gain = (10 ** (gains_db.clip(-MAX_GAIN_DB, MAX_GAIN_DB) @ hats / 20)).astype(np.float32)
    changed = irfft(rfft(samples, num_fft) * gain, num_fft)[:, : samples.shape[1]]
    before, after = (np.sqrt(np.mean(np.square(x), axis=1)) for x in (samples, changed))
    return np.asarray(changed * (before / (after + 1e-12))[:, None], np.float32)


def _faded(where: NDArray[np.bool_], fade_samples: int) -> NDArray[np.float32]:
    """1 where `where` holds, 0 elsewhere, with straight ramps between."""
    return np.asarray(
        uniform_filter1d(where.astype(np.float32), 2 * fade_samples + 1, axis=1, mode="nearest")
    )
