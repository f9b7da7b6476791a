"""Plates for compositor tests, drawn with numpy: a plain product on a gradient, white, black or noisy ground."""

import hashlib
from functools import cache

import numpy as np
from PIL import Image, ImageDraw

from services.compositor.artwork import Type
from services.compositor.service import Canvas, ComposeRequest, Plate, Style, Words
from services.compositor.text_layer import Line
from services.images import SHAPES, Box, ImageRef, Shape

SIZES = {"square": (1080, 1080), "landscape": (1320, 720), "portrait": (1080, 1980)}
CENTRES = {"square": 0.5, "landscape": 0.7, "portrait": 0.5}
PRODUCTS = {"tall": (0.22, 0.46), "wide": (0.62, 0.3), "square": (0.4, 0.4)}  # of the plate's short side
GROUNDS = ("gradient", "white", "black", "noise")
STYLE = Style(primary="#1F3A34", on_primary="#FFFFFF", accent="#D98E4A", background="#F6F1E8", text="#1B1B1B")
WORDS = Words(
    headline="Slow mornings start here",
    body="Stoneware with a glaze of its own. No two lines run quite the same.",
    call_to_action="See the mug",
    price="€24.00",
)


def ref(image: Image.Image, name: str = "") -> ImageRef:
    """A reference that looks like this picture's; pictures of different names have different addresses."""
    return ImageRef(
        key=f"images/{hashlib.sha256(name.encode()).hexdigest()}.png",
        width=image.width,
        height=image.height,
        media_type="image/png",
    )


def product_box(shape: Shape, product: str) -> Box:
    """Where the product stands: foot at 0.76 of the height."""
    width, height = SIZES[shape]
    own = [round(share * min(width, height)) for share in PRODUCTS[product]]
    left, bottom = round(CENTRES[shape] * width - own[0] / 2), round(0.76 * height)
    return Box(left=left, top=bottom - own[1], right=left + own[0], bottom=bottom)


@cache
def draw_plate(shape: Shape, ground: str, product: str) -> Image.Image:
    """A plate of one shape."""
    width, height = SIZES[shape]
    pixels = np.full((height, width, 3), {"black": 0}.get(ground, 255), np.uint8)
    if ground == "gradient":
        ramp = np.linspace(220, 90, height, dtype=np.float32)[:, None, None] * np.array([1, 0.95, 0.85], np.float32)
        pixels[:] = ramp.astype(np.uint8)
    elif ground == "noise":
        pixels[:] = np.random.default_rng(0).integers(0, 256, pixels.shape, np.uint8)
    image = Image.fromarray(pixels)
    box = product_box(shape, product)
    ImageDraw.Draw(image).rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill="#A0522D")
    return image


def draw_logo(colour: str) -> Image.Image:
    """A word-shaped logo, five times as wide as high."""
    logo = Image.new("RGBA", (500, 100))
    ImageDraw.Draw(logo).rounded_rectangle((0, 0, 499, 99), 50, fill=colour)
    return logo


def type_layer(line: Line, size: tuple[int, int], colour: str = "#000000") -> Type:
    """One line on an empty canvas of this size (width, height)."""
    box = Box(left=0, top=0, right=size[0], bottom=size[1])
    return Type(role="headline", box=box, font=line.style.font, colour=colour, lines=(line.set_at(0, 0),))


def with_logos(
    request: ComposeRequest, images: dict[str, Image.Image], **colours: str
) -> tuple[ComposeRequest, dict[str, Image.Image]]:
    """The same with logos (``dark``, ``light``) in other colours."""
    logos = {f"logo_{name}": draw_logo(colour) for name, colour in colours.items()}
    refs = {name: ref(logo, f"{name} {colours[name.removeprefix('logo_')]}") for name, logo in logos.items()}
    return request.model_copy(update=refs), images | logos


def by_key(request: ComposeRequest, images: dict[str, Image.Image]) -> dict[str, Image.Image]:
    """The pictures of a request as an artwork names them."""
    return {ref.key: images[name] for name, ref in request.image_refs().items()}


def compose_request(
    *canvases: Canvas,
    words: Words = WORDS,
    ground: str = "gradient",
    product: str = "square",
    style: Style = STYLE,
    shapes: tuple[Shape, ...] = SHAPES,
) -> tuple[ComposeRequest, dict[str, Image.Image]]:
    """A request with the pictures it refers to."""
    plates = {shape: draw_plate(shape, ground, product) for shape in shapes}
    box = product_box("square", product)
    cutout = Image.new("RGBA", (box.width, box.height), "#A0522D")
    logos = {"logo_dark": draw_logo("#1B1B1B"), "logo_light": draw_logo("#FFFFFF")}
    images = {f"plates.{shape}.image": plate for shape, plate in plates.items()} | {"cutout": cutout, **logos}
    request = ComposeRequest(
        plates={
            s: Plate(image=ref(plate, f"{s} {ground} {product}"), product_box=product_box(s, product))
            for s, plate in plates.items()
        },
        cutout=ref(cutout, f"cutout {product}"),
        canvases=canvases,
        words=words,
        style=style,
        logo_dark=ref(logos["logo_dark"], "logo dark"),
        logo_light=ref(logos["logo_light"], "logo light"),
    )
    return request, images
