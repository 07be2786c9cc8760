"""Whether a model answers alike when the same recordings reach it another way, and which mix-ups ruin it.

Test clips go in again: alone instead of in a batch, with the rounding to 16 bits changed, one sample earlier
and later, with reversed polarity, from another resampler, and 32768 times too large and too small. The first
ones should change nothing: a cause `fragile-...` is blamed where one costs a point or more. The last two are
what a live path with int16 and float mixed up would do; they cost points only where it happens.

Two paths of somebody's own are compared by `path.functions`: pairs of files, or two functions.

Asks for about 6 x 400 answers, 100 more one by one, and 4 x 150 where files have another sample rate.

`facts`:

    num_clips, num_answers
    changes: [{
        name, title            "polarity", "Reversed polarity"
        harmless               whether it should change nothing
        clips                  how many went in
        flipped_percent        share of clips whose answer (highest score) is another
        points, low, high      accuracy points lost to it, paired, with the interval over speakers
    }]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from unheard.corpus.clips import fit_clip
from unheard.diagnose.cause import Cause, Outcome, Points, Remedy
from unheard.diagnose.experiment import Experiment, Material, Part
from unheard.diagnose.material import choose_clips
from unheard.diagnose.points import mean_points
from unheard.diagnose.words import points_words
from unheard.errors import AudioError
from unheard.signal.audio_file import read_audio, to_int16

Samples = NDArray[np.float32]

NUM_CLIPS, NUM_ALONE, NUM_RESAMPLED = 400, 100, 150
MIN_POINTS = 1.0  # less is not worth a word
NUM_HARMLESS = 6
_WIDER = float(
    norm.ppf(1 - 0.025 / NUM_HARMLESS) / norm.ppf(0.975)
)  # an interval for all at once (Bonferroni)
_STEP = np.float32(1 / 32768)  # of 16 bits


@dataclass(frozen=True)
class Change:
    """Another way to the model. `harmless`: it should change nothing."""

    name: str
    title: str
    harmless: bool
    remedy: str = ""


@dataclass(frozen=True)
class Effect:
    """What a change does to the answers on some clips."""

    change: Change
    num_clips: int
    flipped_percent: float
    lost: Points

    @property
    def blamed(self) -> bool:
        """Whether what should cost nothing surely costs something, with all that was tried in mind."""
        if not self.change.harmless or self.lost.low is None or self.lost.value < MIN_POINTS:
            return False
        return self.lost.value > _WIDER * (self.lost.value - self.lost.low)


ALONE = Change(
    "alone",
    "One clip at a time instead of a batch",
    True,
    "Look for batch normalisation in training mode, or normalisation over the batch, in the model.",
)
ROUNDING = Change(
    "rounding", "Rounded to 16 bits otherwise", True, "Raise the floor of the logarithm of the front end."
)
SHIFTS = "Train with time_shift of some 10 ms, so that where frames begin does not matter."
POLARITY = Change("polarity", "Reversed polarity", True, "Train with half of the clips reversed in polarity.")
RESAMPLED = {
    "polyphase": Change(
        "resampler-polyphase",
        "Resampled by SciPy's polyphase filter instead of soxr",
        True,
        "Resample with one library everywhere.",
    ),
    "linear": Change(
        "resampler-linear",
        "Resampled by linear interpolation instead of soxr",
        False,
    ),
}


def same_path(material: Material) -> Outcome:
    """What other ways to the model change, on some of the test clips."""
    part = _some(material.test, NUM_CLIPS, material.seed)
    effects = [*_effects(material, part)]
    resampled = _resampled_effects(material)
    not_measured = () if resampled else (_NO_RESAMPLER,)
    effects += resampled
    return Outcome(
        causes=tuple(_cause(effect) for effect in effects if effect.change.harmless),
        not_measured=not_measured,
        facts=_facts(part, effects),
        remarks=tuple(_remark(effect) for effect in effects if not effect.change.harmless),
    )


_NO_RESAMPLER = (
    "Other resamplers were not tried: the test recordings have the model's own sample rate, or their files "
    "are not at hand."
)


def _some(part: Part, num_clips: int, seed: int) -> Part:
    labelled = np.flatnonzero(part.classes >= 0)
    groups = [part.groups[row] for row in labelled]
    return part.take(labelled[choose_clips(groups, num_clips, seed)])


def _effects(material: Material, part: Part) -> Iterator[Effect]:
    """Effects of what can be done to clips that are already decoded."""
    ways: list[tuple[Change, Callable[[Samples], Samples]]] = [
        (ROUNDING, _rounded_otherwise),
        (Change("earlier", "One sample earlier", True, SHIFTS), lambda x: _moved(x, -1)),
        (Change("later", "One sample later", True, SHIFTS), lambda x: _moved(x, 1)),
        (POLARITY, np.negative),
        (Change("times-32768", "Samples 32768 times too large", False), lambda x: x / _STEP),
        (Change("over-32768", "Samples 32768 times too small", False), lambda x: x * _STEP),
    ]
    for done, (change, make) in enumerate(ways):
        predicted = material.model.answer(make(part.samples)).predicted
        yield _effect(change, part, predicted, material.seed)
        material.on_progress(done + 1, len(ways) + 1)
    few = _some(part, NUM_ALONE, material.seed)
    alone = [material.model.answer(clip[None]).predicted for clip in few.samples]
    yield _effect(ALONE, few, np.concatenate(alone), material.seed)


def _effect(change: Change, part: Part, predicted: NDArray[np.int64], seed: int) -> Effect:
    right = predicted == part.classes
    lost = mean_points(part.correct.astype(np.float64) - right, part.groups, seed=seed)
    flipped = 100 * float((predicted != part.answers.predicted).mean())
    return Effect(change, len(part), flipped, lost)


def _rounded_otherwise(samples: Samples) -> Samples:
    """Rounded to 16 bits; clips that are so already, moved within it, as they may have been before."""
    rounded = to_int16(samples).astype(np.float32) * _STEP
    within = np.random.default_rng(0).uniform(-0.5, 0.5, samples.shape).astype(np.float32) * _STEP
    is_rounded = (rounded == samples).all(axis=1, keepdims=True)
    return np.where(is_rounded, samples + within, rounded)


def _moved(samples: Samples, by: int) -> Samples:
    """One sample later or earlier, with zero in the place that becomes free."""
    moved = np.roll(samples, by, axis=1)
    moved[:, 0 if by > 0 else -1] = 0
    return moved


def _resampled_effects(material: Material) -> list[Effect]:
    """Effects of other resamplers, on recordings that have another rate than the model."""
    from unheard.diagnose.path.resampling import RESAMPLERS

    part = _of_another_rate(material)
    if part is None:
        return []
    made: dict[str, list[Samples]] = {name: [] for name in ("soxr", *RESAMPLED)}
    kept = []
    for row, (path, start_s, duration_s) in enumerate(
        part.frame.select("path", "start_s", "duration_s").iter_rows()
    ):
        try:
            own, rate = read_audio(Path(path), start_s=start_s, duration_s=duration_s)
        except AudioError:
            continue
        kept.append(row)
        for name, clips in made.items():
            clip = RESAMPLERS[name](own[None], rate, material.model.sample_rate)[0]
            clips.append(fit_clip(clip, material.model.window_samples))
    if not kept:
        return []
    part = part.take(np.array(kept))
    part = replace(part, answers=material.model.answer(np.stack(made["soxr"])))
    return [
        _effect(change, part, material.model.answer(np.stack(made[name])).predicted, material.seed)
        for name, change in RESAMPLED.items()
    ]


def _of_another_rate(material: Material) -> Part | None:
    """Some test clips whose files are at hand and have another sample rate; null without any."""
    frame = material.test.frame
    if not {"path", "sample_rate", "start_s", "duration_s"} <= set(frame.columns):
        return None
    rates = zip(frame["path"], frame["sample_rate"], strict=True)
    rows = [
        row
        for row, (path, rate) in enumerate(rates)
        if path is not None and rate not in (None, material.model.sample_rate)
    ]
    part = material.test.take(np.array(rows, dtype=np.int64))
    return _some(part, NUM_RESAMPLED, material.seed) if rows else None


def _cause(effect: Effect) -> Cause:
    """A change that should cost nothing."""
    change = effect.change
    message = f"{change.title}: {effect.flipped_percent:.1f} % of the answers are others"
    if effect.flipped_percent > 0:
        message += f", though nothing can be heard of it; it {_verdict(effect.lost)}"
    return Cause(
        name=f"fragile-{change.name}",
        where="test",
        points=effect.lost,
        blamed=effect.blamed,
        message=f"{message}.",
        evidence={"clips": effect.num_clips, "flipped_percent": effect.flipped_percent},
        remedies=(Remedy("live-path", change.remedy),) if effect.blamed else (),
    )


def _verdict(lost: Points) -> str:
    """ "costs 2.0 points (1.1 to 3.0)", or "wins" where points are won."""
    if lost.value >= 0:
        return f"costs {points_words(lost)}"
    low, high = (None if end is None else -end for end in (lost.high, lost.low))
    return f"wins {points_words(replace(lost, value=-lost.value, low=low, high=high))}"


def _remark(effect: Effect) -> str:
    """What a mix-up would cost."""
    if effect.lost.value < MIN_POINTS and effect.flipped_percent < 1:
        return f"{effect.change.title}: {effect.flipped_percent:.1f} % of the answers would be others."
    return (
        f"{effect.change.title}: {effect.flipped_percent:.0f} % of the answers would be others, "
        f"{points_words(effect.lost)} less."
    )


def _facts(part: Part, effects: Sequence[Effect]) -> dict[str, Any]:
    return {
        "num_clips": len(part),
        "num_answers": sum(effect.num_clips for effect in effects),
        "changes": [
            {
                "name": effect.change.name,
                "title": effect.change.title,
                "harmless": effect.change.harmless,
                "clips": effect.num_clips,
                "flipped_percent": effect.flipped_percent,
                "points": effect.lost.value,
                "low": effect.lost.low,
                "high": effect.lost.high,
            }
            for effect in effects
        ],
    }


EXPERIMENT = Experiment(
    "same-path", "does the model answer alike when the same recording reaches it another way?", same_path
)
