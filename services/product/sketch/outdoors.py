"""Landscapes behind the ground: garden, beach, forest, mountain, city, track, autumn, winter."""

import cv2
import numpy as np

from services.product.sketch.interiors import WOODS, pick, sky_colour, sparkle
from services.product.sketch.optics import axes, glow, noise, smoothstep, soften
from services.product.sketch.palette import Scene, jitter, linear, mix
from services.product.sketch.plate import Plate
from services.product.sketch.surfaces import dapple, lay, project


def sky(scene: Scene, plate: Plate, horizon: float) -> np.ndarray:
    """Sky (height, width, 3) in linear light down to the row fraction horizon, with soft clouds and a sun glow."""
    y, x = axes(plate.height, plate.width)
    t = np.clip(y / horizon, 0, 1)[..., None]
    base = {
        "bright morning": ("#78b2e4", "#f0ece0"), "golden sunset": ("#6f7fb0", "#ffb56b"),
        "soft overcast": ("#8f9aa6", "#c3c8cb"), "dramatic dark": ("#1c2431", "#5d5a5c"),
        "neon evening": ("#1f1a52", "#d64fa0"), "midday sun": ("#4f97dd", "#d3ebf7"),
    }[scene.mood]  # fmt: skip
    tint = scene.tint
    level = min(1.0, 0.25 + 1.6 * float(linear(base[1]).mean()))
    high, low = mix(linear(base[0]), tint * level, 0.65), mix(linear(base[1]), tint * level, 0.3)
    colours = (high * (1 - t**1.3) + low * t**1.3) * 1.08 * np.ones_like(x)[..., None]
    clouds = smoothstep(noise(scene.rng, plate.height, plate.width, (5, 2.2 * plate.span), 4), 0.2, 1.8) * (
        1 - 0.5 * t[..., 0]
    )
    white = mix(low * 1.5, np.float32([1, 1, 1]), 0.25 if level > 0.6 else 0.0)
    colours += (white - colours) * (0.45 * clouds * scene.rng.random())[..., None]
    sun = glow(plate.height, plate.width, 0.5 + scene.side * 0.36, horizon * 0.75, 0.22)
    return (colours + sun[..., None] * np.float32(scene.light.key) * 0.5).astype(np.float32)


def foliage(scene: Scene, plate: Plate, codes: list[str], cells: float, bright: float) -> np.ndarray:
    """Leaves of two of the sRGB codes, (height, width, 3)."""
    return leaves(scene, plate, pick(scene, codes, 0.15), pick(scene, codes, 0.15), cells, bright)


def foliage_of(scene: Scene, plate: Plate, tint: np.ndarray, bright: float) -> np.ndarray:
    """Leaves of one colour, (height, width, 3)."""
    return leaves(scene, plate, jitter(scene.rng, tint, 0.2), jitter(scene.rng, tint, 0.2), 5, bright)


def leaves(scene: Scene, plate: Plate, one: np.ndarray, two: np.ndarray, cells: float, bright: float) -> np.ndarray:
    """Patches (height, width, 3) between dark and light tones of two colours, lighter toward the sky and the light."""
    shape = (plate.height, plate.width)
    tone = noise(scene.rng, *shape, (cells, cells * plate.span), 4)
    hue = smoothstep(noise(scene.rng, *shape, (4, 4 * plate.span), 3), -1, 1)[..., None]
    y, x = axes(*shape)
    toward = 0.5 - 0.5 * scene.side + scene.side * x
    level = np.exp(0.75 * tone) * (0.35 + 0.65 * toward) * (1.25 - 0.7 * y)
    return (one * (1 - hue) + two * hue) * (level[..., None] * bright)


def trunks(scene: Scene, plate: Plate, count: int, colour: np.ndarray) -> None:
    """Tree trunks that thin out with distance."""
    for index in range(int(count * plate.span) + 1):
        near = (index + 1) / (count * plate.span + 1)
        x, half = scene.rng.uniform(-0.05, plate.span + 0.05), 0.008 + 0.032 * near * scene.rng.uniform(0.5, 1)
        haze = mix(colour, np.float32(scene.light.ambient) * 0.35, 0.55 * (1 - near))
        plate.rect(x - half, plate.foot(), x + half, plate.top + 0.1, haze, 0.7)


def canopy_lights(scene: Scene, picture: np.ndarray, tint: np.ndarray, count: int, level: float) -> None:
    """Light through leaves as bokeh discs of sky colour and tint."""
    day = np.minimum(sky_colour(scene), 2.0)
    sparkle(scene, picture, [day * 0.55, mix(day * 0.4, tint, 0.5), tint], count, 0.034, level)


def blossoms(scene: Scene, plate: Plate, tint: np.ndarray) -> None:
    """Bushes full of flowers of the colour."""
    for _ in range(int(5 * plate.span) + 1):
        x, up, size = scene.rng.uniform(0, plate.span), scene.rng.uniform(0, 0.30), scene.rng.uniform(0.05, 0.10)
        for dx, dy in scene.rng.normal(0, size, (14, 2)):
            colour = jitter(scene.rng, tint, 0.15) * scene.rng.uniform(0.7, 1.15)
            plate.disc(x + 1.4 * dx, up + dy, scene.rng.uniform(0.010, 0.032), colour)


def garden(scene: Scene) -> np.ndarray:
    """A wooden table before sunlit green with flowers of the scene's colour."""
    tint = scene.tint
    plate = Plate(scene, linear("#6f8f45"))
    plate.albedo[:] = foliage(scene, plate, ["#6f9a42", "#8fb457", "#46702f", "#a9c46a"], 5, 0.9)
    blossoms(scene, plate, tint)
    day = sky_colour(scene) * 0.5
    opening = glow(plate.height, plate.width, 0.5 + scene.side * scene.rng.uniform(0.1, 0.4), 0.12, 0.20)
    plate.emission += opening[..., None] * day
    picture = plate.expose(scene.rng.uniform(0.028, 0.04), spread=0.3)
    canopy_lights(scene, picture, mix(linear("#b9d46a"), tint, 0.6), 26, 0.35)
    table = project(scene, "wood", 0.14, 560) * pick(scene, WOODS["light"] + WOODS["dark"][:1])
    return lay(scene, picture, table, gloss=0.14, gobo=dapple(scene) if scene.rng.random() < 0.6 else None)


def beach(scene: Scene) -> np.ndarray:
    """Sand, a band of foam, sea to the horizon and sky; sometimes palm leaves out of focus."""
    plate = Plate(scene, linear("#ffffff"))
    horizon = scene.edge - scene.rng.uniform(0.10, 0.17)
    image = sky(scene, plate, horizon)
    y, _ = axes(plate.height, plate.width)
    depth = np.clip((y - horizon) / (scene.edge - horizon), 0, 1)
    tint = mix(linear("#2f8fa8"), scene.tint, 0.7)
    light = np.float32(scene.light.ambient) + 0.45 * np.float32(scene.light.key)
    water = mix(tint * 0.6, tint * 1.25 + 0.04, depth[..., None]) * light
    waves = noise(scene.rng, plate.height, plate.width, (110, 14 * plate.span), 2)
    shimmer = glow(plate.height, plate.width, 0.5 + scene.side * 0.36, horizon, 0.3)
    water = water * (1 + 0.14 * waves * (0.3 + depth))[..., None] + (np.clip(waves - 0.9, 0, 2) * shimmer * 0.6)[
        ..., None
    ] * np.float32(scene.light.key)
    image = np.where((y > horizon)[..., None], water + 0.14 * image[int(horizon * plate.height) - 1][None], image)
    rim = 0.030 * noise(scene.rng, plate.height, plate.width, (2, 3 * plate.span), 2)
    for shift, strength in ((-0.055, 0.4), (-0.008, 0.8)):
        foam = np.exp(-(((y - scene.edge - shift + rim * 0.4) / 0.011) ** 2))
        image += (foam * strength)[..., None] * (
            np.float32(scene.light.ambient) + 0.5 * np.float32(scene.light.key) - image * 0.6
        )
    plate.albedo[:], plate.emission = 0, image.astype(np.float32)
    picture = plate.expose(scene.rng.uniform(0.006, 0.014))
    if scene.rng.random() < 0.35:
        sparkle(scene, picture, [np.float32(scene.light.key)], 14, 0.022, 0.35)
    ground = pick(scene, ["#e3cda4", "#d8bb8a", "#eadbbd"])
    return lay(scene, picture, project(scene, "sand", horizon, 420) * ground, gloss=0.02, shade=0.05)


def forest(scene: Scene) -> np.ndarray:
    """A mossy clearing before trunks and leaves with light falling through."""
    tint = scene.tint
    plate = Plate(scene, tint)
    greens = ["#3d6632", "#58843f", "#2c4f2c", "#7d9a4a"]
    plate.albedo[:] = mix(foliage(scene, plate, greens, 5, 0.75), foliage_of(scene, plate, tint, 1.0), 0.65)
    beam = glow(plate.height, plate.width, 0.5 + scene.side * scene.rng.uniform(0.05, 0.4), 0.2, 0.25)
    trunks(scene, plate, 7, pick(scene, ["#4a3a2c", "#3a3026", "#5c4a38"]))
    plate.emission += beam[..., None] * mix(sky_colour(scene) * 0.45, tint, 0.4)
    picture = plate.expose(scene.rng.uniform(0.022, 0.034), spread=0.35)
    canopy_lights(scene, picture, tint, 40, 0.30)
    ground = project(scene, "moss", scene.edge - 0.14, 420) * mix(np.float32([1, 1, 1]), tint * 3, 0.25)
    return lay(scene, picture, ground, gloss=0.0, shade=0.4, gobo=dapple(scene))


def ridge(scene: Scene, plate: Plate, base: float, rise: float, cells: float) -> np.ndarray:
    """Mask (height, width) below a mountain crest; base and rise are row fractions."""
    line = noise(scene.rng, 2, plate.width, (1, cells * plate.span), 6)[0]
    line = (line - line.min()) / max(float(np.ptp(line)), 1e-3)
    y, _ = axes(plate.height, plate.width)
    return smoothstep((y - (base - rise * line)[None]) * plate.height, -0.8, 0.8)


def y_up(plate: Plate, row: float) -> np.ndarray:
    """Height (height, 1) above a row fraction, in fractions of the height."""
    return row - axes(plate.height, plate.width)[0]


def mountain(scene: Scene) -> np.ndarray:
    """A flat rock before ridges that fade into the haze."""
    plate = Plate(scene, linear("#ffffff"))
    image = sky(scene, plate, scene.edge)
    haze = image[int(0.8 * scene.edge * plate.height)].mean(0)
    light = np.float32(scene.light.ambient) + 0.6 * np.float32(scene.light.key)
    for layer, (base, rise) in enumerate(((0.66, 0.42), (0.80, 0.34), (0.96, 0.24))):
        mask = ridge(scene, plate, scene.edge * base, scene.edge * rise, 2 + layer)[..., None]
        body = mix(linear("#4d5a66"), scene.tint, 0.5) if layer < 2 else pick(scene, ["#3f5a3c", "#55603f", "#4c5048"])
        facets = noise(scene.rng, plate.height, plate.width, (5, 15 * plate.span), 3)
        slope = np.clip(1 + 0.6 * cv2.Sobel(facets, cv2.CV_32F, 1, 0) * -scene.side, 0.4, 1.8)[..., None]
        snow = smoothstep(y_up(plate, scene.edge * (base - 0.62 * rise)) + 0.02 * facets, 0.0, 0.05)[..., None] * (
            layer == 0
        )
        body = mix(body, np.float32([0.9, 0.92, 0.96]), snow)
        peak = mix(body * light * slope, haze, 0.52 - 0.22 * layer)
        image = image * (1 - mask) + peak * mask
    plate.albedo[:], plate.emission = 0, image.astype(np.float32)
    ground = project(scene, "rock", scene.edge - 0.10, 460) * pick(scene, ["#a39a8d", "#8f8d8a", "#b5a48c"])
    return lay(scene, plate.expose(scene.rng.uniform(0.011, 0.018)), ground, gloss=0.02, shade=0.15)


def city_night(scene: Scene) -> np.ndarray:
    """Glossy black before towers and out-of-focus lights of the scene's colour."""
    tint = scene.tint
    vivid = tint / max(float(tint.max()), 0.05)
    plate = Plate(scene, np.float32([0.012, 0.014, 0.022]))
    y, _ = axes(plate.height, plate.width)
    plate.emission += (smoothstep(y, 0.0, scene.edge) * 0.16)[..., None] * vivid + np.float32([0.006, 0.008, 0.016])
    for _ in range(int(9 * plate.span)):
        x, wide, up = scene.rng.uniform(-0.1, plate.span), scene.rng.uniform(0.06, 0.16), scene.rng.uniform(0.12, 0.5)
        plate.light(x, plate.foot(), x + wide, up, vivid * scene.rng.uniform(0.01, 0.06) + 0.004)
    picture = plate.expose(scene.rng.uniform(0.014, 0.022))
    others = [np.float32([1.0, 0.66, 0.3]), np.float32([0.35, 0.55, 1.0]), np.float32([1.0, 0.3, 0.25])]
    sparkle(scene, picture, [vivid, vivid * 0.7, others[int(scene.rng.integers(3))]], 64, 0.032, 0.8)
    sparkle(scene, picture, [vivid], 16, 0.055, 0.25)
    slab = project(scene, "stone", 0.16, 520) * np.float32([0.022, 0.023, 0.027])
    return lay(scene, picture, slab, gloss=0.85, blur_px=18, shade=0.3)


def track(scene: Scene) -> np.ndarray:
    """Lanes that run to a stadium stand with floodlights."""
    tint = scene.tint
    plate = Plate(scene, linear("#ffffff"))
    plate.albedo[:], plate.emission = 0, sky(scene, plate, scene.edge)
    light = np.float32(scene.light.ambient) + 0.5 * np.float32(scene.light.key)
    low, high = scene.rng.uniform(0.02, 0.05), scene.rng.uniform(0.18, 0.26)
    plate.light(0, low, plate.span, high, light * mix(linear("#6b7078"), tint, 0.25) * 0.5)
    crowd = noise(scene.rng, plate.height, plate.width, (60, 60 * plate.span), 1)[..., None]
    plate.emission[plate._box(0, low, plate.span, high)] *= np.clip(1 + 0.5 * crowd, 0.2, 2.5)[
        plate._box(0, low, plate.span, high)
    ]
    plate.light(0, high, plate.span, high + 0.03, light * 0.75)
    plate.light(0, plate.foot(), plate.span, low, light * pick(scene, ["#4f7d3a", "#5c8a45"]))
    for x in np.linspace(0.12, plate.span - 0.12, int(2 * plate.span) + 1):
        plate.light(x - 0.005, high, x + 0.005, high + 0.2, np.float32([0.03, 0.03, 0.035]))
        for lamp in range(8):
            centre = (x + 0.024 * (lamp % 4 - 1.5), high + 0.2 + 0.024 * (lamp // 4))
            plate.disc(*centre, 0.009, np.float32([5.0, 5.0, 4.8]), shining=True)
    ground = project(scene, "rubber", scene.edge - 0.03, 430, scene.rng.uniform(-6, 6))
    paint = np.clip((ground - 1.25) / 1.6, 0, 1)
    albedo = mix(np.minimum(ground, 1.25) * mix(linear("#b5492f"), tint, 0.75), np.float32(0.78), paint)
    return lay(scene, plate.expose(scene.rng.uniform(0.012, 0.02)), albedo.astype(np.float32), gloss=0.03, shade=0.1)


def autumn(scene: Scene) -> np.ndarray:
    """Planks with fallen leaves before golden trees."""
    tint = scene.tint
    plate = Plate(scene, tint)
    plate.albedo[:] = foliage_of(scene, plate, tint, 1.05)
    plate.emission += (
        glow(plate.height, plate.width, 0.5 + scene.side * 0.25, 0.1, 0.22)[..., None]
        * mix(sky_colour(scene), tint, 0.8)
        * 0.4
    )
    trunks(scene, plate, 4, pick(scene, ["#4a3626", "#38291f"]))
    picture = plate.expose(scene.rng.uniform(0.026, 0.036), spread=0.3)
    canopy_lights(scene, picture, tint, 30, 0.4)
    return lay(scene, picture, project(scene, "leaf_litter", 0.14, 520), gloss=0.06, gobo=dapple(scene))


def winter(scene: Scene) -> np.ndarray:
    """Snow before fir trees in the haze, with soft flakes of light."""
    tint = scene.tint
    plate = Plate(scene, linear("#ffffff"))
    image = sky(scene, plate, scene.edge)
    haze = image[int(0.7 * scene.edge * plate.height)].mean(0)
    plate.albedo[:] = 0
    plate.emission = image
    for index in range(int(22 * plate.span)):
        near = index / (22 * plate.span)
        fir(
            scene, plate, mix(linear("#2c4a44"), tint, 0.15) * (np.float32(scene.light.ambient) + 0.1), haze * 0.9, near
        )
    picture = plate.expose(scene.rng.uniform(0.014, 0.024))
    sparkle(scene, picture, [np.float32([1, 1, 1]) * haze.mean()], 30, 0.014, 0.5)
    albedo = project(scene, "snow", scene.edge - 0.08, 430) * mix(linear("#f4f6fa"), tint, 0.15)
    return lay(scene, soften(picture, 0.8), albedo, gloss=0.02, shade=0.1)


def fir(scene: Scene, plate: Plate, colour: np.ndarray, haze: np.ndarray, near: float) -> None:
    """A snow-dusted fir as stacked triangles, written as light because the sky is."""
    x, size = scene.rng.uniform(-0.05, plate.span + 0.05), (0.2 + 0.3 * near) * scene.rng.uniform(0.7, 1.15)
    tone, edge = mix(haze, colour, 0.25 + 0.6 * near), scene.edge * plate.height
    for level in range(4):
        low, half = size * level * 0.22 - 0.02, size * 0.22 * (1 - level * 0.21)
        for width, lift, paint in ((1.0, 0.0, tone), (0.5, 0.12, mix(tone, haze * 1.2, 0.35))):
            points = [
                (x - half * width, low + size * lift),
                (x + half * width, low + size * lift),
                (x, low + size * 0.36),
            ]
            corners = np.array([(px * plate.unit, edge - up * plate.unit) for px, up in points], np.int32)
            cv2.fillPoly(plate.emission, [corners], tuple(float(c) for c in paint))
