"""Something else to be heard: a steady noise coloured as the live background, or other voices."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.descriptors import band_centres_hz, band_edges_hz
from unheard.diagnose.shift.factor import Array, Scene, Setting, View
from unheard.diagnose.shift.sounds import active_frames, curve_gain, filtered, speech_level

_SNRS_DB = (18.0, 9.0, 2.0)
_NUM_VOICES = (0.0, 1.0, 5.0)
_STEPS_DB = (-4.0, -1.5, 1.5, 4.0)
_SPREAD_DB = 3.0
_SPEECH_S, _PAUSE_S = 1.0, 0.18  # people pause; without, voices hide how long a room rings on
_NUM_HEARD = 64  # sounds, for their mean spectrum
_MOST_DB = 40.0


class Noise:
    """Values: `snr_db` of speech over noise; `num_voices`, 0 for steady noise; `same_room`, 1 where voices
    are heard across the same room as the speaker. `curve`: its colour, dB in the
    bands of the descriptors, as live clips have it where they are quietest."""

    name = "noise"

    def proposals(self, view: View) -> Sequence[Setting]:
        names = ("dynamics_20_db", "dynamics_50_db", "quiet_spread_db", "quiet_fine_db", "quiet_3_db")
        if not view.differs(*names):
            return ()
        colour = tuple(np.quantile(view.live_described.quiet_db, 0.5, axis=0).tolist())
        one = Setting({"num_voices": 0.0, "same_room": 0.0}, colour)
        return [
            one.changed(snr_db=snr_db, num_voices=number) for snr_db in _SNRS_DB for number in _NUM_VOICES
        ]

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        snr_db, voices = setting.values["snr_db"], setting.values["num_voices"]
        louder = [setting.changed(snr_db=snr_db + step) for step in _STEPS_DB]
        if voices == 0:
            return louder
        others = [setting.changed(num_voices=3.0 if voices != 3 else 8.0)]
        return [*louder, *others, setting.changed(same_room=1 - setting.values["same_room"])]

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        snr_db = setting.values["snr_db"] + scene.random.uniform(-_SPREAD_DB, _SPREAD_DB, len(samples))
        voices = int(setting.values["num_voices"])
        speech = samples if setting.values["same_room"] else scene.untouched
        sound = (
            babble(speech, scene.sample_rate, voices, scene.random)
            if voices
            else scene.random.standard_normal(samples.shape, dtype=np.float32)
        )
        sound = coloured(sound, np.array(setting.curve), scene.sample_rate)
        size = np.sqrt(np.mean(np.square(sound), axis=1))
        level = speech_level(samples, scene.sample_rate) * 10 ** (-snr_db / 20) / np.maximum(size, 1e-9)
        return np.asarray(samples + sound * level[:, None], np.float32)

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        return None

    def tell(self, setting: Setting) -> str:
        voices, snr_db = int(setting.values["num_voices"]), setting.values["snr_db"]
        kind = "steady noise" if voices == 0 else "another voice" if voices == 1 else "other voices"
        return f"{kind} behind the speech, {snr_db:.0f} dB below it"

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        snr_db = setting.values["snr_db"]
        low, high = float(np.floor(snr_db - 6)), float(np.ceil(snr_db + 8))
        voices = int(setting.values["num_voices"])
        what = "other voices" if voices else "noise"
        row = (
            {"transform": "babble", "p": 0.4, "min_voices": max(1, voices - 2), "max_voices": voices + 2}
            if voices
            else {"transform": "colored_noise", "p": 0.4}
        )
        return (
            Remedy(
                "augment",
                f"Train with {what} {low:.0f} to {high:.0f} dB below the speech.",
                {**row, "min_snr_db": low, "max_snr_db": high},
            ),
            Remedy(
                "record",
                "Record some minutes of the live background without speech, and train with them as noise.",
                {"condition": "background of the place of use", "minutes": 5},
            ),
        )


def coloured(sounds: Array, colour_db: NDArray[np.float64], sample_rate: int) -> Array:
    """Sounds `(n, num_samples)` with another mean power in the bands of the descriptors."""
    edges = band_edges_hz(sample_rate)
    some = rfft(sounds[:_NUM_HEARD], axis=1)
    power = (some.real**2 + some.imag**2).mean(axis=0)
    hz = np.fft.rfftfreq(sounds.shape[1], 1 / sample_rate)
    own_db = [
        10 * np.log10(power[(hz >= low) & (hz < high)].sum() + 1e-20)
        for low, high in itertools.pairwise(edges)
    ]
    gains_db = colour_db - np.array(own_db)
    gains_db = (gains_db - np.median(gains_db)).clip(-_MOST_DB, _MOST_DB)
    return filtered(sounds, sample_rate, curve_gain(band_centres_hz(sample_rate), gains_db))


def babble(samples: Array, sample_rate: int, num_voices: int, random: np.random.Generator) -> Array:
    """`(n, num_samples)`: sums of voices, each a stretch of all clips' speech without its pauses."""
    stream = _speech_stream(samples, sample_rate)
    num_samples = samples.shape[1]
    if len(stream) <= num_samples:
        stream = np.tile(stream, 2 + num_samples // max(1, len(stream)))
    windows = np.lib.stride_tricks.sliding_window_view(stream, num_samples)
    starts = random.integers(len(windows), size=(len(samples), num_voices))
    voices = [windows[starts[:, voice]] for voice in range(num_voices)]
    return np.asarray(np.sum(voices, axis=0), np.float32)


def _speech_stream(samples: Array, sample_rate: int) -> Array:
    """All clips one after another, each at one level and from its first to its last active frame, with pauses
    now and then, and all of it backwards: other people do not say the words that the model waits for."""
    samples = samples - samples.mean(axis=1, keepdims=True)
    _, active = active_frames(samples, sample_rate)
    begun = np.maximum.accumulate(active, axis=1)
    goes_on = np.maximum.accumulate(active[:, ::-1], axis=1)[:, ::-1]
    level = np.maximum(speech_level(samples, sample_rate), 1e-9)
    size = round(0.02 * sample_rate)
    frames = samples[:, : active.shape[1] * size].reshape(len(samples), active.shape[1], size)
    words = np.asarray((frames / level[:, None, None])[begun & goes_on].ravel()[::-1], np.float32)
    stretch, pause = round(_SPEECH_S * sample_rate), round(_PAUSE_S * sample_rate)
    stretches = words[: len(words) // stretch * stretch].reshape(-1, stretch)
    return np.pad(stretches, ((0, 0), (0, pause))).ravel() if len(stretches) else words
