import base64
import io

import numpy as np
import pytest
import soundfile

from unheard.report import audit_clips
from unheard.report.audit_clips import embed_clips


def decoded(view):
    return soundfile.read(io.BytesIO(base64.b64decode(view.audio.partition(",")[2])))


def silence(duration_s, sample_rate=16_000):
    return lambda utterance: (np.zeros(round(duration_s * sample_rate), np.float32), sample_rate)


def test_every_check_has_its_first_before_any_has_its_second(builders, read, monkeypatch):
    make_finding, _, _, measured_clips = builders
    shown = [[make_finding(f"k{check}", "note", f"c{rank}") for rank in range(5)] for check in range(3)]
    monkeypatch.setattr(audit_clips, "MAX_PLAYERS", 7)
    players = embed_clips(shown, measured_clips(), read)
    assert sorted(players) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 1)]


def test_players_are_limited_in_all_by_check_and_by_finding(builders, read):
    make_finding, _, _, measured_clips = builders
    pair = [make_finding("a", "note", "c0", "c1", "c2")] * 12
    players = embed_clips([pair] * 12, measured_clips(), read)
    assert {len(views) for views in players.values()} == {2}
    assert sum(map(len, players.values())) == 40
    assert sum(len(views) for place, views in players.items() if place[0] == 0) <= 6


def test_a_finding_about_many_has_no_player(builders, read):
    make_finding, _, _, measured_clips = builders
    crowd = make_finding("a", "note", *(f"c{row}" for row in range(9)))
    assert embed_clips([[crowd, make_finding("a", "note")]], measured_clips(), read) == {}


def test_of_a_finding_about_many_the_clip_that_it_names_is_heard(builders, read):
    make_finding, _, _, measured_clips = builders
    names = [f"c{row}" for row in range(20)]
    crowd = [make_finding("a", "note", *names, evidence={"worst": worst}) for worst in ("c7", "elsewhere", 3)]
    players = embed_clips([crowd], measured_clips(), read)
    assert {place: [view.utterance for view in views] for place, views in players.items()} == {(0, 0): ["c7"]}


def test_long_noisy_clips_do_not_fill_the_page(builders):
    make_finding, _, _, measured_clips = builders
    noise = np.random.default_rng(0).uniform(-1, 1, 48_000 * 30).astype(np.float32)
    shown = [[make_finding(f"k{check}", "note", f"c{check}")] for check in range(40)]
    players = embed_clips(shown, measured_clips(), lambda utterance: (noise, 48_000))
    size = sum(view.num_bytes for views in players.values() for view in views)
    assert 0.8 * audit_clips.MAX_BYTES < size <= audit_clips.MAX_BYTES
    samples, sample_rate = decoded(players[0, 0][0])
    assert len(samples) == 6 * sample_rate
    assert players[0, 0][0].extent == "0.0 to 6.0\u00a0s of 30.0\u00a0s · 0 to 24\u00a0kHz"


@pytest.mark.parametrize(("at_s", "begin_s"), [(0.2, 0.0), (12.0, 11.0), (19.5, 14.0)])
def test_a_long_clip_is_cut_around_the_place_that_is_marked(builders, at_s, begin_s):
    make_finding, _, _, measured_clips = builders
    samples = np.zeros(20 * 8000, np.float32)
    samples[round(at_s * 8000)] = 1.0
    finding = make_finding("gaps", "note", "c0", evidence={"at_s": at_s})
    ((view,),) = embed_clips([[finding]], measured_clips(), lambda utterance: (samples, 8000)).values()
    heard, _ = decoded(view)
    assert len(heard) == 48_000
    assert np.argmax(heard) == round((at_s - begin_s) * 8000)
    assert view.extent.startswith(f"{begin_s:.1f} to {begin_s + 6:.1f}")
    assert f'x="{(at_s - begin_s) / 6 * 300:g}"' in view.waveform


def test_a_view_says_whose_clip_it_is(builders):
    make_finding, _, _, measured_clips = builders
    ((view,),) = embed_clips(
        [[make_finding("a", "note", "c4")]], measured_clips(), silence(0.5, 8000)
    ).values()
    assert (view.about, view.extent) == ("no · speaker s0 · train", "0.50\u00a0s · 0 to 4\u00a0kHz")
    unknown = make_finding("a", "note", "elsewhere")
    ((view,),) = embed_clips([[unknown]], measured_clips(), silence(0.5)).values()
    assert view.about == ""


@pytest.mark.parametrize("evidence", [{}, {"at_s": None}, {"at_s": float("nan")}, {"bandwidth_hz": 1e9}])
def test_odd_evidence_and_the_shortest_clips_are_drawn(builders, evidence):
    make_finding, _, _, measured_clips = builders
    finding = make_finding("a", "note", "c0", evidence=evidence)
    for num_samples in (0, 1, 300):
        sound = (np.zeros(num_samples, np.float32), 16_000)
        ((view,),) = embed_clips([[finding]], measured_clips(), lambda utterance, sound=sound: sound).values()
        assert "nan" not in view.waveform


def test_the_edge_of_a_band_is_a_dashed_line(builders, read):
    make_finding, _, _, measured_clips = builders
    shown = [
        [make_finding("a", "note", "c0", evidence=evidence)] for evidence in ({}, {"bandwidth_hz": 4000})
    ]
    players = embed_clips(shown, measured_clips(), read)
    assert players[0, 0][0].picture != players[1, 0][0].picture
