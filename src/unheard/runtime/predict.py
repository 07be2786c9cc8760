"""Audio files in, one answer a clip out; what cannot be read is an answer too.

A clip that holds one window (all up to a hop more than the window) is answered by that window; such clips go
through the graph in batches, which changes their scores by at most 1e-4 (about 1e-6). A longer clip is one
push into the streaming detector: if any of its windows has a label other than background with at least the
threshold as score, the window with the highest such score answers; otherwise the mean over all windows does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unheard.corpus.scan import DECODABLE, scan_folder
from unheard.errors import AudioError, CorpusError
from unheard.runtime.bundle import Bundle
from unheard.runtime.detector import DetectorOptions, Event, EventFinder
from unheard.runtime.windows import WindowScorer, WindowScores, join_windows
from unheard.signal.audio_file import read_audio
from unheard.signal.room_tone import with_room_tone
from unheard.units import samples_to_seconds, seconds_to_samples

OnHeard = Callable[[float], None]  # how many recordings have been heard, with the part of the present one
PIECE_S = 10.0


@dataclass(frozen=True)
class ClipPrediction:
    """What a model hears in one audio file."""

    path: Path
    label: str
    score: float  # of the label
    scores: dict[str, float]  # label -> score, of the window that answers or the mean over all windows
    duration_s: float
    events: tuple[Event, ...]


@dataclass(frozen=True)
class FailedClip:
    """An audio file that cannot be used."""

    path: Path
    reason: str  # one line that names the file


def predict_files(
    bundle: Bundle,
    paths: Iterable[Path],
    options: DetectorOptions | None = None,
    batch_size: int = 64,
    on_heard: OnHeard = lambda _: None,
) -> Iterator[ClipPrediction | FailedClip]:
    """One answer a file, in the order of the files; clips of one window are scored `batch_size` at a time.

    `on_heard` is called after each file, and every 10 s of a long one.
    """
    options = options or DetectorOptions()
    waiting: list[_ShortClip | ClipPrediction | FailedClip] = []
    for before, path in enumerate(paths):
        waiting.append(_hear(bundle, path, options, on_heard, before))
        on_heard(before + 1)
        if len(waiting) >= batch_size:
            yield from _answer(bundle, waiting, options)
            waiting = []
    yield from _answer(bundle, waiting, options)


def predict_file(bundle: Bundle, path: Path, options: DetectorOptions | None = None) -> ClipPrediction:
    """The answer for one file; raises `AudioError` if it cannot be used."""
    (answer,) = predict_files(bundle, [path], options)
    if isinstance(answer, FailedClip):
        raise AudioError(answer.reason)
    return answer


def find_recordings(sources: Iterable[Path]) -> list[Path]:
    """Every file given, and for every folder what is named like audio in it and below.

    Raises `CorpusError` for a folder without recordings. A file that does not exist stays in the list.
    """
    found: list[Path] = []
    for source in sources:
        if source.is_dir():
            listing = scan_folder(source)
            names = sorted((*listing.recordings, *listing.noise, *listing.unnameable))
            if not names:
                raise CorpusError(f"Folder '{source}' holds no recordings ({' '.join(DECODABLE)}).")
            found.extend(source / name for name in names)
        else:
            found.append(source)
    return found


@dataclass(frozen=True)
class _ShortClip:
    """A clip of one window that waits for its batch."""

    path: Path
    window: NDArray[np.float32]  # (window_samples,)
    duration_s: float


def _hear(
    bundle: Bundle, path: Path, options: DetectorOptions, on_heard: OnHeard, before: int
) -> _ShortClip | ClipPrediction | FailedClip:
    info = bundle.info
    try:
        samples, _ = read_audio(path, sample_rate=info.sample_rate)
    except AudioError as error:
        return FailedClip(path, str(error))
    duration_s = samples_to_seconds(len(samples), info.sample_rate)
    if len(samples) < info.window_samples + info.hop_samples:
        return _ShortClip(path, with_room_tone(samples, info.window_samples), duration_s)
    return _prediction(bundle, path, duration_s, _score_long(bundle, samples, on_heard, before), options)


def _score_long(bundle: Bundle, samples: NDArray[np.float32], on_heard: OnHeard, before: int) -> WindowScores:
    scorer, piece = WindowScorer(bundle), seconds_to_samples(PIECE_S, bundle.info.sample_rate)
    scored = []
    for start in range(0, len(samples), piece):
        on_heard(before + start / len(samples))
        scored.append(scorer.push(samples[start : start + piece]))
    return join_windows(scored)


def _answer(
    bundle: Bundle, waiting: list[_ShortClip | ClipPrediction | FailedClip], options: DetectorOptions
) -> Iterator[ClipPrediction | FailedClip]:
    short = [clip for clip in waiting if isinstance(clip, _ShortClip)]
    rows = iter(bundle.scores(np.stack([clip.window for clip in short])) if short else ())
    for clip in waiting:
        if isinstance(clip, _ShortClip):
            end_s = min(clip.duration_s, bundle.info.window_s)
            window = WindowScores(np.zeros(1), np.array([end_s]), next(rows)[None])
            yield _prediction(bundle, clip.path, clip.duration_s, window, options)
        else:
            yield clip


def _prediction(
    bundle: Bundle, path: Path, duration_s: float, windows: WindowScores, options: DetectorOptions
) -> ClipPrediction:
    finder = EventFinder(bundle.info, options)
    column, scores = _decide(windows.scores, list(bundle.info.foreground), finder.threshold)
    return ClipPrediction(
        path=path,
        label=bundle.info.labels[column],
        score=float(scores[column]),
        scores=dict(zip(bundle.info.labels, map(float, scores), strict=True)),
        duration_s=duration_s,
        events=tuple(finder.find(windows)),
    )


def _decide(
    scores: NDArray[np.float32], foreground: list[int], threshold: float
) -> tuple[int, NDArray[np.float32]]:
    """Column of the label, and the scores `(classes,)` that answer, from `(num_windows, classes)`."""
    if len(scores) > 1 and foreground:
        spoken = scores[:, foreground]
        window, column = np.unravel_index(np.argmax(spoken), spoken.shape)
        if spoken[window, column] >= threshold:
            return foreground[column], scores[window]
    mean = scores.mean(axis=0, dtype=np.float64).astype(np.float32)
    return int(np.argmax(mean)), mean
