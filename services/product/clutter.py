"""People and writing that a pipeline invented beside the product: no ad can use a stranger, or letters of no language.

Only engines whose pipelines may invent such things ask for it; the sketched scenes of the embedded checkpoint are drawn
from known parts. What lies on the product is the product's own: its label, or the person on a poster.
"""

import numpy as np
from PIL import Image

from services.images import Box
from services.people import find_faces, find_people
from services.writing import find_writing

SURE = 0.85  # score of a face or a person that is half a fault; blurred shapes get up to 0.8
LETTERS = 0.001  # of the plate's area: lines of writing that are half a fault, a word of 2 % of the height
OWN = 0.3  # share of a box that is product, from which on what it shows is the product's


def people(plate: Image.Image, matte: np.ndarray) -> float:
    """0..1: how sure it is that somebody is in the plate (RGB) beside the product. matte: 0..1, of the plate's size.

    A hand without a body is not found.
    """
    found = [(face.box, face.score) for face in find_faces(plate)]
    found += [(person.box, person.score) for person in find_people(plate)]
    surest = max((score for box, score in found if not _is_own(box, matte)), default=0.0)
    return min(1.0, 0.5 * surest / SURE)


def writing(plate: Image.Image, matte: np.ndarray) -> float:
    """0..1: how much of the plate (RGB) is lines of writing beside the product. matte: 0..1, of the plate's size."""
    lines = [line.box for line in find_writing(plate) if not _is_own(line.box, matte)]
    share = sum(box.width * box.height for box in lines) / (plate.width * plate.height)
    return min(1.0, 0.5 * share / LETTERS)


def _is_own(box: Box, matte: np.ndarray) -> bool:
    return bool(matte[box.top : box.bottom, box.left : box.right].mean() > OWN)
