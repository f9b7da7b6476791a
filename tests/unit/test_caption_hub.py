"""The hub captioners with tiny twins of their architectures: what they say is noise, how they say it is not."""

import asyncio
import threading
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tiny_qwen import save_tiny_blip, save_tiny_florence, save_tiny_qwen_vl

from services import replica
from services.caption.alt_text import caption_alt_text
from services.caption.engine_blip import without_artefact
from services.caption.free_words import answer
from services.caption.service import SERVICE, CaptionRequest
from services.images import ImageRef, encode
from services.replica import Replica
from services.storage import MemoryStore, store_image

BUILDERS = {"blip": save_tiny_blip, "florence": save_tiny_florence, "qwen-vl": save_tiny_qwen_vl}
REF = ImageRef(key=f"images/{64 * '0'}.png", width=40, height=40, media_type="image/png")


@pytest.fixture(scope="module", params=BUILDERS)
def shell(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    BUILDERS[request.param](folder)
    twin = SERVICE.checkpoint(request.param).model_copy(
        update={"source": str(folder), "device": "cpu", "dtype": "float32"}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replica, "find_service", lambda name: replace(SERVICE, checkpoints=(twin,)))
        return Replica("caption", store=MemoryStore())


def picture(shell, seed: int) -> ImageRef:
    noise = np.random.default_rng(seed).integers(0, 256, (80, 60, 3), np.uint8)
    return store_image(shell._store, encode(Image.fromarray(noise)))


async def test_the_same_picture_is_described_the_same(shell):
    """One line and an alt text of at most 125 characters that begins with the title; nothing is random."""
    requests = [CaptionRequest(image=picture(shell, seed), title="Stoneware mug") for seed in (1, 2, 1)]
    first, _, again = [(await shell.generate(request)).text for request in requests]
    assert first == again
    assert first["alt_text"].startswith("Stoneware mug: ")
    assert len(first["alt_text"]) <= 125
    assert "\n" not in first["caption"]


async def test_cancelling_stops_between_two_tokens(shell):
    """A caption that nobody waits for is not written to its end."""
    engine = shell._shelf.take(shell._shelf.checkpoint("").name)
    started, passes = threading.Event(), []

    def note(*_: object) -> None:
        passes.append(1)
        started.set()

    writer = getattr(engine._model, "text_decoder", engine._model)  # BLIP's decoder is a model of its own
    hook = writer.get_output_embeddings().register_forward_pre_hook(note)
    work = asyncio.ensure_future(shell.generate(CaptionRequest(image=picture(shell, 3))))
    await asyncio.to_thread(started.wait, 30)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    hook.remove()
    assert 0 < len(passes) < 64


def test_blip_says_no_nonsense_word():
    """The large checkpoint begins captions with "arafed", which is no word."""
    assert without_artefact("arafed mug on a table") == "mug on a table"
    assert without_artefact("a mug on a table") == "a mug on a table"


@pytest.mark.parametrize(
    ("said", "caption"),
    [
        ("The image shows a mug\non a table.", "a mug on a table"),
        ("In this picture there is a lamp", "a lamp"),
        ("A red chair by a window.", "A red chair by a window"),
        ("", "a picture"),
    ],
)
def test_captions_are_plain(said, caption):
    """Openings that say nothing are left out."""
    made = answer(said, CaptionRequest(image=REF), Image.new("RGB", (8, 8)))
    assert made.text["caption"] == caption


def test_alt_text_fits():
    """Long titles and captions are cut between words."""
    assert caption_alt_text("", "a mug on a table") == "A mug on a table."
    long = caption_alt_text("Title " * 30, "word " * 60)
    assert len(long) <= 125
    assert long.count("…") == 2
