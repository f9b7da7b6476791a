"""Hair: what is joined to the crown and has its colours, down to where it hangs over the chest."""

import cv2
import numpy as np

from services.people import Joint, Person
from services.tryon.arrays import Floats, Mask
from services.tryon.body import Body
from services.tryon.palettes import distance, palette, to_lab

LEAST_CROWN_PX = 30  # of hair above the brow, to know its colour; fewer: bald, or cut off by the photo's edge
SURER = 5.0  # how much nearer than to skin and cloth a colour must be to hair, in Lab as ``to_lab`` has it
FARTHEST = 15.0  # from the crown's colours; skin in the shade differs by 18 and more
MOST_HAIRY = 0.4  # of the trunk; where more of it has the hair's colours, it is cloth


def find_hair(lab: Floats, inside: Mask, columns: Floats, rows: Floats, person: Person, body: Body) -> Mask:
    """Where hair is seen; nowhere if the crown is not seen, and above the chest only if clothes have its colours.

    lab: as ``to_lab`` has it, at any size. inside: the person. columns, rows: where its pixels are in the photo, px.
    """
    across, along = body.to_frame(columns, rows)
    crown, face = _crown(person, inside, lab, columns, rows)
    if crown.sum() < LEAST_CROWN_PX:
        return np.zeros_like(inside)
    trunk = inside & (np.abs(across) < 0.3 * body.width) & (along > 0.28 * body.length) & (along < 0.8 * body.length)
    to_hair = distance(lab, palette(lab[crown]))
    is_near = to_hair < FARTHEST
    cloth = trunk if is_near[trunk].mean() > MOST_HAIRY else trunk & ~is_near
    others = np.minimum(distance(lab, palette(lab[face], 3)), distance(lab, palette(lab[cloth])))
    chin = float(body.to_frame(*body.chin)[1])
    throat = (np.abs(across) < 0.2 * body.width) & (along > chin) & (along < -0.1 * body.width)
    reach = (along < 0.75 * body.length) & ((along < 0) | (np.abs(across) < 0.5 * body.width))  # not on the arms
    like = inside & reach & (to_hair < FARTHEST) & (to_hair + SURER < others) & ~throat
    width = body.width / float(rows[1, 0] - rows[0, 0])
    like = cv2.morphologyEx((like | crown).astype(np.uint8), cv2.MORPH_OPEN, _square(0.08 * width))  # no seams, creases
    return _joined(like > 0, cv2.dilate(crown.astype(np.uint8), _square(0.12 * width)) > 0)  # ears part it


def trim_hair(pixels: np.ndarray, hair: Floats, top: Floats) -> Floats:
    """Hair over the worn top (masks 0..1) without the cloth that shows beside and between its strands. uint8 RGB."""
    size = 2 * round(pixels.shape[0] / 100) + 1
    before_cloth = np.minimum(hair, cv2.dilate(top, np.ones((size, size)))) > 0.1
    rows, columns = (np.flatnonzero(before_cloth.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return hair
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    lab = to_lab(pixels[part])
    strands = cv2.erode(hair[part], np.ones((5, 5))) > 0.9
    to_hair, to_cloth = (distance(lab, palette(lab[sample], 3)) for sample in (strands, top[part] > 0.9))
    nearer = np.clip((to_cloth - to_hair) / 10 + 0.5, 0, 1)
    trimmed = hair.copy()
    trimmed[part] = np.where(before_cloth[part], hair[part] * nearer, hair[part])
    return trimmed


def _crown(person: Person, inside: Mask, lab: Floats, columns: Floats, rows: Floats) -> tuple[Mask, Mask]:
    """(hair above the brow, face between brow and mouth) by the line from nose to mouth, whose length is the unit."""
    nose = person.point(Joint.NOSE)
    mouth = person.landmarks[[Joint.LEFT_MOUTH, Joint.RIGHT_MOUTH], :2].mean(axis=0)
    unit = max(float(np.hypot(*(mouth - nose))), 1.0)
    down = (mouth - nose) / unit
    x, y = (columns - nose[0]) / unit, (rows - nose[1]) / unit
    forward, sideways = x * down[0] + y * down[1], x * down[1] - y * down[0]
    face = inside & (np.abs(forward) < 1) & (np.abs(sideways) < 1)
    above = inside & (forward < -2) & (forward > -6) & (np.abs(sideways) < 2.5)
    if not face.any():
        return face, face
    face = face & (lab[..., 0] >= np.percentile(lab[face][:, 0], 30))  # without brows, nostrils and beard
    return above & (distance(lab, palette(lab[face], 3)) > 12), face


def _square(side: float) -> Mask:
    return np.ones((max(round(side), 3),) * 2, np.uint8)


def _joined(mask: Mask, seed: Mask) -> Mask:
    """The parts of a mask that touch a seed."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    return np.asarray(np.isin(labels, np.setdiff1d(np.unique(labels[seed]), [0])))
