"""`unheard flattery`: one verdict for people, one document for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unheard.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["flattery", *map(str, arguments)])
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, printed.out, printed.err


def test_it_prints_one_document(
    tone_words: Path, tiny_recipe: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ("--recipe", tiny_recipe, "--set", "epochs=1", "--folds", 2, "--seed", 3)
    code, out, err = run(capsys, tone_words, *settings, "--json")
    document = json.loads(out)
    assert code == 0
    assert (document["utterances"], document["speakers"]) == (144, 12)
    assert document["flattery"]["value"] == pytest.approx(
        document["claimed"]["value"] - document["found"]["value"]
    )
    assert document["flattery"]["low"] <= document["flattery"]["value"] <= document["flattery"]["high"]
    assert len(document["per_speaker"]) == 12
    options = document["options"]
    assert (options["num_folds"], options["repetitions"], options["seed"]) == (2, 1, 3)
    assert options["recipe"]["training"]["epochs"] == 1
    assert "speaker by speaker, fold 2 of 2: trained on 72 clips" in err


def test_people_get_a_verdict(
    tone_words: Path, tiny_recipe: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, tone_words, "--recipe", tiny_recipe, "--set", "epochs=1", "--folds", 2)
    assert code == 0
    assert "single clips, as a random split does" in out
    assert "who loses most" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--folds", 1], "num_folds is 1; it must be 2 or more"),
        (["--folds", 99], "num_folds=99 greater than the number of groups: 12"),
        (["--repetitions", 0], "repetitions is 0; it must be 1 or more"),
        (["--recipe", "tutorail"], "Unknown recipe 'tutorail'"),
    ],
)
def test_wrong_use_is_one_line(
    tone_words: Path, capsys: pytest.CaptureFixture[str], arguments: list[object], message: str
) -> None:
    code, out, err = run(capsys, tone_words, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("unheard: ")
    assert message in err
