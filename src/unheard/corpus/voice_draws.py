"""Synthetic speakers and their takes, drawn as plain values: who speaks, how fast, how high, how loud.

A voice is an accent with a variant, plus its own tempo, pitch, intonation and loudness drawn from the seed.
Its takes of a word differ a little in tempo, pitch and level, as a person's do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from unheard.corpus.espeak import PITCHES, RATES_WPM, known_variants, require_voice
from unheard.errors import UsageError

ENGLISH_ACCENTS = (
    "en-us", "en", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us-nyc",
)  # fmt: skip
LEFT_OUT = {
    "no voice, only breath": ("whisper", "whisperf", "caleb"),
    "robots, demons and loudspeakers": (
        "Demonic", "RicishayMax", "RicishayMax2", "RicishayMax3", "UniRobot", "anikaRobot", "announcer",
        "robosoft", "robosoft2", "robosoft3", "robosoft4", "robosoft5", "robosoft6", "robosoft7", "robosoft8",
    ),
    # mean difference of their log spectra over three words is a tenth of that between two usual variants
    "doubles of adam, edward2, klatt, steph2 and m6": ("benjamin", "klatt6", "klatt2", "steph3", "fast"),
}  # fmt: skip

_TEMPO_STEPS = 0.08  # a take's tempo differs from its voice's by up to this share
_PITCH_STEPS = 6  # and its pitch by up to this, in espeak-ng's units
_LEVEL_STEPS_DB = 3.0  # and its peak level


@dataclass(frozen=True)
class VoiceOptions:
    """Which voices speak how; pairs are (lowest, highest), drawn uniformly for each voice."""

    accents: tuple[str, ...] = ENGLISH_ACCENTS
    variants: tuple[str, ...] = ()  # none named: all of espeak-ng's but those of LEFT_OUT
    num_voices: int = 40
    takes_per_word: int = 4
    rates_wpm: tuple[int, int] = (130, 210)  # words per minute
    pitches: tuple[int, int] = (25, 75)  # espeak-ng's units, 0 to 99; 50 is a variant's usual pitch
    ranges: tuple[int, int] = (25, 75)  # intonation: 0 is monotonous, 50 usual
    peaks_db: tuple[float, float] = (-24.0, -4.0)  # peak level, full scale is 0 dB
    margins_s: tuple[float, float] = (0.05, 0.2)  # silence before and after the word, drawn for each take
    sample_rate: int = 16_000
    seed: int = 0

    def __post_init__(self) -> None:
        _require_pair("rates_wpm", self.rates_wpm, RATES_WPM)
        _require_pair("pitches", self.pitches, PITCHES)
        _require_pair("ranges", self.ranges, PITCHES)
        _require_pair("peaks_db", self.peaks_db, (-60.0, 0.0))
        _require_pair("margins_s", self.margins_s, (0.0, 10.0))
        for name in ("num_voices", "takes_per_word", "sample_rate"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)}; it must be 1 or more.")
        if not self.accents:
            raise UsageError("accents is empty; name at least one, for example en-us.")


@dataclass(frozen=True)
class Voice:
    """One synthetic speaker and how it usually speaks."""

    accent: str
    variant: str
    rate_wpm: float
    pitch: float
    pitch_range: int
    peak_db: float

    @property
    def espeak_name(self) -> str:
        """What espeak-ng calls it."""
        return f"{self.accent}+{self.variant}"

    @property
    def speaker(self) -> str:
        """Its name in the corpus and in file names."""
        return self.espeak_name.replace(" ", "-")


@dataclass(frozen=True)
class Take:
    """Everything that makes one clip; speaking it draws nothing."""

    word: str
    voice: Voice
    number: int
    rate_wpm: int
    pitch: int
    peak_db: float
    lead_s: float  # silence before the word
    tail_s: float  # and after
    seed: int = field(repr=False)

    @property
    def file_name(self) -> str:
        """Path inside the corpus folder."""
        return f"{self.word}/{self.voice.speaker}_{self.number}.flac"


def draw_voices(options: VoiceOptions) -> tuple[Voice, ...]:
    """The voices of a seed; asking for more of them keeps the first ones.

    Every variant comes once before one comes again, and then it comes with another accent.
    """
    variants = options.variants or usual_variants()
    for accent, variant in ((accent, variant) for accent in options.accents for variant in variants):
        require_voice(f"{accent}+{variant}")
    possible = len(options.accents) * len(variants)
    if options.num_voices > possible:
        raise UsageError(
            f"num_voices is {options.num_voices}; {len(options.accents)} accents and {len(variants)} "
            f"variants make {possible} voices."
        )
    generator = _generator(options.seed, "order")
    accents = [options.accents[i] for i in generator.permutation(len(options.accents))]
    variants = tuple(variants[i] for i in generator.permutation(len(variants)))
    return tuple(_draw_voice(*_pair(i, accents, variants), options) for i in range(options.num_voices))


def usual_variants() -> tuple[str, ...]:
    """Variants of espeak-ng that sound like a person of their own."""
    left_out = {name for names in LEFT_OUT.values() for name in names}
    return tuple(name for name in known_variants() if name not in left_out)


def draw_takes(words: Sequence[str], voices: Sequence[Voice], options: VoiceOptions) -> tuple[Take, ...]:
    """All takes of all words; each is drawn by itself, so other words, voices and takes change none."""
    _require_words(words)
    return tuple(
        _draw_take(word, voice, number, options)
        for word in words
        for voice in voices
        for number in range(options.takes_per_word)
    )


def _require_pair(name: str, pair: tuple[float, float], limits: tuple[float, float]) -> None:
    low, high = pair
    if not limits[0] <= low <= high <= limits[1]:
        raise UsageError(
            f"{name} is ({low}, {high}); it takes (lowest, highest) within {limits[0]} to {limits[1]}."
        )


def _require_words(words: Sequence[str]) -> None:
    if not words:
        raise UsageError("No words to speak; name at least one.")
    for word in words:
        if not word.strip() or word != word.strip() or word[0] in "._" or {"/", "\\", "\0"} & set(word):
            raise UsageError(
                f"Word '{word}' cannot name a folder: no '/', no '_' or '.' first, no space around it."
            )
    twice = sorted({word for word in words if list(words).count(word) > 1})
    if twice:
        raise UsageError(f"Words named twice: {', '.join(twice)}.")


def _generator(seed: int, *names: object) -> np.random.Generator:
    """A generator of its own for everything that has a name."""
    digest = hashlib.sha256(repr((seed, *names)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def _pair(number: int, accents: Sequence[str], variants: Sequence[str]) -> tuple[str, str]:
    """Accent and variant of the voice with this number; all pairs differ."""
    lap, place = divmod(number, len(variants))
    return accents[(place + lap) % len(accents)], variants[place]


def _draw_voice(accent: str, variant: str, options: VoiceOptions) -> Voice:
    generator = _generator(options.seed, accent, variant)
    return Voice(
        accent=accent,
        variant=variant,
        rate_wpm=generator.uniform(*options.rates_wpm),
        pitch=generator.uniform(*options.pitches),
        pitch_range=int(generator.integers(*options.ranges, endpoint=True)),
        peak_db=generator.uniform(*options.peaks_db),
    )


def _draw_take(word: str, voice: Voice, number: int, options: VoiceOptions) -> Take:
    generator = _generator(options.seed, word, voice.espeak_name, number)
    rate_wpm = voice.rate_wpm * (1 + generator.uniform(-_TEMPO_STEPS, _TEMPO_STEPS))
    pitch = voice.pitch + generator.uniform(-_PITCH_STEPS, _PITCH_STEPS)
    peak_db = voice.peak_db + generator.uniform(-_LEVEL_STEPS_DB, _LEVEL_STEPS_DB)
    return Take(
        word=word,
        voice=voice,
        number=number,
        rate_wpm=round(float(np.clip(rate_wpm, *RATES_WPM))),
        pitch=round(float(np.clip(pitch, *PITCHES))),
        peak_db=min(0.0, peak_db),
        lead_s=generator.uniform(*options.margins_s),
        tail_s=generator.uniform(*options.margins_s),
        seed=int(generator.integers(1 << 31)),
    )
