"""Spans of recordings, and their samples, decoded once where they are needed again and again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unheard.signal.audio_file import read_audio
from unheard.units import seconds_to_samples

KEPT_BYTES = 1 << 28  # an hour at 16 kHz
_LONGEST_KEPT_S = 30.0  # of longer spans only the part is decoded that is asked for


@dataclass(frozen=True)
class Span:
    """A clip as `read_audio` takes it."""

    source: Path | bytes
    start_s: float
    duration_s: float


class SpanReader:
    """Reads parts of spans, and keeps the spans that were used last. Threads may share it."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._used_bytes = 0
        self._kept: OrderedDict[Span, tuple[NDArray[np.float32], int]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, span: Span, begin_s: float, length_s: float) -> tuple[NDArray[np.float32], int]:
        """Mono samples and sample rate of a part, which ends with its span; raises `AudioError`."""
        length_s = min(length_s, span.duration_s - begin_s)
        if span.duration_s > _LONGEST_KEPT_S:
            return read_audio(span.source, start_s=span.start_s + begin_s, duration_s=length_s)
        samples, rate = self._whole(span)
        first = seconds_to_samples(span.start_s + begin_s, rate) - seconds_to_samples(span.start_s, rate)
        return samples[first : first + seconds_to_samples(length_s, rate)], rate

    def _whole(self, span: Span) -> tuple[NDArray[np.float32], int]:
        with self._lock:
            if span in self._kept:
                self._kept.move_to_end(span)
                return self._kept[span]
        decoded = read_audio(span.source, start_s=span.start_s, duration_s=span.duration_s)
        with self._lock:
            if span not in self._kept:
                self._kept[span] = decoded
                self._used_bytes += decoded[0].nbytes
            while self._used_bytes > self._kept_bytes:
                self._used_bytes -= self._kept.popitem(last=False)[1][0].nbytes
        return decoded
