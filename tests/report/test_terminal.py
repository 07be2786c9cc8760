import io

from rich.console import Console

from unheard.report.terminal import evaluation_view
from unheard.report.words import NBSP, headline


def printed(view, width=100):
    console = Console(file=io.StringIO(), width=width)
    console.print(view)
    return console.file.getvalue()


def test_the_terminal_shows_headline_metrics_classes_and_mix_ups(evaluation):
    text = printed(evaluation_view(evaluation))
    assert text.startswith(headline(evaluation))
    for words in ("Accuracy of the worst decile", "Macro F1", "0.", f"{NBSP}nats", "precision", "stop"):
        assert words in text
    assert "Most frequent mix-ups: " in text


def test_names_are_no_markup(simulate):
    text = printed(evaluation_view(simulate(("[red]yes[/red]", "[/]", "no"))))
    assert "[red]yes[/red]" in text


def test_of_very_many_classes_those_with_the_lowest_f1_are_shown(simulate):
    evaluation = simulate(tuple(f"word{i:02}" for i in range(70)))
    rows = sorted(evaluation.per_class, key=lambda row: row.f1.value if row.f1 else 1.0)
    text = printed(evaluation_view(evaluation))
    assert rows[0].label in text
    assert sum(f"\n{row.label}  " in text for row in rows) == 60


def test_a_model_without_errors_has_no_mix_ups(simulate):
    text = printed(evaluation_view(simulate(skill=30.0)))
    assert "mix-ups" not in text
    assert f"100.0{NBSP}%" in text


def test_one_speaker_is_said_to_say_nothing(simulate):
    evaluation = simulate(num_speakers=1)
    text = printed(evaluation_view(evaluation), width=200)
    assert "With 1 speaker no difference between two models can be told from luck." in text
