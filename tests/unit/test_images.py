"""Hostile and careless pictures meet the decoder."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from services.errors import InvalidImage, TooLarge, UnsupportedMediaType
from services.images import MAX_IMAGE_BYTES, decode, encode, image_key


def file_of(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(width: int = 64, height: int = 48, channels: int = 3) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, channels), np.uint8))


def png_with_header(width: int, height: int) -> bytes:
    """A PNG whose header promises a huge picture and whose data is nearly nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_lossless_files_decode_to_their_pixels(kind):
    """What was saved without loss comes back bit for bit."""
    image = noise()
    assert np.array_equal(np.asarray(decode(file_of(image, kind, lossless=True))), np.asarray(image))


def test_alpha_is_kept():
    """A picture with an alpha channel decodes to RGBA, also from a palette."""
    assert decode(file_of(noise(channels=4))).mode == "RGBA"
    palette = noise().quantize(8)
    assert decode(file_of(palette, transparency=0)).mode == "RGBA"
    assert decode(file_of(palette)).mode == "RGB"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", InvalidImage),
        (b"hello, I am not a picture", UnsupportedMediaType),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UnsupportedMediaType),
        (b"x" * (MAX_IMAGE_BYTES + 1), TooLarge),
        (png_with_header(9_000, 9_000), TooLarge),
        (png_with_header(50_000, 50_000), TooLarge),
        (png_with_header(20_000, 40), TooLarge),
        (png_with_header(8, 800), InvalidImage),
        (png_with_header(800, 800), InvalidImage),
        (file_of(noise(), "JPEG")[:-200], InvalidImage),
        (file_of(noise(), "GIF"), UnsupportedMediaType),
        (file_of(noise(), "TIFF"), UnsupportedMediaType),
    ],
    ids=[
        "empty",
        "text",
        "svg",
        "too many bytes",
        "too many pixels",
        "bomb",
        "too long a side",
        "too small",
        "little data",
        "truncated",
        "gif",
        "tiff",
    ],
)
def test_unusable_files_are_refused(data, error):
    """Each unusable file gets its own class of error, with a sentence that starts with the picture's name."""
    with pytest.raises(error, match=r"^The photo"):
        decode(data, "The photo")


def test_animation_is_refused():
    """An animated WebP or PNG is refused and its frames are counted."""
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue", "green")]
    for kind in ("WEBP", "PNG"):
        with pytest.raises(InvalidImage, match="3 frames"):
            decode(file_of(frames[0], kind, save_all=True, append_images=frames[1:]))


def test_exif_rotation_is_applied():
    """A picture that a phone stored lying on its side comes back upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decode(file_of(noise(64, 48), "JPEG", exif=exif)).size == (48, 64)


def test_cmyk_needs_a_profile():
    """CMYK without a profile has no known colours, so it is refused."""
    with pytest.raises(InvalidImage, match="CMYK"):
        decode(file_of(noise().convert("CMYK"), "JPEG"))


def swapped_primaries() -> bytes:
    """An sRGB profile whose red and blue primaries have changed places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    table_end = 132 + 12 * struct.unpack(">I", profile[128:132])[0]
    table = profile[132:table_end].replace(b"rXYZ", b"swap").replace(b"bXYZ", b"rXYZ").replace(b"swap", b"bXYZ")
    return profile[:132] + table + profile[table_end:]


def test_another_rgb_space_is_converted():
    """A picture in another RGB space changes its numbers to keep its colours."""
    data = file_of(Image.new("RGB", (64, 64), (200, 120, 60)), icc_profile=swapped_primaries())
    assert np.abs(np.asarray(decode(data))[0, 0].astype(int) - (60, 120, 200)).max() <= 3


def test_broken_profile_does_not_lose_an_rgb_picture():
    """Junk where the colour profile should be is ignored for RGB."""
    image = noise()
    assert np.array_equal(np.asarray(decode(file_of(image, icc_profile=b"junk"))), np.asarray(image))


def test_16_bit_grey_keeps_its_tones():
    """16-bit greyscale keeps its high byte instead of clipping to white."""
    ramp = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    decoded = np.asarray(decode(file_of(Image.fromarray(ramp))))
    assert decoded.shape == (64, 64, 3)
    assert np.abs(decoded[..., 0].astype(int) - (ramp >> 8)).max() <= 1


def test_encode_is_lossless_and_addressed_by_content():
    """Stored pictures come back equal, and equal bytes have equal keys."""
    image = noise(channels=4)
    encoded = encode(image)
    assert np.array_equal(np.asarray(decode(encoded.data)), np.asarray(image))
    assert image_key("images", encoded.data, "image/png") == image_key("images", encode(image).data, "image/png")
