"""Try-on as a node."""

from services.images import Box, ImageRef
from services.tryon.service import TryOnRequest
from workflows.creative import Caption, Imagery, MadeBy, PlacedProduct
from workflows.graph import Services, node


@node(version="2", service="tryon")
async def try_on(services: Services, person: ImageRef, garment: ImageRef, seed: int) -> Imagery:
    """Dress a person in a garment, before the photo's own background, in every shape."""
    made = await services.generate("tryon", TryOnRequest(person=person, garment=garment, seed=seed))
    boxes = made.facts["boxes"]
    assert isinstance(boxes, dict)
    plates = {
        shape: PlacedProduct(image=made.images[shape], product_box=Box.model_validate(box))
        for shape, box in boxes.items()
    }
    return Imagery(
        made_by=MadeBy.of(made),
        plates=plates,
        cutout=made.images["garment"],
        preview=made.images["image"],
        facts=made.facts,
    )


@node(version="1", service="tryon")
async def caption_try_on(services: Services, imagery: Imagery, title: str) -> Caption:
    """Say who wears what, from what the try-on demands of its photos: the captioner knows generated scenes only."""
    caption = "worn by a person who stands facing the camera"
    return Caption(made_by=imagery.made_by, caption=caption, alt_text=f"{title}, {caption}.")
