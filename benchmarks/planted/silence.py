"""Real clips emptied, with background only, cut in the midst of speech, padded, or with long silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from planted.row import Row
from planted.untouched import audit, changed, draw_sounds, flagged, with_speech

from unheard.audit.finding import Finding
from unheard.audit.silence import CHECK
from unheard.signal.audio_file import read_audio
from unheard.signal.pauses import measure_pauses
from unheard.signal.sound import Sound

NUM_EACH = 120
LEVELS_DBFS = (-70, -50, -30)
BACKGROUNDS = ("noise/rain", "noise/sea_waves", "noise/helicopter", "noise/kitchen", "noise/fire_crackling")
Samples = NDArray[np.float32]
Fault = tuple[
    str, str, Callable[[Sound], Sound], str
]  # fault, severity, how to make it, words of its finding


def rows(data: Path, seed: int) -> list[Row]:
    """A false alarm is a finding of the same kind on an untouched clip."""
    random = np.random.default_rng(seed)
    sounds = [sound for sound in draw_sounds(data, seed, NUM_EACH) if len(sound.channels) == 1]
    sounds = [sound for sound in with_speech(sounds) if sound.speech is not None and _has_word(sound.speech)]
    before = audit(CHECK, [measure_pauses], sounds)
    found = []
    for fault, severity, change, words in _faults(data, random):
        planted = with_speech([change(sound) for sound in sounds])
        hits = _hits(sounds, planted, words)
        false = flagged(before, _says(words))
        share, false_share = hits / len(planted), len(false) / len(sounds)
        found.append(
            Row(
                "silence",
                fault,
                severity,
                share,
                len(planted),
                false_share,
                len(sounds),
                note=_NOTES.get(fault, ""),
            )
        )
    return found


_NOTES = {
    "cut in the midst of speech": "untouched clips that are cut already count as false alarms",
}


def _hits(sounds: list[Sound], planted: list[Sound], words: str) -> int:
    """How many faults are found, one in four clips: what most clips have is said in other words."""
    found = 0
    for part in range(4):
        mixed = [planted[n] if n % 4 == part else sound for n, sound in enumerate(sounds)]
        told = flagged(audit(CHECK, [measure_pauses], mixed), _says(words))
        found += sum(n % 4 == part for n in told)
    return found


def _has_word(speech: Samples) -> bool:
    return bool((speech >= 0.5).sum() >= 4)


def _says(words: str) -> Callable[[Finding], bool]:
    return lambda finding: words in finding.message


def _faults(data: Path, random: np.random.Generator) -> list[Fault]:
    backgrounds = [
        read_audio(file, sample_rate=16_000)[0]
        for folder in BACKGROUNDS
        for file in sorted((data / folder).glob("*.flac"))
    ]
    faults: list[Fault] = [("digital silence", "all of it", _emptied, "igital silence")]
    for level_dbfs in LEVELS_DBFS:
        change = _background_only(backgrounds, level_dbfs, random)
        faults.append(("background in place of a word", f"{level_dbfs} dBFS", change, "obody speaks in it"))
    faults.append(
        ("cut in the midst of speech", "at its start", _cut(random, at_start=True), "midst of speech")
    )
    faults.append(
        ("cut in the midst of speech", "at its end", _cut(random, at_start=False), "midst of speech")
    )
    faults += [
        ("padded with zeros", f"{share:.0%} of it", _padded(share), "exactly zero") for share in (0.3, 0.6)
    ]
    faults.append(("long silence", "3 s before", _late, "Nobody speaks in its first"))
    return faults


def _emptied(sound: Sound) -> Sound:
    return changed(sound, np.zeros_like(sound.samples))


def _background_only(
    backgrounds: list[Samples], level_dbfs: float, random: np.random.Generator
) -> Callable[[Sound], Sound]:
    def change(sound: Sound) -> Sound:
        size = len(sound.samples_16k)
        while True:
            chosen = backgrounds[random.integers(len(backgrounds))]
            begin = random.integers(max(1, len(chosen) - size))
            piece = np.resize(chosen[begin : begin + size], size)
            if piece.std() > 1e-5:  # some end in digital silence
                return changed(sound, piece / piece.std() * 10 ** (level_dbfs / 20), 16_000)

    return change


def _cut(random: np.random.Generator, *, at_start: bool) -> Callable[[Sound], Sound]:
    """Where speech is as loud as on average, between a quarter and three quarters of it."""

    def change(sound: Sound) -> Sound:
        mask = np.flatnonzero(sound.speech_mask)
        first, last = mask[len(mask) // 4], mask[3 * len(mask) // 4]
        level = np.sqrt(np.convolve(sound.samples**2, np.ones(320) / 320, "same"))
        loud = np.flatnonzero(level[first:last] >= level[mask].mean()) + first
        where = int(random.choice(loud)) if len(loud) else int(first)
        return changed(sound, sound.samples[where:] if at_start else sound.samples[:where])

    return change


def _padded(share: float) -> Callable[[Sound], Sound]:
    def change(sound: Sound) -> Sound:
        return changed(sound, np.pad(sound.samples, (0, int(len(sound.samples) * share / (1 - share)) + 1)))

    return change


def _late(sound: Sound) -> Sound:
    quiet = 1e-3 * np.random.default_rng(0).standard_normal(3 * sound.sample_rate)
    return changed(sound, np.concatenate([quiet, sound.samples]))
