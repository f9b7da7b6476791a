"""A garment's photo becomes a packshot: the garment alone, with its outline."""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from services.cutout.cutout import cut_out
from services.cutout.saliency import Saliency
from services.errors import InvalidImage
from services.tryon.arrays import Floats, Mask, blur, fill, largest_part

WORKING_HEIGHT_PX = 1000
PAD_PX = 12
FLAT_BORDER_STD = 6.0
LEAST_WHOLE = 0.85
MOST_HOLLOW = 0.2
STRONG, FAINT = 40, 25  # levels from the backdrop
RIPPLES_PX = 16  # two blocks of JPEG
RIPPLE_MEAN, RIPPLE_MEAN_ON_WHITE = 4.0, 6.0  # levels; on white they can only be darker. White cloth is 8 and more away
PURE_WHITE = 247
ADVICE = "Send one garment, upright, flat or on a ghost mannequin, on a plain background."


@dataclass(frozen=True)
class Packshot:
    """A garment alone. colours: float32 (height, width, 3) sRGB 0..255. alpha: float32 0..1."""

    colours: Floats
    alpha: Floats


def cut_garment(photo: Image.Image, saliency: Saliency) -> Packshot:
    """Cut the garment out and trim it, at most WORKING_HEIGHT_PX high.

    ``saliency`` finds it where the backdrop is not flat. Raises InvalidImage for several things or a frame, and
    CutOutFailed where nothing can be told from the backdrop.
    """
    flat = _cut_flat(photo.convert("RGB")) if photo.mode == "RGB" else None
    if flat is None:
        image = cut_out(photo, saliency).image
        pixels = np.asarray(image).astype(np.float32)
        colours, alpha = _padded(pixels[..., :3]), _padded(pixels[..., 3] / 255)
    else:
        colours, alpha = flat
    scale = WORKING_HEIGHT_PX / alpha.shape[0]
    if scale < 1:
        size = (max(round(alpha.shape[1] * scale), 1), WORKING_HEIGHT_PX)
        colours, alpha = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (colours, alpha))
    return Packshot(colours, alpha)


def _cut_flat(photo: Image.Image) -> tuple[Floats, Floats] | None:
    """Cut from a backdrop of one flat colour, down to parts that differ from it by a few levels; None on other ones.

    White on white is what garment photos are made of, so the tolerance follows the backdrop's own noise.
    """
    pixels = np.asarray(photo)
    edge = max(min(pixels.shape[:2]) // 60, 4)
    border = np.concatenate(
        [pixels[:edge].reshape(-1, 3), pixels[:, :edge].reshape(-1, 3), pixels[:, -edge:].reshape(-1, 3)]
    )
    colour = np.median(border, axis=0)
    away = np.abs(border.astype(np.float32) - colour).max(axis=1)
    noise = float(np.percentile(away, 90))
    if noise > FLAT_BORDER_STD:
        return None
    distance = np.abs(pixels.astype(np.float32) - colour).max(axis=2)
    near = (blur(distance, 1.0) <= max(3.0, 2 * noise)).astype(np.uint8)
    near = cv2.copyMakeBorder(near, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=1)
    near = cv2.morphologyEx(near, cv2.MORPH_ERODE, np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(near, connectivity=4)
    outside = cv2.dilate((labels == labels[0, 0]).astype(np.uint8), np.ones((3, 3), np.uint8))[4:-4, 4:-4]
    everything = blur(1 - outside.astype(np.float32), pixels.shape[0] / 350) > 0.5
    most = RIPPLE_MEAN_ON_WHITE if colour.min() > PURE_WHITE else RIPPLE_MEAN
    everything = everything & ~_ripples(pixels.astype(np.float32) - colour, distance, ~everything, most)
    mask = largest_part(everything)
    if not 0.04 < mask.mean() < 0.95:
        return None
    _check_whole(everything, mask, distance)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    pixels, mask, distance = (_padded(whole[part]) for whole in (pixels, mask, distance))
    colours = _spread(pixels.astype(np.float32), mask > 0)
    alpha = np.clip(1.6 * (blur(mask.astype(np.float32), 1.2) - 0.5) + 0.35, 0, 1)
    contrast = np.abs(colours - colour).max(axis=2)
    cover = np.clip(1.6 * distance / np.maximum(contrast, 1) - 0.4, 0, 1)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    is_fringe = (depth < 10) & (contrast > 45)
    return colours, np.where(is_fringe, np.minimum(alpha, cover), alpha).astype(np.float32)


def _ripples(away: Floats, distance: Floats, backdrop: Mask, most: float) -> Mask:
    """What JPEG draws on the backdrop beside strong edges: faint, and on average the backdrop, as cloth seldom is.

    away: from the backdrop, levels with their signs; distance: the largest channel's without; ``most``: of its mean.
    Only what is joined to the part that was found to be backdrop.
    """
    strong = (distance > STRONG).astype(np.uint8)
    size = 2 * RIPPLES_PX + 1
    faint = ((distance < FAINT) & (cv2.dilate(strong, np.ones((size, size), np.uint8)) > 0)).astype(np.float32)
    mean = blur(away * faint[..., None], 3.0) / np.maximum(blur(faint, 3.0), 1e-3)[..., None]
    found = (faint > 0) & (np.abs(mean).max(axis=2) < most)
    _, labels = cv2.connectedComponents((found | backdrop).astype(np.uint8), connectivity=4)
    joined = np.isin(labels, np.unique(labels[backdrop]))
    return np.asarray(found & joined)


def _check_whole(everything: Mask, mask: Mask, distance: Floats) -> None:
    """Raise InvalidImage for several things, and for a ring. White cloth on white has no rings: it all is backdrop."""
    if mask.sum() < LEAST_WHOLE * everything.sum():
        raise InvalidImage("The garment photo", "it shows several separate things", ADVICE)
    hole = largest_part(mask & (distance < 2))
    if hole.sum() > MOST_HOLLOW * mask.sum() and np.median(distance[mask & ~hole]) > STRONG:
        raise InvalidImage("The garment photo", "what it shows is a ring or a frame, not a garment", ADVICE)


def _padded(part: np.ndarray) -> np.ndarray:
    """PAD_PX of nothing around a trimmed part: a garment's outline must not lie on the picture's edge."""
    part = part.astype(np.uint8) if part.dtype == bool else part
    return cv2.copyMakeBorder(part, PAD_PX, PAD_PX, PAD_PX, PAD_PX, cv2.BORDER_CONSTANT)


def _spread(colours: Floats, mask: np.ndarray) -> Floats:
    """Carry the garment's colours over its edge and on, so that no backdrop shines through an outline however drawn."""
    core = cv2.erode(mask.astype(np.uint8), np.ones((9, 9), np.uint8)).astype(np.float32)
    return fill(colours, core) if core.any() else colours
