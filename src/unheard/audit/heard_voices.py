"""The clips whose voices are compared, and their voiceprints, in memory only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from unheard.audit.check import Material
from unheard.audit.phrases import part_of
from unheard.audit.voice_encoder import SAMPLE_RATE, embed_voices
from unheard.audit.voice_matching import Vectors, comparable, pooled
from unheard.errors import AudioError
from unheard.signal.audio_file import read_audio

MOST_CLIPS = 6000  # listened to
CLIPS_A_VOICE = 8  # of one split
LEAST_VOICE_S = 2.4  # of all its clips together
LEAST_CLIP_S, LEAST_SPEECH_S = 2.5, 1.6  # of a clip that is compared alone
_BLOCK_CLIPS = 128


@dataclass(frozen=True)
class HeardVoices:
    """`rows`: id, name, split, label, duration_s; a name is a claimed speaker, or the id if none is named."""

    rows: pl.DataFrame
    prints: Vectors  # (num_rows, 256) as the encoder gives them
    vectors: Vectors  # the same, made comparable

    def where(self, condition: pl.Expr) -> HeardVoices:
        """Those rows."""
        chosen = self.rows.select(condition).to_series().cast(pl.Boolean).fill_null(False)
        keep = chosen.to_numpy()
        return HeardVoices(self.rows.filter(chosen), self.prints[keep], self.vectors[keep])

    @property
    def names(self) -> list[str]:
        """Each name once, in order."""
        return self.rows["name"].unique().sort().to_list()

    @property
    def by_name(self) -> Vectors:
        """One vector for each name."""
        return pooled(self.vectors, self._number)

    @property
    def prints_by_name(self) -> Vectors:
        """One voiceprint for each name."""
        return pooled(self.prints, self._number)

    @property
    def _number(self) -> NDArray[np.int64]:
        return self.rows["name"].rank("dense").to_numpy().astype(np.int64) - 1


def choose_clips(frame: pl.DataFrame, is_named: bool, seed: int) -> tuple[pl.DataFrame, list[str]]:
    """Clips to listen to, whole voices at random, and what is to be said of the others."""
    rows = frame.with_columns(name=pl.col("speaker" if is_named else "id")).drop_nulls("name")
    if is_named:
        shuffled = rows.sample(fraction=1.0, shuffle=True, seed=seed)
        few = shuffled.filter(pl.col("id").cum_count().over("name", "split") <= CLIPS_A_VOICE)
        enough = few.filter(pl.col("decoded_s").sum().over("name") >= LEAST_VOICE_S)
        reason = f"have less than {LEAST_VOICE_S} s of clips"
    else:
        spoken = pl.col("speech_s") >= LEAST_SPEECH_S if "speech_s" in rows.columns else pl.lit(True)
        enough = rows.filter((pl.col("decoded_s") >= LEAST_CLIP_S) & spoken)
        enough = enough.filter(pl.col("label").is_null())  # one word makes voices alike
        reason = "name no speaker, and are short or of a vocabulary"
    chosen = enough.sort(pl.col("name").hash(seed), "id").head(MOST_CLIPS)
    total, kept, left = (part["name"].n_unique() for part in (rows, enough, chosen))
    kind, told = "speaker" if is_named else "clip", []
    if kept < total:
        told.append(f"{part_of(total - kept, total, kind)} {reason}: too little to know a voice.")
    if left < kept:
        told.append(f"{part_of(kept - left, kept, kind)} were left out: {MOST_CLIPS:,} clips are heard.")
    return chosen.select("id", "name", "split", "label", "start_s", "duration_s"), told


def listen(material: Material, rows: pl.DataFrame) -> HeardVoices:
    """Voiceprints of the chosen clips; those with too little speech are left out."""
    parts = [np.zeros((0, 256), np.float32)]
    for block in rows.iter_slices(_BLOCK_CLIPS):
        spans = block.select("id", "start_s", "duration_s").iter_rows()
        parts.append(embed_voices([_read(material, *span) for span in spans]))
        material.on_progress(sum(map(len, parts)), rows.height)
    prints = np.concatenate(parts)
    heard = ~np.isnan(prints).any(axis=1)
    kept = rows.filter(pl.Series(heard)).select("id", "name", "split", "label", "duration_s")
    return HeardVoices(kept, prints[heard], comparable(prints[heard], kept["label"].fill_null("")))


def _read(material: Material, name: str, start_s: float, duration_s: float) -> NDArray[np.float32]:
    """Samples at 16 kHz; silence where the recording went away since it was measured."""
    try:
        source = material.sources[name]
        return read_audio(source, start_s=start_s, duration_s=duration_s, sample_rate=SAMPLE_RATE)[0]
    except AudioError:
        return np.zeros(SAMPLE_RATE, np.float32)
