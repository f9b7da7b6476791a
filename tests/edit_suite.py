"""What must hold for every checkpoint that repaints a part of a photo: tiny twins or the real weights."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import pytest
from drawn_rooms import draw_room, drawn_camera, drawn_layout, drawn_stool
from dressed_figure import figure, shirt
from hub_suite import Bench, StopsWhenCancelled
from PIL import Image

from services.catalog import services
from services.contract import load_engine
from services.errors import InvalidInput
from services.room.service import RoomRequest
from services.tryon import engine as tryon_engine
from services.tryon.service import TryOnRequest


class EditBench(Bench):
    """One photo, repainted. picture, mask: the names of the images in the answer."""

    picture: str
    mask: str
    photo: Image.Image

    def edited(self, **fields: Any) -> np.ndarray:
        return self.pixels(self.make(**fields), self.picture)

    def declared(self) -> np.ndarray:
        """Where the photo may change at most, bool, by what the embedded engine does with it."""
        raise NotImplementedError


class TryOnBench(EditBench):
    """The drawn person in the drawn shirt."""

    service, picture, mask = "tryon", "image", "agnostic_mask"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.photo = Image.fromarray(figure()[0])

    def ask(self, **fields: Any) -> TryOnRequest:
        return TryOnRequest(person=self.keep(self.photo), garment=self.keep(shirt()), **fields)

    def declared(self) -> np.ndarray:
        pictures = {"person": self.photo, "garment": shirt()}
        made = load_engine(services()["tryon"].checkpoints[0]).generate(self.ask(), pictures)
        return np.asarray(made.images["agnostic_mask"]) > 0


HEARD = {"guidance_scale": 1.5, "strength": 1.0, "garment_scale": 1.0, "controlnet_conditioning_scale": 1.0}


class RoomBench(EditBench):
    """The drawn room, and the drawn stool in it."""

    service, picture, mask = "room", "room", "mask"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        camera = drawn_camera(roll=0.5)
        self.photo = draw_room(camera, drawn_layout(camera))

    def ask(self, **fields: Any) -> RoomRequest:
        place = {} if "replace" in fields else {"point": {"x": 250, "y": 300}}
        stool = {"image": self.keep(drawn_stool()), "width_cm": 60, "height_cm": 60, **place}
        return RoomRequest(room=self.keep(self.photo), products=[stool], camera_height_cm=140, **fields)

    def declared(self) -> np.ndarray:
        """The stool, its shadow, and a tenth of its height around."""
        pictures = {"room": self.photo, "products.0.image": drawn_stool()}
        made = load_engine(services()["room"].checkpoints[0]).generate(self.ask(), pictures)
        box = made.facts["products"][0]["box"]
        reach = round(0.1 * (box["bottom"] - box["top"]))
        return cv2.dilate(np.asarray(made.images["mask"]), np.ones((2 * reach + 1,) * 2, np.uint8)) > 0


BENCHES: dict[str, type[EditBench]] = {"tryon": TryOnBench, "room": RoomBench}
EDITORS = {
    f"{service.name}-{one.name}": (BENCHES[service.name], one)
    for service in services().values()
    if service.name in BENCHES
    for one in service.checkpoints
    if "num_inference_steps" in one.takes
}


@contextmanager
def known_person() -> Iterator[None]:
    """The drawn person's landmarks are given: the people models know photographs."""
    person = figure()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tryon_engine, "find_people", lambda photo: (person,) if photo.size == (240, 400) else ())
        yield


class EditSuite(StopsWhenCancelled):
    """Tests with a fixture ``bench``: one replica of one checkpoint."""

    def test_only_the_mask_changes_and_the_request_alone_decides(self, bench):
        """It lies where the embedded engine's does; beyond, the photo is untouched; a seed always paints the same."""
        made = bench.make(seed=3)
        photo, edited = np.asarray(bench.photo), bench.pixels(made, bench.picture)
        mask = bench.pixels(made, bench.mask)[..., 0] > 0
        assert edited.shape == photo.shape
        assert np.array_equal(edited[~mask], photo[~mask])
        assert (edited[mask] != photo[mask]).mean() > 0.5
        assert not (mask & ~bench.declared()).any()
        assert not np.array_equal(bench.edited(seed=4), edited)
        assert np.array_equal(bench.edited(seed=3), edited)

    def test_what_it_takes_is_heard(self, bench):
        """Each number that only some checkpoints take changes the picture of this one."""
        before = bench.edited(num_inference_steps=3)
        for name in sorted(set(bench.twin.takes) & HEARD.keys()):
            assert not np.array_equal(bench.edited(num_inference_steps=3, **{name: HEARD[name]}), before), name

    def test_old_furniture_is_replaced_within_its_box(self, bench):
        """The place is painted anew, the product stands on it, and beyond both the photo is untouched."""
        if "replace" not in bench.twin.takes:
            assert "replace" not in type(bench.ask()).model_fields
            return
        box = {"left": 150, "top": 150, "right": 330, "bottom": 310}
        made = bench.make(replace=box)
        photo, edited = np.asarray(bench.photo), bench.pixels(made, bench.picture)
        changed = (photo != edited).any(axis=2)
        assert changed[155:305, 155:325].mean() > 0.9
        left, top = (made.facts["products"][0]["box"][side] for side in ("left", "top"))
        assert not changed[: min(top, 150) - 30].any()
        assert not changed[:, : min(left, 150) - 60].any()
        assert made.facts["products"][0]["foot"] == [240, 310]
        mask = Image.new("L", bench.photo.size)
        mask.paste(255, (150, 150, 330, 310))
        assert np.array_equal(bench.edited(replace=bench.keep(mask)), edited)
        with pytest.raises(InvalidInput, match="100 x 80 px"):
            bench.make(replace=bench.keep(mask.resize((100, 80))))
        with pytest.raises(InvalidInput, match="marks nothing"):
            bench.make(replace={"left": 600, "top": 10, "right": 700, "bottom": 90})
