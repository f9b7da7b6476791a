"""The engine of the compositor service: every canvas of one variant, laid out, painted and encoded."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydantic import JsonValue

from services.compositor.camera import Darkroom
from services.compositor.choice import choose_layout
from services.compositor.clean import draw_logo, shoot
from services.compositor.clutter import ClutterMap, Scenery, Surveyor
from services.compositor.contrast import luminance_of
from services.compositor.ground import Logos
from services.compositor.label import draw_label, find_place
from services.compositor.layout import Layout
from services.compositor.metadata import xmp
from services.compositor.painter import Paints, paint, trim
from services.compositor.press import Order, Press
from services.compositor.service import Canvas, ComposeRequest
from services.compositor.setting import Copy
from services.compositor.template import load_templates
from services.compositor.text_layer import TextLayer
from services.contract import Checkpoint, Output
from services.errors import FormatHasNoLayout, LabelHasNoRoom, LogoHasNoContrast, TooLarge, WordsDoNotFit
from services.images import Box, EncodedImage, Shape

FONTS = "fonts/fonts.yaml"
HYPHENATION = "hyphenation"
_FAILURES = (FormatHasNoLayout, LabelHasNoRoom, LogoHasNoContrast, TooLarge, WordsDoNotFit)  # of one canvas alone
_SET_IN: dict[str, tuple[str, int, float]] = {  # role -> family field of the style, weight, tracking in em
    "headline": ("headline_font", 600, -0.015),
    "body": ("body_font", 400, 0.0),
    "call_to_action": ("body_font", 600, 0.0),
    "price": ("headline_font", 500, 0.0),
}


class CompositorEngine:
    """Templates and fonts, loaded once."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Read the templates of the checkpoint's folder and register the fonts that stand beside it."""
        folder = Path(checkpoint.location)
        self._templates = load_templates(folder)
        self._text_layer = TextLayer(folder.parent / FONTS, folder.parent / HYPHENATION)
        # These three remember results by all that they depend on, so no answer depends on an earlier call.
        self._press = Press()
        self._darkroom = Darkroom()
        self._surveyor = Surveyor()

    def generate(self, request: ComposeRequest, images: Mapping[str, Image.Image]) -> Output:
        """One file per canvas, under its format id; the fact ``creatives`` says what stands where.

        A canvas that cannot be made does not spoil the others: the fact ``failures`` says why.

        Raises:
            MissingGlyphs: words with letters that no font has.
        """
        started = time.perf_counter()
        paints = Paints(
            darkroom=self._darkroom,
            plate_keys={shape: plate.image.key for shape, plate in request.plates.items()},
            plate=lambda shape: np.asarray(images[f"plates.{shape}.image"].convert("RGB")),
            cutout_alpha=np.asarray(images["cutout"].convert("RGBA").getchannel("A")),
            logos=Logos(trim(images["logo_dark"]), trim(images["logo_light"])),
        )
        copy = self._measure(request, paints)
        prepared = time.perf_counter()
        made: dict[str, tuple[EncodedImage, dict[str, Any]]] = {}
        failures: dict[str, JsonValue] = {}
        for canvas in request.canvases:
            try:
                made[canvas.format] = self._compose(request, canvas, copy, paints)
            except _FAILURES as error:
                failures[canvas.format] = {"code": error.code, "detail": str(error), "status": error.status}
        return Output(
            images={name: image for name, (image, _) in made.items()},
            facts={"creatives": {name: facts for name, (_, facts) in made.items()}, "failures": failures},
            timings_ms={"prepare": 1000 * (prepared - started), "compose": 1000 * (time.perf_counter() - prepared)},
        )

    def _measure(self, request: ComposeRequest, paints: Paints) -> Copy:
        words = request.words.model_dump()
        texts = {}
        for role, (family, weight, tracking) in _SET_IN.items():
            if words[role]:
                style = self._text_layer.style(
                    words[role], getattr(request.style, family), weight, tracking, request.language
                )
                texts[role] = (words[role], style)
        height, width = paints.logos.dark.shape[:2]
        return Copy(self._text_layer.measure(texts, request.language), width / height)

    def _compose(
        self, request: ComposeRequest, canvas: Canvas, copy: Copy, paints: Paints
    ) -> tuple[EncodedImage, dict[str, Any]]:
        started = time.perf_counter()
        pixels, facts = self._draw(request, canvas, copy, paints)
        painted = time.perf_counter()
        spare = Box(**facts["product"]) if facts["product"] else None
        order = _order(request, canvas, spare)
        image, quality = self._press.print(pixels, order)
        encoding = {
            "watermark": _watermark(order),
            "quality": quality,
            "bytes": len(image.data),
            "compose_ms": round(1000 * (painted - started), 1),
            "encode_ms": round(1000 * (time.perf_counter() - painted), 1),
        }
        return image, facts | encoding

    def _draw(
        self, request: ComposeRequest, canvas: Canvas, copy: Copy, paints: Paints
    ) -> tuple[np.ndarray, dict[str, Any]]:
        if canvas.shows == "picture":
            shot = shoot(canvas, request.plates)
            return paints.develop(shot), _facts(product=shot.product)
        if canvas.shows == "logo":
            is_dark_ground = luminance_of(request.style.background) < 0.18
            logo = paints.logos.light if is_dark_ground else paints.logos.dark
            pixels, box = draw_logo(canvas, logo, request.style.background)
            return pixels, _facts(boxes=[{"role": "logo", **dict(box)}])
        scenery = Scenery(request.plates, lambda shape: self._survey(request, paints, shape))
        layout = choose_layout(self._templates, canvas, scenery, copy, request.words, request.style)
        pixels, contrast = paint(layout, paints, request.style, self._text_layer)
        boxes = [{"role": item.role, **dict(item.box)} for group in layout.groups for item in group]
        if request.label:
            boxes.append({"role": "disclosure", **dict(self._label(request, layout, pixels))})
        return pixels, _facts(
            template=layout.template.name,
            boxes=boxes,
            product=layout.shot.product,
            dropped=list(layout.dropped),
            contrast=contrast,
            clutter={role: round(value, 3) for role, value in layout.clutter.items()},
            fonts={role: list(block.families) for role, block in copy.blocks.items()},
        )

    def _survey(self, request: ComposeRequest, paints: Paints, shape: Shape) -> ClutterMap:
        return self._surveyor.survey(request.plates[shape], lambda: paints.plate(shape))

    def _label(self, request: ComposeRequest, layout: Layout, pixels: np.ndarray) -> Box:
        style = self._text_layer.style(request.label, request.style.body_font, 600, 0, request.language)
        block = self._text_layer.measure({"label": (request.label, style)}, request.language)["label"]
        taken = [item.box for group in layout.groups for item in group]
        place = find_place(block, layout.canvas, [*taken, layout.shot.product, *layout.shot.keep_clear])
        if place is None:
            raise LabelHasNoRoom(layout.canvas.format, request.label)
        draw_label(pixels, place, block, layout.canvas, self._text_layer)
        return place


def _facts(product: Box | None = None, **known: Any) -> dict[str, Any]:
    """What stands where on a creative; a clean picture has neither template nor words."""
    empty = {"template": "", "boxes": [], "dropped": [], "contrast": {}, "clutter": {}, "fonts": {}}
    return {**empty, **known, "product": dict(product) if product else {}}


def _order(request: ComposeRequest, canvas: Canvas, spare: Box | None) -> Order:
    """A logo is no work of a model: it gets no watermark, and says that people drew it."""
    if canvas.shows == "logo":
        return Order(canvas, 0, None, xmp("digitalCreation"))
    return Order(canvas, request.watermark, spare, xmp(request.digital_source))


def _watermark(order: Order) -> str:
    """What was done about a watermark."""
    if order.has_watermark:
        return f"{order.identity:06x}"
    return "skipped_small" if order.identity else "none"
