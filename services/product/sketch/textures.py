"""Surface textures seen from above: float32 albedo (SIZE, SIZE, 3) near 1 for neutral ones, lit from the left."""

from functools import cache

import cv2
import numpy as np

from services.product.sketch.optics import noise, smoothstep
from services.product.sketch.palette import linear

SIZE = 1024
VARIANTS = 5


def relief(height_map: np.ndarray, strength: float) -> np.ndarray:
    """Shading of a bumpy ground by light from the left."""
    slope = cv2.Sobel(height_map, cv2.CV_32F, 1, 0, ksize=3) - 0.4 * cv2.Sobel(height_map, cv2.CV_32F, 0, 1, ksize=3)
    return np.clip(1 + strength * slope, 0.25, 1.9)


def wood(rng: np.random.Generator) -> np.ndarray:
    """Planks along x with stretched grain and dark joints."""
    planks = int(rng.integers(4, 8))
    image = np.ones((SIZE, SIZE), np.float32)
    for top, bottom in zip(
        *(np.linspace(0, SIZE, planks + 1).astype(int)[s] for s in (slice(0, -1), slice(1, None))), strict=True
    ):
        rows = bottom - top
        warp = noise(rng, rows, SIZE, (2, 2), 2)
        rings = np.sin((warp * 1.3 + np.linspace(0, 5, rows, dtype=np.float32)[:, None]) * rng.uniform(4, 8))
        grain = noise(rng, rows, SIZE, (rows / 4, 5), 3)
        pores = smoothstep(noise(rng, rows, SIZE, (rows / 1.6, 26), 1), 1.1, 2.2)
        tone = rng.uniform(0.74, 1.08)
        image[top:bottom] = tone * (1 + 0.06 * rings + 0.10 * grain + 0.05 * warp) * (1 - 0.22 * pores)
        joint = np.abs(np.arange(rows) - 1.5)[:, None]
        image[top:bottom] *= 1 - 0.6 * np.exp(-((joint / 2.2) ** 2))
    warm = np.array([1.0, 1.0, 1.0], np.float32) + (image[..., None] - 1) * np.array([0.85, 1.05, 1.25], np.float32)
    return np.clip(warm, 0.1, 1.6).astype(np.float32)


def veins(rng: np.random.Generator, angle: float, per_side: float, width: float) -> np.ndarray:
    """Seams that run across the slab at the angle (radians), 0..1: sharp inside, feathered outside, fading in and out.

    They are the level lines of a bent slope, which never close, as those of plain noise do: rings look scribbled.
    """
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) / SIZE
    bend = 0.045 * noise(rng, SIZE, SIZE, (3, 3), 2) + 0.008 * noise(rng, SIZE, SIZE, (12, 12), 3)
    phase = per_side * (x * np.cos(angle) + y * np.sin(angle) + bend) + rng.uniform()
    apart = np.abs(phase - np.round(phase)) / per_side
    fade = smoothstep(noise(rng, SIZE, SIZE, (4, 4), 3), -0.9, 1.4)
    return fade * np.exp(-apart / (width * (0.35 + fade)))


def marble(rng: np.random.Generator) -> np.ndarray:
    """White stone with grey clouds that follow its seams."""
    angle = rng.uniform(0.5, 1.1) * rng.choice([-1, 1])
    clouds = smoothstep(noise(rng, SIZE, SIZE, (4, 3), 5), -1.2, 1.6)
    wide, strong, fine = (
        veins(rng, angle + turn, per_side, width)
        for turn, per_side, width in ((0.0, 2.0, 0.10), (0.1, 2.6, 0.012), (-0.3, 6.0, 0.005))
    )
    tone = 1 - 0.10 * clouds - 0.30 * wide * (0.4 + 0.6 * clouds) - 0.42 * strong - 0.16 * fine
    return np.stack([tone, tone**0.99, tone**0.95], -1).astype(np.float32)


def sand(rng: np.random.Generator) -> np.ndarray:
    dunes = noise(rng, SIZE, SIZE, (7, 5), 3)
    ripples = np.sin(np.linspace(0, 150, SIZE)[:, None] + 2.5 * noise(rng, SIZE, SIZE, (4, 6), 3)).astype(np.float32)
    grains = rng.standard_normal((SIZE, SIZE), dtype=np.float32)
    tone = relief(cv2.GaussianBlur(dunes * 4 + ripples * 0.25 * smoothstep(dunes, -0.5, 1), (0, 0), 2), 0.42)
    tone = np.maximum(tone, 0.5 + 0.3 * tone)
    tone = tone * (1 + 0.035 * grains + 0.05 * noise(rng, SIZE, SIZE, (90, 90), 2))
    return np.repeat(tone[..., None], 3, -1).astype(np.float32)


def moss(rng: np.random.Generator) -> np.ndarray:
    """Cushions of moss: rounded, darker where they meet, with bright tips, and earth that shows through in places."""
    cushions, hills = noise(rng, SIZE, SIZE, (20, 20), 2), noise(rng, SIZE, SIZE, (5, 5), 2)
    tips = cv2.GaussianBlur(noise(rng, SIZE, SIZE, (190, 190), 2), (0, 0), 0.9)
    tone = np.clip(relief(cv2.GaussianBlur(cushions * 1.3 + hills * 4, (0, 0), 3), 0.20), 0.7, 1.35)
    tone = tone * (0.72 + 0.28 * smoothstep(cushions, -1.3, 0.6)) * np.clip(1 + 0.12 * tips, 0.7, 1.4)
    young = smoothstep(cushions + 0.35 * tips, -0.6, 2.4)[..., None]
    earth = 0.55 * smoothstep(noise(rng, SIZE, SIZE, (4, 4), 4) - 0.35 * cushions, 0.7, 1.9)[..., None]
    colour = linear("#5d7040") * (1 - young) + linear("#84934f") * young
    colour = colour * (1 - earth) + linear("#6f5f49") * earth
    return (tone[..., None] * colour).astype(np.float32)


def rock(rng: np.random.Generator) -> np.ndarray:
    lumps = noise(rng, SIZE, SIZE, (6, 4), 6)
    cracks = veins(rng, rng.uniform(0.2, 1.2) * rng.choice([-1, 1]), 2.5, 0.004)
    tone = relief(lumps * 5, 0.16) * (1 + 0.10 * noise(rng, SIZE, SIZE, (3, 3), 3)) * (1 - 0.55 * cracks)
    return np.repeat(np.clip(tone, 0.2, 1.7)[..., None], 3, -1).astype(np.float32)


def snow(rng: np.random.Generator) -> np.ndarray:
    drifts = noise(rng, SIZE, SIZE, (5, 4), 4)
    tone = relief(cv2.GaussianBlur(drifts, (0, 0), 3) * 8, 0.5)
    sparkle = (rng.random((SIZE, SIZE)) > 0.9985).astype(np.float32)
    tone = 0.55 + 0.45 * tone + cv2.GaussianBlur(sparkle, (0, 0), 0.9) * 1.5
    return np.stack([tone**1.25, tone**1.08, tone**0.9], -1).astype(np.float32)


def stone(rng: np.random.Generator) -> np.ndarray:
    """Honed stone, concrete or plaster: soft clouds, few pores."""
    clouds = noise(rng, SIZE, SIZE, (4, 4), 5)
    pores = smoothstep(noise(rng, SIZE, SIZE, (170, 170), 2), 2.0, 2.9)
    tone = (1 + 0.055 * clouds) * (1 - 0.18 * pores) + 0.012 * rng.standard_normal((SIZE, SIZE), dtype=np.float32)
    return np.repeat(tone[..., None], 3, -1).astype(np.float32)


def rubber(rng: np.random.Generator) -> np.ndarray:
    """Tartan with white lane lines that run along y."""
    tone = 1 + 0.07 * rng.standard_normal((SIZE, SIZE), dtype=np.float32) + 0.05 * noise(rng, SIZE, SIZE, (4, 4), 3)
    image = np.repeat(tone[..., None], 3, -1)
    offset = int(rng.integers(60, 200))
    for left in range(offset, SIZE, 256):
        image[:, left : left + 13] = 3.0
    return image.astype(np.float32)


def leaf_litter(rng: np.random.Generator) -> np.ndarray:
    """Wooden planks with fallen leaves in orange, yellow and red."""
    image = wood(rng) * linear("#8d6a4a")
    for _ in range(110):
        centre = rng.integers(0, SIZE, 2)
        size, turn = rng.uniform(12, 26), rng.uniform(0, 360)
        colour = linear(str(rng.choice(["#d9822b", "#c4501f", "#e0a93a", "#9c3a1c"]))) * rng.uniform(0.6, 1.1)
        corner = (int(centre[0]), int(centre[1]))
        shadow = (corner[0] + 6, corner[1] + 4)
        axes_px = (int(size), int(size * rng.uniform(0.4, 0.8)))
        cv2.ellipse(image, shadow, axes_px, turn, 0, 360, (0.06, 0.04, 0.025), -1)
        for lobe in (-38, 0, 38):
            blade = (axes_px[0], max(3, axes_px[1] // 2))
            cv2.ellipse(
                image, corner, blade, turn + lobe, 0, 360, tuple(float(c) for c in colour * (1 - 0.004 * abs(lobe))), -1
            )
    return cv2.GaussianBlur(image, (0, 0), 1.0)


MAKERS = {
    "wood": wood, "marble": marble, "sand": sand, "moss": moss, "rock": rock, "snow": snow,
    "stone": stone, "rubber": rubber, "leaf_litter": leaf_litter,
}  # fmt: skip


@cache
def texture(name: str, variant: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """A texture and its out-of-focus copy, mirrored for light from the right."""
    sharp = MAKERS[name](np.random.default_rng([sorted(MAKERS).index(name), variant]))
    sharp = np.ascontiguousarray(sharp[:, ::-1]) if side > 0 else sharp
    return sharp, cv2.GaussianBlur(sharp, (0, 0), 5, borderType=cv2.BORDER_REFLECT_101)
