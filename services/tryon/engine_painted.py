"""Try-on engines that paint over the drape: pose, mask and garment are the embedded engine's, computed once.

The drape says where the garment lies and what must stay; a pipeline then paints cloth, folds and light inside the mask.
"""

from typing import Any, ClassVar

import numpy as np

from services.contract import Checkpoint
from services.pipelines.calling import image_generator
from services.pipelines.painting import Painter, Painting
from services.pipelines.windows import Window
from services.tryon.engine import Draped, DrapeEngine
from services.tryon.service import GarmentCategory, TryOnRequest

WORDS: dict[GarmentCategory, str] = {"upper_body": "top", "lower_body": "trousers or skirt", "dresses": "clothes"}


class PaintedTryOnEngine(DrapeEngine):
    """The drape, repainted. A pipeline family has its painter, and its own way to be told about a garment."""

    painter_class: ClassVar[type[Painter]]

    def load(self, checkpoint: Checkpoint) -> None:
        """Load the painter; the people models are opened at the first use."""
        super().load(checkpoint)
        self._painter = self.painter_class()
        self._painter.load(checkpoint)
        self._painter.warm_up(checkpoint)
        self._trained = {"area_px": checkpoint.area_px, "multiple": checkpoint.size_multiple}

    def finish(self, request: TryOnRequest, draped: Draped) -> np.ndarray:
        """Paint the window around the mask; outside the mask every pixel is the photo's own."""
        window = Window.around(draped.mask, **self._trained)
        task = Painting(
            mask=window.cut_mask(draped.mask),
            num_inference_steps=request.num_inference_steps,
            guidance_scale=request.guidance_scale,
            **self.told(request, draped, window),
        )
        painted = self._painter.paint(task, image_generator(request.seed, "image"))
        return np.asarray(window.put_back(painted, draped.photo, draped.mask))

    def told(self, request: TryOnRequest, draped: Draped, window: Window) -> dict[str, Any]:
        """Picture to start from, prompt, references …: what ``Painting`` holds besides mask, steps and guidance."""
        raise NotImplementedError
