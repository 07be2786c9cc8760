"""Real clips cut at a share of their samples, as they are, at another level, resampled, or compressed."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from planted.row import Row
from planted.untouched import audit, changed, draw_sounds, flagged

from unheard.audit.clipping import CHECK, FULL_SCALE_DBFS, NOTED_SHARE
from unheard.audit.finding import Finding
from unheard.audit.level import COARSE_STEP
from unheard.signal.clipping import measure_clipping
from unheard.signal.loudness import measure_loudness
from unheard.signal.sound import Sound

SHARES = (0.002, 0.01, 0.05)
NUM_EACH = 150
GOAL = "found >= 98 %, false alarms <= 3 %"
Samples = NDArray[np.float32]


def rows(data: Path, seed: int) -> list[Row]:
    """Clips cut at full scale already are no false alarms; nothing is planted in what is flagged."""
    random = np.random.default_rng(seed)
    sounds = [sound for sound in draw_sounds(data, seed, NUM_EACH) if len(sound.channels) == 1]
    before = audit(CHECK, [measure_clipping], sounds)
    at_full_scale = {number for number, sound in enumerate(sounds) if _is_at_full_scale(sound)}
    false_flat = flagged(before, _is_flat) - at_full_scale
    false_hump = flagged(before, lambda finding: not _is_flat(finding))
    clean = [sound for number, sound in enumerate(sounds) if number not in flagged(before)]
    already = f"{len(at_full_scale)} untouched clips are cut at full scale themselves"
    fine = {number for number, sound in enumerate(clean) if not _is_coarse(sound)}
    found = []
    for fault, changes in FAULTS.items():
        for share in SHARES:
            planted = [changes(sound, _cut(sound.samples, share), random) for sound in clean]
            hits = flagged(audit(CHECK, [measure_clipping], planted))
            is_smeared = fault in SMEARED
            false = false_hump if is_smeared else false_flat
            found.append(
                Row(
                    "clipping",
                    fault,
                    f"{100 * share:g} % of the samples",
                    recall=len(hits) / len(planted),
                    num_planted=len(planted),
                    false_alarms=len(false) / len(sounds),
                    num_clean=len(sounds),
                    goal="" if is_smeared else GOAL,
                    note="" if is_smeared else f"{_share(hits, fine)} of those above 8 bits; {already}",
                )
            )
    return found


def _share(found: set[int], of: set[int]) -> str:
    return f"{len(found & of) / len(of):.1%}"


def _is_flat(finding: Finding) -> bool:
    return (finding.evidence["clipped_share"] or 0) >= NOTED_SHARE


def _is_at_full_scale(sound: Sound) -> bool:
    found = measure_clipping(sound)
    is_cut = (found.clipped_share or 0) >= NOTED_SHARE
    return is_cut and (found.clipped_level_dbfs or 0) > FULL_SCALE_DBFS


def _is_coarse(sound: Sound) -> bool:
    return (measure_loudness(sound).sample_step or 0) > COARSE_STEP


def _cut(samples: Samples, share: float) -> Samples:
    """The largest samples, this share of them, are brought to one value; the peak is 1."""
    centred = samples - samples.mean()
    limit = np.quantile(np.abs(centred), 1 - share)
    return np.asarray(centred.clip(-limit, limit) / limit, np.float32)


def _as_it_is(sound: Sound, cut: Samples, _: np.random.Generator) -> Sound:
    return changed(sound, cut)


def _at_another_level(sound: Sound, cut: Samples, random: np.random.Generator) -> Sound:
    return changed(sound, cut * 10 ** (random.uniform(-30, -1) / 20))


def _upsampled(sound: Sound, cut: Samples, random: np.random.Generator) -> Sound:
    rate = round(1.5 * sound.sample_rate)
    return changed(sound, soxr.resample(_lowered(cut, random), sound.sample_rate, rate), rate)


def _downsampled(sound: Sound, cut: Samples, random: np.random.Generator) -> Sound:
    """Cut at twice its rate, as by a sound card, and brought to its rate."""
    share = float(np.mean(np.abs(cut) >= 1 - 1e-6))
    double = _cut(soxr.resample(sound.samples, sound.sample_rate, 2 * sound.sample_rate), share)
    lowered = _lowered(double, random)
    return changed(sound, soxr.resample(lowered, 2 * sound.sample_rate, sound.sample_rate))


def _as_mp3(sound: Sound, cut: Samples, random: np.random.Generator) -> Sound:
    return changed(sound, _coded(_lowered(cut, random), sound.sample_rate, "MP3", "MPEG_LAYER_III"))


def _as_ogg(sound: Sound, cut: Samples, random: np.random.Generator) -> Sound:
    return changed(sound, _coded(_lowered(cut, random), sound.sample_rate, "OGG", "VORBIS"))


def _lowered(cut: Samples, random: np.random.Generator) -> Samples:
    return np.asarray(cut * 10 ** (random.uniform(-20, -3) / 20), np.float32)


def _coded(samples: Samples, rate: int, container: str, subtype: str) -> Samples:
    stream = io.BytesIO()
    soundfile.write(stream, samples, rate, format=container, subtype=subtype)
    stream.seek(0)
    return np.asarray(soundfile.read(stream, dtype="float32")[0])


FAULTS = {
    "cut at full scale": _as_it_is,
    "cut, then set 1 to 30 dB lower": _at_another_level,
    "cut, then resampled to 1.5 times the rate": _upsampled,
    "cut at twice the rate, then halved": _downsampled,
    "cut, then OGG (libsndfile's default)": _as_ogg,
    "cut, then MP3 (libsndfile's default)": _as_mp3,
}
SMEARED = tuple(FAULTS)[2:]
