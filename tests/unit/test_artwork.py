"""Artworks: every file can be painted again from its layers, byte for byte, by an engine that never saw it."""

import numpy as np
import pytest
from drawn_plates import STYLE, WORDS, by_key, compose_request
from hypothesis import given, settings
from hypothesis import strategies as st

from services.compositor.artwork import Artwork, Type
from services.compositor.engine import CompositorEngine
from services.compositor.memory import Memory
from services.compositor.service import SERVICE, Canvas, Words
from services.errors import UnknownName

SIZES = [(300, 250), (728, 90), (160, 600), (320, 50), (540, 540)]
ARABIC = Words(headline="صباح هادئ يبدأ من هنا", call_to_action="شاهد الكوب", price="24.00 €")


def fresh_engine():
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


ENGINE, ENGINE_OF_ANOTHER_DAY = fresh_engine(), fresh_engine()


@settings(max_examples=20, deadline=None)
@given(
    size=st.sampled_from(SIZES),
    words=st.sampled_from([WORDS, ARABIC]),
    ground=st.sampled_from(["gradient", "noise", "black"]),
    look=st.sampled_from(["quiet", "bold", "price", "editorial", "card"]),
    shows=st.sampled_from(["ad", "ad", "picture", "logo"]),
    file_type=st.sampled_from(["jpg", "png"]),
)
def test_a_file_is_made_again_from_its_artwork(size, words, ground, look, shows, file_type):
    """Through JSON, whatever the creative: the same bytes."""
    canvas = Canvas(format="x", width=size[0], height=size[1], max_bytes=900_000, shows=shows, file_type=file_type)
    style = STYLE.model_copy(update={"look": look})
    request, images = compose_request(canvas, words=words, ground=ground, style=style)
    request = request.model_copy(update={"watermark": 0xABCDE1, "language": "ar" if words is ARABIC else "en"})
    output = ENGINE.generate(request, images)
    if output.facts["failures"]:  # nothing was made, so there is nothing to make again
        return
    artwork = Artwork.model_validate_json(Artwork.model_validate(output.facts["artworks"]["x"]).model_dump_json())
    again = ENGINE_OF_ANOTHER_DAY.repeat(artwork, by_key(request, images))
    assert again.data == output.images["x"].data


def test_layers_say_what_stands_where():
    """Roles from back to front; words with font, colour and lines; pictures by key only."""
    canvas = Canvas(format="x", width=300, height=250, max_bytes=150_000)
    request, images = compose_request(canvas)
    output = ENGINE.generate(request.model_copy(update={"label": "AI-generated"}), images)
    artwork = Artwork.model_validate(output.facts["artworks"]["x"])
    roles = [layer.role for layer in artwork.layers]
    assert roles[-1] == "disclosure"
    assert roles.index("scene") < roles.index("headline")
    headline = next(layer for layer in artwork.layers if layer.role == "headline")
    assert isinstance(headline, Type)
    assert " ".join(line.text for line in headline.lines) == WORDS.headline
    assert headline.font.families[0] == STYLE.headline_font
    assert {ref.key for ref in artwork.image_refs()} <= set(by_key(request, images))


def test_an_artwork_with_an_unknown_font_is_refused():
    """It may have been written by someone else."""
    canvas = Canvas(format="x", width=300, height=250, max_bytes=150_000)
    request, images = compose_request(canvas)
    made = ENGINE.generate(request, images).facts["artworks"]["x"]
    for layer in made["layers"]:
        if layer["role"] == "headline":
            layer["font"]["families"] = ["Comic Sans"]
    with pytest.raises(UnknownName, match="Comic Sans"):
        ENGINE.repeat(Artwork.model_validate(made), by_key(request, images))


def test_nothing_of_a_private_picture_is_remembered():
    """What is made from it is made anew each time, so that it is gone when the picture is."""
    made = []
    memory = Memory(1_000_000)
    for key in (f"people/{64 * 'a'}/{64 * 'b'}.png", f"images/{64 * 'c'}.png"):
        for _ in range(2):
            memory.recall(["images/0", key], key, lambda key=key: made.append(key) or np.zeros(3))
    assert [key.split("/")[0] for key in made] == ["people", "people", "images"]
