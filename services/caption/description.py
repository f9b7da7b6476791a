"""The longer description of a picture: the caption, and what else is known of it, in plain sentences."""

from collections.abc import Iterator, Sequence

from PIL import Image

from services.caption.alt_text import in_words
from services.caption.service import CaptionRequest
from services.images import Box


def describe(
    caption: str, request: CaptionRequest, image: Image.Image, colours: Sequence[str], roles: Sequence[str]
) -> str:
    """What is seen, where the product stands, the colours by name, and how many persons there are.

    ``roles`` are those of the boxes that were found. Lettering is not told: textures of photographs are taken for it.
    """
    return " ".join(_sentences(caption, request, image, colours, roles))


def _sentences(
    caption: str, request: CaptionRequest, image: Image.Image, colours: Sequence[str], roles: Sequence[str]
) -> Iterator[str]:
    yield f"{caption[:1].upper()}{caption[1:]}."
    if request.product_box and request.title:
        share = request.product_box.height / image.height
        place = _place(request.product_box, image)
        yield f"{request.title} stands {place} and fills {share:.0%} of the height."
    if not all(colour in caption for colour in colours):
        yield f"The main {'colour is' if len(colours) == 1 else 'colours are'} {in_words(colours)}."
    yield from _count(roles.count("person"), "person", "persons")


def _place(box: Box, image: Image.Image) -> str:
    middle = (box.left + box.right) / 2 / image.width
    return "on the left" if middle < 0.4 else "on the right" if middle > 0.6 else "in the middle"


def _count(count: int, one: str, more: str) -> Iterator[str]:
    if count:
        yield f"There is 1 {one}." if count == 1 else f"There are {count} {more}."
