"""What a test set can see: its effective size, and the smallest difference between two models."""

from __future__ import annotations

import math

from scipy.stats import norm, t

from unheard.evaluate.tally import Tally

ALPHA, POWER = 0.05, 0.80
PAIR_CORRELATION = 0.5


def accuracy_standard_error(tally: Tally) -> float | None:
    """Standard error of accuracy over speakers (ratio estimator, linearised); None for one speaker.

    e_s = correct_s - accuracy * clips_s;  SE^2 = S / (S - 1) * sum(e_s^2) / clips^2.
    """
    clips, correct = tally.clips, tally.correct.sum(axis=-1)
    if len(clips) < 2:
        return None
    residuals = correct - correct.sum() / clips.sum() * clips
    variance = len(clips) / (len(clips) - 1) * float((residuals**2).sum()) / float(clips.sum()) ** 2
    return math.sqrt(variance)


def design_effect(tally: Tally) -> float | None:
    """How many times the variance of accuracy is that of as many clips of as many different speakers.

    For m clips a speaker it is about 1 + (m - 1) * ICC (Kish 1965). The effective number of clips is the
    number of clips divided by it. None where it is undefined: one speaker, accuracy 0 or 1, or speakers that
    are all alike.
    """
    error, clips = accuracy_standard_error(tally), float(tally.clips.sum())
    share = float(tally.correct.sum()) / clips
    if not error or share in (0.0, 1.0):
        return None
    return error**2 / (share * (1.0 - share) / clips)


def detectable_difference(tally: Tally, *, correlation: float = PAIR_CORRELATION) -> float | None:
    """Smallest accuracy difference of two models that these speakers show at alpha 0.05 with 80 % power.

    (t(S - 1, 0.975) + z(0.80)) * SE * sqrt(2 * (1 - correlation)), with SE the standard error over speakers
    of this model's accuracy. It assumes that the other model varies as much between speakers, and that the
    accuracies of the two by speaker correlate as given; 0.5 is a guess for two models trained alike, and
    `paired_difference` does without it once there are two. Where all speakers have the same accuracy, SE is
    that of two more hits and two more misses among the speakers. None for one speaker, or above 1.
    """
    error, num_speakers = accuracy_standard_error(tally), len(tally.clips)
    if error is None:
        return None
    if error == 0.0:
        share = (tally.correct.sum() / tally.clips.sum() * num_speakers + 2) / (num_speakers + 4)
        error = math.sqrt(float(share) * (1 - float(share)) / num_speakers)
    reach = float(t.ppf(1 - ALPHA / 2, num_speakers - 1) + norm.ppf(POWER))
    difference = reach * error * math.sqrt(2.0 * (1.0 - correlation))
    return difference if difference <= 1.0 else None
