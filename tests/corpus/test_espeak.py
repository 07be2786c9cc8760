"""Voices that espeak-ng speaks with: really different, and the same again for the same arguments."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.corpus.espeak import known_accents, known_variants, synthesize
from unheard.corpus.voice_draws import ENGLISH_ACCENTS
from unheard.errors import MissingExtraError, UsageError

espeakng_loader = pytest.importorskip("espeakng_loader", reason="needs unheard[voices]")


def _digest(voice: str, text: str = "stop", **parameters: int) -> str:
    return hashlib.sha256(synthesize(text, voice, **parameters)[0].tobytes()).hexdigest()


def _fundamental_hz(samples: NDArray[np.float32], sample_rate: int) -> float:
    """Median over 40 ms windows of the strongest autocorrelation between 60 and 400 Hz."""
    shortest, longest = sample_rate // 400, sample_rate // 60
    window = sample_rate // 25
    found = []
    for start in range(0, len(samples) - window, window // 2):
        piece = samples[start : start + window] - samples[start : start + window].mean()
        correlation = np.correlate(piece, piece, "full")[window - 1 :]
        lag = shortest + int(np.argmax(correlation[shortest:longest]))
        if correlation[lag] > 0.5 * correlation[0] > 0.005:
            found.append(sample_rate / lag)
    return float(np.median(found))


def test_samples_are_audible_float32_at_22050_hz() -> None:
    samples, sample_rate = synthesize("seven", "en-us+f3")
    assert sample_rate == 22_050
    assert samples.dtype == np.float32
    assert 0.2 * sample_rate < len(samples) < 1.5 * sample_rate
    assert 0.05 < np.abs(samples).max() <= 1.0


def test_every_accent_and_every_variant_sounds_different() -> None:
    accents = {_digest(accent, "water") for accent in ENGLISH_ACCENTS}
    assert len(accents) == len(ENGLISH_ACCENTS)
    variants = {_digest(f"en-us+{variant}") for variant in known_variants()}
    assert len(variants) == len(known_variants()) == 104


def test_no_variant_clips() -> None:
    for variant in known_variants():
        samples, _ = synthesize("left", f"en-us+{variant}")
        assert np.count_nonzero(np.abs(samples) >= 32_767 / 32_768) == 0, variant


@pytest.mark.parametrize("voice", ["en-us+f5", "en-us+klatt", "en-us+Reed", "en-us+Demonic", "en"])
def test_what_was_spoken_before_changes_nothing(voice: str) -> None:
    before = _digest(voice, seed=3)
    for other in ("en-us+aunty", "de", "en-029+robosoft2"):
        synthesize("something quite different", other, 300, 90, seed=8)
    assert _digest(voice, seed=3) == before


def test_another_process_speaks_the_same_samples() -> None:
    program = (
        "import hashlib; from unheard.corpus.espeak import synthesize; "
        "print(hashlib.sha256(synthesize('stop', 'en-us+f5', seed=3)[0].tobytes()).hexdigest())"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == _digest("en-us+f5", seed=3)


def test_the_seed_decides_the_noise_of_a_breathy_voice() -> None:
    assert _digest("en-us+Reed", seed=1) != _digest("en-us+Reed", seed=2)


def test_threads_speak_one_after_another() -> None:
    voices = ["en-us+f3", "en-us+m3", "en-gb-scotland+f1", "de+klatt"] * 3
    alone = [_digest(voice) for voice in voices]
    together: dict[int, str] = {}

    def speak(number: int) -> None:
        together[number] = _digest(voices[number])

    threads = [threading.Thread(target=speak, args=(number,)) for number in range(len(voices))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[number] for number in range(len(voices))] == alone


def test_female_variants_speak_higher_than_male_ones_as_their_files_say() -> None:
    # the line `pitch` of a variant's file starts at 140 Hz or more for f1 to f5, 88 Hz or less for m1 to m8
    female = [_fundamental_hz(*synthesize("go", f"en-us+f{number}")) for number in range(1, 6)]
    male = [_fundamental_hz(*synthesize("go", f"en-us+m{number}")) for number in range(1, 9)]
    assert min(female) > max(male)
    assert np.median(female) > 1.5 * np.median(male)


def test_pitch_and_rate_do_what_they_say() -> None:
    low, high = (_fundamental_hz(*synthesize("go", "en-us+m3", 150, pitch)) for pitch in (20, 80))
    assert high > 1.3 * low
    slow, fast = (len(synthesize("marvin", "en-us", rate)[0]) for rate in (100, 300))
    assert slow > 1.5 * fast


def test_texts_other_than_english_are_spoken() -> None:
    assert synthesize("ja, natürlich", "de")[0].any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("stop", "en-uss"), "Unknown accent 'en-uss'. Did you mean 'en-us'"),
        (("stop", "en-us+f33"), "Unknown variant 'f33'. Did you mean 'f3'"),
        (("stop", "en-us", 1000), "rate_wpm is 1000; espeak-ng takes 80 to 450"),
        (("stop", "en-us", 100, 120), "pitch is 120; espeak-ng takes 0 to 99"),
        (("", "en-us"), "no sound of the text ''"),
    ],
)
def test_what_cannot_be_spoken_is_said(arguments: tuple[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("+", r"\+")):
        synthesize(*arguments)


def test_a_missing_wheel_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['espeakng_loader'] = None\n"
        "from unheard.corpus.espeak import synthesize\n"
        "from unheard.errors import MissingExtraError\n"
        "try:\n    synthesize('stop', 'en-us')\n"
        "except MissingExtraError as error:\n    print(error)\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    expected = str(MissingExtraError("Speaking with synthetic voices", "espeakng-loader", "voices"))
    assert answer.stdout.strip() == expected


def test_a_long_path_to_the_data_is_bridged(tmp_path: Path) -> None:
    """espeak-ng cuts paths at 160 characters: a deep virtual environment must not silence it."""
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    (deep / "espeak-ng-data").symlink_to(espeakng_loader.get_data_path())
    program = (
        "import espeakng_loader; from unheard.corpus.espeak import synthesize\n"
        f"espeakng_loader.get_data_path = lambda: {str(deep / 'espeak-ng-data')!r}\n"
        "print(len(synthesize('stop', 'en-us+f3')[0]))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(answer.stdout) > 4_000


def test_accents_are_listed_from_the_data() -> None:
    assert set(ENGLISH_ACCENTS) < set(known_accents())
    assert len(known_accents()) == 141
