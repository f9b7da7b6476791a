"""Cut-outs as a node: one per photo, shared by all variants."""

from services.cutout.service import CutOutRequest
from services.images import ImageRef
from workflows.creative import MadeBy, ProductCutOut
from workflows.graph import Services, node


@node(version="3", service="cutout")
async def cut_out(services: Services, photo: ImageRef) -> ProductCutOut:
    """Cut the product out of its photo."""
    made = await services.generate("cutout", CutOutRequest(photo=photo))
    return ProductCutOut(made_by=MadeBy.of(made), image=made.images["cutout"], facts=made.facts)
