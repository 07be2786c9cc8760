"""Which findings get players, and what stands beside a player: picture, waveform, whose clip it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from markupsafe import Markup
from numpy.typing import NDArray

from unheard.audit.finding import Finding
from unheard.report.media import audio_address, picture_address
from unheard.report.plots.waveform import plot_waveform
from unheard.report.spectrogram import spectrogram_levels
from unheard.report.words import NBSP
from unheard.units import db_to_amplitude, samples_to_seconds, seconds_to_samples

# samples `(num_samples,)` and sample rate of an utterance by its id; null for one that cannot be read
Read = Callable[[str], tuple[NDArray[np.float32], int] | None]
Place = tuple[int, int]  # a check among those shown, a finding among its own

MAX_PLAYERS = 40
MAX_PLAYERS_OF_CHECK = 6
MAX_PLAYERS_OF_FINDING = 2
MAX_UTTERANCES = 8  # of a finding about more, only the clip that its evidence names has a player
WORST = "worst"  # evidence that names the clip which shows most what a finding is about
MAX_BYTES = 11_000_000  # of all players
EXCERPT_S = 6.0  # longer clips are cut
LEAD_S = 1.0  # before the place that a finding marks in a longer clip
TOP_HZ = 24_000.0
PLACES = ("at_s", "first_gap_s", "first_stutter_s")  # evidence that is a place in the clip
LEVELS = ("clipped_level_dbfs",)  # evidence that is a level at which a clip is cut off
EDGES = ("bandwidth_hz",)  # evidence that is a frequency above which nothing is
DASH = 5  # columns


@dataclass(frozen=True)
class ClipView:
    """A clip as the page shows it."""

    utterance: str
    about: str  # "yes · speaker 0a1b · test"
    extent: str  # "1.00 s · 0 to 8 kHz"
    picture: Markup
    waveform: Markup
    audio: Markup

    @property
    def num_bytes(self) -> int:
        """About what it adds to the page."""
        return len(self.picture) + len(self.waveform) + len(self.audio)


def embed_clips(
    shown: Sequence[Sequence[Finding]], measured: pl.DataFrame, read: Read
) -> dict[Place, list[ClipView]]:
    """Clips of the findings shown of each check; every check has its first before any has its second."""
    rows = _rows(measured, {name for findings in shown for row in findings for name in _clips_of(row)})
    num_players, num_bytes, num_of_check = 0, 0, [0] * len(shown)
    players: dict[Place, list[ClipView]] = {}
    for place in _in_turn(shown):
        room = min(MAX_PLAYERS - num_players, MAX_PLAYERS_OF_CHECK - num_of_check[place[0]])
        finding = shown[place[0]][place[1]]
        views = [view for name in _clips_of(finding)[:room] if (view := view_clip(name, finding, rows, read))]
        size = sum(view.num_bytes for view in views)
        if views and num_bytes + size <= MAX_BYTES:
            players[place] = views
            num_players, num_bytes = num_players + len(views), num_bytes + size
            num_of_check[place[0]] += len(views)
    return players


def _in_turn(shown: Sequence[Sequence[Finding]]) -> Iterator[Place]:
    for rank in range(max(map(len, shown), default=0)):
        yield from ((check, rank) for check, findings in enumerate(shown) if rank < len(findings))


def _clips_of(finding: Finding) -> tuple[str, ...]:
    if len(finding.utterances) <= MAX_UTTERANCES:
        return finding.utterances[:MAX_PLAYERS_OF_FINDING]
    worst = finding.evidence.get(WORST)
    return (worst,) if isinstance(worst, str) and worst in finding.utterances else ()


def _rows(measured: pl.DataFrame, names: set[str]) -> dict[str, dict[str, Any]]:
    """Label, speaker and split by utterance id."""
    if "id" not in measured.columns:
        return {}
    wanted = [name for name in ("id", "label", "speaker", "split") if name in measured.columns]
    rows = measured.select(wanted).filter(pl.col("id").is_in(sorted(names)))
    return {row["id"]: row for row in rows.iter_rows(named=True)}


def view_clip(
    utterance: str,
    finding: Finding,
    rows: Mapping[str, Mapping[str, Any]],
    read: Read,
    excerpt_s: float = EXCERPT_S,
) -> ClipView | None:
    """One clip with what a finding says about it marked; null where it cannot be read. `rows`: by id."""
    sound = read(utterance)
    if sound is None:
        return None
    whole, sample_rate = sound
    places_s = _places_s(finding)
    begin = _begin(whole, sample_rate, places_s, excerpt_s)
    samples = whole[begin : begin + seconds_to_samples(excerpt_s, sample_rate)]
    begin_s = samples_to_seconds(begin, sample_rate)
    return ClipView(
        utterance=utterance,
        about=_about(rows.get(utterance, {})),
        extent=_extent(whole, samples, begin_s, sample_rate),
        picture=Markup(picture_address(_picture(samples, sample_rate, finding))),
        waveform=plot_waveform(
            samples,
            sample_rate,
            level=_level(finding),
            places_s=[(first - begin_s, last - begin_s) for first, last in places_s],
        ),
        audio=Markup(audio_address(samples, sample_rate)),
    )


def _begin(
    samples: NDArray[np.float32], sample_rate: int, places_s: Sequence[tuple[float, float]], excerpt_s: float
) -> int:
    """First sample of what is shown: a long clip begins shortly before the place that is marked."""
    longest = seconds_to_samples(excerpt_s, sample_rate)
    if len(samples) <= longest or not places_s:
        return 0
    first = seconds_to_samples(max(0.0, places_s[0][0] - LEAD_S), sample_rate)
    return min(first, len(samples) - longest)


def _about(row: Mapping[str, Any]) -> str:
    parts = [row.get("label"), row.get("speaker") and f"speaker {row['speaker']}", row.get("split")]
    return " · ".join(str(part) for part in parts if part is not None)


def _extent(
    whole: NDArray[np.float32], samples: NDArray[np.float32], begin_s: float, sample_rate: int
) -> str:
    whole_s, shown_s = (samples_to_seconds(len(part), sample_rate) for part in (whole, samples))
    length = f"{whole_s:.2f}{NBSP}s"
    if shown_s < whole_s:
        length = f"{begin_s:.1f} to {begin_s + shown_s:.1f}{NBSP}s of {whole_s:.1f}{NBSP}s"
    return f"{length} · 0 to {min(TOP_HZ, sample_rate / 2) / 1000:g}{NBSP}kHz"


def _picture(samples: NDArray[np.float32], sample_rate: int, finding: Finding) -> NDArray[np.uint8]:
    """Spectrogram, with a dashed line at the edge that evidence names."""
    levels = spectrogram_levels(samples, sample_rate, TOP_HZ)
    top_hz = min(TOP_HZ, sample_rate / 2)
    for edge_hz in _numbers(finding, EDGES):
        if 0 <= edge_hz <= top_hz:
            row = round((1 - edge_hz / top_hz) * (len(levels) - 1))
            columns = np.arange(levels.shape[1])
            levels[row, columns // DASH % 2 == 0] = 255
    return levels


def _places_s(finding: Finding) -> list[tuple[float, float]]:
    """Spans that evidence names: `start_s` to `end_s`, and single places."""
    spans = zip(_numbers(finding, ("start_s",)), _numbers(finding, ("end_s",)), strict=False)
    return [*spans, *((place_s, place_s) for place_s in _numbers(finding, PLACES))]


def _level(finding: Finding) -> float | None:
    """Amplitude at which evidence says that the clip is cut off."""
    return next(map(db_to_amplitude, _numbers(finding, LEVELS)), None)


def _numbers(finding: Finding, names: Sequence[str]) -> list[float]:
    """Finite numbers of evidence by these names."""
    values = (finding.evidence.get(name) for name in names)
    return [float(value) for value in values if isinstance(value, float | int) and math.isfinite(value)]
