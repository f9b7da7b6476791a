"""Composition as a node: all formats of a variant in one hop."""

import hashlib

from services.compositor.artwork import Artwork
from services.compositor.service import ComposeRequest, Plate, Words
from services.errors import DisclaimerHasNoRoom
from services.images import Box
from workflows.brand_kit import StoredBrand
from workflows.brief import Copy
from workflows.creative import Caption, Composition, FormatFailure, Imagery, Layout, MadeBy, PlacedProduct
from workflows.format import Format
from workflows.graph import Services, node


@node(version="8", service="compositor")
async def compose_creatives(
    services: Services,
    imagery: Imagery,
    caption: Caption,
    words: Copy,
    price: str,
    locale: str,
    brand: StoredBrand,
    formats: tuple[Format, ...],
    disclaimers: tuple[str, ...] = (),
    label: str = "",
    stars: float = 0.0,
    rating: str = "",
    offer: str = "",
) -> Composition:
    """Lay out the plates, the words and the brand in every format; none is made without its disclaimers."""
    words = words.model_copy(update={"badge": offer if words.badge is None else words.badge})
    owners = {canvas: format.id for format in formats for canvas in format.canvases()}
    request = ComposeRequest(
        plates={shape: _plate(placed, imagery, caption) for shape, placed in imagery.plates.items()},
        cutout=imagery.cutout,
        canvases=tuple(owners),
        words=Words(**words.model_dump(exclude={"long_headline"}), price=price, stars=stars, rating=rating),
        language=locale,
        label=label,
        watermark=_identity(imagery),
        style=brand.style,
        logo_dark=brand.logo_dark,
        logo_light=brand.logo_light,
    )
    made = await services.generate("compositor", request)
    facts, artworks, failures = (made.facts[name] for name in ("creatives", "artworks", "failures"))
    assert isinstance(facts, dict)
    assert isinstance(artworks, dict)
    assert isinstance(failures, dict)
    layouts = {
        canvas.format: Layout(
            image=made.images[canvas.format],
            format=owner,
            role=canvas.format.removeprefix(owner).lstrip("_") or "ad",
            facts=facts[canvas.format],
            artwork=Artwork.model_validate(artworks[canvas.format]),
        )
        for canvas, owner in owners.items()
        if canvas.format in made.images
    }
    failed = {name: FormatFailure.model_validate(failure) for name, failure in failures.items()}
    if disclaimers:
        failed |= {name: _no_room(name) for name, layout in layouts.items() if "body" in layout.facts["dropped"]}
    return Composition(
        made_by=MadeBy.of(made),
        layouts={name: layout for name, layout in layouts.items() if name not in failed},
        failures=failed,
        alt_text=caption.alt_text,
        words=words,
    )


def _plate(placed: PlacedProduct, imagery: Imagery, caption: Caption) -> Plate:
    """A plate; what was seen on it beside the product is kept clear of words."""
    seen = caption.boxes if placed.image == imagery.preview else ()
    others = tuple(Box(**{side: box[side] for side in Box.model_fields}) for box in seen if box["role"] != "product")
    return Plate(image=placed.image, product_box=placed.product_box, keep_clear=(*placed.keep_clear, *others))


def _no_room(name: str) -> FormatFailure:
    error = DisclaimerHasNoRoom(name)
    return FormatFailure(code=error.code, detail=str(error), status=error.status)


def _identity(imagery: Imagery) -> int:
    """24 bits, never 0, of the pictures and not of the words: variants in words share all pixels the words spare."""
    keys = "".join(plate.image.key for _, plate in sorted(imagery.plates.items()))
    return int(hashlib.sha256(keys.encode()).hexdigest()[:6], 16) or 1
