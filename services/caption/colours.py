"""Colours of a picture, measured, and what they are called."""

import re
from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

NAMES = {  # shades, sRGB hex, by what they are called: light, middle and dark ones
    "white": "ffffff f4f3f1 e9eaec", "light grey": "d3d4d6 bfc1c3", "grey": "a2a4a7 85878a 6b6d70",
    "dark grey": "505256 3c3e42", "black": "25262a 121214 000000", "cream": "f5ebd6 efe2c8 f2e6c0",
    "beige": "dcc7a6 d6b893 c4a888 b89d7c", "brown": "96694a 7c5236 5a3a26 3b261b a0522d",
    "pink": "f6d3d6 eda9b0 e7869a d85c86 c98d93", "red": "e0393e b8232b 8a1a22 5c1218",
    "orange": "f3a56b e5813a cc6a2c c05e2e", "yellow": "f6e08a edc148 d8ad24 e8d35a a98a28",
    "light green": "c9d8b8 9fb18d a8cfa0 8fb48a", "green": "5f9a5c 3f7a4f 2f9e44 1f6b4a 6e7c3a",
    "dark green": "1f4630 14301f 2f4a34 3a4a22", "teal": "7cc4c4 2b8c93 1d6f75 3fb5b0 0f4a50",
    "light blue": "cfe2f1 8fc0e6 a9c9dd 6faedd", "blue": "3f6fb5 2b5fc4 5a8ac0 1f4fd0",
    "dark blue": "23386b 16254d 1b2f55", "purple": "a893d0 7d5bb0 56348c c9b8e6 8a2f9a 3c2358",
}  # fmt: skip
SAID_AS = {  # words of titles and captions that mean a name, besides the names themselves
    "gray": "grey", "silver": "grey", "charcoal": "dark grey", "anthracite": "dark grey", "ivory": "cream",
    "tan": "beige", "sand": "beige", "chocolate": "brown", "rose": "pink", "crimson": "red", "burgundy": "red",
    "gold": "yellow", "mustard": "yellow", "sage": "light green", "mint": "light green", "olive": "green",
    "emerald": "green", "turquoise": "teal", "navy": "dark blue", "violet": "purple", "lavender": "purple",
    "lilac": "purple",
}  # fmt: skip
_WORD = re.compile(rf"\b({'|'.join(sorted([*NAMES, *SAID_AS], key=len, reverse=True))})\b", re.IGNORECASE)
Floats = NDArray[np.float32]


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


def colour_names(colours: Sequence[str]) -> list[str]:
    """What "#rrggbb" colours are called, each name once, in their order."""
    return list(dict.fromkeys(colour_name(colour) for colour in colours))


def colour_name(colour: str) -> str:
    """One of NAMES: that of the nearest shade."""
    names, shades = _shades()
    return names[int(np.linalg.norm(shades - lab(colour), axis=1).argmin())]


def named_colours(text: str) -> list[str]:
    """The names of the colours that a text speaks of, in its order: "Sage mug" speaks of light green."""
    return list(dict.fromkeys(SAID_AS.get(word.lower(), word.lower()) for word in _WORD.findall(text)))


def distance_to_name(name: str, colour: str) -> float:
    """CIE76 from a colour to the nearest shade of a name: 2 just visible, 100 black to white."""
    return float(min(np.linalg.norm(lab(shade) - lab(colour)) for shade in NAMES[name].split()))


def lab(colour: str) -> Floats:
    """CIE Lab (3,) of a hex colour (sRGB, with or without #)."""
    rgb = np.frombuffer(bytes.fromhex(colour.lstrip("#")), np.uint8).astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(rgb.reshape(1, 1, 3), cv2.COLOR_RGB2Lab)[0, 0])


@cache
def _shades() -> tuple[list[str], Floats]:
    pairs = [(name, shade) for name, shades in NAMES.items() for shade in shades.split()]
    return [name for name, _ in pairs], np.stack([lab(shade) for _, shade in pairs])
