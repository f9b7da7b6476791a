"""Noise, blur, bokeh and tone: the camera of the renderer. Images are linear float32 (height, width, 3)."""

import cv2
import numpy as np

from services.product.sketch.palette import Scene


def noise(
    rng: np.random.Generator, height: int, width: int, cells: tuple[float, float], octaves: int = 3
) -> np.ndarray:
    """Smooth fractal noise (height, width) of about unit variance; cells = rows, columns of the coarsest grid.

    The grids come from a generator of their own: their number depends on the picture's shape, and whatever is chosen
    after them should not.
    """
    (grids,) = rng.spawn(1)
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        rows, columns = (max(2, round(c * 2**octave)) for c in cells)
        grid = grids.standard_normal((min(rows + 1, height), min(columns + 1, width)), dtype=np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * 0.55**octave
    return total


def disc_kernel(radius: float) -> np.ndarray:
    """Normalised out-of-focus disc with a slightly brighter rim, as real lenses have."""
    reach = int(np.ceil(radius)) + 1
    distance = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1]).astype(np.float32)
    kernel = np.clip(radius + 0.5 - distance, 0, 1) * (1 + 0.2 * (distance / max(radius, 1)) ** 4)
    return kernel / kernel.sum()


def defocus(image: np.ndarray, radius: float) -> np.ndarray:
    """Lens blur with a disc of the given radius, px."""
    return image if radius < 0.6 else cv2.filter2D(image, -1, disc_kernel(radius), borderType=cv2.BORDER_REPLICATE)


def soften(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur, computed on a smaller picture when sigma (px) is large."""
    height, width = image.shape[:2]
    shrink = max(1, int(sigma / 3))
    if shrink == 1:
        return cv2.GaussianBlur(image, (0, 0), max(sigma, 0.1), borderType=cv2.BORDER_REPLICATE)
    size = (max(2, width // shrink), max(2, height // shrink))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / shrink, borderType=cv2.BORDER_REPLICATE)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def enlarge(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Resize smoothly to (width, height) px, never below zero."""
    return np.maximum(cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC), 0)


def axes(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Row (height, 1) and column (1, width) positions as fractions 0..1."""
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    x = ((np.arange(width, dtype=np.float32) + 0.5) / width)[None]
    return y, x


def smoothstep(value: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below low, 1 above high, smooth between; low may exceed high."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def glow(height: int, width: int, x: float, y: float, reach: float) -> np.ndarray:
    """Round falloff (height, width), 1 at the fraction (x, y); reach as a fraction of the height."""
    rows, columns = axes(height, width)
    squared = ((columns - x) * width / height) ** 2 + (rows - y) ** 2
    return np.exp(-squared / (2 * reach * reach)).astype(np.float32)


def scatter_lights(scene: Scene, height: int, width: int, count: int, top: float, bottom: float) -> np.ndarray:
    """Single lit pixels (height, width) between two row fractions, to be spread by `defocus` into bokeh discs."""
    points = np.zeros((height, width), np.float32)
    (lights,) = scene.rng.spawn(1)
    rows = (lights.uniform(top, bottom, count) * (height - 1)).astype(int)
    columns = lights.integers(0, width, count)
    points[rows, columns] = lights.uniform(0.1, 1.0, count) ** 1.5
    return points


def bokeh(scene: Scene, plate: np.ndarray, colours: list[np.ndarray], count: int, radius: float, level: float) -> None:
    """Add out-of-focus lights to the plate in place, above the edge; radius px, level linear brightness."""
    height, width = plate.shape[:2]
    for colour in colours:
        size = radius * scene.rng.uniform(0.6, 1.25)
        points = scatter_lights(scene, height, width, max(1, count // len(colours)), 0.02, scene.edge)
        discs = cv2.GaussianBlur(defocus(points, size), (0, 0), 0.7 + 0.08 * size) * (np.pi * size * size)
        plate += np.minimum(discs, 1.6)[..., None] * (colour * level)


_LEVELS = np.linspace(0, 4, 16384, dtype=np.float32)
_FILMIC = np.clip(_LEVELS * (2.51 * _LEVELS + 0.03) / (_LEVELS * (2.43 * _LEVELS + 0.59) + 0.14), 0, 1)
_TONE = np.round(255 * _FILMIC ** (1 / 2.2)).astype(np.uint8)


def develop(scene: Scene, image: np.ndarray) -> np.ndarray:
    """Linear light to sRGB uint8: lens flare, vignette and the ACES filmic curve (Narkowicz 2015 fit)."""
    height, width = image.shape[:2]
    if scene.light.flare:
        veil = glow(height, width, 0.5 + 0.52 * scene.side, 0.08, 0.38) * scene.light.flare
        veil *= min(1.0, 2 * float(image[::16, ::16].mean()))
        image = image + veil[..., None] * np.float32(scene.light.key)
    y, x = axes(height, width)
    shade = 1 - scene.light.vignette * np.clip((x - scene.stand_x) ** 2 * 1.6 + (y - 0.62) ** 2 * 1.8, 0, 0.9)
    index = np.clip(image * shade[..., None] * (16383 / 4), 0, 16383).astype(np.uint16)
    return _TONE[index]
