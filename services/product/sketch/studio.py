"""Built sets in full focus: seamless sweep, podium with arch, plaster wall with shadows."""

import cv2
import numpy as np

from services.product.sketch.optics import axes, glow, noise, smoothstep, soften
from services.product.sketch.palette import STAND_Y, Scene, jitter, lightness, linear, mix
from services.product.sketch.surfaces import lay, leaf_gobo, project, sun_gobo, window_gobo

SHIFT = 4


def mask(scene: Scene, points: np.ndarray, sigma: float = 0.0) -> np.ndarray:
    """Antialiased polygon (height, width) 0..1 of px corners, optionally blurred."""
    canvas = np.zeros((scene.height, scene.width), np.uint8)
    cv2.fillPoly(canvas, [np.round(points * 2**SHIFT).astype(np.int32)], 255, cv2.LINE_AA, SHIFT)
    image = canvas.astype(np.float32) / 255
    return soften(image, sigma) if sigma else image


def oval(x: float, y: float, width: float, height: float, start: float = 0, stop: float = 360) -> np.ndarray:
    """Points px along an ellipse of the given radii, degrees clockwise from +x."""
    t = np.deg2rad(np.linspace(start, stop, 72))
    return np.stack([x + width * np.cos(t), y + height * np.sin(t)], -1)


def paint(image: np.ndarray, cover: np.ndarray, colour: np.ndarray) -> None:
    """Blend a colour (3,) or picture (height, width, 3) over the image in place."""
    image += (colour - image) * cover[..., None]


def room_light(scene: Scene, spread: float = 0.5, gobo: np.ndarray | None = None) -> np.ndarray:
    """Key and ambient light (height, width, 3) on a wall: brighter toward the light and around the stand point.

    gobo: (height, width) share of the key light.
    """
    y, x = axes(scene.height, scene.width)
    toward = 0.5 - 0.5 * scene.side + scene.side * x
    spot = glow(scene.height, scene.width, scene.stand_x - scene.side * -0.06, 0.52, 0.42)
    key = (1 - spread) * 0.7 + spread * toward + 0.25 * spot
    if scene.mood in ("dramatic dark", "neon evening"):
        key = key * (0.15 + 1.1 * spot)
    if gobo is not None:
        key = key * gobo
    light = (
        key[..., None] * np.float32(scene.light.key) + np.float32(scene.light.ambient) * (1.05 - 0.15 * y)[..., None]
    )
    return (light + np.float32(scene.light.second) * (0.9 * (1 - toward))[..., None]).astype(np.float32)


def studio_sweep(scene: Scene) -> np.ndarray:
    """Seamless paper: a wall that runs into the floor, a spot behind the product, sometimes two tones of light."""
    tint = scene.tint
    y, _ = axes(scene.height, scene.width)
    bend = smoothstep(y, scene.edge - 0.10, scene.edge + scene.rng.uniform(0.06, 0.16))[..., None]
    wall, floor = tint * scene.rng.uniform(0.72, 0.95), tint * scene.rng.uniform(1.0, 1.15)
    image = (wall * (1 - bend) + floor * bend) * room_light(scene, scene.rng.uniform(0.3, 0.75), sun_gobo(scene))
    halo = glow(scene.height, scene.width, scene.stand_x, scene.edge - 0.16, scene.rng.uniform(0.16, 0.32))
    image *= (0.85 + scene.rng.uniform(0.1, 0.5) * halo)[..., None]
    fold = np.exp(-(((y - scene.edge) / 0.06) ** 2)) * 0.10
    image *= 1 - fold[..., None]
    sheen = glow(scene.height, scene.width, scene.stand_x, 0.92, 0.3) * bend[..., 0] * 0.12
    image += sheen[..., None] * (np.float32(scene.light.key) * 0.6 + 0.1) * mix(tint, np.float32([1, 1, 1]), 0.3)
    return image


def wall_shadow(scene: Scene) -> np.ndarray:
    """A plaster wall over a ledge with the shadows of leaves or of a window on both."""
    tint = scene.tint
    clouds = noise(scene.rng, scene.height, scene.width, (5, 5), 4)[..., None]
    gobo = leaf_gobo(scene) if scene.rng.random() < 0.6 else window_gobo(scene)
    _, x = axes(scene.height, scene.width)
    toward = 0.72 + 0.36 * (0.5 - 0.5 * scene.side + scene.side * x)
    key = (toward * gobo)[..., None] * np.float32(scene.light.key) * 1.1
    wall = tint * (0.92 + 0.018 * clouds) * (key + np.float32(scene.light.ambient) * 0.9)
    ledge = (
        project(scene, "stone", 0.10, 520)
        * mix(jitter(scene.rng, tint, 0.05), linear("#efe8de"), scene.rng.choice([0.0, 0.35]))
        * 1.12
    )
    return lay(scene, wall.astype(np.float32), ledge, gloss=0.06, shade=0.30, gobo=gobo)


def arch_outline(scene: Scene, x: float, floor: float, half: float, rise: float) -> np.ndarray:
    """Corners px of an upright arch standing on the floor row."""
    crown = oval(x, floor - rise, half, half, 180, 360)
    return np.concatenate([[[x - half, floor]], crown, [[x + half, floor]]])


def backing(scene: Scene, image: np.ndarray, light: np.ndarray, tint: np.ndarray) -> None:
    """An arch, a niche, discs or steps behind the podium, with shadow away from the light; drawn in place."""
    unit, floor = scene.unit_px, scene.edge * scene.height + 0.03 * scene.unit_px
    x = scene.width * scene.stand_x
    away = np.array([-scene.side * 0.05, 0.02]) * unit
    half = unit * scene.rng.uniform(0.22, 0.30)
    rise = min(scene.rng.uniform(0.20, 0.32) * unit, floor - half - 0.05 * scene.height)
    kind = scene.rng.random()
    tone = jitter(scene.rng, mix(tint, np.float32([0.9, 0.88, 0.86]), scene.rng.uniform(0, 0.35)), 0.08)
    if kind < 0.55:
        shape = arch_outline(scene, x, floor, half, rise)
    elif kind < 0.85:
        shape = oval(
            x + scene.rng.uniform(-0.1, 0.1) * unit, floor - 0.75 * half - 0.1 * unit, half * 1.05, half * 1.05
        )
    else:
        shape = np.array(
            [[x - half, floor], [x - half, floor - rise - half], [x + half, floor - rise - half], [x + half, floor]]
        )
    clip = (axes(scene.height, scene.width)[0] * scene.height < floor).astype(np.float32)
    hollow = kind < 0.55 and scene.rng.random() < 0.5
    if hollow:
        niche(scene, image, light, tone, shape, half)
        return
    image *= 1 - 0.42 * (mask(scene, shape + away, 0.028 * unit) * clip)[..., None]
    paint(image, mask(scene, shape + away * [-0.22, 0]) * clip, tone * light * 1.12)
    paint(image, mask(scene, shape) * clip, tone * light)


def niche(scene: Scene, image: np.ndarray, light: np.ndarray, tone: np.ndarray, shape: np.ndarray, half: float) -> None:
    """A recessed arch: the reveal on the light's side throws a shadow into it; drawn in place."""
    opening = mask(scene, shape)
    inner = mask(scene, shape - np.array([scene.side * half * 0.28, -half * 0.10]), 0.02 * scene.unit_px)
    paint(image, opening, tone * 0.62 * light)
    paint(image, opening * inner, tone * light)


def cylinder(
    scene: Scene, image: np.ndarray, light: np.ndarray, colour: np.ndarray, top: float, radius: float, depth: float
) -> None:
    """A round podium, top ellipse centred at row px top, radius and depth in px; drawn in place with its shadows."""
    x, flat = scene.width * scene.stand_x, radius * 0.27
    unit = scene.unit_px
    shadow = np.concatenate(
        [
            oval(x, top + depth, radius, flat),
            oval(x - scene.side * 0.5 * radius, top + depth + 0.1 * flat, radius, flat * 0.9),
        ]
    )
    hull = cv2.convexHull(shadow.astype(np.float32))[:, 0]
    image *= 1 - 0.45 * mask(scene, hull, unit * (0.012 + 0.02 * scene.light.softness))[..., None]
    image *= 1 - 0.35 * mask(scene, oval(x, top + depth, radius * 1.04, flat * 1.12), unit * 0.014)[..., None]
    body = np.concatenate([oval(x, top + depth, radius, flat, 0, 180), oval(x, top, radius, flat, 180, 360)])
    columns = np.clip((np.arange(scene.width, dtype=np.float32) - x) / radius, -1, 1)
    lambert = np.clip(0.62 + 0.55 * np.cos(np.arcsin(columns) - scene.side * 0.85) - 0.25, 0.2, 1.2)[None, :, None]
    fade = 1 - 0.28 * smoothstep(axes(scene.height, scene.width)[0] * scene.height, top, top + depth + flat)[..., None]
    paint(image, mask(scene, body), colour * light * lambert * fade)
    paint(image, mask(scene, oval(x, top, radius, flat)), colour * light * 1.22)
    rim = mask(scene, oval(x, top + 1.0, radius, flat)) - mask(scene, oval(x, top - 0.8, radius - 0.5, flat))
    image += np.clip(rim, 0, 1)[..., None] * colour * light * 0.22


def podium_gobo(scene: Scene) -> np.ndarray | None:
    """Leaf shadows now and then; under midday sun always a hard shadow."""
    if scene.rng.random() < 0.35:
        return leaf_gobo(scene)
    return sun_gobo(scene)


def podium(scene: Scene) -> np.ndarray:
    """A round podium on a seamless floor before an arch, disc or panel; sometimes a lower step and spheres."""
    tint, unit = scene.tint, scene.unit_px
    light = room_light(scene, scene.rng.uniform(0.35, 0.6), podium_gobo(scene))
    y, _ = axes(scene.height, scene.width)
    floor = smoothstep(y * scene.height, scene.edge * scene.height - 1.5, scene.edge * scene.height + 0.05 * unit)[
        ..., None
    ]
    wall_tone = tint * scene.rng.uniform(0.75, 0.95)
    image = (wall_tone * (1 - floor) + tint * 1.08 * floor) * light
    backing(scene, image, light, tint)
    short = min(scene.width, scene.height)
    radius, top = short * scene.rng.uniform(0.25, 0.32), STAND_Y * scene.height
    stone = jitter(scene.rng, mix(tint, np.float32([0.95, 0.93, 0.9]), scene.rng.choice([0.0, 0.25, 0.7])), 0.06)
    if lightness(tint) < 0.06:
        stone = mix(stone, np.float32([0.25, 0.24, 0.23]), 0.3)
    depth = unit * scene.rng.uniform(0.06, 0.13)
    if scene.rng.random() < 0.4:
        cylinder(scene, image, light, stone * 0.95, top + depth, radius * 1.32, depth * 0.8)
    cylinder(scene, image, light, stone, top, radius, depth)
    for side in (-1, 1):
        if scene.rng.random() < 0.3:
            sphere(scene, image, light, jitter(scene.rng, tint, 0.12), side)
    return image


def sphere(scene: Scene, image: np.ndarray, light: np.ndarray, colour: np.ndarray, side: int) -> None:
    """A ball on the floor beside the podium, drawn in place."""
    unit = scene.unit_px
    radius, x = (
        unit * scene.rng.uniform(0.035, 0.065),
        scene.width * scene.stand_x + side * unit * scene.rng.uniform(0.40, 0.5),
    )
    y = (scene.edge + 0.10) * scene.height
    image *= (
        1
        - 0.4
        * mask(
            scene, oval(x - scene.side * radius * 0.8, y + radius * 0.85, radius * 1.3, radius * 0.35), unit * 0.012
        )[..., None]
    )
    rows, columns = np.mgrid[0 : scene.height, 0 : scene.width].astype(np.float32)
    near = np.hypot(columns - (x + scene.side * radius * 0.4), rows - (y - radius * 0.45)) / radius
    paint(
        image,
        mask(scene, oval(x, y, radius, radius)),
        colour * light * np.clip(1.35 - 0.62 * near, 0.25, 1.4)[..., None],
    )
