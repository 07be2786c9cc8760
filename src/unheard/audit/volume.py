"""What more speakers would bring, and when they stop paying: a learning curve over speakers.

More takes of the same voices say little about unheard ones, so the curve counts speakers. It is that of a
small model on pretrained features; a network that learns its features from this corpus alone gains more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.audit.check import Check, Material
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.labelled_words import LabelledWords, labelled_words
from unheard.audit.power_law import PowerLaw, fit_power_law, joined
from unheard.audit.speaker_curve import SpeakerCurve, measure_speaker_curve
from unheard.errors import MissingExtraError

MIN_SPEAKERS = 20
WORTHWHILE = 0.005  # accuracy that a doubling must bring
INTERVAL = (2.5, 97.5)  # percentiles of resampled speakers
CONFIDENCE = 0.9  # share of forecasts of known doublings whose interval held the truth
ONE_VIEW = slice(1, 2)  # of each clip: all of them cost three times as much
FITTED_RATIOS = (4, 8)  # of the largest to the smallest size that a law is fitted to


@dataclass(frozen=True)
class Forecast:
    """What a curve says of more speakers. `laws` were fitted to resampled curves, half of them to the largest
    sizes alone; their spread makes the intervals of 95 %. Accuracies are 0 to 1."""

    speakers: int  # that there are
    laws: PowerLaw

    def accuracy(self, speakers: float) -> tuple[float, float, float]:
        """Accuracy that a model of so many speakers would have: best guess, low, high."""
        return _middle_and_interval(1 - self.laws.error(speakers))

    @property
    def gain(self) -> tuple[float, float, float]:
        """Accuracy that twice the speakers would bring: best guess, low, high."""
        return _middle_and_interval(self.laws.gain_of_doubling(self.speakers))

    @property
    def enough_speakers(self) -> tuple[float, float, float]:
        """Speakers from whom on a doubling brings less than half a point: best guess, low, high."""
        return _middle_and_interval(self.laws.size_of_gain(WORTHWHILE))


def forecast(curve: SpeakerCurve, num_speakers: int, seed: int) -> Forecast:
    """Fit power laws to the end of the curve: few speakers follow another law, for they miss whole labels."""
    sizes, resampled = curve.sizes.astype(np.float64), curve.resampled(seed)
    parts = []
    for ratio in FITTED_RATIOS:
        fitted = sizes >= 0.98 * sizes[-1] / ratio
        parts.append(fit_power_law(sizes[fitted], 1 - resampled[:, fitted], np.sqrt(sizes[fitted])))
    return Forecast(num_speakers, joined(parts))


def _middle_and_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    middle, low, high = np.percentile(values, (50, *INTERVAL))
    return float(middle), float(low), float(high)


def check_volume(material: Material) -> CheckResult:
    """What twice the speakers would bring."""
    try:
        words = labelled_words(material)
    except MissingExtraError as error:
        return CheckResult(not_judged=(f"What more speakers would bring is not judged. {error}",))
    problem = _why_not(words)
    if problem:
        return CheckResult(not_judged=(*words.not_judged, problem))
    curve = measure_speaker_curve(
        words.features[:, ONE_VIEW],
        words.classes,
        words.groups,
        seed=material.seed,
        on_progress=material.on_progress,
    )
    if not _grows(curve, material.seed):
        return CheckResult(
            judged=1,
            not_judged=(*words.not_judged, _does_not_grow(curve)),
            facts=_curve_facts(curve, material),
        )
    found = forecast(curve, int(words.groups.max()) + 1, material.seed)
    return CheckResult(
        findings=(_finding(found),),
        judged=1,
        not_judged=words.not_judged,
        facts=_curve_facts(curve, material) | _forecast_facts(found),
    )


def _why_not(words: LabelledWords) -> str:
    if not len(words):
        return "What more speakers would bring: there is nothing to learn a curve from."
    if not words.by_speaker:
        return "What more speakers would bring: no speaker is named."
    num_speakers = int(words.groups.max()) + 1
    if num_speakers < MIN_SPEAKERS:
        return (
            f"What more speakers would bring: {num_speakers} speakers are too few for a curve, which takes "
            f"{MIN_SPEAKERS}."
        )
    return ""


def _grows(curve: SpeakerCurve, seed: int) -> bool:
    """Whether more speakers were better than few, beyond doubt."""
    growth = curve.resampled(seed)[:, -1] - curve.resampled(seed)[:, 0]
    return bool(np.percentile(growth, INTERVAL[0]) > 0)


def _does_not_grow(curve: SpeakerCurve) -> str:
    return (
        f"What more speakers would bring: with {curve.sizes[0]} speakers accuracy is "
        f"{100 * curve.accuracy[0]:.1f} %, with {curve.sizes[-1]} it is {100 * curve.accuracy[-1]:.1f} %; no "
        "curve can be fitted to that."
    )


def _finding(found: Forecast) -> Finding:
    gain, low, high = (100 * value for value in found.gain)
    pays = gain >= 100 * WORTHWHILE
    return Finding(
        check="volume",
        severity="note",
        subject="corpus",
        message=f"Twice as many speakers, {2 * found.speakers:,}, would bring {gain:.1f} points of accuracy "
        f"({low:.1f} to {high:.1f}); {_stops(found)}.",
        evidence={
            "speakers": found.speakers,
            "gain_of_doubling_points": round(gain, 2),
            "gain_low_points": round(low, 2),
            "gain_high_points": round(high, 2),
            "accuracy_now": round(found.accuracy(found.speakers)[0], 4),
        },
        remedy="Record new speakers; more takes of the same ones bring less."
        if pays
        else "More speakers of this kind bring little; record what differs instead: other rooms, microphones "
        "and ways to speak.",
        confidence=CONFIDENCE,
    )


def _stops(found: Forecast) -> str:
    enough, _, _ = found.enough_speakers
    if enough <= found.speakers:
        return "by now a doubling brings less than half a point"
    if enough > 100 * found.speakers:
        return "where a doubling stops bringing half a point is beyond what can be told"
    return f"from {_rounded(enough)} speakers on a doubling brings less than half a point"


def _rounded(number: float) -> str:
    """ "about 1,900": two digits are known at best."""
    digits = max(0, len(str(round(number))) - 2)
    return f"about {round(number, -digits):,.0f}"


def _curve_facts(curve: SpeakerCurve, material: Material) -> dict[str, Any]:
    """`curve`: measured errors, as shares, with their intervals."""
    low, high = np.percentile(curve.resampled(material.seed), INTERVAL, axis=0)
    rows = zip(curve.sizes, curve.accuracy, low, high, strict=True)
    return {"curve": [_as_error(*row) for row in rows]}


def _forecast_facts(found: Forecast) -> dict[str, Any]:
    sizes = np.unique(np.round(np.geomspace(found.speakers / 2, 4 * found.speakers, 13)))
    laws, (enough, _, _) = found.laws, found.enough_speakers
    return {
        "fit": {name: float(np.median(getattr(laws, name))) for name in ("floor", "scale", "power")},
        "forecast": [_as_error(size, *found.accuracy(float(size))) for size in sizes],
        "gain_of_doubling": [round(value, 4) for value in found.gain],
        "enough_speakers": round(enough) if enough < 100 * found.speakers else None,
    }


def _as_error(speakers: float, accuracy: float, low: float, high: float) -> dict[str, float]:
    """A row of a curve; `low` and `high` bound the error."""
    errors = {"error": 1 - accuracy, "low": 1 - high, "high": 1 - low}
    return {"speakers": int(speakers)} | {name: round(float(value), 4) for name, value in errors.items()}


CHECK = Check("volume", "volume", "what more speakers would bring, and when they stop paying", check_volume)
