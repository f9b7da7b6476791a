"""Captions as a node."""

from services.caption.service import CaptionRequest
from services.images import Box, ImageRef
from workflows.creative import Caption, MadeBy
from workflows.graph import Services, node


def language_of(locale: str) -> str:
    """The language (ISO 639-1) of a locale: "de" of de_AT."""
    return locale.replace("_", "-").partition("-")[0].lower()


@node(version="7", service="caption")
async def caption_image(
    services: Services,
    image: ImageRef,
    title: str,
    scene: str = "",
    product_box: Box | None = None,
    locale: str = "en",
) -> Caption:
    """Describe a picture, in the locale's language as alt text, and say where it is not what was asked for."""
    request = CaptionRequest(
        image=image, title=title, scene=scene, product_box=product_box, language=language_of(locale)
    )
    made = await services.generate("caption", request)
    texts = {name: made.text[name] for name in ("caption", "alt_text", "description")}
    facts = {name: made.facts[name] for name in ("tags", "colours", "colour_names", "focal", "boxes", "contradictions")}
    return Caption.model_validate({"made_by": MadeBy.of(made), **texts, **facts})
