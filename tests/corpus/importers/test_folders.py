from __future__ import annotations

import pytest

from unheard.corpus.importing import import_corpus


def test_the_folder_is_the_label_and_nobody_is_named(make_folder) -> None:
    corpus = import_corpus(
        make_folder("yes/a.wav", "no/b.wav", "deep/down/c.wav", "loose.wav", "_noise_/hum.wav")
    )

    assert corpus.layout == "folders"
    assert dict(corpus.utterances.select("id", "label").iter_rows()) == {
        "yes/a.wav": "yes",
        "no/b.wav": "no",
        "deep/down/c.wav": "down",
        "loose.wav": None,
    }
    assert corpus.num_speakers == 0
    assert corpus.noise["id"].to_list() == ["_noise_/hum.wav"]


@pytest.mark.parametrize(
    ("name", "split"), [("train", "train"), ("Dev", "validation"), ("valid", "validation"), ("test", "test")]
)
def test_a_folder_named_after_a_split_is_one(make_folder, name: str, split: str) -> None:
    corpus = import_corpus(make_folder(f"{name}/yes/a.wav", f"{name}/unlabelled.wav"))

    assert corpus.frame.sort("id").select("label", "split").rows() == [(None, split), ("yes", split)]
