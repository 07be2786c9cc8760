"""Suspicious clips on one page to listen to and decide about: no server, nothing fetched.

The page writes a `decisions.json` that `unheard audit --fix` reads (`audit.decisions`). It keeps what was
decided in the browser too, so closing it loses nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from markupsafe import Markup

from unheard.audit.decisions import CHOICES, FORMAT
from unheard.audit.review import Review, ReviewItem
from unheard.files import write_text
from unheard.report.audit_clips import ClipView, Read, view_clip
from unheard.report.audit_words import sureness
from unheard.report.environment import environment
from unheard.report.words import count, plural

MAX_BYTES = 48_000_000  # of all sounds and pictures
EXCERPT_S = 12.0  # longer clips are cut


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
    """A clip as the page shows it, and those to compare it with; null for one that cannot be read."""

    item: ReviewItem
    view: ClipView | None
    others: tuple[ClipView | None, ...]

    @property
    def checks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(finding.check for finding in self.item.findings))

    @property
    def num_bytes(self) -> int:
        """About what it adds to the page; of others there is only the sound."""
        return sum(len(view.audio) for view in self.others if view) + (
            self.view.num_bytes if self.view else 0
        )


def _fitting(items: Sequence[ReviewItem], read: Read, max_bytes: int) -> Iterator[_Card]:
    num_bytes = 0
    for item in items:
        card = _card(item, read)
        num_bytes += card.num_bytes
        if num_bytes > max_bytes:
            return
        yield card


def _card(item: ReviewItem, read: Read) -> _Card:
    finding, nameless = item.findings[0], replace(item.clip, label=None)  # its label stands above
    shown, *others = (
        view_clip(clip.utterance, finding, {clip.utterance: asdict(clip)}, read, EXCERPT_S)
        for clip in (nameless, *item.others)
    )
    return _Card(item, shown, tuple(others))


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
