"""Lost packets: stretches of 20 ms that are silent."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unheard.diagnose.cause import Remedy
from unheard.diagnose.shift.factor import Array, Scene, Setting, View

PACKET_S = 0.02
_SHARES = (0.03, 0.1, 0.25)


class Gaps:
    """Values: `lost_share` of the packets."""

    name = "gaps"

    def proposals(self, view: View) -> Sequence[Setting]:
        if view.gaps["held_share_log10"] < 0.2 or not view.differs("held_share_log10", by=4.0):
            return ()
        return [Setting({"lost_share": share}) for share in _SHARES]

    def near(self, setting: Setting, view: View) -> Sequence[Setting]:
        share = setting.values["lost_share"]
        return [setting.changed(lost_share=min(0.8, share * by)) for by in (0.7, 1.4)]

    def give(self, samples: Array, setting: Setting, scene: Scene) -> Array:
        size = round(PACKET_S * scene.sample_rate)
        num_packets = -(-samples.shape[1] // size)
        lost = scene.random.random((len(samples), num_packets)) < setting.values["lost_share"]
        return np.asarray(samples * ~np.repeat(lost, size, axis=1)[:, : samples.shape[1]], np.float32)

    def undo(self, samples: Array, setting: Setting, sample_rate: int) -> Array | None:
        return None

    def tell(self, setting: Setting) -> str:
        return f"{setting.values['lost_share']:.0%} of the sound is missing in gaps of about 20 ms"

    def remedies(self, setting: Setting) -> tuple[Remedy, ...]:
        share = setting.values["lost_share"]
        sentence = f"Mend the live path: {share:.0%} of the sound is lost in gaps (a buffer that runs dry)."
        return (Remedy("live-path", sentence, {"lost_share": share}),)
