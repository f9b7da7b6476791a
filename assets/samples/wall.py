"""Walls: one sample product in every format, for each brand and three scripts, and the time that each format takes.

python assets/samples/wall.py OUT   # OUT/<brand>-<language>.jpg, all together in OUT/wall.jpg; times on standard output
"""

import io
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from services.compositor.service import SERVICE as COMPOSITOR
from services.compositor.service import Canvas, ComposeRequest, Plate, Words
from services.contract import load_engine
from services.images import ImageRef, encode, image_key
from services.product.service import SERVICE as PRODUCT
from services.product.service import ProductRequest
from services.settings import ASSETS
from workflows.brand_kit import BRANDS, load_brands
from workflows.format import load_formats

SCENE = "wooden table, blurred kitchen, warm beige, bright morning light"
WORDS = {
    "en": Words(
        headline="Slow mornings start here",
        body="Stoneware with a glaze of its own. No two lines run quite the same.",
        call_to_action="See the mug",
        price="€24.00",
    ),
    "ar": Words(
        headline="صباح هادئ يبدأ من هنا",
        body="فخار مصنوع يدوياً بطلاء فريد لا يتكرر من قطعة إلى أخرى.",
        call_to_action="شاهد الكوب",
        price="24.00 €",
    ),
    "ja": Words(
        headline="静かな朝は、ここから始まる",
        body="釉薬の表情はひとつひとつ違います。",
        call_to_action="マグを見る",
        price="￥3,800",
    ),
}
WIDTH, MIXED_ROW, GAP = 2400, 245, 14  # px
Pictures = dict[str, Image.Image]


def reference(picture: Image.Image) -> ImageRef:
    """A reference to a picture that is not stored anywhere."""
    key = image_key("images", encode(picture).data, "image/png")
    return ImageRef(key=key, width=picture.width, height=picture.height, media_type="image/png")


def make_plates() -> tuple[dict[str, Any], Pictures]:
    """The mug on its table, as the product service makes it: fields of a request, and its pictures."""
    checkpoint = PRODUCT.checkpoint("")
    mug = Image.open(ASSETS / "samples" / "products" / "mug.png").convert("RGBA")
    mug = mug.crop(mug.getchannel("A").getbbox())
    known = {name: value for name, value in checkpoint.defaults.items() if name in ProductRequest.model_fields}
    request = ProductRequest.model_validate({**known, "product": reference(mug), "prompt": SCENE, "seed": 3})
    made = load_engine(checkpoint).generate(request, {"product": mug})
    boxes: Any = made.facts["boxes"]
    plates = {shape: Plate(image=reference(made.images[shape]), product_box=box) for shape, box in boxes.items()}
    pictures = {f"plates.{shape}.image": made.images[shape] for shape in boxes} | {"cutout": mug}
    return {"plates": plates, "cutout": reference(mug)}, pictures


def main(out: Path) -> None:
    """Every wall, the wall of all together, then the table."""
    out.mkdir(parents=True, exist_ok=True)
    fields, pictures = make_plates()
    canvases = tuple(canvas for format in load_formats().values() for canvas in format.canvases())
    walls: dict[str, Pictures] = {}
    for kit in load_brands().values():
        logos = {f"logo_{ink}": Image.open(BRANDS / kit.id / f"logo_{ink}.png") for ink in ("dark", "light")}
        engine = load_engine(COMPOSITOR.checkpoint(""))
        for language, words in WORDS.items():
            refs = {name: reference(logo) for name, logo in logos.items()}
            request = ComposeRequest(
                **fields, **refs, canvases=canvases, words=words, language=language, style=kit.style, watermark=0xABCDE1
            )
            made = engine.generate(request, pictures | logos)
            files = {name: image.data for name, image in made.images.items()}  # type: ignore[union-attr]
            walls[f"{kit.id}-{language}"] = {name: fit(open_picture(data), 420) for name, data in files.items()}
            print(f"{kit.id} {language}: {len(files)} files, failed: {made.facts['failures'] or 'none'}")
    for name, wall in walls.items():
        arrange(list(wall.values())).save(out / f"{name}.jpg", quality=85)
    arrange(mix(list(walls.values()), canvases)).save(out / "wall.jpg", quality=75, optimize=True)
    for name, spent_ms in measure(request, pictures | logos).items():
        print(f"| {name} | {spent_ms:.0f} |")


def open_picture(data: bytes) -> Image.Image:
    """A delivered file as pixels."""
    return Image.open(io.BytesIO(data)).convert("RGB")


def mix(walls: Sequence[Pictures], canvases: Sequence[Canvas]) -> list[Image.Image]:
    """Every ad once per brand, in languages that take turns; every picture without words once."""
    brands = [walls[: len(WORDS)], walls[len(WORDS) :]]
    mixed = []
    for number, canvas in enumerate(canvases):
        shown = brands if canvas.shows == "ad" else brands[:1]
        mixed += [brand[(number + turn) % len(brand)][canvas.format] for turn, brand in enumerate(shown)]
    return [fit(picture, MIXED_ROW) for picture in mixed]


def measure(request: ComposeRequest, pictures: Pictures) -> dict[str, float]:
    """CPU time in ms of a request for one format alone: words measured, laid out, painted, marked, encoded."""
    engine = load_engine(COMPOSITOR.checkpoint(""))
    engine.generate(request.model_copy(update={"canvases": request.canvases[:1]}), pictures)
    spent = {}
    for canvas in request.canvases:
        started = time.process_time()
        engine.generate(request.model_copy(update={"canvases": (canvas,)}), pictures)
        spent[canvas.format] = 1000 * (time.process_time() - started)
    return spent


def arrange(pictures: Sequence[Image.Image]) -> Image.Image:
    """All pictures in rows on grey."""
    rows = list(fill_rows(pictures))
    sheet = Image.new("RGB", (WIDTH, GAP + sum(max(one.height for one in row) + GAP for row in rows)), "#8A8A8A")
    top = GAP
    for row in rows:
        left = GAP
        for one in row:
            sheet.paste(one, (left, top))
            left += one.width + GAP
        top += max(one.height for one in row) + GAP
    return sheet


def fill_rows(pictures: Sequence[Image.Image]) -> Iterator[list[Image.Image]]:
    """Rows from high to low, each filled with the highest pictures that still fit."""
    waiting = sorted(pictures, key=lambda picture: -picture.height)
    while waiting:
        row: list[Image.Image] = []
        room = WIDTH - GAP
        for one in list(waiting):
            if one.width + GAP <= room and (not row or one.height > 0.8 * row[0].height):
                row.append(one)
                waiting.remove(one)
                room -= one.width + GAP
        yield row


def fit(picture: Image.Image, height: int) -> Image.Image:
    """At most that high, and no wider than half the wall."""
    scale = min(1, height / picture.height, 0.5 * WIDTH / picture.width)
    size = (round(picture.width * scale), round(picture.height * scale))
    return picture if scale == 1 else picture.resize(size, Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
