"""Where the worn top ends: on the edge that the photo shows."""

import numpy as np
import pytest

from services.tryon.hem import even_hem

ACROSS, ALONG = (part.astype(np.float32) / 150 for part in np.meshgrid(np.arange(-90, 90), np.arange(60, 210)))


@pytest.mark.parametrize("shift", [0.0, 0.05])
def test_a_white_top_over_white_trousers_ends_at_the_fine_shadow(shift):
    """Colours put the hem ``shift`` trunk lengths too high, and a little ragged; the shadow tells the true one."""
    true = 1.0 + 0.06 * ACROSS
    lightness = np.where(np.abs(ALONG - true) < 0.006, 50.0, 56.0)
    ragged = np.random.default_rng(0).uniform(-0.01, 0.01, ACROSS.shape[1])
    top = even_hem(true - shift + ragged > ALONG, np.ones_like(ACROSS, bool), lightness, ACROSS, ALONG)
    inner = np.abs(ACROSS[0]) < 0.4
    ends = (top[:, inner] * ALONG[:, inner]).max(axis=0)
    assert np.abs(ends - true[0, inner]).max() < 0.015


def test_without_an_edge_the_hem_stays_where_colours_put_it():
    noise = np.random.default_rng(1).normal(56, 0.3, ACROSS.shape)
    top = even_hem(ALONG < 1.0, np.ones_like(ACROSS, bool), noise, ACROSS, ALONG)
    assert abs(float((top * ALONG).max()) - 1.0) < 0.015
