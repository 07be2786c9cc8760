from __future__ import annotations

from unheard.corpus.importing import import_corpus


def test_digit_speaker_and_take_come_from_the_name(make_folder) -> None:
    corpus = import_corpus(make_folder("recordings/0_jackson_0.wav", "recordings/9_theo_49.wav"))

    assert corpus.layout == "fsdd"
    assert corpus.frame.select("id", "label", "speaker", "take").rows() == [
        ("recordings/0_jackson_0.wav", "0", "jackson", 0),
        ("recordings/9_theo_49.wav", "9", "theo", 49),
    ]


def test_a_name_of_another_shape_is_rejected(make_folder) -> None:
    names = [f"1_ann_{take}.wav" for take in range(20)]

    corpus = import_corpus(make_folder(*names, "copy of 1_ann.wav"))

    assert corpus.layout == "fsdd"
    assert corpus.rejected["reason"].to_list() == ["its name does not read <digit>_<speaker>_<take>.wav"]
