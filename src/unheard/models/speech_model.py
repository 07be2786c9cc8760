"""Front end and network as one: waveform in, logits and embedding out."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from unheard.models.catalog import build_network
from unheard.models.front_end import FrontEnd, FrontEndOptions


def fit_to_window(samples: Tensor, window_samples: int) -> Tensor:
    """`(batch, any)` to `(batch, window_samples)`: zeros appended when short, the end cut off when long."""
    return functional.pad(samples, (0, window_samples))[:, :window_samples]


class SpeechModel(nn.Module):
    """What is trained, and what is exported."""

    logit_shift: Tensor | None

    def __init__(
        self,
        architecture: str,
        num_classes: int,
        front_end: FrontEndOptions,
        window_samples: int,
        dropout: float | None = None,
    ) -> None:
        super().__init__()
        self.window_samples = window_samples
        self.front_end = FrontEnd(front_end, window_samples)
        self.network = build_network(
            architecture,
            front_end.num_bins,
            self.front_end.num_frames,
            num_classes,
            dropout,
            front_end.num_maps,
        )

        self.register_buffer("logit_shift", None, persistent=False)

    def shift_logits(self, shift: Tensor) -> None:
        """Add `(num_classes,)` to the logits from now on: classes are more frequent, or rarer, than they were
        in training."""
        self.logit_shift = shift

    @property
    def num_parameters(self) -> int:
        """Trainable numbers, the front end's included."""
        return sum(parameter.numel() for parameter in self.parameters())

    def forward(self, samples: Tensor) -> tuple[Tensor, Tensor]:
        """`(batch, num_samples)` in [-1, 1], any length, to logits and embedding."""
        logits, embedding = self.network(self.front_end(fit_to_window(samples, self.window_samples)))
        return (logits if self.logit_shift is None else logits + self.logit_shift), embedding
