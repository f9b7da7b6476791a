"""What a painter is told of a place in a room: the picture so far, its window, the products and the depth."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.pipelines.windows import Window
from services.room.places import Placed
from services.room.reading import Reading


@dataclass(frozen=True)
class Site:
    """room: as it was read. picture: RGB, the room so far. products: RGB, each alone on plain ground."""

    room: Reading
    picture: Image.Image
    window: Window
    placed: tuple[Placed, ...] = ()
    products: tuple[Image.Image, ...] = ()

    @property
    def start(self) -> Image.Image:
        """The window of the picture at the painter's size."""
        return self.window.cut(self.picture)

    def draw_depth(self) -> Image.Image:
        """The window's depth for a depth ControlNet, RGB, near = 255 (inverse depth from least to most, as MiDaS).

        It is the room's geometry, walls and floor, with the products upright at their feet: nothing else stands there.
        """
        camera, height = self.room.camera, self.room.scale.height_for(self.room.camera)
        rows, columns = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
        near: np.ndarray = 1 / self.room.layout.depths(camera, np.stack([columns, rows], axis=-1)).min(axis=-1)
        for item in sorted(self.placed, key=lambda one: -one.standing.depth):
            ray = float(np.linalg.norm(camera.rays(np.array(item.standing.foot))))
            _stand(near, item, height * ray / item.standing.depth)
        return self.as_control(near)

    def as_control(self, near: np.ndarray) -> Image.Image:
        """Inverse depth of the whole picture (height, width), in any unit, as the window's picture for a ControlNet."""
        part = near[self.window.box.top : self.window.box.bottom, self.window.box.left : self.window.box.right]
        span = max(float(part.max() - part.min()), 1e-6)
        drawn = Image.fromarray(np.round(255 * (near - part.min()) / span).clip(0, 255).astype(np.uint8))
        return self.window.cut(drawn)


def _stand(near: np.ndarray, item: Placed, value: float) -> None:
    """Write one inverse depth where a product is solid."""
    box, solid = item.standing.box, item.standing.picture[..., 3] > 127
    left, top = max(0, box.left), max(0, box.top)
    inside = near[top : box.bottom, left : box.right]
    seen = solid[top - box.top :, left - box.left :][: inside.shape[0], : inside.shape[1]]
    inside[seen] = value
