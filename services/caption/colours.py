"""Colours of a picture, measured."""

from PIL import Image


def opaque(image: Image.Image) -> Image.Image:
    """The picture in RGB; where it is transparent, on white."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    page = Image.new("RGBA", image.size, "white")
    page.alpha_composite(image)
    return page.convert("RGB")


def common_colours(image: Image.Image, count: int = 3) -> list[str]:
    """Up to count colours as "#rrggbb" (sRGB), the one that covers most first."""
    small = image.resize((64, 64), Image.Resampling.BOX)
    reduced = small.quantize(count, method=Image.Quantize.MEDIANCUT, kmeans=count, dither=Image.Dither.NONE)
    palette = reduced.getpalette() or []
    shares = sorted(reduced.getcolors() or [], key=lambda share: -share[0])
    return ["#{:02x}{:02x}{:02x}".format(*palette[3 * int(index) : 3 * int(index) + 3]) for _, index in shares]  # type: ignore[call-overload]
