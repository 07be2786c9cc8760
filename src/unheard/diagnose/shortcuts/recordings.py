"""What of each clip is recording and not speech: where nobody speaks, and the colour of that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.signal.background import measure_background, quiet_hops
from unheard.signal.sound import SPEECH_HOP_SAMPLES, SPEECH_RATE, Sound
from unheard.signal.voice_activity import speech_probabilities
from unheard.units import seconds_to_samples

FADE_S = 0.008  # from speech to what lies between, and where pieces of background meet
MIN_BACKGROUND_S = 0.08
_SPEECH_FROM = 0.5  # probability
_DIGITAL_SILENCE = 1e-12  # mean square of a hop


@dataclass(frozen=True)
class Recordings:
    """n clips at one rate, `(n, num_samples)` each.

    quiet, sounding: `(n, num_samples)` bool, where nobody speaks or did shortly before, and where the file
    holds more than digital silence. colours_db: `(n, 16)` spectrum of the background (`signal.background`),
    the mean of its 16 bands taken off; NaN where a clip has none.
    """

    samples: NDArray[np.float32]
    sample_rate: int
    quiet: NDArray[np.bool_]
    sounding: NDArray[np.bool_]
    colours_db: NDArray[np.float64]
    spoken: NDArray[np.bool_]  # (n,): clips in which speech was found at all

    @property
    def has_background(self) -> NDArray[np.bool_]:
        """`(n,)`: clips with 80 ms of background at least that has a colour; a word that was not found as
        speech would count as such, so clips without any are left out."""
        needed = seconds_to_samples(MIN_BACKGROUND_S, self.sample_rate)
        enough = (self.quiet & self.sounding).sum(axis=1) >= needed
        return np.asarray(self.spoken & enough & np.isfinite(self.colours_db).all(axis=1))

    def take(self, rows: NDArray[np.int64]) -> Recordings:
        """A copy of the given clips, in the given order."""
        return Recordings(
            self.samples[rows],
            self.sample_rate,
            self.quiet[rows],
            self.sounding[rows],
            self.colours_db[rows],
            self.spoken[rows],
        )

    def background(self, row: int) -> NDArray[np.float32]:
        """What clip `row` holds where nobody speaks, piece after piece with cross-fades `(some,)`."""
        alone = self.quiet[row] & self.sounding[row]
        edges = np.flatnonzero(np.diff(alone, prepend=False, append=False))
        pieces = [self.samples[row, first:end] for first, end in edges.reshape(-1, 2)]
        return joined(pieces, seconds_to_samples(FADE_S, self.sample_rate))


def listen(samples: NDArray[np.float32], sample_rate: int) -> Recordings:
    """Look for speech in clips `(n, num_samples)`, and at what is left; about 3 ms for a second."""
    sounds = [Sound(clip[None], sample_rate) for clip in samples]
    speech = speech_probabilities([sound.samples_16k for sound in sounds])
    hop_samples = SPEECH_HOP_SAMPLES * sample_rate / SPEECH_RATE
    hop_of_sample = (np.arange(samples.shape[1]) / hop_samples).astype(np.int64)
    quiet = np.stack([quiet_hops(one) for one in speech])
    measured = [
        measure_background(Sound(sound.channels, sample_rate, speech=one)).background_bands_db
        for sound, one in zip(sounds, speech, strict=True)
    ]
    unknown = [np.nan] * 16
    return Recordings(
        samples,
        sample_rate,
        quiet[:, hop_of_sample],
        _sounding(samples, hop_of_sample),
        np.array([unknown if one is None else one for one in measured]),
        np.array([one.max(initial=0.0) >= _SPEECH_FROM for one in speech]),
    )


def joined(pieces: list[NDArray[np.float32]], fade_samples: int) -> NDArray[np.float32]:
    """Pieces one after the other, overlapping in fades of constant power; too short ones are left out."""
    long = [piece for piece in pieces if len(piece) > 2 * fade_samples]
    if not long:
        return np.zeros(0, np.float32)
    rise = np.sin(np.linspace(0, np.pi / 2, fade_samples)).astype(np.float32)
    whole = long[0].copy()
    for piece in long[1:]:
        meeting = whole[-fade_samples:] * rise[::-1] + piece[:fade_samples] * rise
        whole = np.concatenate([whole[:-fade_samples], meeting, piece[fade_samples:]])
    return whole


def looped(background: NDArray[np.float32], num_samples: int, fade_samples: int) -> NDArray[np.float32]:
    """`(num_samples,)`: the background again and again, with cross-fades."""
    step = len(background) - fade_samples
    repeats = 1 + -(-num_samples // step)
    return joined([background] * repeats, fade_samples)[:num_samples]


def _sounding(samples: NDArray[np.float32], hop_of_sample: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which samples lie in a hop that varies."""
    first = np.flatnonzero(np.diff(hop_of_sample, prepend=-1))
    count = np.diff(first, append=samples.shape[1])
    wide = samples.astype(np.float64)
    mean = np.add.reduceat(wide, first, axis=1) / count
    power = np.add.reduceat(wide**2, first, axis=1) / count - mean**2
    return np.asarray((power > _DIGITAL_SILENCE)[:, hop_of_sample])
