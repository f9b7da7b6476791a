"""Logos of a brand.json: from the files that stand beside it, one in dark and one in light ink."""

from pathlib import Path

from PIL import Image

from services.compositor.contrast import luminance_of
from services.errors import InvalidInput
from services.images import EncodedImage, decode, encode
from workflows.brand_json import Entry, LogoFile


def make_logos(entry: Entry, folder: Path) -> dict[str, EncodedImage]:
    """``logo_dark.png`` and ``logo_light.png``, from the PNG files in ``folder`` that are named as in the addresses.

    Nothing is fetched. Where a brand has a logo for one ground only, its shape in plain ink serves on the other.

    Raises:
        InvalidInput: no logo, or none of their files is in the folder.
    """
    files = {logo: folder / f"{logo.name}.png" for logo in entry.logos}
    found = {logo: _read_logo(path) for logo, path in files.items() if path.is_file()}
    if not found:
        wanted = ", ".join(path.name for path in files.values()) or "a PNG per logo, and addresses in brand.json"
        raise InvalidInput("logos", f"no file of a logo is in {folder.name!r}; it needs one of: {wanted}")
    lockups = sorted(found, key=lambda logo: logo.variant == "icon")
    dark = next((found[logo] for logo in lockups if _is_dark_ink(logo, found[logo])), None)
    light = next((found[logo] for logo in lockups if not _is_dark_ink(logo, found[logo])), None)
    pictures = {
        "logo_dark.png": dark or _in_ink(found[lockups[0]], entry.colors.text),
        "logo_light.png": light or _in_ink(found[lockups[0]], "#FFFFFF"),
    }
    return {name: encode(picture) for name, picture in pictures.items()}


def _read_logo(path: Path) -> Image.Image:
    logo = decode(path.read_bytes(), f"Logo {path.name}").convert("RGBA")
    if logo.getchannel("A").getextrema()[0] == 255:
        raise InvalidInput(f"logo {path.name}", "it has no transparency; a logo stands on many grounds")
    return logo


def _is_dark_ink(logo: LogoFile, picture: Image.Image) -> bool:
    """What brand.json says of the ground; otherwise what the pixels say."""
    if logo.background != "transparent-bg":
        return logo.background == "light-bg"
    small = picture.convert("RGBa").resize((1, 1), Image.Resampling.BOX).convert("RGBA").getpixel((0, 0))
    assert isinstance(small, tuple)
    return luminance_of("#{:02x}{:02x}{:02x}".format(*small[:3])) < 0.18


def _in_ink(picture: Image.Image, ink: str) -> Image.Image:
    plain = Image.new("RGBA", picture.size, ink)
    plain.putalpha(picture.getchannel("A"))
    return plain
