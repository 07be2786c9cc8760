from __future__ import annotations

from pathlib import Path

import pytest

from unheard.audit.target import Target, load_target
from unheard.errors import UsageError

EVERYTHING = """
snr_db = [0, 20]
t60_s = [0.2, 0.8]
level_dbfs = [-40, -10.5]
bandwidth_hz = [3400, 8000]
min_speakers = 100
min_speakers_per_label = 50
labels = ["yes", "no"]

[columns]
gender = ["f", "m"]
"""


def declared(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "target.toml"
    path.write_text(text)
    return path


def test_everything_that_can_be_declared(tmp_path: Path) -> None:
    assert load_target(declared(tmp_path, EVERYTHING)) == Target(
        snr_db=(0.0, 20.0),
        t60_s=(0.2, 0.8),
        level_dbfs=(-40.0, -10.5),
        bandwidth_hz=(3400.0, 8000.0),
        min_speakers=100,
        min_speakers_per_label=50,
        labels=("yes", "no"),
        columns={"gender": ("f", "m")},
    )


def test_what_is_not_declared_is_not_looked_for(tmp_path: Path) -> None:
    target = load_target(declared(tmp_path, "snr_db = [5, 5]"))

    assert (target.snr_db, target.t60_s, target.labels, target.columns) == ((5.0, 5.0), None, (), {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("snr = [0, 20]", r"Unknown key 'snr'\. Did you mean 'snr_db'\?"),
        ("snr_db = [20, 0]", r"snr_db: Value error, a range is \[lowest, highest\], it is \[20, 0\]"),
        ("snr_db = [0, inf]", r"snr_db: Value error, a range is \[lowest, highest\]"),
        ("snr_db = 10", r"snr_db: .*, it is 10\."),
        ("bandwidth_hz = [0, 8000]", r"bandwidth_hz: Value error, both ends of the range are above 0"),
        ("min_speakers = 0", r"min_speakers: .* greater than or equal to 1, it is 0\."),
        ("labels = [1]", r"labels\.0: "),
        ("snr_db = [", r"is no TOML"),
        ("", r"declares nothing; possible are snr_db, t60_s, level_dbfs"),
    ],
)
def test_a_wrong_target_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=r"Target '.*target\.toml': .*" + message):
        load_target(declared(tmp_path, text))


def test_a_target_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Target '.*none\.toml': cannot be read: No such file"):
        load_target(tmp_path / "none.toml")
