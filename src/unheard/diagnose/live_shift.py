"""What differs between live and test clips, and what each difference costs the model in accuracy points.

Live conditions are fitted without the model (`shift/fit.py`): those that make test clips sound like live
clips. Then test clips are given them, in every combination, and the model answers (`shift/replay.py`). What
can be taken off the live clips is taken off, and the model asked again. It asks for at most 16,000 answers on
test clips, and for one on each test and live clip for every factor that can be undone.

Where live clips have labels, points are brought into agreement with what these lose (`shift/balance.py`).

`facts`:
- `test_accuracy`, `live_accuracy` (null without labels), `gap`, `mix`, `together`, `unexplained`: points
  `{"points", "low", "high"}` of 100; null where they cannot be told. `mix` is what the live clips' mix of
  classes takes by itself. gap = mix + sum of the factors' points + unexplained.
- `agreement`: what the points of factors were multiplied by; 1 without live labels.
- `factors`: in physical order, `{"name", "told", "points", "low", "high", "alone_points", "p_value",
  "undo_points", "undo_low", "undo_high", "values": {name with unit: number}, "curve": [...]}`; `alone_points`
  is not scaled.
- `subsets`: `{"factors": [names], "accuracy": share}` of the test clips, with the live mix of classes.
- `descriptors`: `{"name", "unit", "test", "live", "explained"}`, each the quantiles 0.05, 0.25, 0.5, 0.75,
  0.95 over clips; `explained`: test clips with all factors.
- `spectrum`: `{"hz", "test_db", "live_db", "explained_db"}`: mean spectra of speech over the speech level.
- `p_before`, `p_after`: chance that speakers alone differ as much as live and test clips, before and after
  the factors are given; `num_test_clips`, `num_live_clips`, `num_test_speakers`, `num_live_speakers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unheard.diagnose.cause import Cause, Outcome, Points
from unheard.diagnose.experiment import Experiment, Material, Part
from unheard.diagnose.points import mean_points
from unheard.diagnose.shift.balance import agreement, balance_of, left_over, plain
from unheard.diagnose.shift.catalog import BY_NAME, FACTORS
from unheard.diagnose.shift.chain import synthesise
from unheard.diagnose.shift.descriptors import NAMES, Described, band_centres_hz
from unheard.diagnose.shift.factor import Setting
from unheard.diagnose.shift.fit import ALPHA, Fitted, Side, choose, fit_factors
from unheard.diagnose.shift.replay import MAX_ANSWERS, Replay, replay

NAME = "live-shift"
FITTED_CLIPS = 300  # of each part
MIN_CLIPS = 20
MIN_POINTS = 1.0
_MAX_WEIGHT = 5.0
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Measured:
    """What is known of one factor. `undone`: what the live clips win back without it; null where that cannot
    be tried. `undone_on_test`: points that test clips with all factors win back in the same way: a word that
    was cut off stays so."""

    name: str
    setting: Setting
    points: Points
    alone: Points
    p_value: float
    undone: Points | None
    undone_on_test: float

    @property
    def told(self) -> str:
        return BY_NAME[self.name].tell(self.setting)


def live_shift(material: Material) -> Outcome:
    """Acoustic factors of the live clips with their points, and what they leave unexplained."""
    test, live = material.test, material.live
    assert live is not None
    if min(len(test), len(live)) < MIN_CLIPS:
        return Outcome(not_measured=(_too_few(test, live),))
    return explained(material, fitted_factors(material))


def explained(material: Material, fitted: Fitted) -> Outcome:
    """What the model loses to factors that were fitted without it."""
    test, live = material.test, material.live
    assert live is not None
    test = test.take(choose(test.groups, MAX_ANSWERS // 2 ** len(fitted.chain), material.seed))
    weights, rate = mix_weights(test, live), material.model.sample_rate
    played = replay(material.model, test, fitted.chain, material.seed)
    left = left_over(live, played, weights, material.seed)
    scale = agreement(100 * float(np.mean(weights * played.together())), left)
    factors = [_measure(material, fitted, played, scale * weights, name) for name in fitted.chain]
    balance = balance_of(material, played, weights, scale, left)
    return Outcome(
        causes=tuple(_cause(factor, len(factors)) for factor in factors),
        facts={**_facts(fitted, played, weights, factors, rate), **balance, **_sizes(test, live)},
        remarks=tuple(_remarks(fitted, factors, balance)),
    )


def fitted_factors(material: Material) -> Fitted:
    """The conditions of the live clips, fitted on some clips of as many speakers as there are, once."""
    assert material.live is not None
    if NAME not in material.worked_out:
        material.worked_out[NAME] = _fit(material, material.live)
    fitted = material.worked_out[NAME]
    assert isinstance(fitted, Fitted)
    return fitted


def _fit(material: Material, live: Part) -> Fitted:
    sides = []
    for part in (material.test, live):
        rows = choose(part.groups, FITTED_CLIPS, material.seed)
        sides.append(Side(part.samples[rows], part.classes[rows], tuple(part.groups[row] for row in rows)))
    return fit_factors(sides[0], sides[1], material.model.sample_rate, material.seed)


def mix_weights(test: Part, live: Part) -> NDArray[np.float64]:
    """`(n,)` what each test clip counts, 1 on average, so that classes weigh as much as among live clips."""
    if not live.labelled:
        return np.ones(len(test))
    size = int(max(test.classes.max(), live.classes.max())) + 1
    have, want = (np.bincount(part.classes, minlength=size) / len(part) for part in (test, live))
    weights = (want / np.maximum(have, 1e-9)).clip(max=_MAX_WEIGHT)[test.classes]
    return np.asarray(weights / weights.mean() if weights.any() else np.ones(len(test)))


def _measure(
    material: Material, fitted: Fitted, played: Replay, weights: NDArray[np.float64], name: str
) -> Measured:
    groups, seed = played.part.groups, material.seed
    setting, undone = fitted.chain[name], _undone(material, name, fitted.chain[name])
    return Measured(
        name,
        setting,
        mean_points(weights * played.shared(name), groups, seed=seed),
        mean_points(weights / weights.mean() * played.alone(name), groups, seed=seed),
        fitted.p_values[name],
        undone,
        0.0 if undone is None else _undone_on_test(material, fitted, played, name),
    )


def _undone(material: Material, name: str, setting: Setting) -> Points | None:
    """What live clips win back once a factor is taken off them."""
    live = material.live
    if live is None or not live.labelled:
        return None
    repaired = BY_NAME[name].undo(live.samples, setting, material.model.sample_rate)
    if repaired is None:
        return None
    correct = material.model.answer(repaired).predicted == live.classes
    return mean_points(correct.astype(float) - live.correct, live.groups, seed=material.seed)


def _undone_on_test(material: Material, fitted: Fitted, played: Replay, name: str) -> float:
    """Points that test clips under all factors win back once one is taken off them."""
    rate, part = material.model.sample_rate, played.part
    clips = synthesise(part.samples, fitted.chain, rate, material.seed)
    repaired = BY_NAME[name].undo(clips, fitted.chain[name], rate)
    assert repaired is not None  # as for live clips
    right = (
        answers.predicted == part.classes for answers in (material.model.answer(repaired), played.answers)
    )
    after, before = (100 * float(np.mean(one)) for one in right)
    return after - before


def _cause(factor: Measured, num_factors: int) -> Cause:
    real = factor.p_value < ALPHA / num_factors
    undone = factor.undone
    harms = undone is not None and undone.high is not None and undone.high < min(0.0, factor.undone_on_test)
    blamed = real and not harms and factor.points.sure and factor.points.value >= MIN_POINTS
    told = "" if undone is None else f" Undone on the live clips, it wins back {_said(undone)}."
    return Cause(
        name=factor.name,
        where="live",
        points=factor.points,
        blamed=blamed,
        message=(
            f"Against the test clips, {factor.told}: by the same done to test clips, it costs "
            f"{_said(factor.points)}.{told}"
        ),
        evidence={
            **factor.setting.values,
            "alone_points": factor.alone.value,
            "p_value": factor.p_value,
            "undo_points": None if undone is None else undone.value,
        },
        remedies=BY_NAME[factor.name].remedies(factor.setting) if blamed else (),
    )


def _said(points: Points) -> str:
    interval = "" if points.low is None else f" ({points.low:.1f} to {points.high:.1f})"
    return f"{points.value:.1f} points{interval}"


def _remarks(fitted: Fitted, factors: list[Measured], balance: Mapping[str, Any]) -> list[str]:
    found = []
    if not factors:
        found.append(
            "Live clips sound like test clips: they differ by no more than speakers do "
            f"(p = {fitted.p_before:.2g})."
            if fitted.p_before >= ALPHA
            else f"Live clips sound otherwise than test clips (p = {fitted.p_before:.2g}), but like none of "
            f"the {len(FACTORS)} factors that are known."
        )
    elif fitted.p_after < ALPHA:
        found.append(
            "With all factors, test clips still do not sound quite like live clips "
            f"(p = {fitted.p_after:.2g})."
        )
    gap, left = balance["gap"], balance["unexplained"]
    if gap is not None:
        found.append(
            f"From test to live, {_told(gap)} are lost; the factors explain {_told(balance['together'])}, "
            f"the mix of classes {balance['mix']['points']:.1f}, and {_told(left)} stay unexplained"
            f"{_why_left(left)}."
        )
    return found


def _why_left(left: Mapping[str, float | None]) -> str:
    if left["low"] is not None and left["low"] > 0:
        return (
            ": voices or words that the test does not have, doubtful labels, a test whose speakers were in "
            "training, or conditions that are not looked for"
        )
    return ", which chance may do" if left["low"] is not None and left["high"] >= 0 else ""  # type: ignore[operator]


def _told(points: Mapping[str, float | None]) -> str:
    if points["low"] is None:
        return f"{points['points']:.1f} points"
    return f"{points['points']:.1f} points ({points['low']:.1f} to {points['high']:.1f})"


def _facts(
    fitted: Fitted,
    played: Replay,
    weights: NDArray[np.float64],
    factors: list[Measured],
    sample_rate: int,
) -> dict[str, Any]:
    return {
        "factors": [_factor_fact(factor) for factor in factors],
        "subsets": [
            {"factors": sorted(subset), "accuracy": float(np.mean(weights * correct))}
            for subset, correct in played.correct.items()
        ],
        **_descriptor_facts(fitted.described, sample_rate),
        "p_before": fitted.p_before,
        "p_after": fitted.p_after,
    }


def _factor_fact(factor: Measured) -> dict[str, Any]:
    undone = factor.undone
    return {
        "name": factor.name,
        "told": factor.told,
        **plain(factor.points),
        "alone_points": factor.alone.value,
        "p_value": factor.p_value,
        "undo_points": None if undone is None else undone.value,
        "undo_low": None if undone is None else undone.low,
        "undo_high": None if undone is None else undone.high,
        "values": dict(factor.setting.values),
        "curve": list(factor.setting.curve),
    }


def _descriptor_facts(described: Mapping[str, Described], sample_rate: int) -> dict[str, Any]:
    sides = {
        name: np.quantile(one.values, _QUANTILES, axis=0).T.round(3).tolist()
        for name, one in described.items()
    }
    bands = {f"{name}_db": one.bands_db.mean(axis=0).round(2).tolist() for name, one in described.items()}
    return {
        "descriptors": [
            {"name": name, "unit": name.rsplit("_", 1)[1], **{side: sides[side][row] for side in sides}}
            for row, name in enumerate(NAMES)
        ],
        "spectrum": {"hz": band_centres_hz(sample_rate).round().tolist(), **bands},
    }


def _sizes(test: Part, live: Part) -> dict[str, int]:
    return {
        "num_test_clips": len(test),
        "num_live_clips": len(live),
        "num_test_speakers": len(set(test.groups)),
        "num_live_speakers": len(set(live.groups)),
    }


def _too_few(test: Part, live: Part) -> str:
    return (
        f"What differs between live and test clips: there are {len(live)} live and {len(test)} test clips; "
        f"at least {MIN_CLIPS} of each are needed."
    )


EXPERIMENT = Experiment(
    NAME,
    "what differs acoustically between live and test clips, and what each difference costs",
    live_shift,
    needs=("live",),
)
