from __future__ import annotations

from unheard.report.sections.balance import draw_balance


def test_labels_and_groups():
    label = {"label": "yes", "training_clips": 1200, "test_clips": 80, "accuracy": 0.95}
    device = {"value": "phone", "training_clips": 900, "test_clips": 0, "speakers": 12, "accuracy": None}
    labels, devices = draw_balance({"classes": [label], "columns": {"device": [device]}, "head": None}, None)
    assert labels.rows == [("yes", "1,200", "80", "95.0\u00a0%")]
    assert devices.title == "Device"
    assert devices.columns == ("", "Training clips", "Test clips", "Speakers", "Right")
    assert devices.rows == [("phone", "900", "0", "12", "–")]
    assert draw_balance({"classes": [], "columns": {}}, None) == []
