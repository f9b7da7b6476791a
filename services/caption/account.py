"""What every captioner's answer is completed with: a description, tags, a focal point, boxes, and contradictions."""

from dataclasses import replace

from PIL import Image
from pydantic import JsonValue

from services.caption.agreement import contradictions, tags
from services.caption.attention import boxes, focal_point, part
from services.caption.colours import common_colours
from services.caption.service import CaptionRequest
from services.contract import Output


def complete(output: Output, request: CaptionRequest, image: Image.Image) -> Output:
    """Add the text ``description`` and the facts ``tags``, ``focal``, ``boxes`` and ``contradictions``."""
    caption, words, confidence = (
        output.text["caption"],
        output.facts.get("words", {}),
        output.facts.get("confidence", 1),
    )
    assert isinstance(words, dict)
    assert isinstance(confidence, (int, float))
    box = request.product_box
    own = common_colours(part(image, box)) if box else []
    found = contradictions(caption, request.scene, request.title, own, float(confidence))
    facts: dict[str, JsonValue] = {
        "tags": [*tags(caption, {name: str(value) for name, value in words.items()})],
        "focal": {**focal_point(image, box)},
        "boxes": [dict(one) for one in boxes(image, box, request.find_people)],
        "contradictions": [*found],
    }
    text = {**output.text, "description": describe(caption, request, image)}
    return replace(output, text=text, facts={**output.facts, **facts})


def describe(caption: str, request: CaptionRequest, image: Image.Image) -> str:
    """Two sentences at most: what is seen, and where the product stands in the picture and how much of it it fills."""
    said = f"{caption[:1].upper()}{caption[1:]}."
    if not request.product_box or not request.title:
        return said
    box = request.product_box
    middle = (box.left + box.right) / 2 / image.width
    place = "on the left" if middle < 0.4 else "on the right" if middle > 0.6 else "in the middle"
    share = box.height / image.height
    return f"{said} {request.title} stands {place} and fills {share:.0%} of the height."
