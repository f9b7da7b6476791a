"""Texture comes back where a painted scene still shows what its sketch shows, and nowhere else."""

import numpy as np
import pytest
from PIL import Image

from services.product.texture import restore_texture

RNG = np.random.default_rng(4)
PLAIN = np.full((64, 64, 3), 120, np.uint8)
SKETCH = (PLAIN + RNG.integers(-20, 20, (64, 64, 1))).astype(np.uint8)


def restored(painted: np.ndarray, edge: float, repaint: float = 1.0) -> np.ndarray:
    pictures = [Image.fromarray(pixels) for pixels in (painted, SKETCH, PLAIN)]
    return np.asarray(restore_texture(*pictures, edge=edge, repaint=repaint)).astype(int)


def test_what_was_not_painted_over_is_the_sketch():
    """A painting that changed nothing gives the sketch back."""
    assert np.array_equal(restored(PLAIN, edge=0.5), SKETCH)


def test_a_new_colour_keeps_the_grain_of_the_surface_but_not_of_the_backdrop():
    """A moderate change: below the edge the texture is laid over the new colour, above it there is none."""
    painted = PLAIN + np.array([30, 0, 0], np.uint8)
    result = restored(painted, edge=0.5)
    grain = result - painted
    assert np.abs(grain[:20]).max() == 0
    assert np.corrcoef(grain[40:].ravel(), (SKETCH.astype(int) - PLAIN)[40:].ravel())[0, 1] > 0.9


def test_a_plain_sketch_takes_colours_and_no_blotches():
    """Of a painting with a wash of red and blotches of a patch's size, the wash stays; on a crisp sketch both do."""
    wash = np.linspace(0, 40, 256)[None, :, None] * np.array([1.0, 0, 0]) + 120
    blotches = 10 * np.sin(np.arange(256) * 2 * np.pi / 16)[:, None, None]
    painted = Image.fromarray((wash + blotches).astype(np.uint8))
    plain = np.full((256, 256, 3), 120, np.uint8)
    crisp = (plain + 60 * (np.indices((256, 256)).sum(axis=0) % 2)[..., None]).astype(np.uint8)
    left = {}
    for name, sketch in (("plain", plain), ("crisp", crisp)):
        made = restore_texture(painted, Image.fromarray(sketch), Image.fromarray(plain), edge=0.0)
        left[name] = (np.asarray(made) - wash)[32:-32, 200:224].mean(axis=(1, 2)).std()
    assert left["plain"] < 1.5
    assert left["crisp"] > 5


def test_something_else_takes_no_texture():
    """Where the painting shows another thing, its pixels stay."""
    painted = np.full_like(PLAIN, 240)
    assert np.array_equal(restored(painted, edge=0.0), painted)


@pytest.mark.parametrize("repaint", [0.0, 0.25])
def test_a_family_may_hold_to_its_sketch(repaint):
    """Only the given share of the painting is taken."""
    painted = PLAIN + np.uint8(40)
    assert np.abs(restored(painted, edge=0.0, repaint=repaint) - SKETCH - repaint * 40).max() <= 6
