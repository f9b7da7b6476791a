"""Rooms behind a table top: kitchen, cafe, living room, bathroom, festive evening."""

import numpy as np

from services.product.sketch.optics import bokeh, noise
from services.product.sketch.palette import Scene, jitter, lightness, linear, mix
from services.product.sketch.plate import Plate
from services.product.sketch.surfaces import lay, leaf_gobo, project, sun_gobo

WOODS = {"light": ["#d9b68c", "#c79a6b", "#e0c6a0"], "dark": ["#7a5136", "#5f3d28", "#8a5f40"]}
WARM_LAMP = np.array([2.6, 1.65, 0.75], np.float32)


def pick(scene: Scene, codes: list[str], amount: float = 0.08) -> np.ndarray:
    """One of the sRGB codes as a slightly varied linear albedo."""
    return jitter(scene.rng, linear(codes[int(scene.rng.integers(len(codes)))]), amount)


def sky_colour(scene: Scene) -> np.ndarray:
    """What a window shows, linear RGB above 1 by day."""
    return {
        "bright morning": np.float32([2.0, 1.8, 1.45]), "golden sunset": np.float32([2.4, 1.25, 0.5]),
        "soft overcast": np.float32([0.82, 0.88, 0.95]), "dramatic dark": np.float32([0.16, 0.2, 0.28]),
        "neon evening": np.float32([0.55, 0.10, 0.60]), "midday sun": np.float32([1.5, 1.9, 2.4]),
    }[scene.mood]  # fmt: skip


def window(
    scene: Scene, plate: Plate, left: float, bottom: float, width: float, height: float, frame: np.ndarray
) -> None:
    """A window of panes with greenery or sky behind it."""
    plate.rect(left - 0.02, bottom - 0.02, left + width + 0.02, bottom + height + 0.02, frame)
    outside = sky_colour(scene)
    columns, rows = int(scene.rng.integers(2, 4)), 2
    for column in range(columns):
        for row in range(rows):
            x, up = left + width * column / columns, bottom + height * row / rows
            shade = (
                outside * (np.float32([0.5, 0.62, 0.4]) if row == 0 else np.float32(1)) * scene.rng.uniform(0.85, 1.1)
            )
            plate.light(x + 0.008, up + 0.008, x + width / columns - 0.008, up + height / rows - 0.008, shade)


def light_side_x(scene: Scene, plate: Plate, share: float) -> float:
    """x in units at a share (0..1) of the way from the light's side to the other."""
    return plate.span * (share if scene.side < 0 else 1 - share)


def bottle(scene: Scene, plate: Plate, x: float, up: float, size: float, colour: np.ndarray) -> None:
    """A jar, bottle, bowl or vase standing at (x, up)."""
    shape = scene.rng.random()
    if shape < 0.5:
        plate.rect(x - size * 0.22, up, x + size * 0.22, up + size * 0.65, colour, 0.6)
        plate.rect(x - size * 0.08, up, x + size * 0.08, up + size, colour, 0.6)
    elif shape < 0.75:
        plate.disc(x, up + size * 0.2, size * 0.42, colour, 0.55)
    else:
        plate.rect(x - size * 0.2, up, x + size * 0.2, up + size * 0.4, colour, 0.5)
        plant(scene, plate, x, up + size * 0.4, size * 0.55)


def plant(scene: Scene, plate: Plate, x: float, up: float, size: float) -> None:
    """A bush of dark to light green leaves."""
    for _ in range(16):
        leaf = pick(scene, ["#3f6b35", "#5c8a45", "#2c5230", "#86a95c"], 0.2)
        dx, dy = scene.rng.normal(0, 0.45, 2)
        plate.disc(
            x + dx * size,
            up + size * (0.55 + dy),
            size * scene.rng.uniform(0.12, 0.3),
            leaf,
            scene.rng.uniform(0.5, 1.6),
        )


def pendant_lamps(scene: Scene, plate: Plate, count: int, colour: np.ndarray) -> None:
    """Hanging lamps in a row near the top."""
    start, step, up = scene.rng.uniform(0, 0.4), plate.span / count, plate.top * scene.rng.uniform(0.72, 0.9)
    radius = scene.rng.uniform(0.024, 0.042)
    for index in range(count):
        x = (index + start) * step
        plate.rect(x - 0.004, up, x + 0.004, plate.top + 0.1, np.float32([0.03] * 3))
        plate.disc(x, up + radius, radius * 1.5, np.float32([0.05, 0.045, 0.04]), 0.7)
        plate.disc(x, up, radius, colour, 0.8, shining=True)


def kitchen(scene: Scene) -> np.ndarray:
    """Light wood before cabinets, a counter with jars and a window on the light's side."""
    tint, white = scene.tint, linear("#ece7df")
    wall = mix(white, tint, 0.35)
    plate = Plate(scene, wall)
    counter, cabinet = scene.rng.uniform(0.08, 0.14), jitter(scene.rng, tint, 0.08)
    plate.rect(0, plate.foot(), plate.span, counter, cabinet, 0.1)
    upper = counter + scene.rng.uniform(0.24, 0.30)
    for x in np.arange(scene.rng.uniform(-0.3, 0), plate.span, 0.26):
        plate.rect(x + 0.006, upper, x + 0.254, plate.top + 0.1, cabinet * scene.rng.uniform(0.9, 1.05), 0.08)
        plate.rect(x + 0.004, plate.foot(), x + 0.01, counter, cabinet * 0.5)
    plate.rect(0, counter - 0.012, plate.span, counter + 0.012, pick(scene, ["#f2efe9", "#b98d62", "#3b3a38"]), 0.05)
    width = scene.rng.uniform(0.3, 0.45)
    window(scene, plate, light_side_x(scene, plate, 0.16) - width / 2, counter + 0.1, width, 0.42, white)
    for _ in range(int(scene.rng.integers(5, 10) * max(1, plate.span))):
        colour = pick(scene, ["#ffffff", "#b98d62", "#8a4b2f", "#596b4a", "#c9c4ba", "#33312f"], 0.1)
        bottle(scene, plate, scene.rng.uniform(0, plate.span), counter + 0.012, scene.rng.uniform(0.07, 0.15), colour)
    if scene.rng.random() < 0.5:
        pendant_lamps(scene, plate, int(np.ceil(plate.span * 2)), WARM_LAMP * 0.6)
    table = project(scene, "wood", 0.12, 560) * pick(scene, WOODS["light"])
    return lay(
        scene, plate.expose(scene.rng.uniform(0.022, 0.034), spread=0.3), table, gloss=0.16, gobo=sun_gobo(scene)
    )


def cafe(scene: Scene) -> np.ndarray:
    """Dark wood before a dim room with warm lamps, shelves and a bright shop window."""
    tint = scene.tint
    plate = Plate(scene, mix(linear("#4a3a30"), tint, 0.75) * 0.7)
    width = scene.rng.uniform(0.3, 0.5)
    window(scene, plate, light_side_x(scene, plate, 0.14) - width / 2, 0.1, width, plate.top * 0.7, linear("#2d2622"))
    shelf = light_side_x(scene, plate, 0.72)
    for up in (0.16, 0.30, 0.44):
        plate.rect(shelf - 0.3, up, shelf + 0.3, up + 0.012, linear("#8a5f3c"))
        for _ in range(7):
            bottle(
                scene,
                plate,
                shelf + scene.rng.uniform(-0.28, 0.28),
                up + 0.012,
                scene.rng.uniform(0.06, 0.1),
                pick(scene, ["#d9c9a8", "#7a4a2b", "#3f5a4a", "#c9603a", "#efe7da"], 0.15),
            )
    for _ in range(3):
        x = scene.rng.uniform(0, plate.span)
        plate.rect(x - 0.1, plate.foot(), x + 0.1, scene.rng.uniform(0.05, 0.14), tint * 0.6, 0.4)
    pendant_lamps(scene, plate, int(np.ceil(plate.span * 2.5)), WARM_LAMP * 1.6)
    picture = plate.expose(scene.rng.uniform(0.024, 0.036), spread=0.3)
    sparkle(scene, picture, [WARM_LAMP * 0.5], 16, 0.03, 0.45)
    table = project(scene, "wood", 0.12, 560) * pick(scene, WOODS["dark"])
    return lay(scene, picture, table, gloss=0.35, blur_px=14)


def sparkle(
    scene: Scene, picture: np.ndarray, colours: list[np.ndarray], count: int, radius: float, level: float
) -> None:
    """Bokeh discs over a full-size picture, in place, computed at half size; radius in units."""
    small = np.zeros((scene.height // 2, scene.width // 2, 3), np.float32)
    bokeh(scene, small, colours, int(count * scene.width / scene.unit_px), radius * scene.unit_px / 2, level)
    picture += np.repeat(np.repeat(small, 2, 0), 2, 1)


def living_room(scene: Scene) -> np.ndarray:
    """A sideboard before a sofa, a window with curtains, a lamp and a plant."""
    tint = scene.tint
    wall = mix(linear("#ded6ca"), tint, 0.55)
    plate = Plate(scene, wall)
    width = scene.rng.uniform(0.32, 0.5)
    middle = light_side_x(scene, plate, 0.18)
    window(scene, plate, middle - width / 2, 0.14, width, plate.top * 0.95, linear("#f2eee6"))
    for edge in (-1, 1):
        x = middle + edge * (width / 2 + 0.03)
        for fold in np.linspace(-0.05, 0.05, 5):
            plate.rect(
                x + fold,
                -0.02,
                x + fold + 0.026,
                plate.top + 0.1,
                mix(linear("#efe8dc"), tint, 0.4) * scene.rng.uniform(0.85, 1.1),
            )
    sofa(scene, plate, light_side_x(scene, plate, scene.rng.uniform(0.62, 0.75)), tint)
    if scene.rng.random() < 0.7:
        x, up = light_side_x(scene, plate, scene.rng.uniform(0.6, 0.8)), scene.rng.uniform(0.36, 0.42)
        plate.rect(x - 0.1, up, x + 0.1, up + 0.15, linear("#2f2b28"))
        plate.rect(x - 0.09, up + 0.01, x + 0.09, up + 0.14, mix(linear("#f3efe6"), scene.tint, 0.5))
    floor_lamp(scene, plate, light_side_x(scene, plate, scene.rng.uniform(0.88, 0.97)))
    plant(scene, plate, light_side_x(scene, plate, scene.rng.uniform(0.34, 0.42)), 0.02, scene.rng.uniform(0.12, 0.2))
    board = project(scene, "wood", 0.10, 600) * pick(scene, WOODS["light"] + WOODS["dark"][:1])
    return lay(
        scene, plate.expose(scene.rng.uniform(0.018, 0.03), spread=0.35), board, gloss=0.18, gobo=sun_gobo(scene)
    )


def sofa(scene: Scene, plate: Plate, x: float, colour: np.ndarray) -> None:
    """A sofa with a back, arms and cushions, seen from the front."""
    plate.rect(x - 0.36, plate.foot(), x + 0.36, 0.20, colour * 0.85, 0.3)
    plate.disc(x - 0.36, 0.05, 0.06, colour * 0.8, 1.5)
    plate.disc(x + 0.36, 0.05, 0.06, colour * 0.8, 1.5)
    for left in (-0.33, 0.0):
        plate.rect(x + left + 0.005, 0.02, x + left + 0.325, 0.185, colour, 0.35)
    for _ in range(3):
        cushion = mix(colour, pick(scene, ["#f3eadc", "#8d7f72", "#e9dcc8", "#38424f"], 0.1), 0.7)
        dx = scene.rng.uniform(-0.28, 0.28)
        plate.polygon(
            [(x + dx - 0.07, 0.02), (x + dx + 0.08, 0.03), (x + dx + 0.06, 0.16), (x + dx - 0.06, 0.15)], cushion
        )


def floor_lamp(scene: Scene, plate: Plate, x: float) -> None:
    """A lamp with a glowing shade."""
    glowing = WARM_LAMP * (0.75 if scene.mood in ("dramatic dark", "neon evening", "golden sunset") else 0.35)
    plate.rect(x - 0.006, plate.foot(), x + 0.006, 0.36, linear("#3a332d"))
    plate.light(x - 0.07, 0.34, x + 0.07, 0.47, glowing)


def spa(scene: Scene) -> np.ndarray:
    """A stone slab before tiles, a basin or candles, rolled towels and a plant."""
    tint = scene.tint
    tile = mix(linear("#dedbd5"), tint, 0.7)
    plate = Plate(scene, tile * 0.6)
    step = (scene.rng.uniform(0.10, 0.2), scene.rng.uniform(0.05, 0.1))
    for row, up in enumerate(np.arange(-0.1, plate.top + 0.1, step[1])):
        for x in np.arange(-step[0] * (row % 2) / 2, plate.span, step[0]):
            plate.rect(x, up, x + step[0] - 0.008, up + step[1] - 0.008, tile * scene.rng.uniform(0.82, 1.06), 0.06)
    width = scene.rng.uniform(0.22, 0.34)
    window(scene, plate, light_side_x(scene, plate, 0.12) - width / 2, 0.18, width, 0.4, linear("#f4f2ee"))
    towels(scene, plate, light_side_x(scene, plate, scene.rng.uniform(0.68, 0.9)), mix(linear("#f5f1ea"), tint, 0.3))
    plant(scene, plate, light_side_x(scene, plate, scene.rng.uniform(0.3, 0.4)), 0.02, scene.rng.uniform(0.1, 0.17))
    for _ in range(int(scene.rng.integers(1, 4))):
        x = light_side_x(scene, plate, scene.rng.uniform(0.5, 0.95))
        plate.rect(x - 0.03, plate.foot(), x + 0.03, 0.09, linear("#f3e7d2"), 0.4)
        plate.disc(x, 0.115, 0.014, WARM_LAMP * 1.6, 1.6, shining=True)
    slab = project(scene, "stone", 0.12, 520) * mix(
        pick(scene, ["#e9e5de", "#a9a198", "#6d6863", "#b99c7e"]), tint, 0.15
    )
    return lay(
        scene,
        plate.expose(scene.rng.uniform(0.016, 0.026), spread=0.3),
        slab,
        gloss=0.3,
        blur_px=12,
        gobo=sun_gobo(scene),
    )


def towels(scene: Scene, plate: Plate, x: float, colour: np.ndarray) -> None:
    """A small stack of rolled towels."""
    for row in range(3):
        for column in range(3 - row):
            centre = x + (column - (2 - row) / 2) * 0.125
            plate.disc(centre, 0.03 + row * 0.10, 0.06, colour * scene.rng.uniform(0.9, 1.05), 0.9)
            plate.disc(centre, 0.03 + row * 0.10, 0.025, colour * 0.7, 0.9)


def festive(scene: Scene) -> np.ndarray:
    """Wood before a dark backdrop full of golden lights and a hint of fir branches."""
    tint = scene.tint
    plate = Plate(scene, tint * (0.35 if lightness(tint) < 0.3 else 0.22))
    grain = noise(scene.rng, plate.height, plate.width, (4, 5), 3)[..., None]
    plate.albedo *= np.clip(1 + 0.4 * grain, 0.3, 2)
    gold = np.float32([1.0, 0.62, 0.22])
    picture = plate.expose(0.03, spread=0.4)
    sparkle(scene, picture, [gold * 0.9, gold * 0.6, np.float32([1.0, 0.8, 0.5])], 70, 0.036, 0.75)
    sparkle(scene, picture, [gold, tint + 0.1], 30, 0.06, 0.30)
    table = project(scene, "wood", 0.12, 560) * pick(scene, WOODS["dark"] + WOODS["light"][1:2])
    return lay(scene, picture, table, gloss=0.4, blur_px=16)


def marble(scene: Scene) -> np.ndarray:
    """A marble slab before a plain wall with a soft light gradient, sometimes with a branch's shadow."""
    tint = scene.tint
    plate = Plate(scene, tint * 0.9)
    picture = plate.expose(0.0, spread=0.42)
    stone = linear("#3a3b3e") if scene.rng.random() < 0.15 else mix(linear("#f2efeb"), tint, 0.08)
    gobo = leaf_gobo(scene) if scene.rng.random() < 0.3 else sun_gobo(scene)
    if gobo is not None:
        picture = picture * (0.45 + 0.55 * gobo[..., None])
    slab = project(scene, "marble", 0.10, 560, scene.rng.uniform(-20, 20)) * stone
    return lay(scene, picture, slab, gloss=0.30, blur_px=12, shade=0.18, gobo=gobo)
