"""What must hold for every checkpoint that repaints a part of a photo: tiny twins or the real weights."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from dressed_figure import figure, shirt
from hub_suite import Bench, StopsWhenCancelled
from PIL import Image

from services.catalog import services
from services.contract import load_engine
from services.tryon import engine as tryon_engine
from services.tryon.service import TryOnRequest


class EditBench(Bench):
    """One photo, repainted. picture, mask: the names of the images in the answer."""

    picture: str
    mask: str
    photo: Image.Image

    def edited(self, **fields: Any) -> np.ndarray:
        return self.pixels(self.make(**fields), self.picture)

    def embedded_mask(self) -> np.ndarray:
        """Where the embedded engine changes the same photo, bool."""
        raise NotImplementedError


class TryOnBench(EditBench):
    """The drawn person in the drawn shirt."""

    service, picture, mask = "tryon", "image", "agnostic_mask"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.photo = Image.fromarray(figure()[0])

    def ask(self, **fields: Any) -> TryOnRequest:
        return TryOnRequest(person=self.keep(self.photo), garment=self.keep(shirt()), **fields)

    def embedded_mask(self) -> np.ndarray:
        pictures = {"person": self.photo, "garment": shirt()}
        made = load_engine(services()["tryon"].checkpoints[0]).generate(self.ask(), pictures)
        return np.asarray(made.images["agnostic_mask"]) > 0


HEARD = {"guidance_scale": 1.5, "strength": 1.0, "garment_scale": 1.0, "controlnet_conditioning_scale": 1.0}
BENCHES: dict[str, type[EditBench]] = {"tryon": TryOnBench}
EDITORS = {
    f"{service.name}-{one.name}": (BENCHES[service.name], one)
    for service in services().values()
    if service.name in BENCHES
    for one in service.checkpoints
    if not one.is_folder
}


@contextmanager
def known_person() -> Iterator[None]:
    """The drawn person's landmarks are given: the people models know photographs."""
    person = figure()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tryon_engine, "find_people", lambda photo: (person,) if photo.size == (240, 400) else ())
        patch.setattr(tryon_engine, "find_faces", lambda photo: ())
        yield


class EditSuite(StopsWhenCancelled):
    """Tests with a fixture ``bench``: one replica of one checkpoint."""

    def test_only_the_mask_changes_and_the_request_alone_decides(self, bench):
        """The mask is the embedded engine's; outside it the photo is untouched; a seed always paints the same."""
        made = bench.make(seed=3)
        photo, edited = np.asarray(bench.photo), bench.pixels(made, bench.picture)
        mask = bench.pixels(made, bench.mask)[..., 0] > 0
        assert edited.shape == photo.shape
        assert np.array_equal(edited[~mask], photo[~mask])
        assert (edited[mask] != photo[mask]).mean() > 0.5
        assert np.array_equal(mask, bench.embedded_mask())
        assert not np.array_equal(bench.edited(seed=4), edited)
        assert np.array_equal(bench.edited(seed=3), edited)

    def test_what_it_takes_is_heard(self, bench):
        """Each number that only some checkpoints take changes the picture of this one."""
        before = bench.edited(num_inference_steps=3)
        for name in sorted(set(bench.twin.takes) & HEARD.keys()):
            assert not np.array_equal(bench.edited(num_inference_steps=3, **{name: HEARD[name]}), before), name
