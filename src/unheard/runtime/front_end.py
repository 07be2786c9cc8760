"""A declared front end: how somebody else's program turns samples into features, done again in NumPy.

The options are those in which the usual programs differ (librosa, torchaudio, TensorFlow, Kaldi); what
theirs are called here stands in docs/foreign_models.md.
"""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from unheard.signal.mel import MelNorm, MelScale, Triangles, mel_filters
from unheard.units import seconds_to_samples

Samples = NDArray[np.float32]

_SMALLEST = float(np.finfo(np.float32).tiny)


class FrontEndDeclaration(BaseModel):
    """Table `[front_end]` of a declaration. Frozen; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    window_ms: float = Field(gt=0)
    hop_ms: float = Field(gt=0)
    n_fft: int | None = Field(None, gt=1)  # None: the window, rounded up to a power of two
    # the first two are periodic, as torch, librosa and TensorFlow make them
    window: Literal["hann", "hamming", "hann-symmetric", "hamming-symmetric", "rectangular"] = "hann"
    centre: Literal["reflect", "zeros", "none"] = "reflect"  # frames are centred on multiples of the hop
    # with centre = "none": frames are cut n_fft long (torch, librosa) or window long (TensorFlow, Kaldi)
    frame: Literal["n_fft", "window"] = "n_fft"
    pre_emphasis: float = Field(0.0, ge=0, lt=1)  # y[t] = x[t] - a x[t - 1], over the whole clip
    # what the spectrum is divided by: nothing, half the sum of the window (a full-scale sine has 1), the root
    # of the sum of its squares (torchaudio's normalized), or the root of n_fft
    spectrum_norm: Literal["none", "full-scale", "window-energy", "n_fft"] = "none"
    power: Literal[1, 2] = 2  # magnitude or power spectrum
    num_bands: int | None = Field(None, gt=0)  # None: the bins of the spectrum themselves, no mel filters
    min_hz: float = Field(0.0, ge=0)
    max_hz: float | None = None  # None: half the sample rate
    mel_scale: MelScale = "htk"
    mel_norm: MelNorm = "none"
    mel_triangles: Triangles = "hz"
    # db: 10 log10 of a power spectrum, 20 log10 of a magnitude spectrum
    scale: Literal["none", "log", "log10", "db"] = "log"
    floor: float = Field(1e-10, ge=0)  # smaller values are raised to it before the logarithm
    offset: float = Field(0.0, ge=0)  # added before the logarithm: 1e-6 for log(x + 1e-6), 1 for log1p
    ref: float | Literal["max"] = 1.0  # with db: what is 0 dB, "max" for the clip's largest value
    top_db: float | None = Field(None, gt=0)  # with db: values further below the clip's largest are raised
    num_mfcc: int | None = Field(None, gt=0)  # so many coefficients of a DCT-II
    # orthonormal (librosa, torchaudio), or with the first coefficient like the others (HTK, TensorFlow)
    dct: Literal["ortho", "htk"] = "ortho"
    lifter: float = Field(0.0, ge=0)  # L: coefficient n (from 0) times 1 + L / 2 sin(pi n / L) (HTK)
    lifter_from: Literal[0, 1] = 0  # 1: n counts from 1, as librosa does
    # mean and deviation: over the clip, over time in each row, the row's mean alone, or as given
    normalisation: Literal["none", "clip", "band", "band-mean", "given"] = "none"
    mean: float | tuple[float, ...] | None = None
    std: float | tuple[float, ...] | None = None
    variance_offset: float = Field(1e-8, ge=0)  # deviation is the root of the variance plus this

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        given = self.mean is not None or self.std is not None
        if given != (self.normalisation == "given"):
            raise ValueError('mean and std go with normalisation = "given", and it with them')
        if self.scale != "db" and (self.top_db is not None or self.ref != 1.0):
            raise ValueError(f'ref and top_db go with scale = "db"; scale is "{self.scale}"')
        if self.num_mfcc and self.num_bands and self.num_mfcc > self.num_bands:
            raise ValueError(f"num_mfcc {self.num_mfcc} is more than num_bands {self.num_bands}")
        return self


class FrontEnd:
    """`(batch, num_samples)` to features `(batch, num_bins, num_frames)`.

    Raises ValueError, to be told with the model's name, where a declaration does not fit its sample rate.
    """

    def __init__(self, options: FrontEndDeclaration, sample_rate: int) -> None:
        self.options = options
        self.window_samples = seconds_to_samples(options.window_ms / 1000, sample_rate)
        self.hop_samples = seconds_to_samples(options.hop_ms / 1000, sample_rate)
        self.num_fft = options.n_fft or 1 << (self.window_samples - 1).bit_length()
        max_hz = options.max_hz or sample_rate / 2
        if self.num_fft < self.window_samples:
            raise ValueError(f"n_fft {self.num_fft} is less than the window of {self.window_samples} samples")
        if self.hop_samples < 1 or self.window_samples < 2:
            raise ValueError(f"window_ms and hop_ms make no samples at {sample_rate} Hz")
        if not options.min_hz < max_hz <= sample_rate / 2:
            raise ValueError(
                f"bands from {options.min_hz:g} to {max_hz:g} Hz do not fit below {sample_rate / 2:g} Hz, "
                "half the sample rate"
            )
        for name in ("mean", "std"):
            value = getattr(options, name)
            if isinstance(value, tuple) and len(value) != self.num_bins:
                raise ValueError(f"{name} has {len(value)} values for {self.num_bins} rows of features")
        self._by_window = options.centre == "none" and options.frame == "window"
        self._window = self._scaled_window()
        self._filters = None
        if options.num_bands:
            self._filters = mel_filters(
                options.num_bands,
                sample_rate=sample_rate,
                num_fft=self.num_fft,
                min_hz=options.min_hz,
                max_hz=max_hz,
                scale=options.mel_scale,
                norm=options.mel_norm,
                triangles=options.mel_triangles,
            )

    @property
    def num_bins(self) -> int:
        """Rows of the features."""
        return self.options.num_mfcc or self.options.num_bands or self.num_fft // 2 + 1

    def num_frames(self, num_samples: int) -> int:
        """Columns of the features."""
        padding = 0 if self.options.centre == "none" else 2 * (self.num_fft // 2)
        return max(0, 1 + (num_samples + padding - len(self._window)) // self.hop_samples)

    def features(self, samples: Samples) -> Samples:
        """Features of clips, which are at the front end's sample rate on the caller's word."""
        values = self._spectrum(samples)
        if self._filters is not None:
            values = values @ self._filters
        rows = np.ascontiguousarray(values.transpose(0, 2, 1))
        rows = self._logarithm(rows)
        if self.options.num_mfcc:
            rows = self._cepstrum(rows, self.options.num_mfcc)
        return np.asarray(self._normalised(rows), np.float32)

    def _scaled_window(self) -> Samples:
        """As long as a frame, the window in its middle; `spectrum_norm` is in it."""
        kind, count = self.options.window, self.window_samples
        around = count - 1 if kind.endswith("symmetric") else count
        cosine = np.cos(2 * np.pi * np.arange(count) / around)
        base = {"hann": 0.5, "hamming": 0.54, "rectangular": 1.0}[kind.removesuffix("-symmetric")]
        window = base - (1 - base) * cosine
        window /= {
            "none": 1.0,
            "full-scale": window.sum() / 2,
            "window-energy": np.sqrt(np.square(window).sum()),
            "n_fft": np.sqrt(self.num_fft),
        }[self.options.spectrum_norm]
        spare = 0 if self._by_window else self.num_fft - count
        return np.pad(window, (spare // 2, spare - spare // 2)).astype(np.float32)

    def _spectrum(self, samples: Samples) -> Samples:
        """Magnitudes or powers `(batch, num_frames, num_fft // 2 + 1)`."""
        if self.options.pre_emphasis:
            earlier = np.pad(samples, ((0, 0), (1, 0)))[:, :-1]
            samples = samples - np.float32(self.options.pre_emphasis) * earlier
        if self.options.centre != "none":
            mode: Any = "reflect" if self.options.centre == "reflect" else "constant"
            samples = np.pad(samples, ((0, 0), (self.num_fft // 2, self.num_fft // 2)), mode=mode)
        frames = np.lib.stride_tricks.sliding_window_view(samples, len(self._window), axis=1)
        spectrum = scipy.fft.rfft(frames[:, :: self.hop_samples] * self._window, self.num_fft)
        power = np.square(spectrum.real) + np.square(spectrum.imag)
        return np.asarray(power if self.options.power == 2 else np.sqrt(power), np.float32)

    def _logarithm(self, rows: Samples) -> Samples:
        options = self.options
        if options.scale == "none":
            return rows
        logs = np.log(np.maximum(rows + options.offset, max(options.floor, _SMALLEST)))
        if options.scale == "log":
            return np.asarray(logs)
        if options.scale == "log10":
            return np.asarray(logs / np.log(10))
        per_neper = (10 if options.power == 2 else 20) / float(np.log(10))
        top = logs.max(axis=(1, 2), keepdims=True)
        reference = top if isinstance(options.ref, str) else np.log(max(options.ref, options.floor))
        if options.top_db is not None:
            logs = np.maximum(logs, top - options.top_db / per_neper)
        return np.asarray((logs - reference) * per_neper)

    def _cepstrum(self, rows: Samples, num_mfcc: int) -> Samples:
        cepstrum = scipy.fft.dct(rows, type=2, norm="ortho", axis=1)[:, :num_mfcc]
        if self.options.dct == "htk":
            cepstrum[:, 0] *= np.sqrt(2)
        if not self.options.lifter:
            return np.asarray(cepstrum)
        order = np.arange(num_mfcc) + self.options.lifter_from
        weight = 1 + self.options.lifter / 2 * np.sin(np.pi * order / self.options.lifter)
        return np.asarray(cepstrum * weight[:, None])

    def _normalised(self, rows: Samples) -> Samples:
        kind = self.options.normalisation
        if kind == "none":
            return rows
        if kind == "given":
            mean, std = (_column(value) for value in (self.options.mean or 0.0, self.options.std or 1.0))
            return np.asarray((rows - mean) / std)
        over = (1, 2) if kind == "clip" else (2,)
        centred = rows - rows.mean(axis=over, keepdims=True)
        if kind == "band-mean":
            return np.asarray(centred)
        variance = np.square(centred).mean(axis=over, keepdims=True)
        return np.asarray(centred / np.sqrt(variance + self.options.variance_offset))


def _column(value: float | tuple[float, ...]) -> NDArray[np.float32]:
    """One number, or one a row, as it is subtracted from `(batch, num_bins, num_frames)`."""
    return np.asarray(value, np.float32).reshape(-1, 1)
