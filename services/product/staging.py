"""The product standing on plain ground: what a pipeline starts from that paints the scene around it."""

from dataclasses import dataclass

import cv2
import numpy as np
from controlnet_aux.canny import CannyDetector
from PIL import Image

from services.images import Box
from services.pipelines.masks import repaint_around
from services.product.standing import STAND_Y, PlateLayout, compose_plate, fit_product, stand_box

PLAIN = 226  # a light grey: no colour that could tint the scene, and no white that would pass for snow
HORIZON = 0.5
EDGE_PX = 2


@dataclass(frozen=True)
class Staging:
    """picture: RGB, the product on plain ground. matte: L, 255 = product. Both at the scene's size; box: in it, px."""

    picture: Image.Image
    matte: Image.Image
    box: Box

    @property
    def mask(self) -> Image.Image:
        """L, 255 = repaint: all but the product, whose outermost pixels the painter may join to the ground."""
        return repaint_around(self.matte, EDGE_PX)

    @property
    def product(self) -> Image.Image:
        """The product alone on plain ground, cropped to it with a margin, as a reference picture."""
        margin = round(0.08 * max(self.box.width, self.box.height))
        left, top = max(0, self.box.left - margin), max(0, self.box.top - margin)
        return self.picture.crop((left, top, self.box.right + margin, self.box.bottom + margin))


def stage(cutout: Image.Image, layout: PlateLayout, size: tuple[int, int]) -> Staging:
    """Stand the cut-out (RGBA) where the plate will have it, drawn at the scene's size (width, height) px."""
    box = stand_box(np.asarray(cutout.getchannel("A")), layout)
    product = fit_product(cutout, box)
    ground = np.full((layout.height, layout.width, 3), PLAIN, np.uint8)
    matte = np.zeros((layout.height, layout.width), np.uint8)
    matte[box.top : box.bottom, box.left : box.right] = product[..., 3]
    scale = size[0] / layout.width, size[1] / layout.height
    return Staging(
        picture=compose_plate(ground, product, box).resize(size, Image.Resampling.LANCZOS),
        matte=Image.fromarray(cv2.resize(matte, size, interpolation=cv2.INTER_AREA)),
        box=Box(
            left=int(box.left * scale[0]),
            top=int(box.top * scale[1]),
            right=-int(-box.right * scale[0] // 1),
            bottom=-int(-box.bottom * scale[1] // 1),
        ),
    )


def draw_edges(staging: Staging) -> Image.Image:
    """The product's edges for a canny ControlNet, RGB: white on black, and nothing where the scene is free.

    They hold the outline: without them an inpainting checkpoint likes to continue the product into its surroundings.
    """
    width, height = staging.picture.size
    side = min(width, height)
    edges = CannyDetector()(staging.picture, detect_resolution=side, image_resolution=side)
    return edges.resize((width, height), Image.Resampling.BILINEAR)


def draw_depth(staging: Staging) -> Image.Image:
    """The depth of the wanted layout for a depth ControlNet, RGB, near = 255 (inverse depth, as MiDaS says it).

    It is drawn, not estimated: a level ground from the horizon to the lens, and the product upright at its footing.
    """
    width, height = staging.picture.size
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    ground = np.clip((rows - HORIZON) / (1 - HORIZON), 0, 1)
    upright = (STAND_Y - HORIZON) / (1 - HORIZON)
    covered = np.asarray(staging.matte) > 127
    depth = np.where(covered, np.float32(upright), np.broadcast_to(ground, (height, width)))
    return Image.fromarray(np.round(255 * depth).astype(np.uint8)).convert("RGB")
