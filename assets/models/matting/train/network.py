"""The matting network: a small U-Net, RGB in, one alpha map out at half the input's size. 0.9 million parameters."""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

WIDTHS = (16, 32, 64, 96, 128)


def conv(inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """3x3 convolution, batch normalisation, ReLU."""
    layer = nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class MattingNetwork(nn.Module):
    """pixels (batch, 3, side, side) in 0..1 to alpha logits (batch, 1, side / 2, side / 2); side a multiple of 32."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv(3, WIDTHS[0], stride=2)
        pairs = list(pairwise(WIDTHS))
        self.down = nn.ModuleList(nn.Sequential(conv(a, b, stride=2), conv(b, b)) for a, b in pairs)
        self.context = nn.Sequential(conv(WIDTHS[-1], WIDTHS[-1], dilation=2), conv(WIDTHS[-1], WIDTHS[-1]))
        self.up = nn.ModuleList(conv(a + b, a) for a, b in reversed(pairs))
        self.head = nn.Conv2d(WIDTHS[0], 1, 3, padding=1)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        found = [self.stem((pixels - 0.45) / 0.25)]
        for stage in self.down:
            found.append(stage(found[-1]))
        deep = found.pop()
        deep = deep + self.context(deep)
        for stage in self.up:
            skip = found.pop()
            deep = functional.interpolate(deep, scale_factor=2.0, mode="bilinear", align_corners=False)
            deep = stage(torch.cat([deep, skip], 1))
        logits: torch.Tensor = self.head(deep)
        return logits
