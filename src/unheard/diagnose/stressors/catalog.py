"""Every factor of stress for a set of clips, in the order in which sound meets them on its way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from unheard.augment.noise_bank import NoiseBank
from unheard.diagnose.stressors.babble import MIN_SPEAKERS, babble
from unheard.diagnose.stressors.band_limit import band_limit
from unheard.diagnose.stressors.clipping import CLIPPING
from unheard.diagnose.stressors.dc_offset import DC_OFFSET
from unheard.diagnose.stressors.distance import DISTANCE
from unheard.diagnose.stressors.level import FAINT, LOUD
from unheard.diagnose.stressors.microphone import MICROPHONE
from unheard.diagnose.stressors.mp3 import mp3
from unheard.diagnose.stressors.mu_law import MU_LAW
from unheard.diagnose.stressors.noise import noise
from unheard.diagnose.stressors.offset import EARLY, LATE
from unheard.diagnose.stressors.opus import opus
from unheard.diagnose.stressors.packet_loss import PACKET_BURSTS, PACKET_LOSS
from unheard.diagnose.stressors.pitch import DEEPER, HIGHER
from unheard.diagnose.stressors.quantisation import QUANTISATION
from unheard.diagnose.stressors.resamplers import resamplers
from unheard.diagnose.stressors.reverberation import REVERBERATION
from unheard.diagnose.stressors.speed import FASTER, SLOWER
from unheard.diagnose.stressors.steady_noise import steady_noise
from unheard.diagnose.stressors.stressor import Clips, Stressor
from unheard.diagnose.stressors.telephone import TELEPHONE

REASONS = {
    "babble": f"Babble was not measured: it takes test clips with sound of {MIN_SPEAKERS} speakers or more.",
    "steady-noise": "Steady noise was not measured: no test clip holds any sound to shape it after.",
    "band-limit": "A band limit was not measured: at this sample rate there is no treble to lose.",
    "mp3": "MP3 was not measured: this libsndfile cannot write it; 1.1 and later can.",
    "opus": "Opus was not measured: this libsndfile cannot write it; 1.0.29 and later can.",
    "resampled-soxr": "Resamplers were not measured: the model is at 8 kHz or below itself.",
}
"""Why a factor is missing; every other one can always be had."""


def all_stressors(
    clips: Clips,
    speakers: Sequence[str],
    stressed: Sequence[str],
    sample_rate: int,
    recordings: NoiseBank | None,
) -> list[Stressor]:
    """The factors that can be had.

    clips: all that voices may be taken from, `(m, num_samples)`, with their speakers. stressed: the speakers
    of the clips that are stressed, in their order. recordings: noise of places.
    """
    sounds = np.asarray(clips.any(axis=1))
    voices = clips[sounds]
    said_by = [speaker for speaker, kept in zip(speakers, sounds, strict=True) if kept]
    found = (
        *(FASTER, SLOWER, HIGHER, DEEPER, EARLY, LATE),
        babble(voices, said_by, stressed) if len(set(said_by)) >= MIN_SPEAKERS else None,
        steady_noise(voices) if len(voices) else None,
        *(noise(recordings), REVERBERATION, DISTANCE, MICROPHONE, FAINT, LOUD, CLIPPING, DC_OFFSET),
        *(QUANTISATION, *resamplers(sample_rate), band_limit(sample_rate), TELEPHONE, MU_LAW),
        *(mp3(sample_rate), opus(), PACKET_LOSS, PACKET_BURSTS),
    )
    return [stressor for stressor in found if stressor is not None]


def reasons_for_missing(stressors: Iterable[Stressor], only: Sequence[str] = ()) -> list[str]:
    """A sentence for each factor, or for each of those in `only`, that could not be had."""
    there = {stressor.name for stressor in stressors}
    return [reason for name, reason in REASONS.items() if name not in there and (not only or name in only)]
