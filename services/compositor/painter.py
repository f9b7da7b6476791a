"""The painter: a solved layout becomes pixels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image

from services.compositor.camera import Darkroom, Shot, product_matte
from services.compositor.contrast import contrast, mix, rgb
from services.compositor.ground import (
    Ink,
    Logos,
    button_colours,
    choose_inks,
    mark_colour,
    measured_contrast,
    paint_scrim,
)
from services.compositor.layout import Layout
from services.compositor.service import LOGO_CONTRAST, Style
from services.compositor.setting import Placed, mark_width
from services.compositor.text_layer import Line, Plaque, TextLayer
from services.errors import LogoHasNoContrast
from services.images import Shape

_HAIRLINE = 0.14  # of the text colour in the background


@dataclass(frozen=True)
class Paints:
    """The pictures a creative is painted with, as arrays: plates RGB, cut-out alpha, logos."""

    darkroom: Darkroom
    plate_keys: Mapping[Shape, str]
    plate: Callable[[Shape], np.ndarray]
    cutout_alpha: np.ndarray
    logos: Logos

    def develop(self, shot: Shot) -> np.ndarray:
        """The pixels of a shot."""
        return self.darkroom.develop(shot, self.plate_keys[shot.shape], lambda: self.plate(shot.shape))


def trim(logo: Image.Image) -> np.ndarray:
    """The logo without its transparent border, RGBA."""
    logo = logo.convert("RGBA")
    return np.asarray(logo.crop(logo.getchannel("A").getbbox()))


def paint(layout: Layout, paints: Paints, style: Style, text_layer: TextLayer) -> tuple[np.ndarray, dict[str, float]]:
    """The finished pixels (uint8 H x W x 3), and the contrast ratio of every role as measured on its ground.

    Raises:
        LogoHasNoContrast: neither the dark nor the light logo reads, not even on a veil.
    """
    pixels = _paint_ground(layout, paints, style)
    ratios: dict[str, float] = {}
    groups = [(group, placed) for group, placed in zip(layout.template.groups, layout.groups, strict=True) if placed]
    inks = choose_inks(pixels, [(placed, group.scrim is not None) for group, placed in groups], style, paints.logos)
    for (group, placed), ink in zip(groups, inks, strict=True):
        if group.scrim and ink.strength:
            matte = product_matte(layout.shot, paints.cutout_alpha, layout.canvas.width, layout.canvas.height)
            paint_scrim(pixels, placed, group.scrim, ink, matte)
    for (_, placed), ink in zip(groups, inks, strict=True):
        ratios |= _paint_group(pixels, placed, ink, paints, style, text_layer)
    if ratios.get("logo", LOGO_CONTRAST) < LOGO_CONTRAST:
        raise LogoHasNoContrast(layout.canvas.format, ratios["logo"], LOGO_CONTRAST)
    return pixels, ratios


def _paint_ground(layout: Layout, paints: Paints, style: Style) -> np.ndarray:
    canvas, panel, picture = layout.canvas, layout.template.panel, layout.shot.picture
    developed = paints.develop(layout.shot)
    if developed.shape[:2] == (canvas.height, canvas.width):
        return developed
    colour = {"primary": style.primary, "background": style.background}[panel.colour] if panel else style.background
    pixels = np.full((canvas.height, canvas.width, 3), rgb(colour), np.uint8)
    if panel and panel.hairline:
        line = rgb(mix(style.background, style.text, _HAIRLINE))
        pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1] = line, line, line, line
    pixels[picture.top : picture.bottom, picture.left : picture.right] = developed
    return pixels


def _paint_group(
    pixels: np.ndarray, placed: Sequence[Placed], ink: Ink, paints: Paints, style: Style, text_layer: TextLayer
) -> dict[str, float]:
    ratios: dict[str, float] = {item.role: measured_contrast(pixels, item, ink, paints.logos) for item in placed}
    shapes: list[Plaque] = []
    lines: list[Line] = []
    for item in placed:
        colour = ink.colour
        if item.role == "call_to_action":
            fill, colour = button_colours(pixels, item, style)
            shapes.append(_button(item, fill, style.corner_radius))
            ratios[item.role] = round(contrast(fill, colour), 2)
        elif item.role == "price":
            shapes.append(_mark(item, mark_colour(pixels, item, style, ink)))
        elif item.role == "logo":
            _paint_logo(pixels, item, ink, paints)
        lines += [replace(line, colour=colour) for line in item.lines]
    if lines:
        _paint_overlay(pixels, shapes, lines, placed, text_layer)
    return ratios


def _button(item: Placed, fill: str, corner_radius: float) -> Plaque:
    return Plaque(item.left, item.top, item.width, item.height, corner_radius * item.height, fill)


def _mark(item: Placed, colour: str) -> Plaque:
    width = mark_width(item.size_px)
    left = item.left + item.width - width if item.is_turned else item.left
    return Plaque(left, item.top, width, item.height, width / 2, colour)


def _paint_overlay(
    pixels: np.ndarray, shapes: Sequence[Plaque], lines: Sequence[Line], placed: Sequence[Placed], text_layer: TextLayer
) -> None:
    """Draw type and shapes over the smallest box that holds them, with room for accents above the capitals."""
    boxes = [item.box for item in placed if item.role != "logo"]
    room = int(max(line.size_px for line in lines) * 0.5) + 1
    left, top = max(0, min(box.left for box in boxes) - room), max(0, min(box.top for box in boxes) - room)
    right = min(pixels.shape[1], max(box.right for box in boxes) + room)
    bottom = min(pixels.shape[0], max(box.bottom for box in boxes) + room)
    overlay = text_layer.draw((left, top, right, bottom), shapes, lines)
    _blend(pixels[top:bottom, left:right], overlay)


def _blend(under: np.ndarray, over: np.ndarray) -> None:
    """Lay straight-alpha RGBA over RGB, in place, touching only rows that hold something."""
    rows = np.flatnonzero(over[..., 3].any(1))
    if not len(rows):
        return
    part = slice(rows[0], rows[-1] + 1)
    alpha = over[part, :, 3:].astype(np.uint16)
    blended = under[part] * (255 - alpha) + over[part, :, :3] * alpha + 127
    under[part] = (blended // 255).astype(np.uint8)


def _paint_logo(pixels: np.ndarray, item: Placed, ink: Ink, paints: Paints) -> None:
    logo = paints.logos.dark if ink.is_dark else paints.logos.light
    alpha = logo[..., 3:].astype(np.float32) / 255
    flat = np.concatenate([logo[..., :3] * alpha, 255 * alpha], 2)
    size = (int(item.width), int(item.height))
    small = cv2.resize(flat, size, interpolation=cv2.INTER_AREA)
    box = item.box
    under = pixels[box.top : box.top + size[1], box.left : box.left + size[0]]
    under[:] = np.clip(under * (1 - small[..., 3:] / 255) + small[..., :3] + 0.5, 0, 255).astype(np.uint8)
