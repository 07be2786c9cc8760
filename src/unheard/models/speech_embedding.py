"""Google's speech embedding, slid over the window and pooled into one word.

Lin, Kilgour, Roblek & Sharifi, "Training Keyword Spotters with Limited and Synthesized Speech Data", ICASSP
2020, arXiv:2002.01322; layers, kernels and slopes as in the graph that was published. It was trained to tell
word parts in 0.775 s of sound, 76 frames, apart. Nothing in it is padded over time and its strides come to 8
frames, so one pass over a longer clip is what its windows say every 80 ms. It was published with its
normalisation folded into the convolutions, and so it stays.
"""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.nn import functional

from unheard.models.attentive_pool import AttentivePool
from unheard.models.network import Network

NUM_BINS = 32
WINDOW_FRAMES, STRIDE_FRAMES = 76, 8
CHANNELS = (24, 48, 72, 96, 96)  # of the blocks
_POOLS = ((2, 2), (1, 2), (2, 2), (1, 2), (2, 2))  # frames, bands
_SLOPE, _LOWEST = 0.2, -0.4  # of what is below 0, and where it ends


class Convolution(nn.Conv2d):
    """`(batch, channels, num_frames, num_bins)`, as is the result: bands are padded, frames are not."""

    def __init__(self, num_in: int, num_out: int, frames: int, bands: int) -> None:
        super().__init__(num_in, num_out, (frames, bands), padding=(0, bands // 2))
        nn.init.kaiming_normal_(self.weight, a=_SLOPE)
        assert self.bias is not None
        nn.init.zeros_(self.bias)

    def forward(self, maps: Tensor) -> Tensor:
        limited = functional.hardtanh_(super().forward(maps), _LOWEST / _SLOPE, math.inf)
        return functional.leaky_relu_(limited, _SLOPE)  # both in place: maps of a batch are large


def _block(num_in: int, width: int, pool: tuple[int, int]) -> nn.Sequential:
    """Convolutions over bands and over frames in turn, the first of all over both; largest of neighbours."""
    begin = [(num_in, 3, 3)] if num_in == 1 else [(num_in, 1, 3), (width, 3, 1)]
    shapes = [*begin, (width, 1, 3), (width, 3, 1)]
    layers = [Convolution(channels, width, frames, bands) for channels, frames, bands in shapes]
    return nn.Sequential(*layers, nn.MaxPool2d(pool))


class SpeechEmbedding(Network):
    """`(batch, 32, num_frames)` features to `(batch, num_classes)` logits and an embedding of 192."""

    embedding_size = 192

    def __init__(self, num_bins: int, num_frames: int, num_classes: int, dropout: float = 0.2) -> None:
        super().__init__()
        if num_bins != NUM_BINS:
            raise ValueError(f"speech-embedding takes {NUM_BINS} bands, not {num_bins}.")
        self.edges = edge_frames(num_frames)
        shapes = zip((1, *CHANNELS), CHANNELS, _POOLS, strict=False)
        self.blocks = nn.ModuleList(_block(*shape) for shape in shapes)
        width = CHANNELS[-1]
        self.project = nn.Conv2d(width, width, (3, 1), bias=False)
        self.pool = AttentivePool(width)
        self.embed = nn.Sequential(
            nn.Linear(2 * width, self.embedding_size), nn.BatchNorm1d(self.embedding_size), nn.ReLU()
        )
        self.dropout = nn.Dropout(dropout)
        self.classify = nn.Linear(self.embedding_size, num_classes)

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        """The blocks; the last has the projection that follows it."""
        *lower, last = self.blocks
        return (*lower, nn.ModuleList([last, self.project]))

    def encode(self, features: Tensor) -> Tensor:
        """What the published network says to each of its windows: `(batch, num_windows, 96)`.

        `features` `(batch, 32, num_frames)`, of 76 frames or more; what is left behind the last window is
        not heard.
        """
        maps = features.transpose(1, 2)[:, None]
        for block in self.blocks:
            maps = block(maps)
        projected: Tensor = self.project(maps)
        return projected[..., 0].transpose(1, 2)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        quietest = features.amin(dim=(1, 2), keepdim=True)
        around = functional.pad(features - quietest, self.edges) + quietest
        embedding = self.embed(self.pool(self.encode(around)))
        return self.classify(self.dropout(embedding)), embedding


def edge_frames(num_frames: int) -> tuple[int, int]:
    """Quiet frames before and after a clip: windows have their middles from its first frame to its last."""
    added = WINDOW_FRAMES + -num_frames % STRIDE_FRAMES
    return added // 2, added - added // 2
