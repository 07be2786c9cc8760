"""Every factor does what its severity says, and takes off what it put on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from unheard.diagnose.shift.catalog import BY_NAME, FACTORS
from unheard.diagnose.shift.chain import in_16_bits, synthesise
from unheard.diagnose.shift.factor import Scene, Setting
from unheard.diagnose.shift.noise import Noise
from unheard.diagnose.shift.room import Room
from unheard.diagnose.shift.sounds import speech_level

RATE = 16_000
Array = NDArray[np.float32]


@pytest.fixture
def clips() -> Array:
    """Noise bursts of 0.4 s over a faint background, in 16 bits."""
    random = np.random.default_rng(0)
    samples = 0.001 * random.standard_normal((24, RATE))
    samples[:, 5000:11400] += 0.05 * random.standard_normal((24, 6400)) * np.hanning(6400)
    return (np.rint(samples * 32768) / 32768).astype(np.float32)


def given(name: str, clips: Array, values: Mapping[str, float], curve: tuple[float, ...] = ()) -> Array:
    scene = Scene(clips, RATE, np.random.default_rng(1))
    return BY_NAME[name].give(clips, Setting(values, curve), scene)


def test_names_are_unique_and_ordered_as_in_the_world() -> None:
    names = [factor.name for factor in FACTORS]
    assert len(set(names)) == len(names)
    order = ("reverberation", "noise", "band-limit", "level", "scaling")
    assert [name for name in names if name in order] == list(order)


@pytest.mark.parametrize("voices", [0, 4])
def test_noise_lies_as_far_below_speech_as_it_says(clips: Array, voices: int) -> None:
    values = {"snr_db": 7.0, "num_voices": float(voices), "same_room": 0.0}
    added = given("noise", clips, values, 21 * (0.0,)) - clips
    told_db = 20 * np.log10(speech_level(clips, RATE) / np.sqrt(np.mean(added**2, axis=1)))
    assert np.median(told_db) == pytest.approx(7, abs=1)
    assert np.ptp(told_db) <= 6.01


def test_steady_noise_has_the_colour_it_is_given(clips: Array) -> None:
    """21 bands: nothing but the top four."""
    colour = (*(17 * (-60.0,)), *(4 * (0.0,)))
    values = {"snr_db": 0.0, "num_voices": 0.0, "same_room": 0.0}
    power = np.abs(np.fft.rfft(given("noise", clips, values, colour) - clips, axis=1)).mean(axis=0) ** 2
    assert 10 * np.log10(power[6500:7500].mean() / power[1000:4000].mean()) > 25


def test_a_room_rings_on_as_long_as_it_says(clips: Array) -> None:
    """Energy of the answer to a click, integrated backwards (Schroeder 1965), from -5 to -25 dB."""
    click = np.zeros((24, RATE), np.float32)
    click[:, 100] = 0.5
    for rt60_s in (0.4, 0.8):
        heard = Room().give(click, Setting({"rt60_s": rt60_s, "tail_db": 0.0}), Scene(click, RATE, rng()))
        left = np.cumsum(np.square(heard[:, ::-1], dtype=np.float64), axis=1)[:, ::-1]
        left_db = 10 * np.log10(left.mean(axis=0) / left.mean(axis=0)[0])
        first, last = (int(np.argmax(left_db < level)) for level in (-5, -25))
        assert 3 * (last - first) / RATE == pytest.approx(rt60_s, rel=0.25)


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_timing_moves_words_and_moves_them_back(clips: Array) -> None:
    later = given("timing", clips, {"shift_s": 0.1})
    np.testing.assert_array_equal(later[:, 1600:], clips[:, :-1600])
    assert np.abs(later[:, :1600]).max() < 0.01
    back = BY_NAME["timing"].undo(later, Setting({"shift_s": 0.1}), RATE)
    assert back is not None
    np.testing.assert_array_equal(back[:, :14000], clips[:, :14000])


def test_a_band_limit_leaves_nothing_above_its_edge(clips: Array) -> None:
    power = np.abs(np.fft.rfft(given("band-limit", clips, {"high_edge_hz": 4000.0, "low_edge_hz": 0.0}))) ** 2
    before = np.abs(np.fft.rfft(clips)) ** 2
    assert power[:, 4300:].mean() < 1e-5 * before[:, 4300:].mean()
    assert power[:, 500:3500].mean() == pytest.approx(before[:, 500:3500].mean(), rel=0.01)


@pytest.mark.parametrize(
    ("name", "values", "curve"),
    [
        ("scaling", {"factor": 32768.0, "limit": 0.0, "whole": 0.0}, ()),
        (
            "microphone",
            {"largest_db": 6.0, "sample_rate": 16000.0},
            (6.0, 3.0, 0.0, -3.0, -6.0, 0.0, 3.0, 0.0),
        ),
        ("offset", {"of_speech": 0.4}, ()),
    ],
)
def test_what_can_be_undone_is_undone(
    clips: Array, name: str, values: Mapping[str, float], curve: tuple[float, ...]
) -> None:
    clips = clips - clips.mean(axis=1, keepdims=True)
    changed = given(name, clips, values, curve)
    back = BY_NAME[name].undo(changed, Setting(values, curve), RATE)
    assert back is not None
    assert np.abs(changed - clips).max() > 0.01
    np.testing.assert_allclose(back[:, 800:-800], clips[:, 800:-800], atol=1e-3)


def test_gaps_take_their_share(clips: Array) -> None:
    lost = given("gaps", clips, {"lost_share": 0.2}) == 0
    assert np.mean(lost & (clips != 0)) == pytest.approx(0.2 * np.mean(clips != 0), abs=0.05)


def test_clips_of_16_bits_come_back_in_16_bits(clips: Array) -> None:
    chain = {"band-limit": Setting({"high_edge_hz": 3000.0, "low_edge_hz": 0.0})}
    assert in_16_bits(synthesise(clips, chain, RATE, seed=0))
    assert not in_16_bits(synthesise(clips * np.float32(0.3), chain, RATE, seed=0))


def test_what_chance_draws_for_one_factor_depends_on_no_other(clips: Array) -> None:
    noise = {"noise": Setting({"snr_db": 5.0, "num_voices": 0.0, "same_room": 0.0}, 21 * (0.0,))}
    level = {"level": Setting({"median_db": 0.0}, (*np.linspace(-90, 0, 25), *(25 * (0.0,))))}
    alone, both = (synthesise(clips, chain, RATE, seed=2) for chain in (noise, {**noise, **level}))
    np.testing.assert_allclose(alone, both, atol=2e-5)
    assert Noise.name == "noise"


def test_every_remedy_finishes_its_sentence() -> None:
    settings = {
        "speed": Setting({"factor": 1.2}),
        "timing": Setting({"shift_s": 0.2}),
        "reverberation": Setting({"rt60_s": 0.6, "tail_db": 0.0}),
        "microphone": Setting({"largest_db": 6.0, "sample_rate": 16000.0}, (6.0, *(7 * (0.0,)))),
        "noise": Setting({"snr_db": 5.0, "num_voices": 4.0, "same_room": 0.0}, 21 * (0.0,)),
        "band-limit": Setting({"high_edge_hz": 3800.0, "low_edge_hz": 300.0}),
        "clipping": Setting({"peak_share": 0.3}),
        "gaps": Setting({"lost_share": 0.1}),
        "offset": Setting({"of_speech": 0.2}),
        "level": Setting({"median_db": -30.0}, (*np.linspace(-90, 0, 25), *(25 * (-30.0,)))),
        "scaling": Setting({"factor": 2.0**15, "limit": 0.0, "whole": 0.0}),
    }
    assert set(settings) == set(BY_NAME)
    for name, setting in settings.items():
        remedies = BY_NAME[name].remedies(setting)
        assert remedies
        assert all(remedy.sentence.endswith(".") for remedy in remedies)
        assert not BY_NAME[name].tell(setting).endswith(".")


def test_rows_for_training_fit_a_recipe() -> None:
    from unheard.train.plan import Plan, Step, planned_recipe
    from unheard.train.recipe import load_recipe

    settings = {
        "timing": Setting({"shift_s": 0.25}),
        "microphone": Setting({"largest_db": 6.0, "sample_rate": 16000.0}, (6.0, *(7 * (0.0,)))),
        "noise": Setting({"snr_db": 5.0, "num_voices": 4.0, "same_room": 0.0}, 21 * (0.0,)),
        "band-limit": Setting({"high_edge_hz": 3800.0, "low_edge_hz": 0.0}),
        "level": Setting({"median_db": -30.0}, (*np.linspace(-90, 0, 25), *(25 * (-30.0,)))),
        "reverberation": Setting({"rt60_s": 0.6, "tail_db": 0.0}),
        "clipping": Setting({"peak_share": 0.3}),
        "speed": Setting({"factor": 1.2}),
    }
    for name, setting in settings.items():
        rows = [one for one in BY_NAME[name].remedies(setting) if one.kind == "augment"]
        step = Step(
            cause=name, points=1, kind="augment", do=rows[0].sentence, settings=dict(rows[0].settings)
        )
        recipe = planned_recipe(load_recipe("tutorial"), Plan(step=(step,)))
        assert rows[0].settings["transform"] in [row.transform for row in recipe.augment]
