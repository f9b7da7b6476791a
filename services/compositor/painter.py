"""The painter: layers become pixels, one over the other. What is painted is written down: the artwork."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image

from services.compositor.artwork import Fill, Layer, Logo, Picture, Scrim, Type
from services.compositor.camera import develop
from services.compositor.clutter import Surveyor
from services.compositor.contrast import rgb
from services.compositor.ground import luminance_of_logo
from services.compositor.memory import Memory
from services.compositor.scrim import lay_scrim
from services.compositor.sheet import Sheet, lay_over
from services.compositor.text_layer import TextLayer
from services.images import Box


@dataclass(frozen=True)
class Paints:
    """What layers are painted with: pictures by key, type, and what was made before: underlays, words and logos.

    ``surveyor`` knows private plates, as long as this request lasts.
    """

    pictures: Mapping[str, Image.Image]
    text_layer: TextLayer
    memory: Memory
    drawn: Memory
    surveyor: Surveyor = field(default_factory=Surveyor)
    _plates: dict[str, np.ndarray] = field(default_factory=dict)

    def plate(self, key: str) -> np.ndarray:
        """A picture without its alpha: uint8 H x W x 3."""
        if key not in self._plates:
            self._plates[key] = np.asarray(self.pictures[key].convert("RGB"))
        return self._plates[key]

    def logo(self, key: str) -> np.ndarray:
        """A logo without its transparent border: uint8 H x W x 4, straight alpha."""
        return self.drawn.recall([key], f"logo {key}", lambda: _trim(self.pictures[key]))

    def luminance_of_logo(self, key: str) -> float:
        """Median luminance of a logo where it is seen."""
        return float(self.drawn.recall([key], f"luminance {key}", lambda: luminance_of_logo(self.logo(key)))[0])

    def scaled(self, layer: Logo) -> np.ndarray:
        """A logo the size of its box: uint8 H x W x 4, straight alpha."""
        key, size = layer.image.key, (layer.box.width, layer.box.height)
        return self.drawn.recall([key], f"logo {key} {size}", lambda: _scale(self._weighted(key), size))

    def _weighted(self, key: str) -> np.ndarray:
        """A logo with its colours weighted by alpha, so that scaling brings in none from where nothing is seen."""
        return self.drawn.recall([key], f"weighted logo {key}", lambda: _weigh(self.logo(key)))

    def words(self, layer: Type) -> np.ndarray:
        """The words and plaques of a layer, for its box: uint8 H x W x 4, straight alpha."""
        layer = _in_own_corner(layer)
        return self.drawn.recall([], layer.model_dump_json(), lambda: self.text_layer.draw(layer))

    def underlay(self, layers: Sequence[Fill | Picture], width: int, height: int) -> Sheet:
        """An empty sheet in front of grounds and pictures."""
        key = f"{width} x {height} {[layer.model_dump_json() for layer in layers]}"
        pictures = [layer.image.key for layer in layers if isinstance(layer, Picture)]
        return Sheet(
            key, width, height, lambda: self.memory.recall(pictures, key, lambda: self._paint(layers, width, height))
        )

    def _paint(self, layers: Sequence[Fill | Picture], width: int, height: int) -> np.ndarray:
        pixels = np.zeros((height, width, 3), np.uint8)
        for layer in layers:
            self.lay_ground(pixels[layer.box.top : layer.box.bottom, layer.box.left : layer.box.right], layer)
        return pixels

    def lay_ground(self, under: np.ndarray, layer: Fill | Picture) -> None:
        """Paint a colour or a picture over the pixels of its box."""
        if isinstance(layer, Fill):
            _paint_fill(under, layer)
        else:
            under[:] = develop(layer.window, (layer.box.width, layer.box.height), self.plate(layer.image.key))


@dataclass
class Easel:
    """A creative on its way: its sheet, and the layers that made it."""

    paints: Paints
    width: int
    height: int
    layers: list[Layer] = field(default_factory=list)
    _sheet: Sheet | None = None

    @property
    def box(self) -> Box:
        """All of it."""
        return Box(left=0, top=0, right=self.width, bottom=self.height)

    @property
    def sheet(self) -> Sheet:
        """What was laid until now; what was laid before anybody looked is its underlay."""
        if self._sheet is None:
            grounds = [layer for layer in self.layers if isinstance(layer, Fill | Picture)]
            self._sheet = self.paints.underlay(grounds, self.width, self.height)
        return self._sheet

    def lay(self, layer: Layer) -> None:
        """Paint a layer over what is there."""
        if not isinstance(layer, Fill | Picture) or self._sheet:
            self._paint(layer, self.sheet)
        self.layers.append(layer)

    def _paint(self, layer: Layer, sheet: Sheet) -> None:
        match layer:
            case Fill() | Picture():
                self.paints.lay_ground(sheet.touch(layer.box), layer)
            case Scrim():
                lay_scrim(sheet, layer, np.asarray(self.paints.pictures[layer.cutout.key].getchannel("A")))
            case Logo():
                blend(sheet, layer.box, self.paints.scaled(layer))
            case Type():
                blend(sheet, layer.box, self.paints.words(layer))


def _in_own_corner(layer: Type) -> Type:
    """The same words wherever they stand."""
    left, top = layer.box.left, layer.box.top
    return layer.model_copy(
        update={
            "box": Box(left=0, top=0, right=layer.box.width, bottom=layer.box.height),
            "lines": tuple(
                line.model_copy(update={"left": line.left - left, "baseline": line.baseline - top})
                for line in layer.lines
            ),
            "plaques": tuple(
                plaque.model_copy(update={"left": plaque.left - left, "top": plaque.top - top})
                for plaque in layer.plaques
            ),
            "stars": layer.stars
            and layer.stars.model_copy(update={"left": layer.stars.left - left, "top": layer.stars.top - top}),
        }
    )


def _trim(logo: Image.Image) -> np.ndarray:
    logo = logo.convert("RGBA")
    return np.asarray(logo.crop(logo.getchannel("A").getbbox()))


def _weigh(logo: np.ndarray) -> np.ndarray:
    share = cv2.cvtColor(logo[..., 3], cv2.COLOR_GRAY2RGB)
    return np.dstack([cv2.multiply(np.ascontiguousarray(logo[..., :3]), share, scale=1 / 255), logo[..., 3]])


def _scale(weighted: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Scaled, and straight alpha again."""
    way = cv2.INTER_AREA if size[0] < weighted.shape[1] else cv2.INTER_CUBIC
    scaled = cv2.resize(weighted, size, interpolation=way).astype(np.float32)
    scaled[..., :3] *= 255 / np.maximum(scaled[..., 3:], 1)
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def _paint_fill(under: np.ndarray, layer: Fill) -> None:
    row = np.empty_like(under[0])
    row[:] = rgb(layer.colour)
    under[:] = row
    if layer.edge:
        under[0], under[-1], under[:, 0], under[:, -1] = (rgb(layer.edge),) * 4


def blend(sheet: Sheet, box: Box, over: np.ndarray) -> None:
    """Lay straight-alpha RGBA of a box over a sheet, touching only the part that holds something."""
    alpha = cv2.extractChannel(over, 3)
    left, top, width, height = cv2.boundingRect(alpha)
    if not width:
        return
    part = (slice(top, top + height), slice(left, left + width))
    under = sheet.touch(
        Box(
            left=box.left + left,
            top=box.top + top,
            right=box.left + left + width,
            bottom=box.top + top + height,
        )
    )
    lay_over(under, cv2.cvtColor(over[part], cv2.COLOR_RGBA2RGB), alpha[part])
