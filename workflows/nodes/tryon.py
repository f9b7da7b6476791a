"""Try-on as a node."""

from pydantic import TypeAdapter

from services.caption.alt_text import KNOWN, known_alt_text
from services.images import Box, ImageRef
from services.tryon.service import Keepable, NextGarment, TryOnRequest
from workflows.creative import Caption, Imagery, MadeBy, PlacedProduct
from workflows.graph import Services, node
from workflows.nodes.captions import language_of


@node(version="5", service="tryon")
async def try_on(
    services: Services,
    person: ImageRef,
    garment: ImageRef,
    more_garments: tuple[NextGarment, ...],
    preserve: tuple[Keepable, ...],
    seed: int,
) -> Imagery:
    """Dress a person in a garment and those worn with it, before the photo's own background, in every shape."""
    request = TryOnRequest(person=person, garment=garment, more_garments=more_garments, preserve=preserve, seed=seed)
    made = await services.generate("tryon", request)
    boxes = made.facts["boxes"]
    assert isinstance(boxes, dict)
    plates = {
        shape: PlacedProduct(
            image=made.images[shape],
            product_box=Box.model_validate(box),
            keep_clear=TypeAdapter(dict[str, tuple[Box, ...]]).validate_python(made.facts["faces"])[shape],
        )
        for shape, box in boxes.items()
    }
    return Imagery(
        made_by=MadeBy.of(made),
        plates=plates,
        cutout=made.images["garment"],
        preview=made.images["image"],
        facts=made.facts,
    )


@node(version="2", service="tryon")
async def caption_try_on(services: Services, imagery: Imagery, title: str, locale: str = "en") -> Caption:
    """Say who wears what, from what the try-on demands of its photos: the captioner knows generated scenes only."""
    alt_text = known_alt_text(title, "worn", language_of(locale))
    return Caption(made_by=imagery.made_by, caption=KNOWN["worn"], alt_text=alt_text)
