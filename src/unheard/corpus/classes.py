"""From the labels of a corpus to the classes of a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unheard.errors import CorpusError

UNKNOWN = "_unknown_"  # speech that is no command
SILENCE = "_silence_"  # no speech: background noise or quiet
BACKGROUND = (SILENCE, UNKNOWN)

# Warden 2018, "Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition", section 5.9
SPEECH_COMMANDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")


@dataclass(frozen=True)
class ClassMap:
    """The classes of a model, in the order of its outputs."""

    labels: tuple[str, ...]

    @property
    def commands(self) -> tuple[str, ...]:
        """The classes that are words of the corpus."""
        return tuple(label for label in self.labels if label not in BACKGROUND)

    @property
    def unknown(self) -> int | None:
        """Index of `_unknown_`, where the model has it."""
        return self._index_or_none(UNKNOWN)

    @property
    def silence(self) -> int | None:
        """Index of `_silence_`, where the model has it."""
        return self._index_or_none(SILENCE)

    def _index_or_none(self, label: str) -> int | None:
        return self.labels.index(label) if label in self.labels else None

    def classes(self, labels: Iterable[str | None]) -> NDArray[np.int64]:
        """Class of each label; other words are `_unknown_`, or -1 where the model has no such class."""
        index = {label: position for position, label in enumerate(self.labels)}
        other = -1 if self.unknown is None else self.unknown
        return np.array(
            [-1 if label is None else index.get(label, other) for label in labels], dtype=np.int64
        )


def choose_classes(
    labels: Sequence[str],
    *,
    has_noise: bool = False,
    has_speech: bool = False,
    commands: Sequence[str] = (),
    unknown: str = "auto",
    silence: str = "auto",
) -> ClassMap:
    """The classes that a corpus with these labels asks for.

    Without `commands`, all labels are commands; but where the labels are those of Speech Commands (eight of
    its command words at least, and five others), only its command words are.
    `unknown`, `silence`: `yes`, `no`, or `auto` for where the corpus has what they are made of.
    Raises: CorpusError when there are not two classes, or a command is not among the labels.
    """
    present = [label for label in sorted(set(labels)) if label not in BACKGROUND]
    if missing := sorted(set(commands) - set(present)):
        raise CorpusError(
            f"No recording is labelled {', '.join(missing)}; the labels are {', '.join(present)}."
        )
    if commands:
        chosen = list(dict.fromkeys(commands))
    else:
        chosen = speech_commands_among(present) or present
    others = len(chosen) < len(present) or UNKNOWN in labels or has_speech
    extra = [SILENCE] if silence == "yes" or (silence == "auto" and (has_noise or SILENCE in labels)) else []
    extra += [UNKNOWN] if unknown == "yes" or (unknown == "auto" and others) else []
    if len(chosen) + len(extra) < 2:
        raise CorpusError(
            f"A model tells at least two classes apart; this corpus gives {chosen + extra}. "
            "Are the clips labelled? Try another --layout."
        )
    return ClassMap(tuple(chosen + extra))


def speech_commands_among(labels: Sequence[str]) -> list[str]:
    """The command words of Speech Commands, where the labels are that data set's; else none."""
    words = [label for label in SPEECH_COMMANDS if label in labels]
    return words if len(words) >= 8 and len(labels) - len(words) >= 5 else []
