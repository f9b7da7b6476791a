"""A product photo becomes a cut-out: the product alone, trimmed, with a soft matte."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from PIL import Image

from services.cutout.backdrop import Backdrop, NotPlain, estimate_backdrop, to_lab, tone_distance
from services.cutout.busy import segment_busy
from services.cutout.matting import clean_colours, signed_depth, soft_matte
from services.cutout.mending import mend
from services.cutout.outline import follow_outline
from services.cutout.saliency import Saliency
from services.cutout.segment import grow, reach, segment, shrink
from services.cutout.service import Material
from services.errors import CutOutFailed
from services.images import Box

WORKING_SIDE_PX = 640
MATTING_SIDE_PX = 2048
MIN_PRODUCT_PX = 64
MIN_PHOTO_PX = 32  # short side: product, margin and a border that shows the background
SPECK_SHARE = 0.01
GAP_SHARE = 0.06
CUT_OFF_SHARE = 0.04
FAINT_ALPHA = 8
FOLLOWED_BAND = 0.65  # of the band of an outline that was not followed
LEAST_CONFIDENCE = {"plain background": 0.5, "wall and table": 0.5, "busy background": 0.48}
LARGER_ADVICE = "Send a photo in which the product is at least 500 px on its long side."


SOLID_ALPHA = 235
DARK = 90
SHADOW_SHARE = 0.01
Solve = Callable[[np.ndarray, np.ndarray, float], np.ndarray]  # picture, mask, band in px -> alpha, as soft_matte
Method = Literal["alpha", "plain background", "wall and table", "busy background"]


@dataclass(frozen=True)
class CutOut:
    """The product alone.

    image: RGBA, trimmed to the product; where alpha is 255 its pixels are the photo's own.
    box: where it was in the photo. method: what it was cut from. confidence: 0..1, how clearly its outline showed.
    """

    image: Image.Image
    box: Box
    method: Method
    confidence: float

    @property
    def matte(self) -> np.ndarray:
        """Alpha uint8 (height, width), 255 = product."""
        return np.asarray(self.image.getchannel("A"))


def cut_out(photo: Image.Image, saliency: Saliency, material: Material = "opaque", solve: Solve = soft_matte) -> CutOut:
    """Cut the product out of a photo (mode RGB or RGBA, 8-bit sRGB). ``solve`` makes the matte at its edge.

    Raises:
        CutOutFailed: it cannot be told from its background; says what was seen and what to send instead.
    """
    pixels = np.asarray(photo)
    if photo.mode == "RGBA" and pixels[..., 3].min() < 255 - FAINT_ALPHA:
        return _from_alpha(pixels, material)
    if material == "glass":
        problem = "it is glass, which shows its background, and the photo has no alpha channel"
        raise CutOutFailed(problem, "Send a PNG whose alpha says how much shows through.")
    return _from_background(np.ascontiguousarray(pixels[..., :3]), saliency, solve)


def _from_alpha(pixels: np.ndarray, material: Material) -> CutOut:
    """Keep the photo's own alpha, less a shadow in it; the colours under zero alpha are never looked at."""
    alpha = np.where(pixels[..., 3] < FAINT_ALPHA, 0, pixels[..., 3])
    if not alpha.any():
        advice = "Export the picture again with the product visible."
        raise CutOutFailed("its alpha channel is empty, every pixel is transparent", advice)
    if material == "opaque":
        alpha = without_shadow(pixels[..., :3], alpha)
    kept = keep_objects(_shrink(np.where(alpha > 0, 255, 0).astype(np.uint8), WORKING_SIDE_PX) > 0)
    alpha[cv2.resize(kept.astype(np.uint8), alpha.shape[::-1], interpolation=cv2.INTER_NEAREST) == 0] = 0
    rgb = clean_colours(pixels[..., :3], alpha, reach_px=2)
    return _trim(rgb, alpha, "alpha", 1.0)


def without_shadow(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Alpha without wide, dark, half-transparent areas: a shadow that was exported with the product."""
    soft = (alpha < SOLID_ALPHA) & (alpha > 0) & (rgb.max(axis=2) < DARK)
    reach_px = max(2, round(0.004 * max(alpha.shape)))
    wide = grow(shrink(soft, reach_px), reach_px) & soft
    if wide.sum() < SHADOW_SHARE * (alpha >= SOLID_ALPHA).sum():
        return alpha
    edge = grow(alpha >= SOLID_ALPHA, 2)
    return np.where(reach(soft, wide) & ~edge, 0, alpha).astype(np.uint8)


def _from_background(rgb: np.ndarray, saliency: Saliency, solve: Solve) -> CutOut:
    height, width = rgb.shape[:2]
    if min(width, height) < MIN_PHOTO_PX:
        raise CutOutFailed(f"the photo is only {width} x {height} px large", LARGER_ADVICE)
    small = _shrink(rgb, WORKING_SIDE_PX)
    likely = saliency.find(small)
    mask, method, confidence = _find_product(small, likely)
    mask &= keep_objects(mask)
    least = LEAST_CONFIDENCE[method]
    if confidence < least:  # first: where an unclear outline ends says nothing about the frame
        problem = f"its outline is not clear enough on a {method} (confidence {confidence:.2f}, {least} is needed)"
        raise CutOutFailed(problem, "Send a photo on a background of another colour, or a PNG with alpha.")
    _check_whole(mask)
    near, scale = _surroundings(mask), rgb.shape[1] / mask.shape[1]
    corner = round(near[1].start * scale), round(near[0].start * scale)
    window = rgb[corner[1] : round(near[0].stop * scale), corner[0] : round(near[1].stop * scale)]
    alpha, colour = _solve_edge(np.ascontiguousarray(window), mask[near], solve, method != "busy background")
    return _trim(colour, alpha, method, confidence, corner)


def _find_product(small: np.ndarray, likely: np.ndarray) -> tuple[np.ndarray, Method, float]:
    """Mask, method and confidence: by the background's colour where it is plain, else by the network and GrabCut."""
    lab = to_lab(small)
    try:
        backdrop = estimate_backdrop(lab)
    except NotPlain:
        mask, confidence = segment_busy(small, likely)
        return mask, "busy background", confidence
    mask = segment(lab, backdrop)
    if mask.mean() < 5e-4:
        advice = "Send a photo whose background differs in colour from the product."
        raise CutOutFailed("nothing stands out from the background", advice)
    mask = mend(mask, lab, backdrop, likely)
    return mask, backdrop.kind, _confidence(tone_distance(lab, backdrop), mask, backdrop)


def _shrink(picture: np.ndarray, side_px: int) -> np.ndarray:
    """The picture with its long side at most side_px."""
    scale = side_px / max(picture.shape[:2])
    return picture if scale >= 1 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def keep_objects(mask: np.ndarray) -> np.ndarray:
    """A region (bool, of the mask's size) that holds the product without specks. Parts close together are one product.

    Raises:
        CutOutFailed: several objects stand apart.
    """
    reach = max(1, round(GAP_SHARE / 2 * max(cv2.boundingRect(mask.astype(np.uint8))[2:])))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    labels = cv2.connectedComponents(cv2.dilate(mask.astype(np.uint8), kernel))[1]
    areas = np.bincount(labels[mask], minlength=labels.max() + 1)
    objects = int((areas > SPECK_SHARE * areas.max()).sum())
    if objects > 1:
        advice = "Send one product per photo, or move its parts close together."
        raise CutOutFailed(f"the photo shows {objects} objects that stand apart", advice)
    kept: np.ndarray = labels == areas.argmax()
    return kept


def _check_whole(mask: np.ndarray) -> None:
    """Refuse a product that the frame cuts off: it lies along an edge of the photo for more than a touch."""
    sides = {"top": mask[0], "bottom": mask[-1], "left": mask[:, 0], "right": mask[:, -1]}
    for side, line in sides.items():
        if line.mean() > CUT_OFF_SHARE:
            problem = f"it is cut off at the {side}, where it lies along {line.mean():.0%} of the photo's edge"
            raise CutOutFailed(problem, "Send a photo that shows the whole product with a margin.")


def _surroundings(mask: np.ndarray, margin_px: int = 12) -> tuple[slice, slice]:
    """Rows and columns of the mask's bounding box with a margin, for work that needs no more of the photo."""
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    rows = slice(max(0, top - margin_px), min(mask.shape[0], top + height + margin_px))
    return rows, slice(max(0, left - margin_px), min(mask.shape[1], left + width + margin_px))


def _solve_edge(rgb: np.ndarray, mask: np.ndarray, solve: Solve, plain: bool) -> tuple[np.ndarray, np.ndarray]:
    """Alpha (height, width) and clean colours (height, width, 3) at the picture's size; solved at 2048 px at most.

    plain: the background is, so that the outline can be followed closely.
    """
    picture = _shrink(rgb, MATTING_SIDE_PX)
    height, width = picture.shape[:2]
    scale = width / mask.shape[1]
    smooth = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    band_px = 1.5 + 1.2 * scale
    outline = cv2.GaussianBlur(smooth, (0, 0), 1.2 * scale) > 0.5
    if plain:
        outline, band_px = follow_outline(picture, outline, band_px), FOLLOWED_BAND * band_px
    alpha = solve(picture, outline, band_px)
    if picture is not rgb:
        alpha = cv2.resize(alpha, rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return alpha, clean_colours(rgb, alpha, band_px)


def _confidence(distance: np.ndarray, mask: np.ndarray, backdrop: Backdrop) -> float:
    """Share of the outline where product and background clearly differ just inside it, 0..1."""
    depth = signed_depth(mask)
    outline = distance[(depth > 1) & (depth < 4)]
    return round(float((outline > 6 + 2 * backdrop.noise).mean()), 3) if outline.size else 0.0


def _trim(
    rgb: np.ndarray, alpha: np.ndarray, method: Method, confidence: float, corner: tuple[int, int] = (0, 0)
) -> CutOut:
    """The cut-out of a picture whose top left is at the corner (x, y) of the photo."""
    left, top, width, height = cv2.boundingRect(alpha)
    if max(width, height) < MIN_PRODUCT_PX:
        raise CutOutFailed(f"it is only {width} x {height} px large", LARGER_ADVICE)
    image = Image.fromarray(np.dstack([rgb, alpha])[top : top + height, left : left + width])
    x, y = corner[0] + left, corner[1] + top
    return CutOut(image, Box(left=x, top=y, right=x + width, bottom=y + height), method, confidence)
