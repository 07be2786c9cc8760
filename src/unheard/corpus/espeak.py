"""Speech from espeak-ng: the library of the `espeakng-loader` wheel through ctypes, offline.

espeak-ng is full of global state: phases, flutter, echo and random numbers run on from one utterance to the
next, and neither a new seed nor `espeak_Terminate` sets them back. So each call loads the library afresh,
speaks and unloads it, one call at a time: the same arguments give the same samples, whatever was spoken
before. That costs about 3 ms a word (Linux, macOS). The library is GPL-3, hence the extra
`unheard[voices]`; what it speaks is free.
"""

from __future__ import annotations

import _ctypes
import atexit
import ctypes
import functools
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.errors import MissingExtraError, UsageError, unknown_name

SAMPLE_RATE = 22_050  # Hz; espeak-ng speaks at no other
RATES_WPM = (80, 450)  # what espeak-ng takes
PITCHES = (0, 99)  # in espeak-ng's own units: 50 is a variant's usual pitch or intonation

# names of speak_lib.h
_SYNCHRONOUS, _DO_NOT_EXIT = 2, 0x8000
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_UTF8 = 1
_VOLUME_PERCENT = 50  # at 100 some variants clip
_LONGEST_PATH = 140  # espeak-ng cuts its data path at 160 characters, without a word

_ONE_AT_A_TIME = threading.Lock()
_OnSamples = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


def synthesize(
    text: str, voice: str, rate_wpm: int = 175, pitch: int = 50, *, pitch_range: int = 50, seed: int = 0
) -> tuple[NDArray[np.float32], int]:
    """Spoken text as samples `(num_samples,)` and their rate, 22,050 Hz.

    `voice` is an accent, or an accent with a variant: "en-us", "en-us+f3"; `seed` decides breath and noise.
    Raises `UsageError` for an unknown voice, a value outside espeak-ng's range and a text without a sound.
    """
    _require_within("rate_wpm", rate_wpm, RATES_WPM)
    _require_within("pitch", pitch, PITCHES)
    _require_within("pitch_range", pitch_range, PITCHES)
    require_voice(voice)
    parameters = {_RATE: rate_wpm, _VOLUME: _VOLUME_PERCENT, _PITCH: pitch, _RANGE: pitch_range}
    with _ONE_AT_A_TIME, _fresh_library(seed) as library:
        pieces = _speak(library, text, voice, parameters)
    samples = np.frombuffer(b"".join(pieces), dtype=np.int16).astype(np.float32) / np.float32(32768)
    if not samples.any():
        raise UsageError(f"espeak-ng makes no sound of the text '{text}' with the voice '{voice}'.")
    return samples, SAMPLE_RATE


@functools.cache
def known_accents() -> tuple[str, ...]:
    """Languages and accents that espeak-ng speaks, e.g. "en-us", "en-gb-scotland", "de"."""
    return tuple(sorted(file.name.lower() for file in (_data_path() / "lang").rglob("*") if file.is_file()))


@functools.cache
def known_variants() -> tuple[str, ...]:
    """Voice variants: throats, so to speak; each goes with any accent."""
    return tuple(sorted(file.name for file in (_data_path() / "voices" / "!v").iterdir()))


def require_voice(voice: str) -> None:
    """Raise `UsageError` that names the nearest known accent or variant if this voice has an unknown one."""
    accent, plus, variant = voice.partition("+")
    if accent not in known_accents():
        raise UsageError(unknown_name("accent", accent, known_accents()))
    if plus and variant not in known_variants():
        raise UsageError(unknown_name("variant", variant, known_variants()))


def _require_within(name: str, value: int, limits: tuple[int, int]) -> None:
    low, high = limits
    if not low <= value <= high:
        raise UsageError(f"{name} is {value}; espeak-ng takes {low} to {high}.")


def require_espeak() -> None:
    """Raise MissingExtraError where espeak-ng is not installed."""
    _loader()


def _loader() -> Any:
    try:
        import espeakng_loader
    except ImportError:
        raise MissingExtraError("Speaking with synthetic voices", "espeakng-loader", "voices") from None
    return espeakng_loader


@functools.cache
def _data_path() -> Path:
    """espeak-ng's data; through a short link where the real path is too long for it."""
    path = Path(_loader().get_data_path())
    if len(str(path)) <= _LONGEST_PATH:
        return path
    folder = Path(tempfile.mkdtemp(prefix="unheard-espeak-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    link = folder / path.name
    link.symlink_to(path, target_is_directory=True)
    return link


@contextmanager
def _fresh_library(seed: int) -> Iterator[ctypes.CDLL]:
    """The library in its first state, with this seed; unloaded at the end."""
    library = ctypes.CDLL(_loader().get_library_path())
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int, ctypes.c_uint, ctypes.c_uint,
        ctypes.c_void_p, ctypes.c_void_p,
    ]  # fmt: skip
    library.espeak_ng_SetRandSeed.argtypes = [ctypes.c_long]
    data = _data_path()
    try:
        library.espeak_ng_InitializePath(str(data).encode())
        rate = library.espeak_Initialize(_SYNCHRONOUS, 0, str(data.parent).encode(), _DO_NOT_EXIT)
        if rate != SAMPLE_RATE:
            raise UsageError(f"espeak-ng does not start with its data in {data} (answer: {rate}).")
        library.espeak_ng_SetRandSeed(seed)
        ctypes.CDLL(None).srand(ctypes.c_uint(seed))  # its Klatt voices ask the C library for noise
        yield library
    finally:
        library.espeak_Terminate()
        _ctypes.dlclose(library._handle)


def _speak(library: ctypes.CDLL, text: str, voice: str, parameters: dict[int, int]) -> list[bytes]:
    """int16 pieces of the spoken text, in order."""
    pieces: list[bytes] = []

    def collect(samples: int | None, num_samples: int, _events: int | None) -> int:
        if samples and num_samples > 0:
            pieces.append(ctypes.string_at(samples, 2 * num_samples))
        return 0

    on_samples = _OnSamples(collect)  # referenced until the library has spoken
    library.espeak_SetSynthCallback(on_samples)
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise UsageError(f"espeak-ng does not take the voice '{voice}'.")
    for parameter, value in parameters.items():
        library.espeak_SetParameter(parameter, value, 0)
    encoded = text.encode()
    library.espeak_Synth(encoded, len(encoded) + 1, 0, 0, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    return pieces
