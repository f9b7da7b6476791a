"""What every captioner's answer is completed with, from the picture itself and from what was asked."""

from dataclasses import replace

from PIL import Image
from pydantic import JsonValue

from services.caption.agreement import contradictions, tags
from services.caption.attention import boxes, focal_point, part
from services.caption.colours import colour_names, common_colours
from services.caption.description import describe
from services.caption.service import CaptionRequest
from services.contract import Output


def complete(output: Output, request: CaptionRequest, image: Image.Image, told: str, place: str = "") -> Output:
    """Add the text ``description`` and the facts that ``CaptionRequest`` promises of every captioner.

    ``told`` is what people may be told that the picture shows: the caption, or less. ``place`` is what the caption says
    of the place alone, if that is known: a thing in front can make a kitchen sound like a café.
    """
    caption, confidence = output.text["caption"], output.facts.get("confidence", 1.0)
    words = output.facts.get("words", {})
    assert isinstance(words, dict)
    assert isinstance(confidence, (int, float))
    box = request.product_box
    own = common_colours(part(image, box)) if box else []
    colours = common_colours(image)
    found = list(boxes(image, box, request.find_people))
    facts: dict[str, JsonValue] = {
        "colours": [*colours],
        "colour_names": [*colour_names(colours)],
        "tags": [*tags(caption, {name: str(value) for name, value in words.items()})],
        "focal": {**focal_point(image, box)},
        "boxes": [dict(one) for one in found],
        "contradictions": [*contradictions(caption, request.scene, request.title, own, confidence, place)],
    }
    description = describe(told, request, image, colour_names(colours), [str(one["role"]) for one in found])
    return replace(output, text={**output.text, "description": description}, facts={**output.facts, **facts})
