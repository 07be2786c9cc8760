from unheard.report.recipe_table import recipe_sections, setting
from unheard.report.words import NOTHING


def test_sections_and_lists_of_sections_become_short_tables():
    recipe = {
        "name": "robust",
        "model": {"architecture": "lean-m", "dropout": None},
        "augment": [{"transform": "noise", "p": 0.5, "min_snr_db": -5}, {"transform": "gain", "p": 1.0}],
        "commands": [],
        "nothing": {},
    }
    assert recipe_sections(recipe) == [
        ("", [("name", "robust"), ("commands", NOTHING)]),
        ("model", [("architecture", "lean-m")]),
        ("augment", [("noise", "p 0.5, min_snr_db -5"), ("gain", "p 1")]),
    ]


def test_settings_read_as_people_write_them():
    values = (True, 27300, 0.003, ["yes", "no"], "", 1e-05)
    assert [setting(value) for value in values] == ["yes", "27,300", "0.003", "yes, no", NOTHING, "1e-05"]
