"""Go on from the published network: write its weights as a training state. Needs `pip install onnx` as well.

    PYTHONPATH=. python assets/models/matting/train/warm_start.py assets/models/matting/network.onnx DIR

The published network has its batch normalisation folded into the convolutions. Here each layer gets the statistics of
drawn photos again, with the scale and shift that undo them, so that the network computes what it did.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from network import MattingNetwork
from onnx import numpy_helper
from photos import PhotoMaker
from torch import nn
from train import SIDE_PX, batch_of

BATCHES = 3


def unfold(network: MattingNetwork, weights: dict[str, torch.Tensor], pixels: torch.Tensor) -> None:
    """Set the network to folded weights; normalisation statistics are those of the pixels (batch, 3, side, side)."""
    network.eval()
    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            module.weight.data.copy_(weights[f"{name}.weight"])
        elif isinstance(module, nn.BatchNorm2d):
            module.register_forward_pre_hook(_undo(weights[f"{name[:-1]}0.weight_bias"]))
    network.head.bias.data.copy_(weights["head.bias"])
    with torch.inference_mode():
        network(pixels)
    for module in network.modules():
        module._forward_pre_hooks.clear()


def _undo(bias: torch.Tensor) -> Callable[[nn.BatchNorm2d, tuple[torch.Tensor]], None]:
    """A hook that gives a layer the statistics of its inputs, and the scale and shift that leave them as they are."""

    def measure(module: nn.BatchNorm2d, inputs: tuple[torch.Tensor]) -> None:
        mean, variance = inputs[0].mean((0, 2, 3)), inputs[0].var((0, 2, 3))
        module.running_mean.copy_(mean)
        module.running_var.copy_(variance)
        module.weight.data.copy_((variance + module.eps).sqrt())
        module.bias.data.copy_(mean + bias)

    return measure


def main(source: str, out: str) -> None:
    graph = onnx.load(source).graph
    weights = {item.name: torch.from_numpy(np.array(numpy_helper.to_array(item))) for item in graph.initializer}
    maker, rng = PhotoMaker(SIDE_PX, 60, 40, seed=1), np.random.default_rng(1)
    network = MattingNetwork()
    unfold(network, weights, torch.cat([batch_of(maker, rng)[0] for _ in range(BATCHES)]))
    Path(out).mkdir(parents=True, exist_ok=True)
    state = {"raw": network.state_dict(), "average": network.state_dict()}
    torch.save(state, Path(out) / "network.pt")


if __name__ == "__main__":
    main(*sys.argv[1:])
