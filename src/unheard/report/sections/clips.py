"""Misclassified clips to see and hear: what decided, what they are taken for, what makes them right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from unheard.diagnose.cause import Points
from unheard.report.diagnosis_words import capital
from unheard.report.media import Listen, audio_address, picture_address
from unheard.report.plots.heat import plot_heat
from unheard.report.sections.block import Block, Clip, Clips, Sound, Table
from unheard.report.sections.cells import point_cells, share
from unheard.report.spectrogram import spectrogram_levels
from unheard.units import samples_to_seconds

PARTS = {"test": "Test clips", "live": "Live clips"}
MAX_BYTES = 2_200_000  # of all sounds and pictures
MAX_NEIGHBOUR_BYTES = 500_000  # of the sounds of training clips among them
CHANGE_COLUMNS = ("Change", "Wrong made right", "Right made wrong", "Best for all", "", "Points won")
CAPTION = (
    "Filled: times and frequencies that hold up the answer. Dashed: those that speak against it. "
    "The stronger, the brighter."
)

Row = Mapping[str, Any]


def draw_clips(facts: Mapping[str, Any], listen: Listen) -> list[Block]:
    """What changes do to all errors, and the surest errors one by one, part by part."""
    store = _Store(listen)
    blocks: list[Block] = []
    for part, title in PARTS.items():
        found = facts.get(part)
        if found:
            views = [store.clip(part, row) for row in found["clips"]]
            blocks += [*_changes(title, found["factors"]), Clips(views, title, CAPTION)]
    return blocks


def _changes(title: str, rows: list[Row]) -> Iterator[Table]:
    won = [Points(row["points"], row["low"], row["high"], "") for row in rows]
    bars = point_cells(won, [number.sure for number in won], won=True)
    cells = [
        (capital(row["doing"]), share(row["made_right"]), share(row["made_wrong"]), row["best"], *bar)
        for row, bar in zip(rows, bars, strict=True)
    ]
    if cells:
        yield Table(CHANGE_COLUMNS, cells, f"{title}: what small changes do to all errors", (1, 2, 5))


class _Store:
    """Embeds sounds and pictures as long as the page does not grow too large."""

    def __init__(self, listen: Listen) -> None:
        self._listen = listen
        self._bytes_left = MAX_BYTES
        self._neighbour_bytes_left = MAX_NEIGHBOUR_BYTES

    def clip(self, part: str, row: Row) -> Clip:
        truth, word = row["truth"], row.get("word") or row["truth"]
        plot, audio = self._embedded(part, row)
        return Clip(
            truth=truth if word == truth else f"{truth} ({word})",
            predicted=row["predicted"],
            about=f"score {row['score']:.2f} · speaker {row['speaker']}",
            clip=row["id"],
            plot=plot,
            audio=audio,
            flips=[flip["change"] for flip in row["flips"]],
            neighbours=[self._neighbour(one) for one in row.get("neighbours") or ()],
        )

    def _embedded(self, part: str, row: Row) -> tuple[Markup | None, Markup | None]:
        """Picture and address of the sound; null where it is not at hand or there is no room."""
        sound = self._listen(part, row["id"])
        if sound is None or self._bytes_left <= 0:
            return None, None
        samples, sample_rate = sound
        top_hz = sample_rate / 2
        plot = plot_heat(
            Markup(picture_address(spectrogram_levels(samples, sample_rate, top_hz))),
            samples_to_seconds(len(samples), sample_rate),
            top_hz,
            edges_s=row["edges_s"],
            edges_hz=row["edges_hz"],
            drops=row["drops"],
            predicted=row["predicted"],
        )
        audio = audio_address(samples, sample_rate)
        self._bytes_left -= len(plot) + len(audio)
        return plot, Markup(audio)

    def _neighbour(self, row: Row) -> Sound:
        about = f"{row['label']} · speaker {row['speaker']} · cosine {row['cosine']:.2f}"
        sound = self._listen("train", row["id"]) if self._neighbour_bytes_left > 0 else None
        if sound is None:
            return Sound(about, row["id"], None)
        audio = audio_address(*sound)
        self._neighbour_bytes_left -= len(audio)
        return Sound(about, row["id"], Markup(audio))
