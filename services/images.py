"""Pictures: the reference that travels, and the only two doors between bytes and pixels."""

import hashlib
import io
import warnings
from collections.abc import Mapping
from typing import Literal

import numpy as np
from PIL import Image, ImageCms, ImageOps
from pydantic import BaseModel, ConfigDict, Field

from services.errors import InvalidImage, TooLarge, UnsupportedMediaType

MAX_IMAGE_BYTES = 20_000_000
MAX_IMAGE_PIXELS = 40_000_000
MAX_SIDE_PX = 12_000
MIN_SIDE_PX = 32
MAX_FRAMES = 200
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}  # of uploads
DELIVERED = MEDIA_TYPES | {"AVIF": "image/avif", "GIF": "image/gif"}
FILM_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"dash", b"M4V ")
PRIVATE_PREFIXES = ("people/", "rooms/")
EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/gif": "gif",
    "video/mp4": "mp4",
}


Shape = Literal["square", "landscape", "portrait"]
SHAPES: tuple[Shape, ...] = ("square", "landscape", "portrait")


class ImageRef(BaseModel):
    """A stored picture. The key is a content address, so a ref is also a cache key and never goes stale."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(
        pattern=r"^(images|uploads|(people|rooms)/[0-9a-f]{64})/[0-9a-f]{64}\.(jpg|png|webp|avif|gif|mp4)$",
        description="Object key in the store",
    )
    width: int = Field(gt=0, le=MAX_SIDE_PX, description="px")
    height: int = Field(gt=0, le=MAX_SIDE_PX, description="px")
    media_type: str = Field(pattern=r"^(image/(jpeg|png|webp|avif|gif)|video/mp4)$")


class Box(BaseModel):
    """A rectangle in px, right and bottom exclusive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


class EncodedImage(BaseModel):
    """A picture as the bytes of a file, for engines that must choose the encoding themselves (byte limits)."""

    model_config = ConfigDict(frozen=True)

    data: bytes
    width: int
    height: int
    media_type: str


def image_key(prefix: str, data: bytes, media_type: str) -> str:
    """The content address of a file: ``<prefix>/<sha256>.<ext>``."""
    return f"{prefix}/{hashlib.sha256(data).hexdigest()}.{EXTENSIONS[media_type]}"


def is_private(key: str) -> bool:
    """Whether this is the key of a photo of a person or a room, or of a picture made from one."""
    return key.startswith(PRIVATE_PREFIXES)


def private_folder(key: str) -> str:
    """The folder of a private key, ``people/<sha256>`` or ``rooms/<sha256>``: the photo and all made from it."""
    return "/".join(key.split("/")[:2])


def decode(data: bytes, name: str = "The image") -> Image.Image:
    """Bytes from anyone to an upright 8-bit sRGB picture, mode RGB or RGBA.

    Size and kind are checked from the header before a pixel is unpacked, so a decompression bomb costs nothing.

    Raises:
        TooLarge: more than 20 MB, 40 megapixels or 12,000 px on a side.
        UnsupportedMediaType: not JPEG, PNG or WebP.
        InvalidImage: empty, truncated, animated, under 32 px, or CMYK without a colour profile.
    """
    image = _open(data, name, MEDIA_TYPES)
    frames = _check_header(image, name)
    if frames > 1:
        raise InvalidImage(name, f"it is animated ({frames} frames)", "Send one still picture.")
    return _unpack(image, name)


def decode_delivered(data: bytes, name: str = "The file") -> tuple[Image.Image, str]:
    """Any file type that is delivered, and its media type. Of an animation it is the last frame, which is the ad.

    Raises:
        TooLarge, UnsupportedMediaType, InvalidImage: as ``decode``, but AVIF, GIF and up to 200 frames are fine.
    """
    image = _open(data, name, DELIVERED)
    frames, media_type = _check_header(image, name), DELIVERED[str(image.format)]
    if frames > MAX_FRAMES:
        raise InvalidImage(name, f"it has {frames} frames; the most is {MAX_FRAMES}", "Send one still picture.")
    image.seek(frames - 1)
    return _unpack(image, name), media_type


def _unpack(image: Image.Image, name: str) -> Image.Image:
    try:
        image.load()
    except Exception as error:  # Pillow's plugins raise many kinds for broken data
        raise InvalidImage(name, "the file is damaged or cut short", "Export it again and resend it.") from error
    return _to_srgb(ImageOps.exif_transpose(image), name)


def is_film(data: bytes) -> bool:
    """Whether the bytes begin as an MP4 does; AVIF and HEIC pictures begin alike, with brands of their own."""
    return data[4:8] == b"ftyp" and data[8:12] in FILM_BRANDS


def sniff(data: bytes) -> str:
    """The Pillow name of a picture file's format, by its content: JPEG, PNG or WEBP."""
    return str(_open(data, "The image", MEDIA_TYPES).format)


def _open(data: bytes, name: str, kinds: Mapping[str, str]) -> Image.Image:
    names = ", ".join(kinds)
    if not data:
        raise InvalidImage(name, "the file is empty (0 bytes)", f"Send one of: {names}.")
    if len(data) > MAX_IMAGE_BYTES:
        raise TooLarge(name, len(data), MAX_IMAGE_BYTES, "bytes", "Save it smaller or with more compression.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=list(kinds))
    except Image.DecompressionBombError as error:
        advice = "Save it with fewer pixels."
        raise TooLarge(name, 2 * (Image.MAX_IMAGE_PIXELS or 0), MAX_IMAGE_PIXELS, "pixels or more", advice) from error
    except Exception as error:
        raise UnsupportedMediaType(name, "not a readable picture file", names) from error


def _check_header(image: Image.Image, name: str) -> int:
    """The number of frames of a picture whose size is acceptable."""
    width, height = image.size
    if width * height > MAX_IMAGE_PIXELS:
        raise TooLarge(name, width * height, MAX_IMAGE_PIXELS, "pixels", "Save it with fewer pixels.")
    if max(width, height) > MAX_SIDE_PX:
        raise TooLarge(name, max(width, height), MAX_SIDE_PX, "px on its long side", "Crop or resize it.")
    if min(width, height) < MIN_SIDE_PX:
        problem = f"it is {width} x {height} px; the least is {MIN_SIDE_PX} px a side"
        raise InvalidImage(name, problem, "Send a larger one.")
    frames: int = getattr(image, "n_frames", 1)
    return frames


def _to_srgb(image: Image.Image, name: str) -> Image.Image:
    profile = image.info.get("icc_profile")
    if image.mode == "CMYK" and not profile:
        problem = "it is CMYK without a colour profile, so its colours are unknown"
        raise InvalidImage(name, problem, "Export it as sRGB.")
    if image.mode.startswith("I"):  # 16-bit greyscale: keep the high byte
        image = Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8), "L")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        image = _apply_profile(image, profile, name)
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    image = image.convert("RGBA" if has_alpha else "RGB")
    image.info.clear()
    return image


def _apply_profile(image: Image.Image, profile: bytes, name: str) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        if image.mode == "CMYK":
            raise InvalidImage(name, "its CMYK colour profile cannot be read", "Export it as sRGB.") from error
        return image
    assert converted is not None
    return converted


def encode(image: Image.Image) -> EncodedImage:
    """Pixels to a lossless PNG file (fast setting: these files are intermediate, not delivered)."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return EncodedImage(data=buffer.getvalue(), width=image.width, height=image.height, media_type="image/png")
