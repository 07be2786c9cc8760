"""`unheard corpus voices`: words spoken by synthetic voices, as a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from unheard.cli.output import print_json, progress_bar, show


def voices(
    words: Annotated[
        str, typer.Option(metavar="WORD,WORD,...", help="Words or phrases to speak.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for the recordings and corpus.parquet.", show_default=False)
    ],
    num_voices: Annotated[int, typer.Option(help="Voices; each counts as a speaker.")] = 40,
    takes: Annotated[int, typer.Option(help="Takes of each word by each voice.")] = 4,
    accents: Annotated[
        str | None, typer.Option(help="Accents, e.g. en-us,de. If not given: 8 kinds of English.")
    ] = None,
    sample_rate: Annotated[int, typer.Option(help="Hz.")] = 16_000,
    seed: Annotated[int, typer.Option(help="Same seed, same recordings, byte for byte.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="One JSON document instead of text.")] = False,
) -> None:
    """Speak words with many synthetic voices (espeak-ng, offline).

    A run that was stopped goes on where it was; more words, voices or takes join what is there.

    Example: unheard corpus voices --words yes,no,stop --out voices/

    Example: unheard corpus voices --words ja,nein --accents de --out voices/ --num-voices 20 --seed 7
    """
    from unheard.corpus.voices import VoiceOptions, synthesize_corpus

    options = VoiceOptions(num_voices=num_voices, takes_per_word=takes, sample_rate=sample_rate, seed=seed)
    if accents is not None:
        from dataclasses import replace

        options = replace(options, accents=_listed(accents))
    with progress_bar("speak") as on_progress:
        corpus = synthesize_corpus(out, _listed(words), options, on_progress)
    document = {
        "out": str(out / "corpus.parquet"),
        "utterances": corpus.utterances.height,
        "hours": corpus.hours,
        "speakers": corpus.num_speakers,
        "labels": corpus.labels,
        "seed": seed,
    }
    if json:
        print_json(document)
        return
    from rich.text import Text

    show(
        Text(
            f"{corpus.utterances.height:,} recordings ({corpus.hours:.2f} h) of {len(corpus.labels)} words "
            f"by {corpus.num_speakers} voices.\nWritten: {document['out']}"
        )
    )


def _listed(names: str) -> tuple[str, ...]:
    """Names between commas."""
    return tuple(name.strip() for name in names.split(",") if name.strip())
