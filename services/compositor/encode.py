"""Files that keep their byte limit."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from services.compositor.service import FileType
from services.errors import TooLarge
from services.images import EncodedImage

RESERVE_BYTES = 6_000  # for the signature that is written into the file later (about 4,100 with two ingredients)
BEST_QUALITY = 92
FULL_COLOUR_AREA = 500_000  # px²; up to here colour is not subsampled, so that small type stays crisp
_SIZE_AT = {92: 1.0, 88: 0.82, 84: 0.70, 80: 0.61, 76: 0.54, 72: 0.48, 68: 0.44, 64: 0.41, 60: 0.38}
_LAST_RESORT = (45, 30, 15)


def encode_to_budget(
    pixels: np.ndarray, name: str, max_bytes: int, file_type: FileType = "jpg", xmp: bytes = b""
) -> tuple[EncodedImage, int]:
    """The best file (sRGB) within the limit, with its quality; a PNG has no quality and counts as 100.

    ``pixels`` is uint8 H x W x 3; ``xmp`` is the only metadata; JPEG is baseline. The first try is quality 92; if it is
    too large, its size says which quality to try next, down to 60. Only noise needs the last resort below that.

    Raises:
        TooLarge: not even quality 15 fits, or the PNG does not.
    """
    image = Image.fromarray(pixels)
    limit = max_bytes - RESERVE_BYTES
    data = _SAVERS[file_type](image, BEST_QUALITY, xmp)
    largest = len(data)
    qualities = [quality for quality, share in _SIZE_AT.items() if largest * share <= limit] or [60]
    for quality in [BEST_QUALITY] if largest <= limit or file_type == "png" else [*qualities, *_LAST_RESORT]:
        data = data if quality == BEST_QUALITY else _SAVERS[file_type](image, quality, xmp)
        if len(data) <= limit:
            made = EncodedImage(data=data, width=image.width, height=image.height, media_type=_MEDIA_TYPES[file_type])
            return made, 100 if file_type == "png" else quality
    raise TooLarge(name, len(data), limit, "bytes", "Raise the limit or leave the format out.")


def has_full_colour(*, width: int, height: int) -> bool:
    """Whether a JPEG of this size keeps its colour at full resolution."""
    return width * height <= FULL_COLOUR_AREA


def strip_rows(*, width: int, height: int) -> int:
    """Rows of pixels between two restart markers of a JPEG of this size."""
    return 8 if has_full_colour(width=width, height=height) else 16


def save_jpeg(pixels: np.ndarray, quality: int, xmp: bytes, full_height: int) -> bytes:
    """Baseline, standard Huffman tables, a restart marker per row of blocks; maybe only some rows of a picture."""
    buffer = io.BytesIO()
    full = has_full_colour(width=pixels.shape[1], height=full_height)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.save(buffer, "JPEG", quality=quality, subsampling=0 if full else 2, xmp=xmp, restart_marker_rows=1)
    return buffer.getvalue()


def _save_jpeg(image: Image.Image, quality: int, xmp: bytes) -> bytes:
    return save_jpeg(np.asarray(image), quality, xmp, image.height)


def _save_png(image: Image.Image, quality: int, xmp: bytes) -> bytes:
    buffer = io.BytesIO()
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp.decode())
    image.save(buffer, "PNG", compress_level=6, pnginfo=info)
    return buffer.getvalue()


def _save_webp(image: Image.Image, quality: int, xmp: bytes) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=4, xmp=xmp)
    return buffer.getvalue()


_SAVERS: dict[FileType, Callable[[Image.Image, int, bytes], bytes]] = {
    "jpg": _save_jpeg,
    "png": _save_png,
    "webp": _save_webp,
}
_MEDIA_TYPES: dict[FileType, str] = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
