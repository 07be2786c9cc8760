"""Hum, offset, rumble, level, channel faults, gaps and stutter, planted in real clips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from planted.row import Row
from planted.untouched import Measure, audit, changed, draw_sounds, flagged, with_speech

from unheard.audit import channel_faults, gaps, hum, level, offset
from unheard.audit.check import Check
from unheard.audit.finding import Finding
from unheard.signal.channel_faults import measure_channel_faults
from unheard.signal.gaps import measure_gaps
from unheard.signal.hum import measure_hum
from unheard.signal.loudness import measure_loudness
from unheard.signal.offset import measure_offset
from unheard.signal.sound import Sound

NUM_EACH = 60
GAP_MS = (10, 20, 30)
HUM_DB = (-30, -20, -10)
Samples = NDArray[np.floating]
Plant = Callable[[Sound, np.random.Generator], Sound]
Which = Callable[[Finding], bool]


def rows(data: Path, seed: int) -> list[Row]:
    """A row for each fault and severity, against the same untouched clips."""
    sounds = with_speech(draw_sounds(data, seed, NUM_EACH))
    random = np.random.default_rng(seed)
    return [
        *_hum_rows(sounds, random),
        *_offset_rows(sounds, random),
        *_level_rows(sounds, random),
        *_channel_rows(sounds, random),
        *_gap_rows(sounds, random),
    ]


def _row(
    check: Check,
    measures: Sequence[Measure],
    fault: str,
    severity: str,
    sounds: Sequence[Sound],
    plant: Plant,
    which: Which,
    random: np.random.Generator,
    note: str = "",
) -> Row:
    """Planted in the clips that are not flagged untouched; `which` findings count."""
    false = flagged(audit(check, measures, sounds), which)
    clean = [sound for number, sound in enumerate(sounds) if number not in false]
    planted = [plant(sound, random) for sound in clean]
    hits = flagged(audit(check, measures, planted), which)
    return Row(
        check.name,
        fault,
        severity,
        recall=len(hits) / len(planted),
        num_planted=len(planted),
        false_alarms=len(false) / len(sounds),
        num_clean=len(sounds),
        note=note,
    )


def _hum_rows(sounds: Sequence[Sound], random: np.random.Generator) -> list[Row]:
    judged = [sound for sound in sounds if measure_hum(sound).hum_db is not None]
    share = f"{1 - len(judged) / len(sounds):.0%} of the clips are too short to tell"
    return [
        _row(
            hum.CHECK,
            [measure_hum],
            f"hum at {mains_hz} Hz, five harmonics",
            f"{-level_db} dB below the clip",
            judged,
            lambda sound, random, mains_hz=mains_hz, level_db=level_db: _hum(
                sound, random, mains_hz, level_db
            ),
            lambda finding, mains_hz=mains_hz: finding.evidence["hum_hz"] == mains_hz,
            random,
            note=share,
        )
        for mains_hz in (50, 60)
        for level_db in HUM_DB
    ]


def _hum(sound: Sound, random: np.random.Generator, mains_hz: int, level_db: float) -> Sound:
    time_s = np.arange(len(sound.samples)) / sound.sample_rate
    real_hz = mains_hz * random.uniform(0.998, 1.002)
    strengths = np.array([1.0, 0.7, 0.5, 0.3, 0.2]) * random.uniform(0.5, 1.5, 5)
    waves = [
        strength * np.sin(2 * np.pi * real_hz * number * time_s + random.uniform(0, 2 * np.pi))
        for number, strength in enumerate(strengths, 1)
    ]
    wave = np.sum(waves, axis=0)
    gain = np.std(sound.samples) / np.std(wave) * 10 ** (level_db / 20)
    return changed(sound, sound.channels + gain * wave)


def _offset_rows(sounds: Sequence[Sound], random: np.random.Generator) -> list[Row]:
    def shift(sound: Sound, random: np.random.Generator, share: float) -> Sound:
        return changed(sound, sound.channels + random.choice([-1, 1]) * share * np.std(sound.samples))

    def rumble(sound: Sound, random: np.random.Generator, share: float) -> Sound:
        noise = np.cumsum(random.standard_normal(len(sound.samples)))
        spectrum = np.fft.rfft(noise)
        hertz = np.fft.rfftfreq(len(noise), 1 / sound.sample_rate)
        low = np.fft.irfft(spectrum * ((hertz > 4) & (hertz < 35)), len(noise))
        gain = np.std(sound.samples) / np.std(low) * np.sqrt(share / (1 - share))
        return changed(sound, 0.3 * (sound.channels + gain * low))

    measures = [measure_offset, measure_loudness]
    shifted = [
        _row(
            offset.CHECK,
            measures,
            "offset",
            f"{share:g} of the root mean square",
            sounds,
            lambda sound, random, share=share: shift(sound, random, share),
            lambda finding: "dc_offset" in finding.evidence,
            random,
            note="below 0.003 of full scale it is not told",
        )
        for share in (0.1, 0.3, 1.0)
    ]
    rumbling = [
        _row(
            offset.CHECK,
            measures,
            "rumble of 4 to 35 Hz",
            f"{share:.0%} of the power",
            sounds,
            lambda sound, random, share=share: rumble(sound, random, share),
            lambda finding: "rumble_share" in finding.evidence,
            random,
        )
        for share in (0.6, 0.8, 0.95)
    ]
    return shifted + rumbling


def _level_rows(sounds: Sequence[Sound], random: np.random.Generator) -> list[Row]:
    def set_level(sound: Sound, level_dbfs: float) -> Sound:
        rms = np.sqrt(np.mean(np.square(sound.samples)))
        return changed(sound, sound.channels * (10 ** (level_dbfs / 20) / rms))

    def few_bits(sound: Sound, bits: int) -> Sound:
        steps = 2 ** (bits - 1)
        return changed(sound, np.round(sound.channels / np.abs(sound.channels).max() * 0.5 * steps) / steps)

    def row(fault: str, severity: str, plant: Callable[[Sound], Sound], word: str) -> Row:
        return _row(
            level.CHECK,
            [measure_loudness],
            fault,
            severity,
            sounds,
            lambda sound, _: plant(sound),
            lambda finding: word in finding.message,
            random,
        )

    quiet = [
        row("too quiet", f"{dbfs} dBFS", lambda sound, dbfs=dbfs: set_level(sound, dbfs), "quiet")
        for dbfs in (-55, -65, -75)
    ]
    coarse = [
        row("few bits", f"{bits} bits", lambda sound, bits=bits: few_bits(sound, bits), "bits")
        for bits in (10, 8)
    ]
    hot = row("too hot", "raised to -3 dBFS, peaks cut", lambda sound: set_level(sound, -3), "hot")
    return [*quiet, *coarse, hot]


def _channel_rows(sounds: Sequence[Sound], random: np.random.Generator) -> list[Row]:
    """Untouched: mono clips as two channels that differ by noise 30 dB below, and real stereo."""

    def noisy(sound: Sound, random: np.random.Generator, gain: float = 1.0) -> Samples:
        noise = np.std(sound.samples) * 10**-1.5 * random.standard_normal(len(sound.samples))
        return np.asarray(gain * sound.samples + noise)

    stereo = [
        sound
        if len(sound.channels) > 1
        else changed(sound, np.stack([sound.samples, noisy(sound, random, 0.7)]))
        for sound in sounds
    ]
    faults: dict[str, tuple[Plant, str]] = {
        "an inverted channel": (
            lambda sound, random: changed(sound, np.stack([sound.samples, noisy(sound, random, -0.7)])),
            "turned round",
        ),
        "a dead channel": (
            lambda sound, random: changed(sound, np.stack([sound.samples, 1e-3 * noisy(sound, random)])),
            "dead",
        ),
        "twice the same": (
            lambda sound, _: changed(sound, np.stack([sound.samples] * 2)),
            "the same",
        ),
    }
    return [
        _row(
            channel_faults.CHECK,
            [measure_channel_faults],
            fault,
            "",
            stereo,
            plant,
            lambda finding, word=word: word in finding.message,
            random,
        )
        for fault, (plant, word) in faults.items()
    ]


def _gap_rows(sounds: Sequence[Sound], random: np.random.Generator) -> list[Row]:
    """Planted where the sound has more than a tenth of its mean power."""

    def lose(sound: Sound, random: np.random.Generator, gap_ms: int, kind: str) -> Sound:
        samples, size = sound.samples.copy(), gap_ms * sound.sample_rate // 1000
        begin = _loud_place(samples, size, random)
        packet = slice(begin, begin + size)
        if kind == "zeros":
            samples[packet] = 0
        elif kind == "the last value":
            samples[packet] = samples[begin - 1]
        else:
            samples[packet] = samples[begin - size : begin]
        return changed(sound, samples)

    return [
        _row(
            gaps.CHECK,
            [measure_gaps],
            f"a lost packet, filled with {kind}",
            f"{gap_ms} ms",
            sounds,
            lambda sound, random, gap_ms=gap_ms, kind=kind: lose(sound, random, gap_ms, kind),
            lambda finding, name=name: bool(finding.evidence.get(name)),
            random,
        )
        for kind, name in (
            ("zeros", "num_gaps"),
            ("the last value", "num_gaps"),
            ("the packet before", "num_stutters"),
        )
        for gap_ms in GAP_MS
    ]


def _loud_place(samples: Samples, size: int, random: np.random.Generator) -> int:
    power = np.convolve(np.square(samples), np.ones(size) / size, "same")
    inside = power[2 * size : len(samples) - 2 * size]
    loud = np.flatnonzero(inside > 0.1 * inside.mean()) + 2 * size
    return int(random.choice(loud)) - size // 2
