"""Walls: one sample product in every format, for each brand and three scripts, and the time that each format takes.

python assets/samples/wall.py OUT   # OUT/<brand>-<language>.jpg; the table of times goes to standard output
"""

import io
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from services.compositor.engine import CompositorEngine
from services.compositor.service import SERVICE as COMPOSITOR
from services.compositor.service import ComposeRequest, Plate, Words
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
WIDTH, ROW, GAP = 2400, 420, 16
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
    """Every wall, then the table."""
    out.mkdir(parents=True, exist_ok=True)
    fields, pictures = make_plates()
    canvases = tuple(canvas for format in load_formats().values() for canvas in format.canvases())
    spent: dict[str, list[tuple[float, float]]] = {}
    for kit in load_brands().values():
        logos = {f"logo_{ink}": Image.open(BRANDS / kit.id / f"logo_{ink}.png") for ink in ("dark", "light")}
        engine = CompositorEngine()
        engine.load(COMPOSITOR.checkpoint(""))
        for language, words in WORDS.items():
            refs = {name: reference(logo) for name, logo in logos.items()}
            request = ComposeRequest(
                **fields, **refs, canvases=canvases, words=words, language=language, style=kit.style, watermark=0xABCDE1
            )
            made = engine.generate(request, pictures | logos)
            facts: Any = made.facts["creatives"]
            for name, found in facts.items():
                spent.setdefault(name, []).append((found["compose_ms"], found["encode_ms"]))
            sheet = arrange([Image.open(io.BytesIO(image.data)) for image in made.images.values()])  # type: ignore[union-attr]
            sheet.save(out / f"{kit.id}-{language}.jpg", quality=85)
            print(f"{kit.id} {language}: {len(made.images)} files, failed: {made.facts['failures'] or 'none'}")
    for name, times in spent.items():
        print(
            f"| {name} | {statistics.median(a for a, _ in times):.0f} | {statistics.median(b for _, b in times):.0f} |"
        )


def arrange(pictures: Sequence[Image.Image]) -> Image.Image:
    """All pictures in rows on grey, made smaller where they are high."""
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
    """Pictures of like height together, as many as fit."""
    small = [fit(picture.convert("RGB")) for picture in pictures]
    row: list[Image.Image] = []
    for one in sorted(small, key=lambda picture: -picture.height):
        if sum(other.width + GAP for other in row) + one.width + GAP > WIDTH:
            yield row
            row = []
        row.append(one)
    yield row


def fit(picture: Image.Image) -> Image.Image:
    """At most one row high."""
    if picture.height <= ROW:
        return picture
    return picture.resize((round(picture.width * ROW / picture.height), ROW), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
