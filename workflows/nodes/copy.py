"""Copy as a node."""

from services.copywriter.service import PARTS, CopyRequest, WrittenCopy
from workflows.brief import Copy
from workflows.creative import AdCopy, MadeBy
from workflows.graph import Services, node

BY_CLIENT = "client"


@node(version="3", service="copywriter")
async def write_copy(services: Services, words: Copy | None, copy_request: CopyRequest) -> AdCopy:
    """Take the client's own copy as it is, or write it from the product's facts."""
    if words is not None:
        origin = MadeBy(service=BY_CLIENT, checkpoint="", seed=copy_request.seed, timings_ms={"generate": 0.0})
        return AdCopy(made_by=origin, words=words)
    made = await services.generate("copywriter", copy_request)
    copies = made.facts["copies"]
    assert isinstance(copies, list)
    written = WrittenCopy.model_validate(copies[0])
    return AdCopy.model_validate(
        {
            "made_by": MadeBy.of(made),
            "words": {part: made.text[part] for part in PARTS},
            "sentences": {part: getattr(written, part) for part in PARTS if made.text[part]},
        }
        | {name: made.facts[name] for name in ("refused", "unused", "disclaimers", "voice")}
    )
