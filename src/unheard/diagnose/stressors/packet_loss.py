"""Packets lost on the way: by their share, one by one or several in a row."""

from __future__ import annotations

from functools import partial

import numpy as np

from unheard.diagnose.cause import Remedy
from unheard.diagnose.stressors.stressor import Clips, Stressor
from unheard.units import seconds_to_samples

PACKET_S = 0.02
BURST_PACKETS = 4
SEVERITIES_PERCENT, ORDINARY_PERCENT = (2.0, 5.0, 10.0, 20.0), 5.0  # a call over a bad mobile connection

REMEDIES = (
    Remedy(
        "augment",
        "Train with stretches of time hidden.",
        {"transform": "spec_augment", "num_bin_masks": 0, "num_frame_masks": 3, "max_frames": 10},
    ),
    Remedy("live-path", "Conceal lost packets in front of the model instead of filling them with zeros."),
)


def lose_packets(
    clips: Clips, sample_rate: int, severity: float, generator: np.random.Generator, *, burst_packets: int
) -> Clips:
    """Zeros for so many percent of all packets of 20 ms, which are lost `burst_packets` at a time.

    What is lost at one severity is lost at every harsher one. A clip begins anywhere in a packet.
    """
    packet = seconds_to_samples(PACKET_S, sample_rate)
    run = packet * burst_packets
    num_runs = clips.shape[1] // run + 2
    chance = generator.random((len(clips), 1 + num_runs))
    begin = (chance[:, :1] * run).astype(np.int64)
    place = (np.arange(clips.shape[1]) + begin) // run
    lost = np.take_along_axis(chance[:, 1:] < severity / 100, place, axis=1)
    return np.where(lost, np.float32(0), clips)


PACKET_LOSS = Stressor(
    name="packet-loss",
    title="Packet loss",
    unit="%",
    at="With {} % of the packets of 20 ms lost",
    severities=SEVERITIES_PERCENT,
    ordinary=ORDINARY_PERCENT,
    neutral=0.0,
    apply=partial(lose_packets, burst_packets=1),
    remedies=REMEDIES,
)

PACKET_BURSTS = Stressor(
    name="packet-bursts",
    title="Packet loss in bursts",
    unit="%",
    at="With {} % of the packets lost, four in a row,",
    severities=SEVERITIES_PERCENT[1:],
    ordinary=ORDINARY_PERCENT,
    neutral=0.0,
    apply=partial(lose_packets, burst_packets=BURST_PACKETS),
    remedies=REMEDIES,
)
