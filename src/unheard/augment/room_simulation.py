"""Rooms that were never built: impulse responses of random shoebox rooms, computed once and kept.

Early sound comes from the image source method (Allen & Berkley 1979, computed by pyroomacoustics), which is
exact for a shoebox but slow for long reverberation: the number of images grows with the third power of time.
80 ms after the direct sound single reflections can no longer be told apart, and Gaussian noise under the
decay of the wanted reverberation time takes over, at the level that the images had (a hybrid as that of
Lehmann & Johansson 2010). Reverberation times below 0.2 s come out up to two fifths longer in large rooms,
where the images alone decide and decay more slowly than Eyring's formula says.

Walls and air take more of some frequencies. The response is made for the band that reverberates longest, then
split into octave bands, and from the direct sound on each of them decays faster as its own time asks.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.fft import next_fast_len

from unheard.augment.draws import check_positive, check_range
from unheard.augment.room_bank import RoomBank
from unheard.errors import MissingExtraError, UsageError
from unheard.units import seconds_to_samples

VERSION = 2  # part of the cache key; raise it when the same options give other responses
SPEED_OF_SOUND_M_S = 343.0
MIXING_S = 0.08
FADE_S = 0.02
WALL_MARGIN_M = 0.3
DECAY_RATE = 3 * math.log(10)  # amplitude falls by exp(-DECAY_RATE t / rt60), 60 dB after rt60


@dataclass(frozen=True, kw_only=True)
class RoomOptions:
    """How rooms are drawn; everything is uniform in its range, but of `rt60_s` the logarithm is.

    `rt60_s` is the time in which the sound at 1 kHz falls by 60 dB: 0.15 s in a car, 2.5 s in a church. At
    125 Hz it is `bass_share` times as long, at 8 kHz `treble_share` times, and between them it changes evenly
    with the octaves.
    """

    num_rooms: int = 400
    sample_rate: int = 16000
    min_size_m: float = 2.0
    max_size_m: float = 15.0
    min_height_m: float = 2.2
    max_height_m: float = 6.0
    min_rt60_s: float = 0.15
    max_rt60_s: float = 2.5
    min_bass_share: float = 0.7
    max_bass_share: float = 1.5
    min_treble_share: float = 0.4
    max_treble_share: float = 1.0
    min_distance_m: float = 0.2
    max_distance_m: float = 8.0
    max_response_s: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("size_m", "height_m", "rt60_s", "bass_share", "treble_share", "distance_m"):
            low, high = getattr(self, f"min_{name}"), getattr(self, f"max_{name}")
            check_positive("Simulated rooms", f"min_{name}", low)
            check_range("Simulated rooms", name, low, high)
        check_positive("Simulated rooms", "num_rooms", self.num_rooms)
        needed_m = 2 * (self.min_distance_m + WALL_MARGIN_M)  # then every source has a microphone's place
        if self.min_size_m < needed_m:
            raise UsageError(
                f"Simulated rooms: min_size_m is {self.min_size_m}; "
                f"for min_distance_m = {self.min_distance_m} it must be at least {needed_m:.2f}."
            )
        if self.min_height_m <= 2 * WALL_MARGIN_M:
            raise UsageError(
                f"Simulated rooms: min_height_m is {self.min_height_m}; it must be above {2 * WALL_MARGIN_M}."
            )


@dataclass(frozen=True, eq=False)
class Room:
    """One drawn room: size (length, width, height), source and microphone (x, y, z) in metres."""

    size_m: NDArray[np.float64]
    source_m: NDArray[np.float64]
    microphone_m: NDArray[np.float64]
    rt60_s: float
    bass_share: float
    treble_share: float

    def band_rt60_s(self, octave: float) -> float:
        """Reverberation time so many octaves above 1 kHz (below where negative), from -3 to 3."""
        share = self.bass_share if octave < 0 else self.treble_share
        return float(self.rt60_s * share ** (abs(octave) / 3))

    @property
    def longest_rt60_s(self) -> float:
        return max(self.band_rt60_s(octave) for octave in (-3, 0, 3))

    @property
    def direct_time_s(self) -> float:
        """How long the direct sound travels."""
        return float(np.linalg.norm(self.microphone_m - self.source_m)) / SPEED_OF_SOUND_M_S

    @property
    def mixing_time_s(self) -> float:
        """When the diffuse sound has taken over."""
        return self.direct_time_s + MIXING_S


def simulated_rooms(options: RoomOptions = RoomOptions(), *, cache_dir: Path | None = None) -> RoomBank:
    """A bank of simulated rooms, from the cache where the same options were computed before.

    The cache is `cache_dir`, else $UNHEARD_CACHE, else ~/.cache/unheard; one that cannot be written costs
    only time.
    """
    folder = cache_dir or Path(os.environ.get("UNHEARD_CACHE", Path.home() / ".cache" / "unheard"))
    path = folder / f"shoeboxes-{_key(options)}.npy"
    if path.is_file():
        responses = torch.from_numpy(np.load(path))
        return RoomBank(responses, RoomBank.lead_for(options.sample_rate), options.sample_rate)
    rooms = compute_rooms(options)
    with suppress(OSError):
        _save(path, rooms.responses.numpy())
    return rooms


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
    return Room(
        size,
        source,
        microphone,
        float(np.exp(generator.uniform(*np.log([options.min_rt60_s, options.max_rt60_s])))),
        float(generator.uniform(options.min_bass_share, options.max_bass_share)),
        float(generator.uniform(options.min_treble_share, options.max_treble_share)),
    )


def _at_distance(
    source: NDArray[np.float64],
    size: NDArray[np.float64],
    options: RoomOptions,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """A point in a random direction at a uniformly drawn distance, which shrinks until it is inside."""
    distance = generator.uniform(options.min_distance_m, options.max_distance_m)
    while True:
        direction = generator.normal(size=3)
        point = np.asarray(source + distance * direction / np.linalg.norm(direction))
        if ((point >= WALL_MARGIN_M) & (point <= size - WALL_MARGIN_M)).all():
            return point
        distance = max(options.min_distance_m, 0.95 * distance)


def impulse_response(room: Room, options: RoomOptions, generator: np.random.Generator) -> NDArray[np.float32]:
    """(num_samples,) response from source to microphone, `max_response_s` long after the direct sound."""
    length_s = room.mixing_time_s + options.max_response_s
    num_samples = seconds_to_samples(length_s, options.sample_rate)
    early = np.zeros(num_samples)
    images = _image_sources(room, options.sample_rate)[:num_samples]
    early[: len(images)] = images
    time_s = np.arange(num_samples) / options.sample_rate
    decay = np.exp(-DECAY_RATE / room.longest_rt60_s * time_s)
    window = (time_s > room.mixing_time_s - 2 * FADE_S) & (time_s < room.mixing_time_s)
    level = np.sqrt(np.square(early[window]).sum() / np.square(decay[window]).sum())
    tail = level * decay * generator.normal(size=num_samples)
    angle = np.clip((time_s - room.mixing_time_s) / FADE_S + 1, 0, 1) * np.pi / 2
    return _colored(np.cos(angle) * early + np.sin(angle) * tail, room, options.sample_rate)


def _colored(response: NDArray[np.float64], room: Room, sample_rate: int) -> NDArray[np.float32]:
    """The response with each octave band decaying at its own rate after the direct sound."""
    num_fft = int(next_fast_len(2 * len(response), real=True))
    octaves = np.log2(np.fft.rfftfreq(num_fft, 1 / sample_rate).clip(1) / 1000).clip(-3, 3)
    spectrum = np.fft.rfft(response, num_fft)
    time_s = (np.arange(len(response)) / sample_rate - room.direct_time_s).clip(0)
    colored = np.zeros(len(response))
    for octave in range(-3, 4):
        band = np.fft.irfft(spectrum * (1 - np.abs(octaves - octave)).clip(0), num_fft)[: len(response)]
        excess = DECAY_RATE * (1 / room.band_rt60_s(octave) - 1 / room.longest_rt60_s)
        colored += band * np.exp(-excess * time_s)
    return colored.astype(np.float32)


def _image_sources(room: Room, sample_rate: int) -> NDArray[np.float64]:
    """The response complete up to the mixing time: every image that can arrive by then."""
    try:
        import pyroomacoustics
    except ImportError as error:
        raise MissingExtraError("Simulating rooms", "pyroomacoustics", "train") from error
    order = math.ceil(SPEED_OF_SOUND_M_S * room.mixing_time_s / room.size_m.min()) + 1
    material = pyroomacoustics.Material(absorption(room))
    box = pyroomacoustics.ShoeBox(room.size_m, fs=sample_rate, materials=material, max_order=order)
    box.add_source(room.source_m)
    box.add_microphone(room.microphone_m)
    box.compute_rir()
    return np.asarray(box.rir[0][0])


def absorption(room: Room) -> float:
    """Share of energy that the walls take, from the longest reverberation time by Eyring's formula."""
    volume = float(room.size_m.prod())
    surface = 2 * float(room.size_m[0] * room.size_m[1] + room.size_m[2] * room.size_m[:2].sum())
    return 1 - math.exp(-24 * math.log(10) * volume / (SPEED_OF_SOUND_M_S * surface * room.longest_rt60_s))


def _key(options: RoomOptions) -> str:
    text = json.dumps({"version": VERSION, **asdict(options)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _save(path: Path, responses: NDArray[np.float32]) -> None:
    """Writes beside the place and moves it there, so that no reader ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        np.save(file, responses)
    os.replace(file.name, path)
