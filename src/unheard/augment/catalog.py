"""Every transform by its name."""

from __future__ import annotations

from unheard.augment.babble import Babble
from unheard.augment.base import Transform
from unheard.augment.calls import Calls
from unheard.augment.clatter import Clatter
from unheard.augment.clipping import Clipping
from unheard.augment.colored_noise import ColoredNoise
from unheard.augment.cutout import Cutout
from unheard.augment.gain import Gain
from unheard.augment.microphone import Microphone
from unheard.augment.mixup import Mixup
from unheard.augment.noise import Noise
from unheard.augment.reverse import Reverse
from unheard.augment.rooms import Rooms
from unheard.augment.sounds import Sounds
from unheard.augment.spec_augment import SpecAugment
from unheard.augment.speed import Speed
from unheard.augment.splice import Splice
from unheard.augment.telephone import Telephone
from unheard.augment.time_shift import TimeShift
from unheard.errors import UsageError, unknown_name

TRANSFORMS: dict[str, type[Transform]] = {
    transform.name: transform
    for transform in (
        Speed,
        Splice,
        Reverse,
        TimeShift,
        Rooms,
        Babble,
        Noise,
        ColoredNoise,
        Sounds,
        Clatter,
        Calls,
        Microphone,
        Telephone,
        Clipping,
        Gain,
        Mixup,
        Cutout,
        SpecAugment,
    )
}
"""In the order in which they make sense in a chain."""


def find_transform(name: str) -> type[Transform]:
    """The class with this name; an unknown name is answered with the nearest known one."""
    if name not in TRANSFORMS:
        raise UsageError(unknown_name("transform", name, TRANSFORMS))
    return TRANSFORMS[name]
