"""Product imagery as a node."""

from services.images import Box, ImageRef
from services.product.service import ProductRequest, SizeCm
from workflows.creative import Imagery, MadeBy, PlacedProduct
from workflows.graph import Services, node


@node(version="9", service="product")
async def make_imagery(
    services: Services, product: ImageRef, scene: str, seed: int, size: SizeCm | None = None
) -> Imagery:
    """Place the cut-out product in a generated scene, in every shape; a known size scales it."""
    request = ProductRequest(product=product, prompt=scene, seed=seed, size_cm=size)
    made = await services.generate("product", request)
    boxes = made.facts["boxes"]
    assert isinstance(boxes, dict)
    plates = {
        shape: PlacedProduct(image=made.images[shape], product_box=Box.model_validate(boxes[shape]))
        for shape in request.shapes
    }
    return Imagery(
        made_by=MadeBy.of(made),
        plates=plates,
        cutout=product,
        preview=made.images[request.shapes[0]],
        preview_box=plates[request.shapes[0]].product_box,
        facts=made.facts,
    )
