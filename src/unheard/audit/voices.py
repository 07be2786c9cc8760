"""voices on both sides of a split under other names or none, and names that are one voice, or two.

Clips are compared by the speaker encoder in `voice_encoder`. Its vectors are voiceprints, personal data: they
live in memory while this runs and are never written, and the check runs only when it is asked for by name.

Where speakers are named, a few clips of each are heard as one, and chance is how alike those are who have
different names within the training. Names that are wrong are found that way; clips without names must be long
enough to be compared one by one, by a threshold that no two strangers of LibriSpeech reach.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import stats

from unheard.audit.check import Check, Material
from unheard.audit.finding import CheckResult, Finding
from unheard.audit.heard_voices import LEAST_CLIP_S, HeardVoices, choose_clips, listen
from unheard.audit.phrases import part_of, percent, plural, quoted
from unheard.audit.voice_matching import Vectors, match, unlike_parts

P_VALUE = 0.025
BLOCKING_FROM = 0.05  # lower end of the interval of the share
FEWEST_VOICES = 30  # that chance is read from
CHANCE_OF_A_MATCH = 0.02  # that the best of all strangers is as alike
CHANCE_OF_A_PAIR = 0.02  # the same, for both of a pair that are each the best match of the other
TWO_VOICES = 3.0  # robust standard deviations below what the parts of one voice are alike
CLIPS_FOR_TWO = 6
SURELY_ONE = 0.85  # cosine of two clips; strangers of LibriSpeech stay below 0.82
SURELY_ONE_POOLED = 0.94  # of two people, a few sentences each
_STRANGERS_ABOVE = 0.01  # share of clips that are granted to reach it nevertheless
_RECOGNISED_ABOVE = 0.65  # share of LibriSpeech's clips that reach it with another clip of the same person
_HELD_OUT = ("test", "validation")


def check_voices(material: Material) -> CheckResult:
    """Listens to at most 6,000 clips. Raises `MissingExtraError` without the encoder's weights or torch."""
    frame = material.measured.filter(pl.col("failed").is_null())
    is_named = frame["speaker"].null_count() < 0.5 * frame.height
    rows, not_judged = choose_clips(frame, is_named, material.seed)
    if rows["name"].n_unique() < 3:
        return CheckResult(not_judged=(*not_judged, "Fewer than three voices can be compared."))
    voices = listen(material, rows)
    findings = judge_voices(voices, is_named, material.seed)
    if is_named and len(voices.names) < FEWEST_VOICES:
        few = f"Only {plural(len(voices.names), 'speaker')}: too few to know how alike strangers are."
        not_judged.append(few)
    return CheckResult(tuple(findings), judged=voices.rows.height, not_judged=tuple(not_judged))


def judge_voices(voices: HeardVoices, is_named: bool, seed: int) -> list[Finding]:
    """Leaks, names that are one voice, names that are two."""
    if not is_named:
        return _unnamed_leaks(voices)
    if len(voices.names) < FEWEST_VOICES:
        return _surely_one(voices)
    return [*_named_leaks(voices, seed), *_one_voice(voices), *_two_voices(voices)]


def _named_leaks(voices: HeardVoices, seed: int) -> list[Finding]:
    """Held-out speakers who sound like one of the training that has another name."""
    training = voices.where(pl.col("split") == "train")
    if len(training.names) < FEWEST_VOICES:
        return []
    return [
        finding
        for split in _HELD_OUT
        if (finding := _named_leak(voices.where(pl.col("split") == split), training, seed)) is not None
    ]


def _named_leak(held_out: HeardVoices, training: HeardVoices, seed: int) -> Finding | None:
    if not len(held_out.rows):
        return None
    names, known = held_out.names, training.names
    same = np.array(names)[:, None] == np.array(known)
    found = match(held_out.by_name, training.by_name, same, _halves(training, seed))
    if found.p_value >= P_VALUE:
        return None
    split = held_out.rows["split"][0]
    sounding = [index for index in np.argsort(found.chance) if found.chance[index] < CHANCE_OF_A_MATCH]
    pairs = [f"{names[index]} as {known[found.best[index]]}" for index in sounding]
    return Finding(
        check="voices",
        severity="blocking" if found.low >= BLOCKING_FROM else "warning",
        subject=f"splits train and {split}",
        message=f"About {percent(found.share)} ({percent(found.low)} to {percent(found.high)}) of the "
        f"speakers of {split} are trained on under other names: {len(sounding)} of {len(names)} sound like "
        f"one of train as strangers hardly do (p = {found.p_value:.4f}): {quoted(pairs)}.",
        evidence={
            "share": round(found.share, 4),
            "share_low": round(found.low, 4),
            "share_high": round(found.high, 4),
            "num_alike": len(sounding),
            "num_speakers": len(names),
            "p_value": found.p_value,
        },
        remedy="Listen to the pairs; give those who are one person one name, and split anew with: "
        "unheard corpus split --group-by speaker.",
        confidence=0.95,
        utterances=tuple(_ids(held_out, [names[index] for index in sounding])),
    )


def _halves(voices: HeardVoices, seed: int) -> tuple[Vectors, Vectors]:
    """The clips of those who have four or more, in two parts."""
    part = pl.int_range(pl.len()).shuffle(seed).over("name") % 2
    rows = voices.rows.with_columns(part=part, count=pl.len().over("name"))
    parts = [rows.select((pl.col("part") == side) & (pl.col("count") >= 4)).to_series() for side in (0, 1)]
    if not parts[0].any():
        return voices.vectors[:0], voices.vectors[:0]
    first, second = (
        HeardVoices(rows.filter(chosen), voices.prints[chosen.to_numpy()], voices.vectors[chosen.to_numpy()])
        for chosen in parts
    )
    return first.by_name, second.by_name


def _one_voice(voices: HeardVoices) -> list[Finding]:
    """Pairs of names that sound like one person: each the other's best match, and beyond chance."""
    names, vectors = voices.names, voices.by_name
    found = match(vectors, vectors, np.eye(len(names), dtype=bool), (vectors[:0], vectors[:0]))
    pairs = [
        (index, int(best))
        for index, best in enumerate(found.best)
        if index < best and found.best[best] == index and max(found.chance[[index, best]]) < CHANCE_OF_A_PAIR
    ]
    return [
        _tell_pair(voices, names[one], names[other], "chance", float(found.chance[one]))
        for one, other in pairs
    ]


def _surely_one(voices: HeardVoices) -> list[Finding]:
    """Among a few speakers of sentences, pairs more alike than strangers with clean recordings ever are."""
    voices = voices.where(pl.col("duration_s").mean().over("name") >= LEAST_CLIP_S)
    if voices.rows.is_empty():
        return []
    names, prints = voices.names, voices.prints_by_name
    alike = np.triu(prints @ prints.T, 1)
    return [
        _tell_pair(voices, names[one], names[other], "cosine", float(alike[one, other]))
        for one, other in np.argwhere(alike >= SURELY_ONE_POOLED)
    ]


def _tell_pair(voices: HeardVoices, one: str, other: str, measure: str, value: float) -> Finding:
    splits = voices.rows.filter(pl.col("name").is_in([one, other]))["split"].drop_nulls().unique()
    torn = len(splits) > 1 and "train" in splits
    where = f", and they are on both sides of a split ({', '.join(splits.sort())})" if torn else ""
    return Finding(
        check="voices",
        severity="warning" if torn else "note",
        subject=f"speakers '{one}' and '{other}'",
        message=f"Speakers '{one}' and '{other}' sound like one person{where}.",
        evidence={measure: value, "torn": torn},
        remedy="Listen to both; if it is one person, give them one name before the corpus is split.",
        confidence=0.8 if measure == "chance" else 0.6,
        utterances=tuple(_ids(voices, [one, other])),
    )


def _two_voices(voices: HeardVoices) -> list[Finding]:
    """Names whose clips fall into two parts that are less alike than the parts of one person are."""
    many = voices.where(pl.len().over("name") >= CLIPS_FOR_TWO)
    names = many.names
    if len(names) < FEWEST_VOICES:
        return []
    number = many.rows["name"].to_numpy()
    alike = np.array([unlike_parts(many.vectors[number == name]) for name in names])
    middle, low = np.quantile(alike[alike < 1], [0.5, 0.1]) if (alike < 1).any() else (1.0, 1.0)
    scale = max((middle - low) / 1.2816, 0.02)
    chosen = np.flatnonzero(alike < middle - TWO_VOICES * scale)
    return [_tell_two(many, names[index], float(alike[index]), float(middle)) for index in chosen]


def _tell_two(voices: HeardVoices, name: str, alike: float, usual: float) -> Finding:
    return Finding(
        check="voices",
        severity="warning",
        subject=f"speaker '{name}'",
        message=f"Speaker '{name}' sounds like two: two parts of the clips are alike by {alike:.2f}, "
        f"those of other speakers by {usual:.2f}.",
        evidence={"alike": round(alike, 4), "usually": round(usual, 4)},
        remedy="Listen to the clips; names that each give to themselves, or that stand for a browser, often "
        "hold several people.",
        confidence=0.7,
        utterances=tuple(_ids(voices, [name])),
    )


def _unnamed_leaks(voices: HeardVoices) -> list[Finding]:
    """Held-out clips without a name that have a near-identical voice in the training."""
    training = voices.where(pl.col("split") == "train")
    if not len(training.rows):
        return []
    held_out = [(split, voices.where(pl.col("split") == split)) for split in _HELD_OUT]
    findings = [_unnamed_leak(clips, training, split) for split, clips in held_out if len(clips.rows)]
    return [finding for finding in findings if finding is not None]


def _unnamed_leak(held_out: HeardVoices, training: HeardVoices, split: str) -> Finding | None:
    alike = (held_out.prints @ training.prints.T).max(axis=1)
    hits, count = int((alike >= SURELY_ONE).sum()), len(alike)
    p_value = float(stats.binom.sf(hits - 1, count, _STRANGERS_ABOVE))
    if p_value >= P_VALUE:
        return None
    share, low, high = _share_of_clips(hits, count)
    ids = held_out.rows["id"].filter(pl.Series(alike >= SURELY_ONE)).to_list()
    return Finding(
        check="voices",
        severity="blocking" if low >= BLOCKING_FROM else "warning",
        subject=f"splits train and {split}",
        message=f"About {percent(share)} ({percent(low)} to {percent(high)}) of the clips of {split} are by "
        f"people who are in train too: {part_of(hits, count, 'clip')} have a voice that is there, "
        f"{quoted(ids)}.",
        evidence={
            "share": round(share, 4),
            "share_low": round(low, 4),
            "share_high": round(high, 4),
            "p_value": p_value,
        },
        remedy="Name the speakers in a column 'speaker', and split anew with: unheard corpus split.",
        confidence=0.7,
        utterances=tuple(ids),
    )


def _share_of_clips(hits: int, count: int) -> tuple[float, float, float]:
    """Share of clips whose voice is known, and its 95 % interval (Clopper and Pearson 1934)."""
    low = stats.beta.ppf(0.025, hits, count - hits + 1) if hits else 0.0
    high = stats.beta.ppf(0.975, hits + 1, count - hits) if hits < count else 1.0
    shares = (np.array([hits / count, low, high]) - _STRANGERS_ABOVE) / (_RECOGNISED_ABOVE - _STRANGERS_ABOVE)
    share, low, high = shares.clip(0, 1).tolist()
    return share, low, high


def _ids(voices: HeardVoices, names: list[str]) -> list[str]:
    return voices.rows.filter(pl.col("name").is_in(names)).sort("name", "id")["id"].to_list()


CHECK = Check(
    "voices",
    "leaks",
    "voices on both sides of a split under other names or none; one voice of two names",
    check_voices,
    opt_in=True,
)
