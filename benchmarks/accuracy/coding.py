"""Clips after a lossy code, and through a microphone with a tilted response."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
import soundfile
from numpy.typing import NDArray

from unheard.errors import UsageError
from unheard.signal.audio_file import to_int16

Clips = NDArray[np.int16]  # (num_clips, num_samples)
INT16_SCALE = 32768.0

MP3_BITS_PER_S = 32_000
LEVELS = np.arange(0.0, 1.0, 0.04)  # of libsndfile's compression, from little to much
PROBE_S = 4
TAIL_SAMPLES = 4_000  # zeros appended, so that nothing is lost to the coder's delay

TILT_DB_PER_OCTAVE = 4.0
PIVOT_HZ, LOWEST_HZ = 1000.0, 60.0


def through_mp3(samples: Clips, sample_rate: int) -> Clips:
    """Each clip coded by itself at 32 kbit/s, decoded, and moved back by the coder's delay."""
    delay = _delay_samples(sample_rate)
    coded = np.stack([_decoded(clip, sample_rate) for clip in samples.astype(np.float32) / INT16_SCALE])
    return to_int16(coded[:, delay : delay + samples.shape[1]])


def _decoded(clip: NDArray[np.float32], sample_rate: int) -> NDArray[np.float32]:
    """The clip with `TAIL_SAMPLES` more, as it comes back from the coder."""
    padded = np.concatenate([clip, np.zeros(TAIL_SAMPLES, np.float32)])
    found, _ = soundfile.read(io.BytesIO(_encoded(padded, sample_rate)), dtype="float32")
    return np.asarray(found[: len(padded)], np.float32)


def _encoded(clip: NDArray[np.float32], sample_rate: int) -> bytes:
    return _mp3(clip, sample_rate, _level(sample_rate))


def _mp3(clip: NDArray[np.float32], sample_rate: int, level: float) -> bytes:
    file = io.BytesIO()
    soundfile.write(
        file,
        clip,
        sample_rate,
        format="MP3",
        subtype="MPEG_LAYER_III",
        bitrate_mode="CONSTANT",
        compression_level=level,
    )
    return file.getvalue()


@lru_cache(maxsize=4)
def _level(sample_rate: int) -> float:
    """The compression level whose files hold 32 kbit/s; raises UsageError where the coder has none."""
    probe = np.tile(_probe(sample_rate), PROBE_S)
    rates = np.array([8 * len(_mp3(probe, sample_rate, level)) / PROBE_S for level in LEVELS])
    nearest = int(np.argmin(np.abs(rates - MP3_BITS_PER_S)))
    if abs(rates[nearest] / MP3_BITS_PER_S - 1) > 0.1:
        raise UsageError(f"The MP3 coder has no rate of 32 kbit/s at {sample_rate} Hz.")
    return float(LEVELS[nearest])


@lru_cache(maxsize=4)
def _delay_samples(sample_rate: int) -> int:
    """How much later a sound comes out of the coder."""
    probe = _probe(sample_rate)
    found = _decoded(probe, sample_rate)
    return int(np.argmax(np.correlate(found, probe[: len(probe) // 2], "valid")))


def _probe(sample_rate: int) -> NDArray[np.float32]:
    """One second of noise below 3 kHz or so."""
    white = np.random.default_rng(0).normal(0, 0.1, sample_rate)
    return np.convolve(white, np.hanning(8) / 4, "same").astype(np.float32)


def tilted(samples: Clips, sample_rate: int, seed: int) -> Clips:
    """Each clip with 4 dB an octave more treble or more bass, around 1 kHz; as loud as before."""
    sign = np.random.default_rng(seed).choice([-1.0, 1.0], (len(samples), 1))
    clips = samples / INT16_SCALE
    hz = np.fft.rfftfreq(2 * clips.shape[1], 1 / sample_rate).clip(min=LOWEST_HZ)
    gain_db = sign * TILT_DB_PER_OCTAVE * np.log2(hz / PIVOT_HZ)
    spectra = np.fft.rfft(clips, 2 * clips.shape[1]) * 10 ** (gain_db / 20)
    changed = np.fft.irfft(spectra)[:, : clips.shape[1]]
    loudness = np.sqrt((clips**2).mean(1) / np.maximum((changed**2).mean(1), 1e-12))
    return to_int16((changed * loudness[:, None]).astype(np.float32))
