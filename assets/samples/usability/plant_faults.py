"""Make plates with planted faults, and count how many the usability gate finds.

    export PYTHONPATH=.:assets/models/matting/train
    python assets/samples/usability/plant_faults.py [--plates 40 --seed 2 --sheet faults.png]

Sound plates are what the product engine makes: sample and drawn products standing in sketched scenes of every family.
A faulty plate is a sound one with one thing done wrong on purpose, and its label says which. The seed that the limits
were chosen on is 1; figures are reported on others.
"""

import argparse
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from products import draw_product
from skimage import data

from services.images import SHAPES, Box
from services.people import find_people
from services.product.engine_sketch import draw_sketch
from services.product.prompt import Vocabulary, write_prompt
from services.product.service import USABILITY_LIMITS
from services.product.shadow import shade_ground
from services.product.standing import LAYOUTS, compose_plate, enlarge_scene, fit_product, stand_box
from services.product.usability import judge
from services.settings import ASSETS, ROOT

VOCABULARY = Vocabulary.load(str(ROOT / "assets" / "models" / "scene"))
SCENE_SIZES = {"square": (256, 256), "landscape": (352, 192), "portrait": (192, 352)}
FONTS = sorted(path for path in (ASSETS / "fonts").rglob("*.ttf") if "emoji" not in path.name.lower())
HALF = {shape: replace(one, width=one.width // 2, height=one.height // 2) for shape, one in LAYOUTS.items()}

Made = tuple[np.ndarray, np.ndarray, Box, np.ndarray]  # plate, product, its box, the scene before shadows


class Stand:
    """One product, one scene: everything that a plate is made of, at half the real size."""

    def __init__(self, rng: np.random.Generator, index: int) -> None:
        self.rng, self.shape = rng, SHAPES[index % 3]
        self.layout = HALF[self.shape]
        families, colours, moods = (list(VOCABULARY.kinds[kind]) for kind in ("family", "colour", "mood"))
        words = ", ".join(str(rng.choice(kind)) for kind in (families, colours, moods))
        seed = int(rng.integers(1 << 30))
        self.prompt = write_prompt(words, seed, VOCABULARY)
        self.scene = enlarge_scene(draw_sketch(self.prompt, self.shape, seed, SCENE_SIZES[self.shape]), self.layout)
        self.cutout = _product(rng)
        self.box = stand_box(np.asarray(self.cutout.getchannel("A")), self.layout)

    @property
    def is_seamless(self) -> bool:
        """Whether the scene has no back edge that a product could stand in front of."""
        return self.prompt.named["family"].startswith("seamless")

    def plate(self, scene: np.ndarray, product: np.ndarray, box: Box, shadow_box: Box | None) -> np.ndarray:
        """The finished plate; shadow_box: where the shadows fall, None for no shadows at all."""
        shaded = shade_ground(scene, product, shadow_box, self.prompt.light) if shadow_box else scene
        return np.asarray(compose_plate(shaded, product, box))


def _product(rng: np.random.Generator) -> Image.Image:
    """A rendered sample, or a drawn product, trimmed."""
    if rng.random() < 0.3:
        path = rng.choice(sorted((ASSETS / "samples" / "products").glob("*.png")))
        with Image.open(path) as picture:
            return picture.convert("RGBA").crop(picture.getchannel("A").getbbox())
    drawn = Image.fromarray(np.uint8(255 * draw_product(rng, 256)))
    return drawn.crop(drawn.getchannel("A").point(lambda value: 255 * (value > 8)).getbbox())


def _lifted(box: Box, px: int) -> Box:
    return Box(left=box.left, top=box.top - px, right=box.right, bottom=box.bottom - px)


def sound(stand: Stand) -> Made:
    product = fit_product(stand.cutout, stand.box)
    return stand.plate(stand.scene, product, stand.box, stand.box), product, stand.box, stand.scene


def space_mismatch(stand: Stand) -> Made:
    """The product hangs over its shadow, has none, or the scene's ground lies too low for it."""
    product, kind = fit_product(stand.cutout, stand.box), stand.rng.integers(2 if stand.is_seamless else 3)
    up = int(stand.rng.uniform(0.08, 0.25) * stand.box.height)
    if kind == 0:
        box = _lifted(stand.box, up)
        return stand.plate(stand.scene, product, box, stand.box), product, box, stand.scene
    if kind == 1:
        return stand.plate(stand.scene, product, stand.box, None), product, stand.box, stand.scene
    down = int(stand.rng.uniform(0.26, 0.32) * stand.layout.height)
    scene = np.vstack([np.repeat(stand.scene[:1], down, axis=0), stand.scene[:-down]])
    return stand.plate(scene, product, stand.box, stand.box), product, stand.box, scene


def size_mismatch(stand: Stand) -> Made:
    """The product at a fifth to two fifths of its size, or a quarter to a half too large."""
    scale = stand.rng.uniform(0.2, 0.42) if stand.rng.random() < 0.6 else stand.rng.uniform(1.25, 1.5)
    scale = min(scale, 0.74 * stand.layout.height / stand.box.height, 0.98 * stand.layout.width / stand.box.width)
    width, height = round(stand.box.width * scale), round(stand.box.height * scale)
    left, bottom = stand.box.left + (stand.box.width - width) // 2, stand.box.bottom
    left = min(max(left, 0), stand.layout.width - width)
    box = Box(left=left, top=bottom - height, right=left + width, bottom=bottom)
    product = fit_product(stand.cutout, box)
    return stand.plate(stand.scene, product, box, box), product, box, stand.scene


def indistinctiveness(stand: Stand) -> Made:
    """The scene behind the product takes the product's own tones."""
    product = fit_product(stand.cutout, stand.box)
    canvas = np.zeros((*stand.scene.shape[:2], 4), np.float32)
    canvas[stand.box.top : stand.box.bottom, stand.box.left : stand.box.right] = product
    solid = (canvas[..., 3] > 200).astype(np.float32)
    reach = 0.2 * stand.box.height
    weight = cv2.GaussianBlur(solid, (0, 0), reach)[..., None] + 1e-4
    tone = cv2.GaussianBlur(canvas[..., :3] * solid[..., None], (0, 0), reach) / weight
    outline = np.uint8(solid > 0)
    near = cv2.distanceTransform(1 - outline, cv2.DIST_L2, 3)
    share = np.clip(1.3 - near / (0.9 * stand.box.height), 0, 1)[..., None] * stand.rng.uniform(0.9, 1.0)
    scene = _tone_of_edge(canvas, solid, tone) * share + stand.scene * (1 - share)
    scene = np.clip(scene + stand.rng.normal(0, 2, scene.shape), 0, 255).astype(np.uint8)
    return stand.plate(scene, product, stand.box, stand.box), product, stand.box, scene


def _tone_of_edge(canvas: np.ndarray, solid: np.ndarray, tone: np.ndarray) -> np.ndarray:
    """The nearest outline colours carried outwards; far away the wide mean."""
    rim = solid - cv2.erode(solid, np.ones((15, 15), np.uint8))
    carried, filled = np.zeros_like(tone), np.zeros_like(solid)
    for reach in (4, 10, 25, 60):
        weight = cv2.GaussianBlur(rim, (0, 0), reach)
        colour = cv2.GaussianBlur(canvas[..., :3] * rim[..., None], (0, 0), reach)
        use = (1 - filled) * np.clip(weight * 30, 0, 1)
        carried += colour / np.maximum(weight, 1e-5)[..., None] * use[..., None]
        filled += use
    return carried + tone * (1 - filled[..., None])


def shape_hallucination(stand: Stand) -> Made:
    """The scene repeats the product behind itself, shifted, enlarged, or grows a handle of its colour."""
    product, scene, box = fit_product(stand.cutout, stand.box), stand.scene.copy(), stand.box
    kind = stand.rng.integers(3)
    if kind == 0:
        shift = int(stand.rng.choice([-1, 1]) * stand.rng.uniform(0.25, 0.5) * box.width)
        _lay(scene, product, box.left + shift, box.top)
    elif kind == 1:
        scale = stand.rng.uniform(1.25, 1.5)
        size = round(box.width * scale), round(box.height * scale)
        large = np.asarray(stand.cutout.resize(size, Image.Resampling.LANCZOS))
        _lay(scene, large, box.left - (size[0] - box.width) // 2, box.bottom - size[1])
    else:
        _grow_handle(stand, scene, product)
    return stand.plate(scene, product, box, box), product, box, scene


def _lay(scene: np.ndarray, product: np.ndarray, left: int, top: int) -> None:
    x, y = max(left, 0), max(top, 0)
    part = product[y - top : y - top + scene.shape[0] - y, x - left : x - left + scene.shape[1] - x]
    window = scene[y : y + part.shape[0], x : x + part.shape[1]]
    alpha = part[..., 3:] / 255
    window[:] = window * (1 - alpha) + part[..., :3] * alpha


def _grow_handle(stand: Stand, scene: np.ndarray, product: np.ndarray) -> None:
    """A ring of the outline's colour, a sixth of the product thick, half of it beside the product."""
    rows, height = np.flatnonzero((product[..., 3] > 250).sum(axis=1) > 12), stand.box.height
    row = int(rows[int(stand.rng.uniform(0.25, 0.5) * len(rows))])
    columns = np.flatnonzero(product[row, :, 3] > 250)
    x = columns[-1] if stand.rng.random() < 0.5 else columns[0]
    inner = x - 3 if x > product.shape[1] // 2 else x + 3
    colour = product[row, inner, :3].tolist()
    centre, axes = (int(stand.box.left + x), int(stand.box.top + row)), (int(0.2 * height), int(0.16 * height))
    cv2.ellipse(scene, centre, axes, 0, 0, 360, colour, max(4, int(0.1 * height)), cv2.LINE_AA)


def people(stand: Stand) -> Made:
    """Somebody stands behind the product: the astronaut of scikit-image, from head to hips."""
    figure, rng = _astronaut(), stand.rng
    height = int(rng.uniform(0.3, 0.7) * stand.layout.height)
    drawn = np.asarray(figure.resize((round(figure.width * height / figure.height), height)))
    left = int(rng.uniform(0, max(1, stand.layout.width - drawn.shape[1])))
    scene = stand.scene.copy()
    _lay(scene, drawn, left, int(rng.uniform(0.1, 0.9) * stand.layout.height - rng.uniform(0.5, 0.9) * height))
    product = fit_product(stand.cutout, stand.box)
    return stand.plate(scene, product, stand.box, stand.box), product, stand.box, scene


@cache
def _astronaut() -> Image.Image:
    photo = Image.fromarray(data.astronaut())
    (person,) = find_people(photo)
    matte = np.uint8(255 * np.clip((person.mask - 0.3) / 0.4, 0, 1))
    cut = Image.fromarray(np.dstack([np.asarray(photo), matte]))
    return cut.crop(Image.fromarray(matte).getbbox())


def writing(stand: Stand) -> Made:
    """A word of no language is over the product, 3 to 8 % of the height, in a darker or lighter tone of the scene."""
    rng, height = stand.rng, stand.layout.height
    picture, size = Image.fromarray(stand.scene), int(rng.uniform(0.03, 0.08) * height)
    word = "".join(rng.choice(list("abcdefghiklmnoprstuvwyABCDERST"), int(rng.integers(4, 9))))
    left, top = int(rng.uniform(0.03, 0.6) * stand.layout.width), int(rng.uniform(0.03, 0.2) * height)
    ground = stand.scene[top + size // 2, left].astype(int)
    ink = tuple(int(part) for part in (0.45 * ground if ground.mean() > 110 else np.minimum(255, ground + 90)))
    font = ImageFont.truetype(str(rng.choice(FONTS)), size)
    ImageDraw.Draw(picture).text((left, top), word, font=font, fill=ink)
    scene, product = np.asarray(picture), fit_product(stand.cutout, stand.box)
    return stand.plate(scene, product, stand.box, stand.box), product, stand.box, scene


FAULTS = (space_mismatch, size_mismatch, indistinctiveness, shape_hallucination, people, writing)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plates", type=int, default=60, help="of each label")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--painted", action="store_true", help="as for engines that paint shadows: no bare scene")
    parser.add_argument("--sheet", type=Path, help="write a sheet of the misjudged plates")
    choice = parser.parse_args()
    cv2.setNumThreads(1)
    missed: list[tuple[str, np.ndarray]] = []
    for number, make in enumerate((sound, *FAULTS)):
        label, right, own = make.__name__, 0, 0
        for index in range(choice.plates):
            stand = Stand(np.random.default_rng([choice.seed, number, index]), index)
            plate, product, box, scene = make(stand)
            bare = None if choice.painted else scene
            found = judge(plate, product, box, stand.layout, bare, may_invent=make in (sound, people, writing))
            over = {fault for fault, score in found.scores.items() if score > USABILITY_LIMITS[fault]}
            good = not over if make is sound else bool(over)
            right += good
            own += label in over
            if not good:
                missed.append((f"{label} {dict(found.scores)}", plate))
                print("misjudged", label, index, dict(found.scores), file=sys.stderr)
        share, named = right / choice.plates, own / choice.plates
        verdict = f"passed {share:.1%}" if make is sound else f"found {share:.1%}, named as such {named:.1%}"
        print(f"{label:22s} {choice.plates} plates: {verdict}", flush=True)
    if choice.sheet and missed:
        tiles = [cv2.resize(plate, (270, 270), interpolation=cv2.INTER_AREA) for _, plate in missed[:40]]
        tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 8)
        rows = [np.hstack(tiles[start : start + 8]) for start in range(0, len(tiles), 8)]
        Image.fromarray(np.vstack(rows)).save(choice.sheet)


if __name__ == "__main__":
    main()
