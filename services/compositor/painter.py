"""The painter: layers become pixels, one over the other. What is painted is written down: the artwork."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image

from services.compositor.artwork import Fill, Layer, Logo, Picture, Scrim, Type
from services.compositor.camera import develop, product_matte
from services.compositor.contrast import rgb
from services.compositor.ground import paint_scrim
from services.compositor.memory import Memory
from services.compositor.text_layer import TextLayer
from services.images import Box


@dataclass(frozen=True)
class Paints:
    """What layers are painted with: pictures by key, type, and what was made of them before."""

    pictures: Mapping[str, Image.Image]
    text_layer: TextLayer
    memory: Memory

    def plate(self, key: str) -> np.ndarray:
        """A picture without its alpha: uint8 H x W x 3."""
        return np.asarray(self.pictures[key].convert("RGB"))

    def logo(self, key: str) -> np.ndarray:
        """A logo without its transparent border: uint8 H x W x 4, straight alpha."""
        logo = self.pictures[key].convert("RGBA")
        return np.asarray(logo.crop(logo.getchannel("A").getbbox()))

    def developed(self, layer: Picture) -> np.ndarray:
        """The pixels of a picture layer, the size of its box."""
        size = (layer.box.width, layer.box.height)
        return self.memory.recall(
            layer.image.key,
            f"{layer.window} {size}",
            lambda: develop(layer.window, size, self.plate(layer.image.key)),
        )

    def matte(self, scrim: Scrim, shape: tuple[int, int]) -> np.ndarray:
        """Where the product stands, float32 rows x columns, 1 = product."""
        return self.memory.recall(
            scrim.cutout.key,
            f"{scrim.product} {scrim.picture} {shape}",
            lambda: product_matte(
                scrim.product, scrim.picture, np.asarray(self.pictures[scrim.cutout.key].getchannel("A")), shape
            ),
        )

    def scaled(self, layer: Logo) -> np.ndarray:
        """A logo the size of its box, colours multiplied by alpha: float32 H x W x 4, 0 to 255."""
        size = (layer.box.width, layer.box.height)
        return self.memory.recall(layer.image.key, f"logo {size}", lambda: _scale(self.logo(layer.image.key), size))


@dataclass
class Easel:
    """A creative on its way: the pixels so far (uint8 H x W x 3, RGB), and the layers that made them."""

    paints: Paints
    width: int
    height: int
    layers: list[Layer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pixels = np.zeros((self.height, self.width, 3), np.uint8)

    @property
    def box(self) -> Box:
        """All of it."""
        return Box(left=0, top=0, right=self.width, bottom=self.height)

    def lay(self, layer: Layer) -> None:
        """Paint a layer over what is there."""
        self.layers.append(layer)
        under = _inside(self.pixels, layer.box)
        match layer:
            case Fill():
                _paint_fill(under, layer)
            case Picture():
                under[:] = self.paints.developed(layer)
            case Scrim():
                paint_scrim(self.pixels, layer, self.paints.matte(layer, self.pixels.shape[:2]))
            case Logo():
                _paint_logo(under, self.paints.scaled(layer))
            case Type():
                _blend(under, self.paints.text_layer.draw(layer))


def _scale(logo: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    alpha = logo[..., 3:].astype(np.float32) / 255
    flat = np.concatenate([logo[..., :3] * alpha, 255 * alpha], 2)
    way = cv2.INTER_AREA if size[0] < logo.shape[1] else cv2.INTER_CUBIC
    return np.clip(cv2.resize(flat, size, interpolation=way), 0, 255)


def _inside(pixels: np.ndarray, box: Box) -> np.ndarray:
    return pixels[box.top : box.bottom, box.left : box.right]


def _paint_fill(under: np.ndarray, layer: Fill) -> None:
    under[:] = rgb(layer.colour)
    if layer.edge:
        under[0], under[-1], under[:, 0], under[:, -1] = (rgb(layer.edge),) * 4


def _paint_logo(under: np.ndarray, logo: np.ndarray) -> None:
    under[:] = np.clip(under * (1 - logo[..., 3:] / 255) + logo[..., :3] + 0.5, 0, 255).astype(np.uint8)


def _blend(under: np.ndarray, over: np.ndarray) -> None:
    """Lay straight-alpha RGBA over RGB, in place, touching only rows that hold something."""
    rows = np.flatnonzero(over[..., 3].any(1))
    if not len(rows):
        return
    part = slice(rows[0], rows[-1] + 1)
    alpha = over[part, :, 3:].astype(np.uint16)
    blended = under[part] * (255 - alpha) + over[part, :, :3] * alpha + 127
    under[part] = (blended // 255).astype(np.uint8)
