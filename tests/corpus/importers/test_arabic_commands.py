from __future__ import annotations

from unheard.corpus.importing import import_corpus


def test_the_first_number_is_the_speaker(make_folder) -> None:
    corpus = import_corpus(
        make_folder("yes/00000003_NO_01.wav", "yes/00000003_NO_02.wav", "no/00000012_NO_01.wav")
    )

    assert corpus.layout == "arabic-commands"
    assert corpus.frame.select("label", "speaker", "take").rows() == [
        ("no", "00000012", 1),
        ("yes", "00000003", 1),
        ("yes", "00000003", 2),
    ]
