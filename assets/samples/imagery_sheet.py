"""Make the contact sheet of product imagery: products x scenes x shapes, cut out and placed by the real engines.

    PYTHONPATH=. python assets/samples/imagery_sheet.py --out assets/samples/imagery.jpg

Products are the rendered samples, the two packshots, and rendered samples before photographs from `skimage.data` (CC0
and public domain), so that alpha, plain and busy backgrounds all appear. A plate that the usability gate doubts has a
red bar below it, and its reason is printed.
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from services.catalog import find_service
from services.contract import load_engine
from services.cutout.service import CutOutRequest
from services.errors import CutOutFailed
from services.images import SHAPES, ImageRef
from services.product.service import ProductRequest
from services.settings import ASSETS

sys.path.insert(0, str(ASSETS / "models" / "matting" / "train"))
from evaluate import photograph, plain, stand

SCENES = (
    "wooden table, blurred kitchen, bright morning light",
    "sandy beach, sky blue, golden sunset",
    "marble counter, soft overcast light",
    "round podium, arch behind, cream, bright morning light",
)
BUSY = {"mug": "brick", "lamp": "grass", "flask": "grass", "bottle": "grass"}
SIZES_CM = {
    "mug": (13, 10), "bottle": (8, 20), "flask": (8, 27), "lamp": (28, 46), "chair": (70, 78), "tote": (36, 44),
    "floor_lamp": (40, 155),
}  # fmt: skip
HEIGHT_PX = 150
REF = ImageRef(key=f"images/{'0' * 64}.png", width=800, height=800, media_type="image/png")


def photos() -> dict[str, Image.Image]:
    """Name -> photo: twelve ways in which products arrive."""
    folder = ASSETS / "samples" / "products"
    found = {path.stem: Image.open(path).convert("RGBA") for path in sorted(folder.glob("*.png"))}
    shots = {path.stem: Image.open(path).convert("RGB") for path in sorted(folder.glob("*_packshot.jpg"))}
    for number, (name, ground) in enumerate(BUSY.items()):
        rng = np.random.default_rng(number)
        picture = stand(np.asarray(found[name]), photograph(ground, 6), rng)[0]
        shots[f"{name} before {ground}"] = Image.fromarray(picture)
    chair = stand(np.asarray(found["chair"]), plain(np.random.default_rng(8)), np.random.default_rng(8))[0]
    return found | shots | {"chair on a sweep": Image.fromarray(chair)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    choice = parser.parse_args()
    cutter, product = (load_engine(find_service(name).checkpoint("")) for name in ("cutout", "product"))
    defaults = find_service("product").checkpoint("").defaults
    rows = []
    for number, (name, photo) in enumerate(photos().items()):
        try:
            cut = cutter.generate(CutOutRequest(photo=REF), {"photo": photo}).images["cutout"]
        except CutOutFailed as error:
            print(f"{name}: {error}", flush=True)
            continue
        width, height = SIZES_CM[name.removesuffix("_packshot").split(" ")[0]]
        tiles = [_tile(photo, False)]
        for turn, scene in enumerate(SCENES):
            request = ProductRequest.model_validate(
                {
                    **defaults,
                    "product": REF,
                    "prompt": scene,
                    "seed": 10 * number + turn,
                    "size_cm": {"width": width, "height": height},
                }
            )
            made = product.generate(request, {"product": cut})
            for shape in SHAPES:
                verdict = made.facts["usability"][shape]
                tiles.append(_tile(made.images[shape], not verdict["passes"]))
                if not verdict["passes"]:
                    print(f"{name}, {scene}, {shape}: {verdict['reason']} {verdict['scores']}", flush=True)
        rows.append(np.hstack(tiles))
    Image.fromarray(np.vstack(rows)).save(choice.out, quality=80, optimize=True)


def _tile(picture: Image.Image, is_doubtful: bool) -> np.ndarray:
    """The picture at the row's height, with a bar below."""
    backed = Image.new("RGB", picture.size, "white")
    backed.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    width = round(picture.width * HEIGHT_PX / picture.height)
    tile = cv2.resize(np.asarray(backed), (width, HEIGHT_PX), interpolation=cv2.INTER_AREA)
    bar = np.full((5, tile.shape[1], 3), (200, 30, 30) if is_doubtful else (255, 255, 255), np.uint8)
    edge = np.full((HEIGHT_PX + 5, 4, 3), 255, np.uint8)
    return np.hstack([np.vstack([tile, bar]), edge])


if __name__ == "__main__":
    main()
