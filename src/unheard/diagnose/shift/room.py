"""Reverberation: the clip across a room."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.factor import Array, Scene, Setting, View
from unheard.diagnose.shift.sounds import in_blocks

BASE_RT60_S = 1.3  # of the rooms that shorter reverberation is cut from
_NUM_ROOMS = 24
_SEED = 4_242
_DECAY = 3 * math.log(10)
_TIMES_S = (0.3, 0.6, 1.0)


class Room:
    """Values: `rt60_s`, the time in which sound falls by 60 dB; `tail_db`, the answer of the room louder than
    that of the simulated rooms at 0.5 to 3 m."""

    name = "reverberation"

    def proposals(self, view: View) -> Sequence[Setting]:
        return [Setting({"rt60_s": rt60_s, "tail_db": 0.0}) for rt60_s in _TIMES_S]

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        rt60_s, tail_db = setting.values["rt60_s"], setting.values["tail_db"]
        longer = [
            setting.changed(rt60_s=float(np.clip(rt60_s * by, 0.15, 1.3))) for by in (0.6, 0.75, 1.33, 1.7)
        ]
        return [*longer, *(setting.changed(tail_db=tail_db + step) for step in (-3.0, 3.0))]

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        lead, responses = _rooms(scene.sample_rate)
        responses = responses * _shorter(responses.shape[1], lead, setting, scene.sample_rate)
        chosen = scene.random.integers(len(responses), size=len(samples))
        num_samples = samples.shape[1]
        num_fft = next_fast_len(num_samples + responses.shape[1], real=True)
        spectra = rfft(responses, num_fft, axis=1)
        rows = iter(range(0, len(samples), 64))

        def convolve(block: Array) -> NDArray[np.floating]:
            first = next(rows)
            heard = rfft(block, num_fft, axis=1) * spectra[chosen[first : first + len(block)]]
            return np.asarray(irfft(heard, num_fft, axis=1)[:, lead : lead + num_samples])

        wet = in_blocks(samples, convolve)
        before, after = (np.linalg.norm(clips, axis=1, keepdims=True) for clips in (samples, wet))
        return np.asarray(wet * (before / np.maximum(after, 1e-20)), np.float32)

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        return None

    def tell(self, setting: Setting) -> str:
        return f"a room rings on for {setting.values['rt60_s']:.1f} s (T60)"

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        rt60_s = setting.values["rt60_s"]
        return (
            Remedy(
                "augment",
                f"Train in simulated rooms (T60 of 0.15 to 1 s); live, it is about {rt60_s:.1f} s.",
                {"transform": "rooms", "p": 0.6},
            ),
            Remedy(
                "live-path",
                "Bring the microphone nearer to the speaker: half the distance is 6 dB less of the room.",
                {"rt60_s": rt60_s},
            ),
        )


def _shorter(num_taps: int, lead: int, setting: Setting, sample_rate: int) -> Array:
    """`(num_taps,)` weights that turn the answer of the simulated rooms into that of shorter ones."""
    time_s = (np.arange(num_taps) - 2 * lead).clip(min=0) / sample_rate
    decay = np.exp(-_DECAY * time_s * (1 / setting.values["rt60_s"] - 1 / BASE_RT60_S))
    tail = np.where(np.arange(num_taps) > 2 * lead, 10 ** (setting.values["tail_db"] / 20), 1.0)
    return np.asarray(decay * tail, np.float32)


@functools.cache
def _rooms(sample_rate: int) -> tuple[int, Array]:
    """Tap of the direct sound, and responses `(num_rooms, num_taps)`."""
    from unheard.augment.room_simulation import RoomOptions, simulated_rooms

    bank = simulated_rooms(
        RoomOptions(
            num_rooms=_NUM_ROOMS,
            sample_rate=sample_rate,
            min_size_m=3.0,
            max_size_m=8.0,
            min_rt60_s=BASE_RT60_S,
            max_rt60_s=BASE_RT60_S,
            min_bass_share=0.8,
            max_bass_share=1.2,
            min_treble_share=0.5,
            max_treble_share=0.9,
            min_distance_m=0.5,
            max_distance_m=3.0,
            seed=_SEED,
        )
    )
    return bank.lead_samples, bank.responses.numpy()
