"""All acoustic factors, in the order in which the world puts them on a voice."""

from __future__ import annotations

from unheard.diagnose.shift.band_limit import BandLimit
from unheard.diagnose.shift.clipping import Clipping
from unheard.diagnose.shift.factor import Factor
from unheard.diagnose.shift.gaps import Gaps
from unheard.diagnose.shift.level import Level
from unheard.diagnose.shift.microphone import Microphone
from unheard.diagnose.shift.noise import Noise
from unheard.diagnose.shift.offset import Offset
from unheard.diagnose.shift.room import Room
from unheard.diagnose.shift.scaling import Scaling
from unheard.diagnose.shift.speed import Speed
from unheard.diagnose.shift.timing import Timing

FACTORS: tuple[Factor, ...] = (
    Speed(),
    Timing(),
    Room(),
    Microphone(),
    Noise(),
    BandLimit(),
    Clipping(),
    Gaps(),
    Offset(),
    Level(),
    Scaling(),
)
BY_NAME = {factor.name: factor for factor in FACTORS}
