"""The part of a picture that a pipeline is shown, so that what it repaints is painted at the size it was trained at."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.images import Box
from services.pipelines.masks import fit_area, match_kept, paste_kept

MARGIN = 0.25
WIDEST = 2.0


@dataclass(frozen=True)
class Window:
    """box: the part of the picture, px. size: (width, height) at which it is painted, px."""

    box: Box
    size: tuple[int, int]

    @classmethod
    def around(cls, mask: Image.Image, *, area_px: int, multiple: int) -> "Window":
        """What a mask (L, > 0 = repaint) covers, with a quarter of its longer side around it, inside the picture.

        It is at most twice as long as wide where the picture allows: pipelines are trained on no longer ones.
        """
        left, top, right, bottom = mask.getbbox() or (0, 0, *mask.size)
        margin = round(MARGIN * max(right - left, bottom - top))
        wide, tall = right - left + 2 * margin, bottom - top + 2 * margin
        wide, tall = max(wide, round(tall / WIDEST)), max(tall, round(wide / WIDEST))
        start, end = _span((left + right) / 2, wide, mask.width)
        upper, lower = _span((top + bottom) / 2, tall, mask.height)
        box = Box(left=start, top=upper, right=end, bottom=lower)
        return cls(box, fit_area(box.width, box.height, area_px=area_px, multiple=multiple))

    def cut(self, picture: Image.Image) -> Image.Image:
        """The window of a picture (RGB) at the size that is painted."""
        return picture.convert("RGB").resize(self.size, Image.Resampling.LANCZOS, self._corners)

    def cut_mask(self, mask: Image.Image) -> Image.Image:
        """The window of a mask, hard: L, 255 wherever anything of it is to be repainted."""
        return mask.resize(self.size, Image.Resampling.BOX, self._corners).point(lambda value: 255 if value else 0)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the picture lies in the painted window, px."""
        return (
            (x - self.box.left) * self.size[0] / self.box.width,
            (y - self.box.top) * self.size[1] / self.box.height,
        )

    def put_back(self, painted: Image.Image, picture: Image.Image, mask: Image.Image) -> Image.Image:
        """The picture (RGB) repainted inside the mask (L, 255 = repaint, between: blended), bit-equal outside it."""
        part = self.box.left, self.box.top, self.box.right, self.box.bottom
        before, within = picture.convert("RGB").crop(part), mask.crop(part)
        fitted = painted.convert("RGB").resize(before.size, Image.Resampling.LANCZOS)
        done = picture.convert("RGB").copy()
        done.paste(paste_kept(match_kept(fitted, before, within), before, within), part[:2])
        return done

    @property
    def _corners(self) -> tuple[float, float, float, float]:
        return float(self.box.left), float(self.box.top), float(self.box.right), float(self.box.bottom)


def _span(middle: float, length: int, limit: int) -> tuple[int, int]:
    """Begin and end of a stretch around a middle, moved and cut to lie within 0..limit."""
    length = min(length, limit)
    begin = int(np.clip(round(middle - length / 2), 0, limit - length))
    return begin, begin + length
