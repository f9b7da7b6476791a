"""Grounds: which ink reads on the pixels under a group, and the scrim that mends them when none does."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.compositor.contrast import contrast, hexadecimal, luminance, luminance_of, mix, rgb, worst_ratio
from services.compositor.service import LOGO_CONTRAST, NORMAL_TEXT, Style
from services.compositor.setting import Placed
from services.compositor.sheet import Ground, Sheet
from services.compositor.template import Role

STRENGTHS = tuple(round(step / 12, 3) for step in range(13))
HEADROOM = 1.04  # so that the ratio still holds after the JPEG
BUTTON_ON_GROUND = 1.6
MARK_ON_GROUND = 1.5
HAZE = 1.5  # a white veil over a scene disturbs more than a dark one
_SCRIM_TINT = 0.12  # of the scene's own colour that a scrim keeps


@dataclass(frozen=True)
class Ink:
    """The ink of a group, and the scrim it needs: its colour, its strength (0 = none), how much it alters the scene."""

    colour: str
    is_dark: bool
    scrim: str
    strength: float
    change: float


_NO_TONE = np.zeros(3, np.float32)
_NEUTRAL = ("#111111", "#FFFFFF")
_DESPERATE = Ink("#111111", True, "#FFFFFF", 0, 0)


@dataclass(frozen=True)
class Logos:
    """The brand's logo in dark and in light ink: width / height, and the luminance that each of them has."""

    ratio: float
    dark: float
    light: float

    def luminance(self, is_dark: bool) -> float:
        """Of the logo that belongs to a dark or a light ink."""
        return self.dark if is_dark else self.light


def luminance_of_logo(logo: np.ndarray) -> np.ndarray:
    """Median luminance of a logo (RGBA, trimmed) where it is seen; an array of one number."""
    return np.median(luminance(logo[..., :3][logo[..., 3] > 127]))[None]


def choose_inks(
    sheet: Sheet, groups: Sequence[tuple[Sequence[Placed], bool]], style: Style, logos: Logos
) -> tuple[Ink, ...]:
    """An ink for every group (its items, and whether it may have a scrim).

    The whole creative takes the brand's dark or its light ink, whichever changes the scene less. Where neither reads
    in every group, each group chooses for itself, also from black and white.
    """
    grounds = [(_grounds(sheet, items), may_scrim) for items, may_scrim in groups]
    brand = (style.text, style.background)
    bare = next((colour for colour in brand if all(_reads(colour, own, logos) for own, _ in grounds)), None)
    if bare:
        return (Ink(bare, _is_dark(bare), "#FFFFFF", 0, 0),) * len(grounds)
    table = [[_mend(colour, *ground, logos) for ground in grounds] for colour in brand]
    complete = [[ink for ink in inks if ink] for inks in table if None not in inks]
    if complete:
        return tuple(min(complete, key=lambda inks: sum(ink.change for ink in inks)))
    table += [[_mend(colour, *ground, logos) for ground in grounds] for colour in _NEUTRAL]
    return tuple(_least_change(inks) for inks in zip(*table, strict=True))


def _least_change(inks: Sequence[Ink | None]) -> Ink:
    """Brand inks come first, so they win a draw; black on a full veil reads anywhere."""
    return min((ink for ink in inks if ink), key=lambda ink: ink.change, default=_DESPERATE)


def _grounds(sheet: Sheet, items: Sequence[Placed]) -> list[tuple[Ground, Role]]:
    """What is under every text and logo; a button brings its own ground."""
    return [(sheet.ground(placed.box), placed.role) for placed in items if placed.role != "call_to_action"]


def _is_dark(colour: str) -> bool:
    return luminance_of(colour) < 0.18


def _reads(
    colour: str, grounds: Sequence[tuple[Ground, Role]], logos: Logos, tone: np.ndarray = _NO_TONE, strength: float = 0
) -> bool:
    """Whether an ink (with its logo) reads on all grounds, behind a veil of this tone and strength."""
    own_of_logo = logos.luminance(_is_dark(colour))
    for ground, role in grounds:
        own, need = (own_of_logo, LOGO_CONTRAST) if role == "logo" else (luminance_of(colour), NORMAL_TEXT)
        if worst_ratio(own, ground.under_veil(tone, strength)) < HEADROOM * need:
            return False
    return True


def _mend(colour: str, grounds: Sequence[tuple[Ground, Role]], may_scrim: bool, logos: Logos) -> Ink | None:
    """The weakest scrim with which this ink reads everywhere in its group; None when none suffices."""
    is_dark = _is_dark(colour)
    if not grounds:
        return Ink(colour, is_dark, "#FFFFFF", 0, 0)
    mean = np.average([ground.mean for ground, _ in grounds], 0, [len(ground.pixels) for ground, _ in grounds])
    scrim = mix("#FFFFFF" if is_dark else "#0A0A0A", hexadecimal(tuple(mean)), _SCRIM_TINT)
    tone = np.array(rgb(scrim), np.float32)
    strengths = STRENGTHS if may_scrim else STRENGTHS[:1]

    def reads(strength: float) -> bool:
        return _reads(colour, grounds, logos, tone, strength)

    index = 0 if reads(0) else bisect_left(strengths, True, lo=1, key=reads)
    if index == len(strengths):
        return None
    change = strengths[index] * float(np.abs(tone - mean).mean()) * (HAZE if is_dark else 1)
    return Ink(colour, is_dark, scrim, strengths[index], change)


def button_colours(ground: str, style: Style) -> tuple[str, str]:
    """Fill and words of a button: the first brand pair whose fill stands out from the ground's colour."""
    on_accent = max((style.text, style.background), key=lambda ink: contrast(ink, style.accent))
    pairs = [(style.primary, style.on_primary), (style.on_primary, style.primary), (style.accent, on_accent)]
    fill, words = next((pair for pair in pairs if contrast(pair[0], ground) >= BUTTON_ON_GROUND), pairs[0])
    if contrast(fill, words) < HEADROOM * 4.5:
        words = max(("#111111", "#FFFFFF"), key=lambda ink: contrast(ink, fill))
    return fill, words


def badge_colours(ground: str, style: Style) -> tuple[str, str]:
    """Fill and words of a badge: the accent first, so that it is not taken for the button."""
    fills = [fill for fill in (style.accent, style.primary, style.text) if contrast(fill, ground) >= BUTTON_ON_GROUND]
    fill = fills[0] if fills else max((style.text, style.background), key=lambda colour: contrast(colour, ground))
    inks = (style.background, style.on_primary, style.text, *_NEUTRAL)
    words = next((ink for ink in inks if contrast(ink, fill) >= HEADROOM * NORMAL_TEXT), None)
    return fill, words or max(_NEUTRAL, key=lambda ink: contrast(ink, fill))


def mark_colour(ground: str, style: Style, ink: Ink) -> str:
    """The accent, or the group's ink where the accent would drown in the ground's colour."""
    return style.accent if contrast(style.accent, ground) >= MARK_ON_GROUND else ink.colour


def measured_contrast(ground: Ground, role: Role, ink: Ink, logos: Logos) -> float:
    """The ratio of a text or logo with the pixels it will stand on."""
    own = logos.luminance(ink.is_dark) if role == "logo" else luminance_of(ink.colour)
    return round(worst_ratio(own, ground.extremes), 2)
