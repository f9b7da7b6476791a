"""The inputs a workflow may ask for: their type names, and their values for one variant of a brief."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.copywriter.service import Angle, CopyRequest
from services.errors import InvalidInput
from services.images import ImageRef
from services.product.service import SizeCm
from services.tryon.service import KEEPABLE, Keepable, NextGarment
from workflows.brand_kit import StoredBrand, find_brand, load_voice
from workflows.brief import Brief, Copy, Motion, RoomPhoto, Variant
from workflows.copy_limits import copy_limits
from workflows.decision import Decision
from workflows.disclosure import visible_label
from workflows.format import Format
from workflows.graph import Workflow
from workflows.personalisation import Personal

TYPES: dict[str, Any] = {
    "image": ImageRef,
    "text": str,
    "integer": int,
    "number": float,
    "copy": Copy | None,
    "copy_request": CopyRequest,
    "brand": StoredBrand,
    "formats": tuple[Format, ...],
    "size": SizeCm,
    "size_if_known": SizeCm | None,
    "room_photo": RoomPhoto,
    "garments": tuple[NextGarment, ...],
    "keepables": tuple[Keepable, ...],
    "motion": Motion | None,
}

PHOTOS = ("person", "room")
REQUIRED = ("person",)


def photo_ids(brief: Brief) -> dict[str, str]:
    """The photos besides the product's, by the name that workflows give them."""
    given = dict(zip(PHOTOS, (brief.person, brief.room), strict=True))
    garments = {f"more_garments.{index}": garment.image for index, garment in enumerate(brief.more_garments)}
    return {name: photo.image for name, photo in given.items() if photo} | garments


def check_photos(brief: Brief, workflow: Workflow) -> None:
    """Raise InvalidInput when a workflow lacks a person's photo or the product's size, or would drop garments."""
    for name in sorted(set(REQUIRED) & set(workflow.inputs) - set(photo_ids(brief))):
        raise InvalidInput(name, f"workflow {workflow.name} needs one: {{image: id of POST /v1/assets?kind={name}}}")
    if "size" in workflow.inputs.values() and not all(one.size_cm for one in (brief.product, *brief.candidates)):
        raise InvalidInput("product.size_cm", f"workflow {workflow.name} needs it: {{width, height, depth}} in cm")
    for name, is_given in (("more_garments", brief.more_garments), ("preserve", brief.preserve != KEEPABLE)):
        if is_given and name not in workflow.inputs:
            raise InvalidInput(name, f"workflow {workflow.name} dresses nobody; send it to workflow apparel")


def variant_inputs(
    brief: Brief,
    variant: Variant,
    product: ImageRef,
    photos: Mapping[str, ImageRef],
    brand: StoredBrand,
    formats: tuple[Format, ...],
    decision: Decision,
    earlier: tuple[Angle, ...] = (),
) -> dict[str, Any]:
    """Everything a workflow can name with ``$`` for one variant."""
    return {
        **photos,
        "product": product,
        "more_garments": tuple(
            NextGarment(garment=photos[f"more_garments.{index}"], garment_category=garment.garment_category)
            for index, garment in enumerate(brief.more_garments)
        ),
        "preserve": brief.preserve,
        "size": brief.product.size_cm,
        "room_photo": brief.room,
        "title": brief.product.title,
        "description": brief.product.description,
        "price": brief.product.price_line(brief.locale),
        "stars": brief.product.rating.value if brief.product.rating else 0.0,
        "rating": brief.product.rating_line(brief.locale),
        "offer": brief.product.offer_line(brief.locale),
        "locale": brief.locale,
        "label": visible_label(brief.disclosure, "person" in photos, brief.locale),
        "audience": variant.audience.description,
        "scene": variant.scene,
        "seed": variant.seed,
        "words": variant.words,
        "copy_request": ask_for_copy(brief, variant, formats, decision, earlier),
        "brand": brand,
        "formats": formats,
        "motion": brief.motion,
    }


def angles(personal: Sequence[Personal]) -> list[tuple[Angle, ...]]:
    """For every variant, how those before it were addressed that get copy on the same product."""
    own = [Angle(lead=one.decision.lead, moment=one.decision.moment, seed=one.variant.seed) for one in personal]
    return [
        tuple(
            angle
            for angle, other in zip(own[:number], personal, strict=False)
            if other.variant.words is None and other.brief.product.id == one.brief.product.id
        )
        for number, one in enumerate(personal)
    ]


def ask_for_copy(
    brief: Brief, variant: Variant, formats: tuple[Format, ...], decision: Decision, earlier: tuple[Angle, ...]
) -> CopyRequest:
    """What the copywriter is asked when a variant brings no copy of its own."""
    return CopyRequest(
        facts=brief.product.facts(),
        brand_name=find_brand(brief.brand).name,
        voice=load_voice(brief.brand, brief.language),
        locale=brief.locale,
        limits=copy_limits(formats),
        lead=decision.lead,
        moment=decision.moment,
        tone=decision.tone,
        seed=variant.seed,
        earlier=earlier,
    )
