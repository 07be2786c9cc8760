"""Suspicious clips on one page to listen to and decide about: no server, nothing fetched.

The page writes a `decisions.json` that `unheard audit --fix` reads (`audit.decisions`). It keeps what was
decided in the browser too, so closing it loses nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from unheard.audit.decisions import CHOICES, FORMAT
from unheard.audit.review import Review, ReviewItem
from unheard.files import write_text
from unheard.report.audit_words import sureness
from unheard.report.environment import environment
from unheard.report.media import MAX_CLIP_S, audio_address, picture_address
from unheard.report.spectrogram import TOP_HZ, spectrogram_levels
from unheard.report.words import NBSP, count, plural
from unheard.units import samples_to_seconds, seconds_to_samples

# samples `(num_samples,)` and sample rate of an utterance by its id; null for one that cannot be read
Read = Callable[[str], tuple[NDArray[np.float32], int] | None]

MAX_BYTES = 48_000_000  # of all sounds and pictures


def write_review_page(
    path: Path,
    review: Review,
    read: Read,
    labels: Sequence[str],
    corpus: str,
    max_bytes: int = MAX_BYTES,
) -> int:
    """Write the page; how many clips are on it. `labels` can be chosen, `corpus` is a name.

    Clips are the first of the review that fit into `max_bytes`.
    """
    cards = list(_fitting(review.items, read, max_bytes))
    write_text(path, _render(cards, review.num_found, labels, corpus))
    return len(cards)


@dataclass(frozen=True)
class _Card:
    """A clip as the page shows it; picture and audio are empty where it cannot be read."""

    item: ReviewItem
    picture: str = ""
    audio: str = ""
    extent: str = ""  # "0.85 s · 0 to 8 kHz"

    @property
    def checks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.check for finding in self.item.findings))

    @property
    def about(self) -> str:
        """Whose clip it is, and where it stands."""
        parts = (self.item.speaker and f"speaker {self.item.speaker}", self.item.split, self.extent)
        return " · ".join(part for part in parts if part)


def _fitting(items: Sequence[ReviewItem], read: Read, max_bytes: int) -> Iterator[_Card]:
    num_bytes = 0
    for item in items:
        card = _card(item, read)
        num_bytes += len(card.picture) + len(card.audio)
        if num_bytes > max_bytes:
            return
        yield card


def _card(item: ReviewItem, read: Read) -> _Card:
    sound = read(item.utterance)
    if sound is None:
        return _Card(item)
    whole, sample_rate = sound
    samples = whole[: seconds_to_samples(MAX_CLIP_S, sample_rate)]
    whole_s = samples_to_seconds(len(whole), sample_rate)
    length = f"{whole_s:.2f}{NBSP}s"
    if len(samples) < len(whole):
        length = f"first {MAX_CLIP_S:g}{NBSP}s of {whole_s:.1f}{NBSP}s"
    return _Card(
        item,
        picture_address(spectrogram_levels(samples, sample_rate)),
        audio_address(samples, sample_rate),
        f"{length} · 0 to {min(TOP_HZ, sample_rate / 2) / 1000:g}{NBSP}kHz",
    )


def _render(cards: Sequence[_Card], num_found: int, labels: Sequence[str], corpus: str) -> str:
    templates = environment()
    script = _source("review.js")
    return templates.get_template("review.html").render(
        cards=cards,
        corpus=corpus,
        scope=_scope(len(cards), num_found),
        checks=sorted(Counter(check for card in cards for check in card.checks).items()),
        facts=_facts(labels, corpus),
        choices=CHOICES,
        sureness=sureness,
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _scope(num_shown: int, num_found: int) -> str:
    if num_shown == num_found:
        return f"{plural(num_shown, 'suspicious clip')}."
    return f"{count(num_shown)} of {plural(num_found, 'suspicious clip')}: the surest of each check."


def _facts(labels: Sequence[str], corpus: str) -> dict[str, object]:
    """What the script needs to know."""
    return {"format": FORMAT, "corpus": corpus, "labels": list(labels), "choices": CHOICES}


def _source(name: str) -> str:
    """A template as it stands."""
    templates = environment()
    assert templates.loader is not None
    return templates.loader.get_source(templates, name)[0]
