"""From a layout to layers: grounds, scrims and inks are chosen on the pixels that are already painted."""

from collections.abc import Sequence

from services.compositor.artwork import Fill, Logo, Picture, Plaque, Stars, Type
from services.compositor.contrast import contrast, mix
from services.compositor.ground import (
    Ink,
    Logos,
    button_colours,
    choose_inks,
    mark_colour,
    measured_contrast,
)
from services.compositor.layout import Layout
from services.compositor.painter import Easel
from services.compositor.scrim import make_scrim
from services.compositor.service import LOGO_CONTRAST, ComposeRequest, Style
from services.compositor.setting import Placed, mark_width
from services.compositor.stars import STARS, row_width, star_size
from services.errors import LogoHasNoContrast
from services.images import Box

_HAIRLINE = 0.14  # of the text colour in the background


def set_layout(easel: Easel, layout: Layout, request: ComposeRequest, logos: Logos) -> dict[str, float]:
    """Paint a solved layout; the contrast ratio of every role as measured on its ground.

    Raises:
        LogoHasNoContrast: neither the dark nor the light logo reads, not even on a veil.
    """
    _lay_ground(easel, layout, request)
    ratios: dict[str, float] = {}
    groups = [(group, placed) for group, placed in zip(layout.template.groups, layout.groups, strict=True) if placed]
    found = [(placed, group.scrim is not None) for group, placed in groups]
    inks = choose_inks(easel.sheet, found, request.style, logos)
    for (group, placed), ink in zip(groups, inks, strict=True):
        if group.scrim and ink.strength:
            easel.lay(make_scrim(easel.box, placed, group.scrim, ink, layout.shot, request.cutout))
    for (_, placed), ink in zip(groups, inks, strict=True):
        ratios |= _set_group(easel, placed, ink, request, logos)
    if ratios.get("logo", LOGO_CONTRAST) < LOGO_CONTRAST:
        raise LogoHasNoContrast(layout.canvas.format, ratios["logo"], LOGO_CONTRAST)
    return ratios


def _lay_ground(easel: Easel, layout: Layout, request: ComposeRequest) -> None:
    panel, shot, style = layout.template.panel, layout.shot, request.style
    if shot.picture != easel.box:
        colour = {"primary": style.primary, "background": style.background}[panel.colour if panel else "background"]
        edge = mix(style.background, style.text, _HAIRLINE) if panel and panel.hairline else ""
        easel.lay(Fill(role="ground", box=easel.box, colour=colour, edge=edge))
    easel.lay(Picture(role="scene", box=shot.picture, image=request.plates[shot.shape].image, window=shot.window))


def _set_group(
    easel: Easel, placed: Sequence[Placed], ink: Ink, request: ComposeRequest, logos: Logos
) -> dict[str, float]:
    grounds = {item.role: easel.sheet.ground(item.box) for item in placed}
    ratios: dict[str, float] = {role: measured_contrast(own, role, ink, logos) for role, own in grounds.items()}
    for item in placed:
        ground = grounds[item.role].colour
        if item.role == "logo":
            easel.lay(_logo(item, ink, request))
        elif item.role == "call_to_action":
            fill, colour = button_colours(ground, request.style)
            ratios[item.role] = round(contrast(fill, colour), 2)
            easel.lay(_type(easel, item, colour, (_button(item, fill, request.style),)))
        elif item.role == "price":
            mark = _mark(item, mark_colour(ground, request.style, ink))
            easel.lay(_type(easel, item, ink.colour, (mark,)))
        elif item.role == "rating":
            stars = _stars(item, request.words.stars, mark_colour(ground, request.style, ink))
            easel.lay(_type(easel, item, ink.colour).model_copy(update={"stars": stars}))
        else:
            easel.lay(_type(easel, item, ink.colour))
    return ratios


def _type(easel: Easel, item: Placed, colour: str, plaques: tuple[Plaque, ...] = ()) -> Type:
    """Words with room for accents above the capitals."""
    box, room = item.box, int(item.size_px * 0.5) + 1
    return Type(
        role=item.role,
        box=Box(
            left=max(0, box.left - room),
            top=max(0, box.top - room),
            right=min(easel.width, box.right + room),
            bottom=min(easel.height, box.bottom + room),
        ),
        font=item.lines[0].style.font,
        colour=colour,
        lines=item.type_lines,
        plaques=plaques,
    )


def _button(item: Placed, fill: str, style: Style) -> Plaque:
    return Plaque(
        left=item.left,
        top=item.top,
        width=item.width,
        height=item.height,
        radius=style.corner_radius * item.height,
        colour=fill,
    )


def _mark(item: Placed, colour: str) -> Plaque:
    width = mark_width(item.size_px)
    left = item.left + item.width - width if item.is_turned else item.left
    return Plaque(left=left, top=item.top, width=width, height=item.height, radius=width / 2, colour=colour)


def _stars(item: Placed, value: float, colour: str) -> Stars:
    line, size = item.lines[0], star_size(item.size_px)
    room = item.width - line.width
    count = STARS if room > row_width(STARS, item.size_px) else 1
    left = item.left + item.width - row_width(count, item.size_px) if item.is_turned else item.left
    return Stars(
        left=left,
        top=item.top + (item.height - size) / 2,
        size_px=size,
        count=count,
        value=value if count == STARS else 1,
        is_turned=item.is_turned,
        colour=colour,
    )


def _logo(item: Placed, ink: Ink, request: ComposeRequest) -> Logo:
    left, top = item.box.left, item.box.top
    box = Box(left=left, top=top, right=left + int(item.width), bottom=top + int(item.height))
    return Logo(role="logo", box=box, image=request.logo_dark if ink.is_dark else request.logo_light)
