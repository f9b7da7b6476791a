"""What stays before new clothes, if the request says so: hair that hangs down, hands, jewellery on bare skin."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from services.tryon.arrays import Floats, Mask, blur, enlarge, fill
from services.tryon.body import Body
from services.tryon.palettes import distance, palette, to_lab
from services.tryon.regions import CUT_SIDE_PX, Regions
from services.tryon.service import Keepable

ODD = 14.0  # from the skin around it: a highlight differs by up to 9, a steel watch by 20 and more
LARGEST_JEWEL = 0.05  # of the square of the shoulders' distance: a broad bangle
LEAST_RING = 0.6  # of what borders on jewellery is skin; a cuff has skin on one side only


@dataclass(frozen=True)
class Front:
    """Masks 0..1. kept: stays before the garment, whatever it covers. yielded: hair and hands that it may cover."""

    kept: Floats
    yielded: Floats


def find_front(pixels: np.ndarray, body: Body, regions: Regions, preserve: Sequence[Keepable]) -> Front:
    """Sort hair, hands and jewellery by whether they are to be preserved. ``pixels`` uint8 RGB."""
    size = 2 * round(0.06 * body.width) + 1
    near_hair = cv2.dilate(regions.hair, np.ones((size, size)))  # its shadows are as unlike skin as jewels are
    kept = yielded = np.zeros(pixels.shape[:2], np.float32)
    for name, mask in (("hair", regions.hair), ("hands", find_hands(body, regions))):
        if name in preserve:
            kept = np.maximum(kept, mask)
        else:
            yielded = np.maximum(yielded, mask)
    if "jewellery" in preserve:
        kept = np.maximum(kept, find_jewellery(pixels, body, regions) * (1 - near_hair) * (1 - yielded))
    return Front(kept, yielded)


def find_hands(body: Body, regions: Regions) -> Floats:
    """The hands, from the wrists on, 0..1."""
    rows, columns = np.mgrid[: regions.person.shape[0], : regions.person.shape[1]].astype(np.float32)
    hands = np.zeros_like(regions.person)
    for arm, mask in zip(body.arms, regions.arms, strict=True):
        line = arm.wrist - arm.elbow
        hand = arm.wrist + 0.12 * line
        beyond = (columns - hand[0]) * line[0] + (rows - hand[1]) * line[1] > 0
        hands = np.maximum(hands, mask * beyond)
    return hands


def find_jewellery(pixels: np.ndarray, body: Body, regions: Regions) -> Floats:
    """Small things on bare neck and wrists, 0..1: strongly unlike the skin around them and the worn top."""
    scale = min(2 * CUT_SIDE_PX / (2.6 * body.length), 1.0)
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    size = small.shape[1::-1]
    whole, top, head, arms = (
        cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
        for mask in (regions.person, regions.top, regions.head, np.maximum(*regions.arms))
    )
    rows, columns = np.mgrid[: small.shape[0], : small.shape[1]].astype(np.float32) / scale
    chin = float(body.to_frame(*body.chin)[1])
    neck = (body.to_frame(columns, rows)[1] > chin + 0.1 * body.width) & (head > 0.5)
    place = (whole > 0.7) & (top < 0.1) & (neck | _wrists(body, columns, rows))
    lab = to_lab(small)
    skin = place & (neck | (arms > 0.5))
    if not skin.any():
        return np.zeros(pixels.shape[:2], np.float32)
    sure = cv2.erode(top, np.ones((9, 9))) > 0.9
    is_cloth = distance(lab, palette(lab[sure], 3)) < ODD  # a strap on a bare shoulder is no jewel
    found = _odd_spots(lab, place & ~is_cloth, skin, body.width * scale)
    return enlarge(cv2.dilate(found.astype(np.float32), np.ones((3, 3))), pixels) * regions.person


def _wrists(body: Body, columns: Floats, rows: Floats) -> Mask:
    """Round both wrists, from a quarter of the forearm above to the knuckles."""
    reach = [0.25 * float(np.hypot(*(arm.wrist - arm.elbow))) for arm in body.arms]
    near = [
        np.hypot(columns - arm.wrist[0], rows - arm.wrist[1]) < far for arm, far in zip(body.arms, reach, strict=True)
    ]
    return np.asarray(near[0] | near[1])


def _odd_spots(lab: Floats, place: Mask, skin: Mask, width: float) -> Mask:
    """Parts of ``place`` unlike the skin near them, small, and bordered by skin. width: of the shoulders, px."""
    usual = lab
    for _ in range(2):  # the second time without what the first found odd
        known = cv2.erode(skin.astype(np.float32), np.ones((3, 3)))
        usual = blur(fill(lab.astype(np.float32), known), 0.05 * width) if known.any() else usual
        skin = skin & (np.linalg.norm(lab - usual, axis=2) < ODD)
    odd = place & (np.linalg.norm(lab - usual, axis=2) >= ODD)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(odd.astype(np.uint8))
    kept = np.zeros_like(odd)
    for label in range(1, count):
        part = labels == label
        ring = (cv2.dilate(part.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0) & ~part
        is_small = 6 <= stats[label, cv2.CC_STAT_AREA] < LARGEST_JEWEL * width**2
        if is_small and (skin & ring).sum() > LEAST_RING * ring.sum():
            kept |= part
    return kept
