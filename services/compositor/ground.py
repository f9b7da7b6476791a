"""Grounds: which ink reads on the pixels under a group, and the scrim that mends them when none does."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from services.compositor.artwork import Scrim
from services.compositor.camera import Shot
from services.compositor.contrast import (
    contrast,
    hexadecimal,
    luminance,
    luminance_of,
    mix,
    rgb,
    sample,
    worst_ratio,
)
from services.compositor.service import LOGO_CONTRAST, NORMAL_TEXT, Style
from services.compositor.setting import Placed
from services.compositor.template import Role, Side
from services.images import Box, ImageRef

STRENGTHS = tuple(round(step / 12, 3) for step in range(13))
HEADROOM = 1.04  # so that the ratio still holds after the JPEG
BUTTON_ON_GROUND = 1.6
MARK_ON_GROUND = 1.5
HAZE = 1.5  # a white veil over a scene disturbs more than a dark one
_FADE = {"left": 0.95, "right": 0.95, "top": 0.4, "bottom": 0.3}  # of the short side, from full strength to nothing
_TRIAL_PIXELS = 4_000  # looked at per role while choosing
_REPORT_PIXELS = 40_000  # looked at for the ratio that is reported
_SCRIM_TINT = 0.12  # of the scene's own colour that a scrim keeps
_BAYER = 16 * np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.uint16)  # of 256: a level


@dataclass(frozen=True)
class Ink:
    """The ink of a group, and the scrim it needs: its colour, its strength (0 = none), how much it alters the scene."""

    colour: str
    is_dark: bool
    scrim: str
    strength: float
    change: float


_NEUTRAL = ("#111111", "#FFFFFF")
_DESPERATE = Ink("#111111", True, "#FFFFFF", 0, 0)


@dataclass(frozen=True)
class Logos:
    """The brand's logo in dark and in light ink: RGBA, trimmed."""

    dark: np.ndarray
    light: np.ndarray

    @cached_property
    def _luminances(self) -> tuple[float, float]:
        return _luminance_of_logo(self.dark), _luminance_of_logo(self.light)

    def luminance(self, is_dark: bool) -> float:
        """Median luminance of the logo that belongs to a dark or a light ink."""
        return self._luminances[0 if is_dark else 1]


def _luminance_of_logo(logo: np.ndarray) -> float:
    return float(np.median(luminance(logo[..., :3][logo[..., 3] > 127])))


def choose_inks(
    pixels: np.ndarray, groups: Sequence[tuple[Sequence[Placed], bool]], style: Style, logos: Logos
) -> tuple[Ink, ...]:
    """An ink for every group (its items, and whether it may have a scrim).

    The whole creative takes the brand's dark or its light ink, whichever changes the scene less. Where neither reads
    in every group, each group chooses for itself, also from black and white.
    """
    grounds = [(_grounds(pixels, items), may_scrim) for items, may_scrim in groups]
    table = [[_mend(colour, *ground, logos) for ground in grounds] for colour in (style.text, style.background)]
    complete = [[ink for ink in inks if ink] for inks in table if None not in inks]
    if complete:
        return tuple(min(complete, key=lambda inks: sum(ink.change for ink in inks)))
    table += [[_mend(colour, *ground, logos) for ground in grounds] for colour in _NEUTRAL]
    return tuple(_least_change(inks) for inks in zip(*table, strict=True))


def _least_change(inks: Sequence[Ink | None]) -> Ink:
    """Brand inks come first, so they win a draw; black on a full veil reads anywhere."""
    return min((ink for ink in inks if ink), key=lambda ink: ink.change, default=_DESPERATE)


def _grounds(pixels: np.ndarray, items: Sequence[Placed]) -> list[tuple[np.ndarray, Role]]:
    """Pixels under every text and logo; a button brings its own ground."""
    bare = [placed for placed in items if placed.role != "call_to_action"]
    return [(sample(_under(pixels, placed), _TRIAL_PIXELS), placed.role) for placed in bare]


def _under(pixels: np.ndarray, placed: Placed) -> np.ndarray:
    box = placed.box
    return pixels[max(0, box.top) : box.bottom, max(0, box.left) : box.right]


def _mend(colour: str, grounds: Sequence[tuple[np.ndarray, Role]], may_scrim: bool, logos: Logos) -> Ink | None:
    """The weakest scrim with which this ink reads everywhere in its group; None when none suffices."""
    is_dark = luminance_of(colour) < 0.18
    if not grounds:
        return Ink(colour, is_dark, "#FFFFFF", 0, 0)
    mean = np.concatenate([ground for ground, _ in grounds]).mean(0)
    own = hexadecimal(tuple(mean))
    scrim = mix("#FFFFFF" if is_dark else "#0A0A0A", own, _SCRIM_TINT)
    tone = np.array(rgb(scrim), np.float32)
    needs = {"logo": (logos.luminance(is_dark), HEADROOM * LOGO_CONTRAST)}
    words = (luminance_of(colour), HEADROOM * NORMAL_TEXT)

    def reads(strength: float) -> bool:
        for ground, role in grounds:
            own, need = needs.get(role, words)
            if worst_ratio(own, luminance((ground + (tone - ground) * strength).astype(np.uint8))) < need:
                return False
        return True

    strengths = STRENGTHS if may_scrim else STRENGTHS[:1]
    index = 0 if reads(0) else bisect_left(strengths, True, lo=1, key=reads)
    if index == len(strengths):
        return None
    change = strengths[index] * float(np.abs(tone - mean).mean()) * (HAZE if is_dark else 1)
    return Ink(colour, is_dark, scrim, strengths[index], change)


def make_scrim(canvas: Box, group: Sequence[Placed], side: Side, ink: Ink, shot: Shot, cutout: ImageRef) -> Scrim:
    """The scrim that a group's ink needs: from a side of the canvas to behind the group, then fading out."""
    boxes = [placed.box for placed in group]
    reach = {
        "left": max(box.right for box in boxes),
        "top": max(box.bottom for box in boxes),
        "right": canvas.width - min(box.left for box in boxes),
        "bottom": canvas.height - min(box.top for box in boxes),
    }[side]
    return Scrim(
        role="scrim",
        box=canvas,
        side=side,
        colour=ink.scrim,
        strength=ink.strength,
        reach=reach,
        fade=_FADE[side] * min(canvas.width, canvas.height),
        cutout=cutout,
        product=shot.product,
        picture=shot.picture,
    )


def paint_scrim(pixels: np.ndarray, scrim: Scrim, matte: np.ndarray) -> None:
    """Veil the pixels in place. ``matte`` (float32 H x W, 1 = product) keeps the scrim behind the product."""
    height, width = pixels.shape[:2]
    is_upright = scrim.side in ("top", "bottom")
    profile = _profile(scrim, height if is_upright else width)
    rows = np.flatnonzero(profile)
    first, last = rows[0], rows[-1] + 1
    area = (slice(first, last), slice(None)) if is_upright else (slice(None), slice(first, last))
    ramp = profile[first:last, None] if is_upright else profile[None, first:last]
    veil = (256 * scrim.strength * ramp * (1 - matte[area])).astype(np.uint16)[..., None]
    patch = pixels[area] * (256 - veil)
    patch += veil * np.array(rgb(scrim.colour), np.uint16)
    tiles = (-(-patch.shape[0] // 4), -(-patch.shape[1] // 4))
    patch += np.tile(_BAYER, tiles)[: patch.shape[0], : patch.shape[1], None]
    patch >>= 8
    pixels[area] = patch.astype(np.uint8)


def _profile(scrim: Scrim, length: int) -> np.ndarray:
    """1 from the side to the scrim's reach, then a smooth fall to 0; float32 of ``length``."""
    distance = np.arange(length, dtype=np.float32) - scrim.reach
    fall = np.clip(1 - distance / scrim.fade, 0, 1)
    profile = (fall * fall * fall * (fall * (6 * fall - 15) + 10)).astype(np.float32)
    return profile if scrim.side in ("left", "top") else profile[::-1]


def button_colours(pixels: np.ndarray, placed: Placed, style: Style) -> tuple[str, str]:
    """Fill and words of the button: the first brand pair whose fill stands out from the ground."""
    ground = hexadecimal(tuple(sample(_under(pixels, placed), _TRIAL_PIXELS).mean(0)))
    on_accent = max((style.text, style.background), key=lambda ink: contrast(ink, style.accent))
    pairs = [(style.primary, style.on_primary), (style.on_primary, style.primary), (style.accent, on_accent)]
    fill, words = next((pair for pair in pairs if contrast(pair[0], ground) >= BUTTON_ON_GROUND), pairs[0])
    if contrast(fill, words) < HEADROOM * 4.5:
        words = max(("#111111", "#FFFFFF"), key=lambda ink: contrast(ink, fill))
    return fill, words


def mark_colour(pixels: np.ndarray, placed: Placed, style: Style, ink: Ink) -> str:
    """The accent, or the group's ink where the accent would drown in the ground."""
    ground = hexadecimal(tuple(sample(_under(pixels, placed), _TRIAL_PIXELS).mean(0)))
    return style.accent if contrast(style.accent, ground) >= MARK_ON_GROUND else ink.colour


def measured_contrast(pixels: np.ndarray, placed: Placed, ink: Ink, logos: Logos) -> float:
    """The ratio of a text or logo with the pixels it will stand on."""
    own = logos.luminance(ink.is_dark) if placed.role == "logo" else luminance_of(ink.colour)
    return round(worst_ratio(own, luminance(sample(_under(pixels, placed), _REPORT_PIXELS))), 2)
