from __future__ import annotations

from unheard.report.sections.live_shift import draw_live_shift

FACTOR = {
    "name": "noise",
    "points": 5.6,
    "low": 2.9,
    "high": 8.6,
    "alone_points": 6.0,
    "p_value": 0.002,
    "undo_points": None,
    "undo_low": None,
    "undo_high": None,
}


def descriptor(name: str, *medians: float) -> dict[str, object]:
    sides = zip(("test", "live", "explained"), medians, strict=True)
    return {"name": name, "unit": "db"} | {side: [at - 2, at - 1, at, at + 1, at + 2] for side, at in sides}


FACTS = {
    "factors": [FACTOR, FACTOR | {"name": "level", "undo_points": 4.2, "undo_low": 2.0, "undo_high": 6.0}],
    "descriptors": [descriptor("level_dbfs", -24, -45, -44), descriptor("rise_db", 10, 11, 1012)],
    "spectrum": {"hz": [100, 1000, 5000], "test_db": [-10, 0, -20], "live_db": [-8, 0, -25]},
}


def test_factors_strips_spectrum_and_the_rest():
    factors, strips, spectrum, others = draw_live_shift(FACTS, None)
    assert factors.rows[0][0] == "Noise"
    assert factors.rows[0][3:] == ("6.0", "–", "0.002")
    assert factors.rows[1][4].replace("\u00a0", " ") == "+4.2 (2.0 to 6.0)"
    assert len(strips.plots) == 1
    assert "live: median -45 dBFS, half of them from -46 to -44" in strips.plots[0]
    assert spectrum.legend == ["test", "live"]
    assert others.rows == [("rise_db", "10", "11", "1,012")]
    assert others.folded


def test_what_is_missing_is_left_out():
    assert draw_live_shift({}, None) == []
    assert draw_live_shift({"factors": [], "descriptors": [], "spectrum": None}, None) == []
