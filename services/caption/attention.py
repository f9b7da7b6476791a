"""Where a picture is looked at: its focal point, and the boxes of what must not be cropped away."""

from collections.abc import Iterator

import cv2
import numpy as np
from PIL import Image

from services.caption.lettering import find_text
from services.images import Box
from services.people import find_people

SMALL_PX = 96


def focal_point(image: Image.Image, product: Box | None) -> dict[str, float]:
    """x and y as fractions of width and height: the product's middle, else the centre of what stands out."""
    if product:
        return _point(
            (product.left + product.right) / 2 / image.width, (product.top + product.bottom) / 2 / image.height
        )
    salience = stands_out(image)
    rows, columns = np.indices(salience.shape)
    total = float(salience.sum()) or 1.0
    x, y = float((columns * salience).sum()) / total, float((rows * salience).sum()) / total
    return _point((x + 0.5) / SMALL_PX, (y + 0.5) / SMALL_PX)


def _point(x: float, y: float) -> dict[str, float]:
    return {"x": round(min(max(x, 0.0), 1.0), 3), "y": round(min(max(y, 0.0), 1.0), 3)}


def stands_out(image: Image.Image) -> np.ndarray:
    """Salience of a 96 px copy: distance in Lab from the picture's mean, after blur, the strongest tenth kept.

    Achanta et al. 2009, "Frequency-tuned salient region detection".
    """
    small = np.asarray(image.convert("RGB").resize((SMALL_PX, SMALL_PX), Image.Resampling.BOX), np.float32) / 255
    lab = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2Lab), (5, 5), 0)
    far = np.linalg.norm(lab - lab.mean(axis=(0, 1)), axis=2)
    return np.asarray(np.where(far >= np.quantile(far, 0.9), far, 0.0))


def boxes(image: Image.Image, product: Box | None, people: bool) -> Iterator[dict[str, int | str]]:
    """Role and px of the product, of every line of text, and of every person where people are looked for."""
    if product:
        yield {"role": "product", **product.model_dump()}
    for line in find_text(image):
        yield {"role": "text", **line.model_dump()}
    for person in find_people(image) if people else ():
        yield {"role": "person", **person.box.model_dump()}


def part(image: Image.Image, box: Box) -> Image.Image:
    """The middle half of a box in both directions: the thing itself rather than what is around it."""
    width, height = box.width, box.height
    return image.crop((box.left + width // 4, box.top + height // 4, box.right - width // 4, box.bottom - height // 4))
