"""How many words of creatives are found as text boxes, and how often text is seen where there is none.

    PYTHONPATH=.:tests python tests/evaluate_lettering.py --count 40 --sheet lettering.jpg

Creatives stand on freshly drawn scenes, in ten sizes and five looks, as JPEG. The sheet shows their known boxes in
green and the found ones in red.
"""

import argparse
import io
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from drawn_plates import SIZES, STYLE, compose_request, product_box
from PIL import Image, ImageDraw

from services.caption.lettering import find_text
from services.compositor.engine import CompositorEngine
from services.compositor.service import SERVICE, Canvas, Words
from services.images import Shape
from services.product.sketch.scenes import SIZES as SCENE_SIZES
from services.product.sketch.scenes import render_scene
from services.product.standing import LAYOUTS, enlarge_scene

CANVASES = [(300, 250), (728, 90), (160, 600), (970, 250), (300, 600), (1080, 1080), (1080, 1350), (1080, 1920),
            (1200, 628), (320, 50)]  # fmt: skip
LOOKS = ("quiet", "bold", "price", "editorial", "card")
WORDS = [
    Words(headline="Slow mornings start here", body="Stoneware with a glaze of its own.", call_to_action="See the mug",
          price="€24.00"),
    Words(headline="Leicht auf jedem Weg", body="Griffige Sohle, wasserdicht bis zum Knöchel.",
          call_to_action="Jetzt ansehen", price="129,00 €"),
]  # fmt: skip
SEED = 70_000_000
Creative = tuple[Image.Image, list[dict[str, int]]]


def scene(number: int, shape: Shape) -> Image.Image:
    """A plate-sized scene without a product."""
    drawn = Image.fromarray(render_scene(SEED + number, SCENE_SIZES[shape])[0])
    return Image.fromarray(enlarge_scene(drawn, LAYOUTS[shape]))


def creative(engine: CompositorEngine, number: int) -> Creative:
    """A finished ad and its boxes."""
    width, height = CANVASES[number % len(CANVASES)]
    canvas = Canvas(format="ad", width=width, height=height, max_bytes=900_000)
    style = STYLE.model_copy(update={"look": LOOKS[number // 2 % len(LOOKS)]})
    request, images = compose_request(canvas, words=WORDS[number % len(WORDS)], style=style)
    plates = {}
    for shape, plate in request.plates.items():
        picture, box = scene(number, shape), product_box(shape, "square")
        ImageDraw.Draw(picture).rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill="#A0522D")
        images[f"plates.{shape}.image"] = picture
        key = plate.image.model_copy(update={"key": f"images/{number:064d}.png"})
        plates[shape] = plate.model_copy(update={"image": key})
    made = engine.generate(request.model_copy(update={"plates": plates}), images)
    picture = Image.open(io.BytesIO(made.images["ad"].data)).convert("RGB")  # type: ignore[union-attr]
    return picture, made.facts["creatives"]["ad"]["boxes"]  # type: ignore[index,call-overload,return-value]


def measure(creatives: list[Creative]) -> None:
    """Print how many boxes of each role are crossed by found lines, and how many lines are inside a known box."""
    found_roles, lines_inside = defaultdict(list), []
    for picture, boxes in creatives:
        lines = find_text(picture)
        seen, known = np.zeros((2, picture.height, picture.width), bool)
        for line in lines:
            seen[line.top : line.bottom, line.left : line.right] = True
        for box in boxes:
            known[box["top"] : box["bottom"], box["left"] : box["right"]] = True
            part = seen[box["top"] : box["bottom"], box["left"] : box["right"]]
            found_roles[box["role"]].append(part.any(axis=0).mean() > 0.5)
        lines_inside += [known[line.top : line.bottom, line.left : line.right].mean() > 0.5 for line in lines]
    for role, marks in found_roles.items():
        print(f"| {role} | {np.mean(marks):.1%} | of {len(marks)} |")
    print(f"| lines inside a known box | {np.mean(lines_inside):.1%} | of {len(lines_inside)} |")


def draw_sheet(creatives: list[Creative], out: Path) -> None:
    """The creatives, six a row, with their boxes."""
    page = Image.new("RGB", (6 * 300, -(-len(creatives) // 6) * 300), "grey")
    for number, (picture, boxes) in enumerate(creatives):
        picture = picture.copy()
        pen = ImageDraw.Draw(picture)
        for box in boxes:
            pen.rectangle((box["left"], box["top"], box["right"], box["bottom"]), outline="lime")
        for line in find_text(picture):
            pen.rectangle((line.left, line.top, line.right, line.bottom), outline="red", width=2)
        picture.thumbnail((296, 296))
        page.paste(picture, (number % 6 * 300, number // 6 * 300))
    page.save(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    creatives = [creative(engine, number) for number in range(options.count)]
    measure(creatives)
    shapes = list(SIZES)
    alarms = [bool(find_text(scene(1000 + number, shapes[number % 3]))) for number in range(2 * options.count)]
    print(f"| scenes without words where text is seen | {np.mean(alarms):.1%} | of {len(alarms)} |")
    if options.sheet:
        draw_sheet(creatives, options.sheet)


if __name__ == "__main__":
    main()
