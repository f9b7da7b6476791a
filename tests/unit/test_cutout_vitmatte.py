"""ViTMatte at the edge of a cut-out: a tiny random network of the real architecture, run by the whole replica."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw
from tiny_matting import save_tiny_vitmatte

from services import replica
from services.catalog import find_service
from services.cutout.engine_vitmatte import VitMatte
from services.cutout.matting import signed_depth
from services.cutout.service import CutOutRequest
from services.images import decode, encode
from services.replica import Replica
from services.storage import MemoryStore, store_image

CUTOUT = find_service("cutout")


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vitmatte")
    save_tiny_vitmatte(folder)
    return CUTOUT.checkpoint("vitmatte").model_copy(update={"source": str(folder), "device": "cpu", "num_gpus": 0})


def photo() -> Image.Image:
    picture = Image.new("RGB", (420, 400), (236, 236, 234))
    ImageDraw.Draw(picture).rounded_rectangle((110, 100, 310, 300), 40, fill=(40, 90, 160))
    return picture


def cut(checkpoints) -> tuple[np.ndarray, dict]:
    store = MemoryStore()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replica, "find_service", lambda name: replace(CUTOUT, checkpoints=checkpoints))
        shell = Replica("cutout", store=store)
    made = asyncio.run(shell.generate(CutOutRequest(photo=store_image(store, encode(photo())))))
    return np.asarray(decode(store.get(made.images["cutout"].key))), made.facts


def test_the_network_decides_the_edge_and_nothing_else(twin):
    """Beyond the band the matte is the embedded one's; the product's own pixels stay the photo's."""
    solved, facts = cut((twin,))
    embedded, known = cut(CUTOUT.checkpoints[:1])
    assert facts["method"] == known["method"]
    assert facts["confidence"] == known["confidence"]
    assert (solved[80:120, 80:120, 3] == 255).all()
    assert (solved[80:120, 80:120, :3] == (40, 90, 160)).all()
    assert len(np.unique(solved[..., 3])) > len(np.unique(embedded[..., 3]))
    assert np.array_equal(cut((twin,))[0], solved)


def test_alpha_is_known_beyond_the_band_at_any_size(twin):
    """Pictures over the network's size are solved smaller, and sizes need not be multiples of its patches."""
    solve = VitMatte(twin)
    for height, width in ((90, 131), (600, 1300)):
        mask = np.zeros((height, width), bool)
        mask[height // 4 : -height // 4, width // 4 : -width // 4] = True
        alpha = solve(np.full((height, width, 3), 200, np.uint8), mask, 2.0)
        assert alpha.shape == mask.shape
        beyond = np.abs(signed_depth(mask)) > 12
        assert np.array_equal(alpha[beyond], np.where(mask[beyond], 255, 0))
        assert ((alpha > 0) & (alpha < 255))[~beyond].mean() > 0.9
