"""Thresholds: how near a word has to come, so that a share of what is no word passes at most.

What is no word comes in kinds (synthetic words, other words of the corpus, background, people talking), each
with a quantile of its own; the strictest one counts. A kind is `(num_clips, num_words)` cosines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from unheard.train.few_shot import VOICES_COUNT_AS

SYNTHETIC_WORDS = "synthetic words"
OTHER_WORDS = "other words of the corpus"
TALKING = "windows of people talking"
WINDOWS_A_SECOND = 10  # of a stream
PEOPLE_NEARER = 0.05  # in cosine; 0.04 to 0.07 on validation speakers

Cosines = NDArray[np.float32]


def people_nearer(num_clips: NDArray[np.int64], *, voices: bool) -> Cosines:
    """`(num_words,)`: by how much other words said by people come nearer to words that were learned from so
    many clips, and from synthetic voices besides, than the same of synthetic voices do."""
    weight = num_clips + (VOICES_COUNT_AS if voices else 0.0)
    return np.asarray(PEOPLE_NEARER * num_clips / np.maximum(weight, 1.0), np.float32)


def threshold_for(cosines: Mapping[str, Cosines], false_accepts: float) -> float:
    """The cosine that at most this share of the negatives exceeds, of the worst kind of them.

    `cosines`: kind -> the highest to any word, of each negative clip.
    """
    reached = [float(np.quantile(found, 1 - false_accepts, method="higher")) for found in cosines.values()]
    return max(reached)


def choose_threshold(cosines: dict[str, Cosines], false_accepts: float) -> tuple[float, dict[str, float]]:
    """The threshold by every other negative, and the share of the rest that passes it, by kind.

    Of people talking, who are heard window by window, a tenth of `false_accepts` may pass.
    """
    highest = {kind: found.max(axis=1) for kind, found in cosines.items()}
    setting = {kind: found[::2] for kind, found in highest.items()}
    talking = {TALKING: setting.pop(TALKING)} if TALKING in setting else {}
    threshold = threshold_for(setting, false_accepts)
    if talking:
        threshold = max(threshold, threshold_for(talking, false_accepts / WINDOWS_A_SECOND))
    rest = {kind: found[1::2] for kind, found in highest.items() if len(found) > 1}
    return threshold, {kind: float((found > threshold).mean()) for kind, found in rest.items()}


def thresholds_without(
    cosines: dict[str, Cosines], spoke: Sequence[str], false_accepts: float
) -> dict[str, float]:
    """For each who spoke other words of the corpus, the threshold as `choose_threshold` has it without them.

    `spoke`: of each of those clips, who.
    """
    setting = {kind: found.max(axis=1)[::2] for kind, found in cosines.items()}
    by = np.array(spoke)[::2]
    found = {}
    for one in dict.fromkeys(spoke):
        rest = setting | {OTHER_WORDS: setting[OTHER_WORDS][by != one]}
        found[one] = threshold_for({kind: left for kind, left in rest.items() if len(left)}, false_accepts)
    return found
