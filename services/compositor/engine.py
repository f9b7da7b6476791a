"""The engine of the compositor service: every canvas of one variant, laid out, painted and encoded."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import JsonValue

from services.compositor.animation import AnimationRequest
from services.compositor.artwork import Artwork, Fill, Logo, Picture, Type
from services.compositor.badge import make_badge, ratio_of
from services.compositor.choice import choose_layout
from services.compositor.clean import place_logo, shoot
from services.compositor.clutter import ClutterMap, Scenery, Surveyor
from services.compositor.contrast import luminance_of
from services.compositor.ground import Logos
from services.compositor.label import find_place, make_label, meets
from services.compositor.layers import set_layout
from services.compositor.layout import Layout
from services.compositor.memory import Memory
from services.compositor.metadata import xmp
from services.compositor.motion import Scene
from services.compositor.painter import Easel, Paints
from services.compositor.press import Order, Press
from services.compositor.reel import make_reel
from services.compositor.service import Canvas, ComposeRequest, Plate, Words
from services.compositor.setting import Copy
from services.compositor.template import load_templates
from services.compositor.text_layer import TextLayer
from services.contract import Checkpoint, GenerateRequest, Output
from services.errors import FormatHasNoLayout, LabelHasNoRoom, LogoHasNoContrast, TooLarge, WordsDoNotFit
from services.images import Box, EncodedImage, is_private

FONTS = "fonts/fonts.yaml"
HYPHENATION = "hyphenation"
UNDERLAY_BYTES, DRAWN_BYTES = 112_000_000, 24_000_000  # most that is remembered
_FAILURES = (FormatHasNoLayout, LabelHasNoRoom, LogoHasNoContrast, TooLarge, WordsDoNotFit)  # of one canvas alone
_SET_IN: dict[str, tuple[str, int, float]] = {  # role -> family field of the style, weight, tracking in em
    "headline": ("headline_font", 600, -0.015),
    "body": ("body_font", 400, 0.0),
    "call_to_action": ("body_font", 600, 0.0),
    "price": ("headline_font", 500, 0.0),
    "rating": ("body_font", 500, 0.0),
    "badge": ("headline_font", 600, 0.0),
}


@dataclass(frozen=True)
class _Made:
    """One finished file, what stands where on it, and what it was painted from."""

    image: EncodedImage
    facts: dict[str, Any]
    artwork: Artwork


class CompositorEngine:
    """Templates and fonts, loaded once."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Read the templates of the checkpoint's folder and register the fonts that stand beside it."""
        folder = Path(checkpoint.location)
        self._templates = load_templates(folder)
        self._text_layer = TextLayer(folder.parent / FONTS, folder.parent / HYPHENATION)
        # These four remember results by all that they depend on, so no answer depends on an earlier call.
        self._press = Press()
        self._memory = Memory(UNDERLAY_BYTES)
        self._drawn = Memory(DRAWN_BYTES)
        self._surveyor = Surveyor()

    def generate(self, request: ComposeRequest | AnimationRequest, images: Mapping[str, Image.Image]) -> Output:
        """One file per canvas, under its format id; the fact ``creatives`` says what stands where.

        A canvas that cannot be made does not spoil the others: the fact ``failures`` says why. Of a request for an
        animation it is that one file.

        Raises:
            MissingGlyphs: words with letters that no font has.
            TooLarge, EncoderMissing, InvalidInput: of an animation, see ``make_reel``.
        """
        if isinstance(request, AnimationRequest):
            return self._animate(request, images)
        started = time.perf_counter()
        paints = self._paints(request, images)
        logos = _logos(paints, request)
        copies = self._measure_all(request, logos)
        prepared = time.perf_counter()
        made: dict[str, _Made] = {}
        failures: dict[str, JsonValue] = {}
        for canvas in request.canvases:
            try:
                easel = Easel(paints, canvas.width, canvas.height)
                words = request.words.on(canvas)
                made[canvas.format] = self._compose(
                    request.model_copy(update={"words": words}), canvas, copies[words], logos, easel
                )
            except _FAILURES as error:
                failures[canvas.format] = {"code": error.code, "detail": str(error), "status": error.status}
        return Output(
            images={name: one.image for name, one in made.items()},
            facts={
                "creatives": {name: one.facts for name, one in made.items()},
                "artworks": {name: one.artwork.model_dump(mode="json") for name, one in made.items()},
                "failures": failures,
            },
            timings_ms={"prepare": 1000 * (prepared - started), "compose": 1000 * (time.perf_counter() - prepared)},
        )

    def repeat(self, artwork: Artwork, pictures: Mapping[str, Image.Image]) -> EncodedImage:
        """The file of an artwork again, byte for byte, from the pictures that it names (by key)."""
        easel = Easel(
            Paints(pictures, self._text_layer, self._memory, self._drawn), artwork.canvas.width, artwork.canvas.height
        )
        for layer in artwork.layers:
            easel.lay(layer)
        return self._press.print(easel.sheet, _order(artwork))[0]

    def _animate(self, request: AnimationRequest, images: Mapping[str, Image.Image]) -> Output:
        artwork = request.artwork
        scene = Scene(artwork, self._paints(request, images), _order(artwork))
        file, facts = make_reel(scene, request.file_type, xmp(artwork.digital_source), request.plays)
        return Output(images={"animation": file}, facts=facts)

    def _paints(self, request: GenerateRequest, images: Mapping[str, Image.Image]) -> Paints:
        pictures = {ref.key: images[name] for name, ref in request.image_refs().items()}
        return Paints(pictures, self._text_layer, self._memory, self._drawn)

    def _measure_all(self, request: ComposeRequest, logos: Logos) -> dict[Words, Copy]:
        """The words as they stand on the canvases, measured: two headlines at most."""
        said = dict.fromkeys(map(request.words.on, request.canvases))
        return {words: self._measure(request, words, logos) for words in said}

    def _measure(self, request: ComposeRequest, said: Words, logos: Logos) -> Copy:
        words = said.model_dump()
        texts = {}
        for role, (family, weight, tracking) in _SET_IN.items():
            if words[role]:
                style = self._text_layer.style(
                    words[role], getattr(request.style, family), weight, tracking, request.language
                )
                texts[role] = (words[role], style)
        if "rating" in texts:  # figures have no direction of their own
            line, style = texts["rating"]
            texts["rating"] = (line, replace(style, direction=texts["headline"][1].direction))
        return Copy(self._text_layer.measure(texts, request.language), logos.ratio)

    def _compose(self, request: ComposeRequest, canvas: Canvas, copy: Copy, logos: Logos, easel: Easel) -> "_Made":
        started = time.perf_counter()
        facts = self._paint(request, canvas, copy, logos, easel)
        painted = time.perf_counter()
        artwork = _artwork(request, canvas, facts, easel)
        order = _order(artwork)
        image, quality = self._press.print(easel.sheet, order)
        encoding = {
            "watermark": _watermark(order),
            "quality": quality,
            "bytes": len(image.data),
            "compose_ms": round(1000 * (painted - started), 1),
            "encode_ms": round(1000 * (time.perf_counter() - painted), 1),
        }
        return _Made(image, facts | encoding, artwork)

    def _paint(self, request: ComposeRequest, canvas: Canvas, copy: Copy, logos: Logos, easel: Easel) -> dict[str, Any]:
        if canvas.shows == "picture":
            shot = shoot(canvas, request.plates, request.style.crop)
            plate = request.plates[shot.shape].image
            easel.lay(Picture(role="scene", box=shot.picture, image=plate, window=shot.window))
            return _facts(product=shot.product)
        if canvas.shows == "logo":
            is_dark_ground = luminance_of(request.style.background) < 0.18
            box = place_logo(canvas, copy.logo_ratio)
            easel.lay(Fill(role="ground", box=easel.box, colour=request.style.background))
            easel.lay(Logo(role="logo", box=box, image=request.logo_light if is_dark_ground else request.logo_dark))
            return _facts(boxes=[{"role": "logo", **dict(box)}])
        scenery = Scenery(request.plates, lambda shape: self._survey(request.plates[shape], easel.paints))
        layout = choose_layout(self._templates, canvas, scenery, copy, request.words, request.style)
        contrast = set_layout(easel, layout, request, logos)
        boxes: list[dict[str, Any]] = [
            {"role": item.role, **dict(item.box)} for group in layout.groups for item in group
        ]
        if request.label:
            label = self._label(request, layout)
            easel.lay(label)
            boxes.append({"role": label.role, **dict(label.box)})
        dropped: list[str] = list(layout.dropped)
        if "badge" in copy.blocks:
            badge = make_badge(easel, layout, copy.blocks["badge"], request.style)
            if badge:
                easel.lay(badge)
                boxes.append({"role": badge.role, **dict(badge.box)})
                contrast["badge"] = round(ratio_of(badge), 2)
            else:
                dropped.append("badge")
        return _facts(
            template=layout.template.name,
            boxes=boxes,
            product=layout.shot.product,
            dropped=dropped,
            contrast=contrast,
            clutter={role: round(value, 3) for role, value in layout.clutter.items()},
            covering=[box["role"] for box in boxes if _covers(box, layout.shot.keep_clear)],
            fonts={role: list(block.families) for role, block in copy.blocks.items()},
        )

    def _survey(self, plate: Plate, paints: Paints) -> ClutterMap:
        """What was seen on a private plate is forgotten with the request."""
        surveyor = paints.surveyor if is_private(plate.image.key) else self._surveyor
        return surveyor.survey(plate, lambda: paints.plate(plate.image.key))

    def _label(self, request: ComposeRequest, layout: Layout) -> Type:
        style = self._text_layer.style(request.label, request.style.body_font, 600, 0, request.language)
        block = self._text_layer.measure({"label": (request.label, style)}, request.language)["label"]
        taken = [item.box for group in layout.groups for item in group]
        place = find_place(block, layout.canvas, [*taken, layout.shot.product, *layout.shot.keep_clear])
        if place is None:
            raise LabelHasNoRoom(layout.canvas.format, request.label)
        return make_label(place, block, layout.canvas)


def _logos(paints: Paints, request: ComposeRequest) -> Logos:
    height, width = paints.logo(request.logo_dark.key).shape[:2]
    dark, light = (paints.luminance_of_logo(ref.key) for ref in (request.logo_dark, request.logo_light))
    return Logos(width / height, dark, light)


def _covers(box: Mapping[str, Any], kept: Sequence[Box]) -> bool:
    sides = Box(**{side: box[side] for side in Box.model_fields})
    return any(meets(sides, one, 0) for one in kept)


def _facts(product: Box | None = None, **known: Any) -> dict[str, Any]:
    """What stands where on a creative; a clean picture has neither template nor words."""
    empty = {"template": "", "boxes": [], "dropped": [], "contrast": {}, "clutter": {}, "covering": [], "fonts": {}}
    return {**empty, **known, "product": dict(product) if product else {}}


def _artwork(request: ComposeRequest, canvas: Canvas, facts: Mapping[str, Any], easel: Easel) -> Artwork:
    """A logo is no work of a model: it gets no watermark, and says that people drew it."""
    is_logo = canvas.shows == "logo"
    return Artwork(
        canvas=canvas,
        template=facts["template"],
        language=request.language,
        words=request.words,
        style=request.style,
        digital_source="digitalCreation" if is_logo else request.digital_source,
        watermark=0 if is_logo else request.watermark,
        product=facts["product"] or None,
        layers=tuple(easel.layers),
    )


def _order(artwork: Artwork) -> Order:
    is_kept = not any(is_private(ref.key) for ref in artwork.image_refs())
    return Order(artwork.canvas, artwork.watermark, artwork.product, xmp(artwork.digital_source), is_kept)


def _watermark(order: Order) -> str:
    """What was done about a watermark."""
    if order.has_watermark:
        return f"{order.identity:06x}"
    return "skipped_small" if order.identity else "none"
