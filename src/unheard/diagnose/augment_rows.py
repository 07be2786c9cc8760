"""Rows of a recipe's chain that make training clips like those a model is weak on."""

from __future__ import annotations

from unheard.diagnose.cause import Remedy

_ROWS: dict[str, tuple[str, dict[str, float]]] = {
    "noise": ("in noise down to 0 dB", {"p": 0.4, "min_snr_db": 0, "max_snr_db": 20}),
    "rooms": ("in rooms", {"p": 0.4}),
    "telephone": ("over narrow-band lines", {"p": 0.25}),
    "microphone": ("through other microphones", {"p": 0.5, "max_gain_db": 10}),
    "gain": ("at levels from -30 to +6 dB", {"p": 1, "min_gain_db": -30, "max_gain_db": 6}),
    "clipping": ("with clipped peaks", {"p": 0.1}),
    "speed": ("spoken slower and faster", {"p": 0.5, "min_factor": 0.85, "max_factor": 1.15}),
    "time_shift": ("moved by up to 120 ms", {"p": 1, "max_shift_ms": 120}),
}


def augment_remedy(transform: str) -> Remedy:
    """Train on clips that a transform of `augment.catalog` has changed."""
    words, options = _ROWS[transform]
    return Remedy("augment", f"Train on clips {words}.", {"transform": transform, **options})
