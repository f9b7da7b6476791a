"""Room engines that paint: what the embedded engine placed is harmonised, and old furniture may be replaced.

Place, size and perspective stay the geometry's; a pipeline paints contact, shadow and light inside the declared region.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from services.contract import Checkpoint
from services.pipelines.calling import image_generator
from services.pipelines.masks import on_plain
from services.pipelines.painting import Painter, Painting
from services.pipelines.windows import Window
from services.room import zone
from services.room.engine import Drawing
from services.room.engine_depth import DepthRoomEngine
from services.room.ground import judge
from services.room.reading import Reading
from services.room.service import Region, RoomRequest
from services.room.site import Site


class PaintedRoomEngine(DepthRoomEngine):
    """The room engine with depth and a painter. A pipeline family says how it is asked to clear and to harmonise."""

    painter_class: ClassVar[type[Painter]]

    def load(self, checkpoint: Checkpoint) -> None:
        """Load the depth network and the painter."""
        super().load(checkpoint)
        self._painter = self.painter_class()
        self._painter.load(checkpoint)
        self._painter.warm_up(checkpoint)
        self._trained = {"area_px": checkpoint.area_px, "multiple": checkpoint.size_multiple}

    def clearing(self, request: RoomRequest, site: Site) -> dict[str, Any]:
        """What the painter is told, so that it paints floor and wall where something stood."""
        raise NotImplementedError

    def harmonising(self, request: RoomRequest, site: Site) -> dict[str, Any]:
        """What the painter is told, so that it joins the placed products to the room."""
        raise NotImplementedError

    def prepare(
        self, request: RoomRequest, room: Reading, images: Mapping[str, Image.Image]
    ) -> tuple[RoomRequest, Reading]:
        """The room without what is replaced; the first product stands in its place unless it has one of its own."""
        if request.replace is None:
            return request, room
        mark = request.replace if isinstance(request.replace, Region) else images["replace"]
        region = zone.marked_region(mark, room.rgb)
        mask = zone.soft_inside(region, zone.SEAM_PX)
        bare = Image.fromarray(zone.smear(room.rgb, region))
        site = Site(room, bare, Window.around(mask, **self._trained))
        cleared = self._paint(request, "clear", site, mask, self.clearing(request, site))
        return _stand_there(request, region), self._cleared(room, np.asarray(cleared))

    def _cleared(self, room: Reading, rgb: np.ndarray) -> Reading:
        ground = judge(self.ground_reader.see(rgb, room.camera), rgb, room.camera, room.layout)
        return replace(room, rgb=rgb, ground=ground)

    def finish(self, request: RoomRequest, drawing: Drawing, images: Mapping[str, Image.Image]) -> np.ndarray:
        """The drawn picture with its contact zone painted, and the products' own pixels under the painted light."""
        mask = zone.contact_zone(drawing)
        alone = tuple(on_plain(images[f"products.{number}.image"]) for number in range(len(drawing.placed)))
        window = Window.around(mask, **self._trained)
        site = Site(drawing.room, Image.fromarray(drawing.picture), window, tuple(drawing.placed), alone)
        painted = np.asarray(self._paint(request, "place", site, mask, self.harmonising(request, site)))
        matte = zone.matte_of(drawing)
        lit = zone.relight(drawing.picture, painted, matte).astype(np.float32)
        return np.asarray(np.round(painted + (lit - painted) * matte[..., None]).astype(np.uint8))

    def _paint(
        self, request: RoomRequest, name: str, site: Site, mask: Image.Image, told: Mapping[str, Any]
    ) -> Image.Image:
        """The site's picture, repainted inside the mask and bit-equal outside it."""
        task = Painting(
            picture=site.start,
            mask=site.window.cut_mask(mask),
            num_inference_steps=request.num_inference_steps,
            guidance_scale=request.guidance_scale,
            controlnet_conditioning_scale=request.controlnet_conditioning_scale,
            **told,
        )
        painted = self._painter.paint(task, image_generator(request.seed, name))
        return site.window.put_back(painted, site.picture, mask)


def _stand_there(request: RoomRequest, region: np.ndarray) -> RoomRequest:
    """The request with the first product where the region is, if nothing else is said about its place."""
    first, *others = request.products
    if first.point or first.region:
        return request
    left, top, right, bottom = Image.fromarray(region).getbbox() or (0, 0, 0, 0)
    there = first.model_copy(update={"region": Region(left=left, top=top, right=right, bottom=bottom)})
    return request.model_copy(update={"products": (there, *others)})
