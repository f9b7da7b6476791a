"""Every headline, at every size of ad, is read back by a machine that knows nothing of it (Tesseract, Debian's)."""

import io
import os
import re
import shutil
import subprocess

import pytest
from drawn_plates import STYLE, WORDS, compose_request
from PIL import Image, ImageOps

from services.compositor.engine import CompositorEngine
from services.compositor.service import SERVICE
from workflows.format import load_formats

READER = shutil.which("tesseract")
pytestmark = pytest.mark.skipif(READER is None, reason="needs Debian's tesseract-ocr (.ci/run installs it)")
CANVASES = {
    (canvas.width, canvas.height): canvas
    for format in load_formats().values()
    if format.kind == "image"
    for canvas in format.canvases()
}
LOOKS = ("quiet", "bold", "editorial")
LETTER_PX = 48  # what the reader likes


@pytest.fixture(scope="module")
def engine():
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


def read(picture: Image.Image) -> str:
    """What stands in a picture of a few lines, in small letters and without signs."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    command = [str(READER), "stdin", "stdout", "--psm", "6"]
    one_thread = os.environ | {"OMP_THREAD_LIMIT": "1"}
    said = subprocess.run(
        command, input=buffer.getvalue(), capture_output=True, check=True, timeout=60, env=one_thread
    ).stdout
    return " ".join(re.findall(r"[a-z]+", said.decode().lower()))


@pytest.mark.parametrize("canvas", CANVASES.values(), ids=lambda canvas: f"{canvas.width}x{canvas.height}")
def test_headline_is_read_back(engine, canvas):
    """The file as delivered, watermark and compression included; the looks take turns."""
    look = LOOKS[list(CANVASES.values()).index(canvas) % len(LOOKS)]
    request, images = compose_request(canvas, style=STYLE.model_copy(update={"look": look}))
    output = engine.generate(request.model_copy(update={"watermark": 0xABCDE1}), images)
    facts = output.facts["creatives"][canvas.format]
    box = next(box for box in facts["boxes"] if box["role"] == "headline")
    made = Image.open(io.BytesIO(output.images[canvas.format].data)).convert("L")
    around = 4
    part = made.crop((box["left"] - around, box["top"] - around, box["right"] + around, box["bottom"] + around))
    scale = max(1.0, LETTER_PX * 3 / part.height)
    part = part.resize((round(part.width * scale), round(part.height * scale)), Image.Resampling.LANCZOS)
    part = ImageOps.expand(ImageOps.autocontrast(part), 20, fill=int(part.getpixel((2, 2))))
    assert read(part) == WORDS.headline.lower()
