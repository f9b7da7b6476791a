"""Files that keep their byte limit."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from services.compositor.metadata import gif_block
from services.compositor.service import FileType
from services.errors import TooLarge
from services.images import EncodedImage

RESERVE_BYTES = 6_000  # for the signature that is written into the file later (about 4,100 with two ingredients)
BEST_QUALITY = 92  # of a JPEG
FULL_COLOUR_AREA = 500_000  # px²; up to here colour is not subsampled, so that small type stays crisp
_Save = Callable[[Image.Image, int, bytes], bytes]


@dataclass(frozen=True)
class Codec:
    """A file type: how it is written at a quality, and the size of a usual picture at each, as a share of the best.

    Quality is the encoder's own (JPEG, WebP, AVIF), the number of colours (GIF), or always 100 (PNG).
    """

    media_type: str
    save: _Save
    size_at: Mapping[int, float]
    last_resort: tuple[int, ...] = ()

    @property
    def best(self) -> int:
        return next(iter(self.size_at))

    def qualities(self, largest: int, limit: int) -> tuple[int, ...]:
        """What to try after the best (a file of ``largest`` bytes): the quality that should fit, then worse ones."""
        worse = tuple(self.size_at)[1:]
        fitting = tuple(quality for quality in worse if largest * self.size_at[quality] <= limit) or worse[-1:]
        return (*fitting, *self.last_resort)


def encode_to_budget(
    pixels: np.ndarray, name: str, max_bytes: int, file_type: FileType = "jpg", xmp: bytes = b""
) -> tuple[EncodedImage, int]:
    """The best file (sRGB) within the limit, with its quality as its codec counts it.

    ``pixels`` is uint8 H x W x 3; ``xmp`` is the only metadata; JPEG is baseline.

    Raises:
        TooLarge: not even the last resort fits.
    """
    image, codec = Image.fromarray(pixels), CODECS[file_type]
    data, quality = fit_to_budget(lambda quality: codec.save(image, quality, xmp), name, max_bytes, file_type)
    return EncodedImage(data=data, width=image.width, height=image.height, media_type=codec.media_type), quality


def fit_to_budget(save: Callable[[int], bytes], name: str, max_bytes: int, file_type: FileType) -> tuple[bytes, int]:
    """The file that ``save`` makes at the best quality that keeps the limit, and that quality.

    The first try is the best quality; if it is too large, its size says which quality to try next. Only noise needs
    more tries than these two.

    Raises:
        TooLarge: not even the last resort fits.
    """
    codec, limit = CODECS[file_type], max_bytes - RESERVE_BYTES
    data, quality = save(codec.best), codec.best
    rest = iter(codec.qualities(len(data), limit))
    while len(data) > limit:
        worse = next(rest, None)
        if worse is None:
            raise TooLarge(name, len(data), limit, "bytes", "Raise the limit or leave the format out.")
        data, quality = save(worse), worse
    return data, quality


def has_full_colour(*, width: int, height: int) -> bool:
    """Whether a JPEG of this size keeps its colour at full resolution."""
    return width * height <= FULL_COLOUR_AREA


def strip_rows(*, width: int, height: int) -> int:
    """Rows of pixels in a JPEG's row of blocks, which is what a restart marker ends."""
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


def _save_avif(image: Image.Image, quality: int, xmp: bytes) -> bytes:
    """One thread: the bytes do not depend on the machine."""
    buffer = io.BytesIO()
    image.save(buffer, "AVIF", quality=quality, subsampling="4:4:4", speed=7, max_threads=1, xmp=xmp)
    return buffer.getvalue()


def _save_gif(image: Image.Image, quality: int, xmp: bytes) -> bytes:
    buffer = io.BytesIO()
    reduce_colours(image, image.quantize(quality, Image.Quantize.MEDIANCUT)).save(buffer, "GIF", optimize=False)
    return gif_block(buffer.getvalue(), xmp)


def reduce_colours(image: Image.Image, palette: Image.Image, dithers: bool = True) -> Image.Image:
    """The picture in the colours of a palette, with error diffusion, so that soft scenes show no bands.

    Without it there are some, and the file has less than half the bytes.
    """
    return image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG if dithers else Image.Dither.NONE)


_LOSSY = {BEST_QUALITY: 1.0, 88: 0.82, 84: 0.70, 80: 0.61, 76: 0.54, 72: 0.48, 68: 0.44, 64: 0.41, 60: 0.38}
_AVIF = {85: 1.0, 80: 0.89, 75: 0.77, 70: 0.68, 65: 0.59, 60: 0.54, 55: 0.48, 50: 0.43}
_COLOURS = {256: 1.0, 192: 0.96, 128: 0.87, 96: 0.81, 64: 0.73, 48: 0.67, 32: 0.59}
CODECS: dict[FileType, Codec] = {
    "jpg": Codec("image/jpeg", _save_jpeg, _LOSSY, (45, 30, 15)),
    "png": Codec("image/png", _save_png, {100: 1.0}),
    "webp": Codec("image/webp", _save_webp, _LOSSY, (45, 30, 15)),
    "avif": Codec("image/avif", _save_avif, _AVIF, (40, 25, 10)),
    "gif": Codec("image/gif", _save_gif, _COLOURS, (16, 8)),
}
