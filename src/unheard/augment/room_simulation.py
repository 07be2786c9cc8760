"""Rooms that were never built: impulse responses of random shoebox rooms, computed once and kept.

Early sound comes from the image source method (Allen & Berkley 1979, computed by pyroomacoustics), which is
exact for a shoebox but slow for long reverberation: the number of images grows with the third power of time.
After `MIXING_S` single reflections can no longer be told apart, and Gaussian noise under exponential decay
of the wanted reverberation time takes over, at the level that the images had (a hybrid as that of Lehmann &
Johansson 2010).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from unheard.augment.draws import check_positive, check_range
from unheard.augment.room_bank import RoomBank
from unheard.errors import MissingExtraError
from unheard.units import seconds_to_samples

VERSION = 1  # part of the cache key; raise it when the same options give other responses
SPEED_OF_SOUND_M_S = 343.0
MIXING_S = 0.08
FADE_S = 0.02
WALL_MARGIN_M = 0.3


@dataclass(frozen=True, kw_only=True)
class RoomOptions:
    """How rooms are drawn: sizes, reverberation times and distances are uniform in their ranges."""

    num_rooms: int = 200
    sample_rate: int = 16000
    min_size_m: float = 2.0
    max_size_m: float = 10.0
    min_height_m: float = 2.2
    max_height_m: float = 4.0
    min_rt60_s: float = 0.15
    max_rt60_s: float = 1.0
    min_distance_m: float = 0.2
    max_distance_m: float = 5.0
    max_response_s: float = 0.7
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("size_m", "height_m", "rt60_s", "distance_m"):
            low, high = getattr(self, f"min_{name}"), getattr(self, f"max_{name}")
            check_positive("Simulated rooms", f"min_{name}", low)
            check_range("Simulated rooms", name, low, high)
        check_positive("Simulated rooms", "num_rooms", self.num_rooms)


@dataclass(frozen=True)
class Room:
    """One drawn room: size (length, width, height), source and microphone (x, y, z) in metres."""

    size_m: NDArray[np.float64]
    source_m: NDArray[np.float64]
    microphone_m: NDArray[np.float64]
    rt60_s: float


def simulated_rooms(options: RoomOptions = RoomOptions(), *, cache_dir: Path | None = None) -> RoomBank:
    """A bank of simulated rooms, from the cache where the same options were computed before.

    The cache is `cache_dir`, else $UNHEARD_CACHE, else ~/.cache/unheard.
    """
    folder = cache_dir or Path(os.environ.get("UNHEARD_CACHE", Path.home() / ".cache" / "unheard"))
    path = folder / f"rooms-{_key(options)}.npy"
    if not path.is_file():
        _save(path, compute_rooms(options).responses.numpy())
    responses = torch.from_numpy(np.load(path))
    return RoomBank(responses, RoomBank.lead_for(options.sample_rate), options.sample_rate)


def compute_rooms(options: RoomOptions) -> RoomBank:
    """A bank of `num_rooms` rooms; room i is the same whatever their number."""
    generators = np.random.default_rng(options.seed).spawn(options.num_rooms)
    responses = [
        impulse_response(draw_room(options, generator), options, generator) for generator in generators
    ]
    return RoomBank.from_responses(responses, options.sample_rate, max_response_s=options.max_response_s)


def draw_room(options: RoomOptions, generator: np.random.Generator) -> Room:
    """A random room with a source and a microphone in it, both away from the walls."""
    floor = generator.uniform(options.min_size_m, options.max_size_m, 2)
    size = np.append(floor, generator.uniform(options.min_height_m, options.max_height_m))
    source = generator.uniform(WALL_MARGIN_M, size - WALL_MARGIN_M)
    microphone = _at_distance(source, size, options, generator)
    return Room(size, source, microphone, float(generator.uniform(options.min_rt60_s, options.max_rt60_s)))


def _at_distance(
    source: NDArray[np.float64],
    size: NDArray[np.float64],
    options: RoomOptions,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """A point about a uniformly drawn distance away, moved inside the room where it would lie outside."""
    direction = generator.normal(size=3)
    direction /= np.linalg.norm(direction)
    distance = generator.uniform(options.min_distance_m, options.max_distance_m)
    point = source + distance * direction
    return np.asarray(np.clip(point, WALL_MARGIN_M, size - WALL_MARGIN_M))


def impulse_response(room: Room, options: RoomOptions, generator: np.random.Generator) -> NDArray[np.float32]:
    """(num_samples,) response from source to microphone, `max_response_s` long after the direct sound."""
    num_samples = seconds_to_samples(options.max_response_s + 0.05, options.sample_rate)
    early = np.zeros(num_samples)
    images = _image_sources(room, options.sample_rate)[:num_samples]
    early[: len(images)] = images
    time_s = np.arange(num_samples) / options.sample_rate
    decay = np.exp(-3 * math.log(10) / room.rt60_s * time_s)
    window = (time_s > MIXING_S - 2 * FADE_S) & (time_s < MIXING_S)
    level = np.sqrt(np.square(early[window]).sum() / np.square(decay[window]).sum())
    tail = level * decay * generator.normal(size=num_samples)
    angle = np.clip((time_s - (MIXING_S - FADE_S)) / FADE_S, 0, 1) * np.pi / 2
    return np.asarray(np.cos(angle) * early + np.sin(angle) * tail, np.float32)


def _image_sources(room: Room, sample_rate: int) -> NDArray[np.float64]:
    """The response complete up to the mixing time: every image that can arrive by then."""
    try:
        import pyroomacoustics
    except ImportError as error:
        raise MissingExtraError("Simulating rooms", "pyroomacoustics", "train") from error
    order = math.ceil(SPEED_OF_SOUND_M_S * MIXING_S / room.size_m.min()) + 1
    material = pyroomacoustics.Material(absorption(room))
    box = pyroomacoustics.ShoeBox(room.size_m, fs=sample_rate, materials=material, max_order=order)
    box.add_source(room.source_m)
    box.add_microphone(room.microphone_m)
    box.compute_rir()
    return np.asarray(box.rir[0][0])


def absorption(room: Room) -> float:
    """Share of energy that the walls take, from the reverberation time by Eyring's formula."""
    volume = float(room.size_m.prod())
    surface = 2 * float(room.size_m[0] * room.size_m[1] + room.size_m[2] * room.size_m[:2].sum())
    return 1 - math.exp(-24 * math.log(10) * volume / (SPEED_OF_SOUND_M_S * surface * room.rt60_s))


def _key(options: RoomOptions) -> str:
    text = json.dumps({"version": VERSION, **asdict(options)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _save(path: Path, responses: NDArray[np.float32]) -> None:
    """Writes beside the place and moves it there, so that no reader ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        np.save(file, responses)
    os.replace(file.name, path)
