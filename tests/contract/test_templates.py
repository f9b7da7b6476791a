"""Every template at every format it suits, and every format with the templates that suit it."""

import io
import re
from itertools import combinations
from pathlib import Path

import pytest
from drawn_plates import GROUNDS, PRODUCTS, STYLE, WORDS, compose_request
from PIL import Image

from services.compositor.contrast import LARGE_TEXT
from services.compositor.encode import RESERVE_BYTES
from services.compositor.engine import CompositorEngine
from services.compositor.service import AD_CHOICES_PX, NORMAL_TEXT, SERVICE, Words
from services.compositor.template import load_templates
from services.images import SHAPES
from workflows.format import find_formats, load_formats

TEMPLATES = load_templates(Path(SERVICE.checkpoint("").location))
FORMATS = list(
    {
        (format.width, format.height, *format.safe_zone): format
        for format in load_formats().values()
        if format.kind == "image"
    }.values()
)
CORE = find_formats(["pack:core"])
GERMAN = Words(
    headline="Geborgenheit für lange „Winterabende“ & Füße",
    body="Handgefertigte Keramik mit Glasur – jede Tasse ein Einzelstück aus Südtirol, spülmaschinenfest.",
    call_to_action="Jetzt entdecken",
    price="1.024,00 €",
)
SHORT = Words(headline="Ah!", call_to_action="Go")
MICRO = {(300, 50)}  # too small for a headline of 44 characters beside a button


@pytest.fixture(scope="module")
def engine():
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


def overlap(one, other):
    """Whether two boxes share a pixel."""
    apart = one["right"] <= other["left"] or other["right"] <= one["left"]
    return not (apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"])


def check(canvas, facts, image, allow_no_room_for=()):
    """What must hold for every creative."""
    boxes = facts["boxes"]
    roles = {box["role"] for box in boxes}
    assert {"headline", "call_to_action"} - roles <= set(allow_no_room_for)
    for box in boxes:
        assert box["left"] >= canvas.safe_left * canvas.width - 1, box
        assert box["top"] >= canvas.safe_top * canvas.height - 1, box
        assert box["right"] <= canvas.width * (1 - canvas.safe_right) + 1, box
        assert box["bottom"] <= canvas.height * (1 - canvas.safe_bottom) + 1, box
        assert 0 <= box["left"] < box["right"] <= canvas.width, box
        assert 0 <= box["top"] < box["bottom"] <= canvas.height, box
        assert not overlap(box, facts["product"]), (box, facts["product"])
        width, height = AD_CHOICES_PX
        assert not (box["right"] > canvas.width - width and box["top"] < height), box
    for one, other in combinations(boxes, 2):
        assert not overlap(one, other), (one, other)
    for role, ratio in facts["contrast"].items():
        assert ratio >= (LARGE_TEXT if role == "logo" else NORMAL_TEXT), (role, ratio)
    assert len(image.data) == facts["bytes"] <= canvas.max_bytes - RESERVE_BYTES
    decoded = Image.open(io.BytesIO(image.data))
    assert (decoded.format, decoded.mode, decoded.size) == ("JPEG", "RGB", (canvas.width, canvas.height))
    assert "progressive" not in decoded.info


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_template_renders_at_its_formats(template):
    """Each template alone lays out each format that it suits; one that suits no format would be dead."""
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    engine._templates = (template,)
    suited = [format for format in FORMATS if template.suits(format.canvases()[0])]
    assert suited
    made = 0
    for format in suited:
        style = STYLE.model_copy(update={"look": template.look})
        request, images = compose_request(format.canvases()[0], product="tall", style=style)
        output = engine.generate(request, images)
        if output.facts["failures"]:
            continue
        check(format.canvases()[0], output.facts["creatives"][format.id], output.images[format.id], {"call_to_action"})
        made += 1
    assert made


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.id)
def test_format_renders_with_every_product(engine, format, product):
    """Every format comes out right with a tall, a wide and a square product."""
    request, images = compose_request(format.canvases()[0], product=product)
    output = engine.generate(request, images)
    tiny = {"call_to_action"} if (format.width, format.height) == (120, 60) else ()
    check(format.canvases()[0], output.facts["creatives"][format.id], output.images[format.id], tiny)


@pytest.mark.parametrize("ground", GROUNDS)
def test_words_read_on_every_ground(engine, ground):
    """White, black and noisy scenes: contrast is mended and byte limits are kept."""
    canvases = [format.canvases()[0] for format in (*CORE, load_formats()["iab_interstitial_1080x1920"])]
    request, images = compose_request(*canvases, ground=ground, product="tall")
    output = engine.generate(request, images)
    for canvas in canvases:
        check(canvas, output.facts["creatives"][canvas.format], output.images[canvas.format])


@pytest.mark.parametrize("words", [GERMAN, SHORT], ids=["german", "short"])
@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.id)
def test_long_and_short_words(engine, format, words):
    """A long German headline with umlauts, quotes and a euro sign, and a very short one without body and price."""
    request, images = compose_request(format.canvases()[0], words=words)
    if words is GERMAN and (format.width, format.height) in MICRO:
        assert engine.generate(request, images).facts["failures"][format.id]["code"] == "words_do_not_fit"
        return
    output = engine.generate(request, images)
    check(format.canvases()[0], output.facts["creatives"][format.id], output.images[format.id], {"call_to_action"})


def test_too_long_a_word_spoils_only_its_format(engine):
    """A headline that no type size can save is named with format and smallest size; wider formats are delivered."""
    words = WORDS.model_copy(update={"headline": "Donaudampfschifffahrtskapitän"})
    formats = load_formats()
    narrow, wide = formats["iab_skyscraper_160x600"].canvases()[0], formats["linkedin_landscape"].canvases()[0]
    output = engine.generate(*compose_request(narrow, wide, words=words))
    assert set(output.images) == {wide.format}
    failure = output.facts["failures"][narrow.format]
    assert failure["code"] == "words_do_not_fit"
    assert re.search(r"headline.*iab_skyscraper_160x600.*px", failure["detail"])


@pytest.mark.parametrize("shape", SHAPES)
def test_one_plate_is_enough(engine, shape):
    """With a single shape of plate, every core format still comes out."""
    canvases = [format.canvases()[0] for format in CORE]
    request, images = compose_request(*canvases, shapes=(shape,))
    output = engine.generate(request, images)
    for canvas in canvases:
        check(canvas, output.facts["creatives"][canvas.format], output.images[canvas.format])


def test_same_request_same_bytes(engine):
    """A creative depends on nothing but its request, and not on what else is in it."""
    canvases = [format.canvases()[0] for format in CORE]
    together = engine.generate(*compose_request(*canvases))
    alone = engine.generate(*compose_request(canvases[3]))
    assert alone.images[canvases[3].format].data == together.images[canvases[3].format].data


def test_dark_brand(engine):
    """A brand with light text on a dark background gets panels and inks that read."""
    style = STYLE.model_copy(update={"background": "#101418", "text": "#F2EFE9", "primary": "#C9F26B"})
    canvases = [format.canvases()[0] for format in CORE]
    output = engine.generate(*compose_request(*canvases, style=style))
    for canvas in canvases:
        check(canvas, output.facts["creatives"][canvas.format], output.images[canvas.format])


ASSETS = [canvas for format in load_formats().values() if format.kind != "image" for canvas in format.canvases()]


@pytest.mark.parametrize("canvas", ASSETS, ids=lambda canvas: canvas.format)
def test_assets_are_clean(engine, canvas):
    """Pictures for platforms that lay out themselves: right size, no words; product or logo inside the safe zone."""
    request, images = compose_request(canvas, product="tall")
    output = engine.generate(request.model_copy(update={"watermark": 0xABCDE1}), images)
    facts, image = output.facts["creatives"][canvas.format], output.images[canvas.format]
    assert Image.open(io.BytesIO(image.data)).size == (canvas.width, canvas.height)
    assert {box["role"] for box in facts["boxes"]} == ({"logo"} if canvas.shows == "logo" else set())
    assert facts["watermark"] == ("none" if canvas.shows == "logo" else "abcde1")
    shown = facts["boxes"][0] if canvas.shows == "logo" else facts["product"]
    assert canvas.safe_left * canvas.width - 1 <= shown["left"]
    assert shown["right"] <= (1 - canvas.safe_right) * canvas.width + 1
    assert canvas.safe_top * canvas.height - 1 <= shown["top"]
    assert shown["bottom"] <= (1 - canvas.safe_bottom) * canvas.height + 1


@pytest.mark.parametrize(("file_type", "kind"), [("png", "PNG"), ("webp", "WEBP")])
def test_other_file_types(engine, file_type, kind):
    """A canvas that asks for PNG or WebP gets it, within its limit."""
    canvas = CORE[0].canvases()[0].model_copy(update={"file_type": file_type})
    output = engine.generate(*compose_request(canvas))
    image = output.images[canvas.format]
    assert Image.open(io.BytesIO(image.data)).format == kind
    assert len(image.data) <= canvas.max_bytes - RESERVE_BYTES
