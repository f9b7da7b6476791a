"""How well rooms are read and sizes kept, on rendered rooms whose camera and scale are known.

    python assets/samples/render/render_rooms.py --out rooms --random 110 --size 512 --samples 4  # needs bpy
    python assets/models/room/evaluate/evaluate.py --rooms rooms --out assets/models/room

Writes figures.json and worst.jpg, a sheet of the ten rooms with the largest size error: green the true sticks, red ours
and our horizon. A stick is 0.80 m high and stands on the floor where Blender put it.
"""

import argparse
import json
import time
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from services.errors import InvalidInput, VitrineError
from services.images import ImageRef
from services.room.ground import Ground, GroundReader
from services.room.light import find_key
from services.room.places import find_place
from services.room.placing import Size
from services.room.reading import Reading, read_room
from services.room.scale import find_scale, size_error, upright_px
from services.room.service import SERVICE, RoomProduct
from services.room.spots import find_spot, footprint_shares

ARMCHAIR_M = (0.75, 0.85, 0.8)
READER = GroundReader(SERVICE.checkpoint("").location)
REF = ImageRef(key=f"images/{64 * '0'}.png", width=64, height=64, media_type="image/png")


@dataclass(frozen=True)
class Result:
    """One room. sizes: relative errors of its sticks, camera height known. bounds: what we said they could be.

    unknown, unknown_bounds: the same without a camera height. shadow_degrees: nan where no light was found.
    stands_on_floor, footprint_on_floor: share of true floor under an armchair whose place we chose, in the picture and
    on the plan; nan where we refused.
    """

    path: Path
    sizes: list[float]
    unknown: list[float]
    bounds: list[float]
    unknown_bounds: list[float]
    horizon: float
    focal: float
    vanishing_degrees: float
    shadow_degrees: float
    contact_px: float
    floor_precision: float
    floor_recall: float
    stands_on_floor: float
    footprint_on_floor: float
    ceiling_shows: bool
    cpu_s: float


def measure(path: Path, truth: dict) -> Result:
    photo = Image.open(path).convert("RGB")
    started = time.process_time()
    room = read_room(photo, READER, field_of_view=None, camera_height_m=truth["camera_height_m"], measure=None)
    spent = time.process_time() - started
    guess = replace(room, scale=find_scale(room.view, room.layout, camera_height_m=None, measure=None))
    feet = [tuple(spot["base_px"]) for spot in truth["spots"]]
    exact = [np.hypot(*np.subtract(spot["top_px"], spot["base_px"])) for spot in truth["spots"]]
    height = [spot["height_m"] for spot in truth["spots"]]
    return Result(
        path,
        [_error(room, *stick) for stick in zip(feet, height, exact, strict=True)],
        [_error(guess, *stick) for stick in zip(feet, height, exact, strict=True)],
        [size_error(room.view, room.scale, foot, tall) for foot, tall in zip(feet, height, strict=True)],
        [size_error(guess.view, guess.scale, foot, tall) for foot, tall in zip(feet, height, strict=True)],
        _horizon_error(room, truth),
        abs(room.camera.focal_px / truth["focal_px"] - 1),
        _direction_error(room, truth),
        _shadow_error(room, truth, feet[0]) if feet else float("nan"),
        _contact(room, feet[0]) if feet else float("nan"),
        *_floor(room, path),
        *_chosen_place(room, path),
        guess.scale.source == "assumed ceiling height",
        spent,
    )


def _error(room: Reading, foot: tuple[float, float], height_m: float, exact_px: float) -> float:
    return abs(upright_px(room.camera, room.scale.camera_height_m, foot, height_m) / exact_px - 1)


def _horizon_error(room: Reading, truth: dict) -> float:
    """Largest distance between the horizons at the photo's sides, over its height."""
    up, focal = np.array(truth["up"]), truth["focal_px"]
    rows = [
        truth["height"] / 2 - ((x - truth["width"] / 2) * up[0] + focal * up[2]) / up[1] for x in (0, truth["width"])
    ]
    ours = [room.camera.horizon_row(x) for x in (0, truth["width"])]
    return max(abs(a - b) for a, b in zip(rows, ours, strict=True)) / truth["height"]


def _direction_error(room: Reading, truth: dict) -> float:
    """Degrees between the nearest of our level directions and the room's."""
    axis = np.array(truth["axis"])
    near = max(abs(axis @ room.camera.axis), abs(axis @ room.camera.depth_axis))
    return float(np.degrees(np.arccos(np.clip(near, -1, 1))))


def _shadow_error(room: Reading, truth: dict, foot: tuple[float, float]) -> float:
    """Degrees on the floor between the key light's true and estimated direction, seen from the first stick."""
    key = find_key(room.rgb, room.camera, room.layout, foot)
    if not key.certainty:
        return float("nan")
    up = np.array(truth["up"])
    offset = np.array(truth["key_offset_m"]) - np.array(truth["spots"][0]["offset_m"])
    true = offset - (offset @ up) * up
    ours = key.towards - (key.towards @ up) * up
    cosine = true @ ours / np.linalg.norm(true) / np.linalg.norm(ours)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _contact(room: Reading, foot: tuple[float, float]) -> float:
    """Px between the row asked for and the lowest row of a solid board that was placed there."""
    board = RoomProduct(image=REF, width_cm=30, height_cm=30, point={"x": foot[0], "y": foot[1]})
    try:
        placed = find_place(room, board, Size(0.3, 0.3, 0), Image.new("RGBA", (200, 200), "magenta"), [])
    except InvalidInput:  # the board would stand mostly outside the picture
        return float("nan")
    box = placed.standing.box
    solid = placed.standing.picture[:, int(foot[0]) - box.left, 3] > 127
    return abs(float(np.nonzero(solid)[0].max()) + 1 + box.top - foot[1])


def _chosen_place(room: Reading, path: Path) -> tuple[float, float]:
    """How much true floor there is where an armchair's feet would be, at the place that is found for it.

    First of the picture's rectangle round its feet, then of its footprint on the floor's plan.
    """
    wide, tall, _ = ARMCHAIR_M
    height = room.scale.camera_height_m
    try:
        foot, _ = find_spot(room, height, ARMCHAIR_M, [])
    except InvalidInput:
        return float("nan"), float("nan")
    half = upright_px(room.camera, height, foot, tall) * wide / tall / 2
    floor = np.load(path.with_suffix(".npz"))["floor"]
    step = room.rgb.shape[1] / floor.shape[1]
    left, top, right, bottom = (
        int(max(0, value) / step) for value in (foot[0] - half, foot[1] - 0.6 * half, foot[0] + half, foot[1])
    )
    seen = floor[top : bottom + 1, left : right + 1].mean()
    truth = Ground(floor.astype(np.float32), floor)
    under = footprint_shares(truth, room.camera, height, np.array([foot]), (ARMCHAIR_M[0], ARMCHAIR_M[2]))
    return float(seen), float(under.mean())


def _floor(room: Reading, path: Path) -> tuple[float, float]:
    """Precision and recall of what is called free floor, by pixel."""
    true = np.load(path.with_suffix(".npz"))["floor"]
    share = room.ground.floor
    ours = cv2.resize(share, true.shape[::-1], interpolation=cv2.INTER_AREA) > 0.5
    both = float((ours & true).sum())
    return both / max(float(ours.sum()), 1), both / max(float(true.sum()), 1)


def sheet(results: list[Result], out: Path) -> None:
    """The ten rooms with the largest size error, truth in green, ours in red."""
    worst = sorted(results, key=lambda result: -max(result.sizes, default=0))[:10]
    page = Image.new("RGB", (5 * 260, 2 * 280), "white")
    for number, result in enumerate(worst):
        truth = json.loads(result.path.with_suffix(".json").read_text())
        photo = Image.open(result.path).convert("RGB")
        room = read_room(photo, READER, field_of_view=None, camera_height_m=truth["camera_height_m"], measure=None)
        pen = ImageDraw.Draw(photo)
        for spot in truth["spots"]:
            foot = tuple(spot["base_px"])
            tall = upright_px(room.camera, room.scale.camera_height_m, foot, spot["height_m"])
            pen.line([*foot, *spot["top_px"]], "lime", 3)
            pen.line([foot[0] + 4, foot[1], foot[0] + 4, foot[1] - tall], "red", 3)
        pen.line([0, room.camera.horizon_row(0), photo.width, room.camera.horizon_row(photo.width)], "red", 1)
        photo.thumbnail((250, 250))
        page.paste(photo, (260 * (number % 5) + 5, 280 * (number // 5) + 24))
        text = f"{result.path.stem}: {max(result.sizes):.0%}, bound {max(result.bounds):.0%}"
        ImageDraw.Draw(page).text((260 * (number % 5) + 5, 280 * (number // 5) + 6), text, "black")
    page.save(out, quality=85)


def quantiles(values: list[float]) -> dict[str, float]:
    known = [value for value in values if np.isfinite(value)]
    return {
        "median": round(float(np.median(known)), 4),
        "p90": round(float(np.quantile(known, 0.9)), 4),
        "count": len(known),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    choice = parser.parse_args()
    cv2.setNumThreads(1)
    results, refused = [], {}
    for truth in sorted(choice.rooms.glob("[0-9]*.json")):
        try:
            results.append(measure(truth.with_suffix(".png"), json.loads(truth.read_text())))
        except VitrineError as error:
            refused[truth.stem] = str(error)
    pairs = [pair for result in results for pair in zip(result.sizes, result.bounds, strict=True)]
    guesses = [pair for result in results for pair in zip(result.unknown, result.unknown_bounds, strict=True)]
    figures = {
        "rooms": len(results),
        "sticks": len(pairs),
        "refused": refused,
        "size_error_height_known": quantiles([size for result in results for size in result.sizes]),
        "size_error_height_assumed": quantiles([size for result in results for size in result.unknown]),
        "within_stated_bound": round(float(np.mean([size <= bound for size, bound in pairs])), 3),
        "stated_bound": quantiles([bound for _, bound in pairs]),
        "ceiling_shows_height_assumed": quantiles(
            [size for result in results for size in result.unknown if result.ceiling_shows]
        ),
        "within_stated_bound_height_assumed": round(float(np.mean([size <= bound for size, bound in guesses])), 3),
        "horizon_over_height": quantiles([result.horizon for result in results]),
        "focal_length": quantiles([result.focal for result in results]),
        "wall_direction_degrees": quantiles([result.vanishing_degrees for result in results]),
        "shadow_direction_degrees": quantiles([result.shadow_degrees for result in results]),
        "contact_px": quantiles([result.contact_px for result in results]),
        "free_floor_precision": quantiles([result.floor_precision for result in results]),
        "free_floor_recall": quantiles([result.floor_recall for result in results]),
        "chosen_places": int(sum(np.isfinite(result.stands_on_floor) for result in results)),
        "chosen_places_on_floor": round(
            float(np.nanmean([place > 0.7 for result in results if np.isfinite(place := result.stands_on_floor)])), 3
        ),
        "chosen_footprints_on_floor": quantiles([result.footprint_on_floor for result in results]),
        "chosen_footprints_90_percent_on_floor": round(
            float(np.mean([share > 0.9 for result in results if np.isfinite(share := result.footprint_on_floor)])), 3
        ),
        "read_cpu_s": quantiles([result.cpu_s for result in results]),
    }
    (choice.out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    sheet(results, choice.out / "worst.jpg")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
