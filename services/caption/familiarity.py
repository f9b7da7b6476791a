"""Whether a picture is of the world that a captioner of our own was trained on. Of others it must not tell stories."""

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

FILE = "familiarity.safetensors"
FEATURES = 448
HIDDEN = 64


class Familiarity(nn.Module):
    """A small network on an encoder's features, taught with drawn pictures that are unlike any scene.

    After Hendrycks et al. 2019, "Deep anomaly detection with outlier exposure" (arXiv:1812.04606).
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("scale", torch.ones(FEATURES))
        self.layers = nn.Sequential(nn.Linear(FEATURES, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits (batch,) from features (batch, 448); over 0 is familiar."""
        logits: torch.Tensor = self.layers((features - self.mean) / self.scale)[:, 0]
        return logits


def load_familiarity(folder: Path) -> Familiarity:
    """The network beside a checkpoint's weights, in float32."""
    network = Familiarity()
    network.load_state_dict({name: values.float() for name, values in load_file(folder / FILE).items()})
    return network.eval()


def features(hidden_states: Sequence[torch.Tensor]) -> torch.Tensor:
    """Mean and spread over the picture of every channel of every stage, (batch, 448), float32.

    Stages are (batch, channels, height, width); the last one may be (batch, tokens, channels).
    """
    flat = [stage.float().flatten(2) if stage.dim() == 4 else stage.float().transpose(1, 2) for stage in hidden_states]
    return torch.cat([part for stage in flat for part in (stage.mean(2), stage.std(2))], dim=1)
