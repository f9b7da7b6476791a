"""The floor network: a small U-Net that knows the camera. 1.1 million parameters."""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

WIDTHS = (16, 32, 56, 88, 120)
LABELS = 3


def conv(inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """3x3 convolution, batch normalisation, ReLU."""
    layer = nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class FloorNetwork(nn.Module):
    """A photo squashed to a square, with its camera, to what is floor, thing and wall, and how near it is.

    pixels: (batch, 4, side, side), RGB in 0..1 and how steeply each pixel looks down (camera height over the depth of
    floor there, negative over the horizon); side a multiple of 32. Answers (batch, 4, side / 2, side / 2): logits of
    floor, thing and structure, and log2 of camera height over depth.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv(4, WIDTHS[0], stride=2)
        pairs = list(pairwise(WIDTHS))
        self.down = nn.ModuleList(nn.Sequential(conv(a, b, stride=2), conv(b, b)) for a, b in pairs)
        self.context = nn.ModuleList(conv(WIDTHS[-1], WIDTHS[-1], dilation=step) for step in (2, 4, 1))
        self.up = nn.ModuleList(conv(a + b, a) for a, b in reversed(pairs))
        self.head = nn.Conv2d(WIDTHS[0] + 1, LABELS + 1, 3, padding=1)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        colour, drop = (pixels[:, :3] - 0.45) / 0.25, pixels[:, 3:].clamp(-1.5, 1.5)
        found = [self.stem(torch.cat([colour, drop], 1))]
        for stage in self.down:
            found.append(stage(found[-1]))
        deep = found.pop()
        for layer in self.context:
            deep = deep + layer(deep)
        for stage in self.up:
            skip = found.pop()
            deep = functional.interpolate(deep, scale_factor=2.0, mode="bilinear", align_corners=False)
            deep = stage(torch.cat([deep, skip], 1))
        level = functional.avg_pool2d(drop, 2)
        out: torch.Tensor = self.head(torch.cat([deep, level], 1))
        return out
