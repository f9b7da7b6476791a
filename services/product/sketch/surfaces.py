"""The ground the product stands on: a textured plane in perspective, its light, shadows and reflections."""

import cv2
import numpy as np

from services.product.sketch.optics import axes, enlarge, glow, noise, smoothstep, soften
from services.product.sketch.palette import STAND_Y, Scene
from services.product.sketch.textures import SIZE, VARIANTS, texture


def plane_matrix(scene: Scene, vanish: float, texels: float, turn_degrees: float) -> np.ndarray:
    """Homography from picture px (below the edge row) to texture px.

    vanish: row fraction of the plane's horizon; texels: texture px that span one unit at the stand point. Depth is
    foreshortened as by a lens with a focal length of 0.9 heights, within limits that keep the texture readable.
    """
    depth = (STAND_Y - vanish) * scene.height
    scale = texels / scene.unit_px
    middle = scene.width * scene.stand_x
    offset = scene.rng.uniform(0.3, 0.7, 2) * SIZE
    along = scale * depth * float(np.clip(0.9 * scene.height / depth, 1.5, 3.2))
    flat = np.array(
        [
            [scale * depth, 0, -scale * depth * middle],
            [0, -along, along * STAND_Y * scene.height],
            [0, 1, -vanish * scene.height],
        ]
    )
    angle = np.deg2rad(turn_degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle), offset[0]], [np.sin(angle), np.cos(angle), offset[1]], [0, 0, 1]])
    top = np.array([[1, 0, 0], [0, 1, round(scene.edge * scene.height)], [0, 0, 1]])
    return turn @ flat @ top


def project(scene: Scene, name: str, vanish: float, texels: float = 620, turn_degrees: float = 0.0) -> np.ndarray:
    """Albedo of the plane from the edge row to the bottom, sharp near the stand point and soft far from it."""
    rows = scene.height - round(scene.edge * scene.height)
    matrix = plane_matrix(scene, vanish, texels, turn_degrees)
    pair = texture(name, int(scene.rng.integers(VARIANTS)), scene.side)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    sharp, soft = (
        cv2.warpPerspective(t, matrix, (scene.width, rows), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
        for t in pair
    )
    y = np.linspace(scene.edge, 1, rows, dtype=np.float32)[:, None, None]
    share = smoothstep(np.abs(y - STAND_Y - 0.02), 0.05, 0.17)
    return sharp + (soft - sharp) * share


def pool(scene: Scene, rows: int) -> np.ndarray:
    """Key light on the surface (rows, width, 1): brighter near the light's side and around the stand point."""
    y, x = axes(rows, scene.width)
    toward = 0.5 - 0.5 * scene.side + scene.side * x
    base = 0.62 + 0.45 * toward - 0.12 * y
    spot = glow(rows, scene.width, scene.stand_x, 0.45, 1.1)
    dark = 0.85 if scene.mood == "dramatic dark" else 0.25
    return (base * (1 - dark + dark * 1.25 * spot))[..., None].astype(np.float32)


def contact_shade(scene: Scene, rows: int, depth: float) -> np.ndarray:
    """Ambient occlusion (rows, 1, 1) where the surface meets what stands behind it."""
    y = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    return 1 - depth * np.exp(-y / 0.09)


def reflection(scene: Scene, backdrop: np.ndarray, rows: int, blur_px: float) -> np.ndarray:
    """The backdrop mirrored at the edge, stretched and blurred, (rows, width, 3)."""
    edge = round(scene.edge * scene.height)
    reach = min(edge, int(rows * 1.15))
    mirrored = backdrop[edge - reach : edge][::-1]
    small = cv2.resize(mirrored, (scene.width // 4, max(8, rows // 4)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigmaX=max(blur_px / 8, 0.5), sigmaY=max(blur_px / 4, 0.5))
    return enlarge(small, scene.width, rows)


def lay(
    scene: Scene,
    backdrop: np.ndarray,
    albedo: np.ndarray,
    gloss: float = 0.1,
    blur_px: float = 10,
    shade: float = 0.25,
    gobo: np.ndarray | None = None,
) -> np.ndarray:
    """The picture: the lit plane laid over the lower part of the backdrop. gobo: (height, width) share of key light."""
    rows = albedo.shape[0]
    key = pool(scene, rows) * np.float32(scene.light.key)
    if gobo is not None:
        key = key * gobo[-rows:, :, None]
    _, x = axes(rows, scene.width)
    key = key + np.float32(scene.light.second) * (0.5 - scene.side * (x - 0.5))[..., None]
    lit = albedo * (key + np.float32(scene.light.ambient)) * contact_shade(scene, rows, shade)
    y = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    fresnel = gloss * (0.35 + 0.65 * (1 - y) ** 2)
    lit = lit * (1 - 0.6 * fresnel) + reflection(scene, backdrop, rows, blur_px) * fresnel
    return seam(scene, backdrop, lit)


def seam(scene: Scene, backdrop: np.ndarray, lit: np.ndarray) -> np.ndarray:
    """Join backdrop and plane with a slightly soft back edge."""
    rows = lit.shape[0]
    picture = backdrop.copy()
    picture[-rows:] = lit
    band = slice(max(0, scene.height - rows - 12), scene.height - rows + 12)
    y = np.abs(np.arange(band.start, band.stop) - (scene.height - rows - 0.5))[:, None, None]
    soft = cv2.GaussianBlur(picture[band], (0, 0), 2.2, borderType=cv2.BORDER_REPLICATE)
    picture[band] += (soft - picture[band]) * np.clip(1.3 - y / 7, 0, 1).astype(np.float32)
    return picture


def frond(canvas: np.ndarray, rng: np.random.Generator, start: np.ndarray, heading: float, length: float) -> None:
    """A palm leaf's silhouette: a bent stem with narrow leaflets on both sides, drawn in place on uint8."""
    bend, steps = rng.uniform(-0.9, 0.9), 26
    point, angle = start.copy(), heading
    for step in range(steps):
        point = point + length / steps * np.array([np.cos(angle), np.sin(angle)])
        angle += bend / steps
        size = length * 0.42 * np.sin(np.pi * (0.12 + 0.86 * step / steps)) * rng.uniform(0.85, 1.1)
        for turn in (-0.85, 0.85):
            leaflet(canvas, point, angle + turn * rng.uniform(0.8, 1.1), size, 0.055)


def twig(canvas: np.ndarray, rng: np.random.Generator, start: np.ndarray, heading: float, length: float) -> None:
    """A eucalyptus-like branch: round leaves on a bent stem."""
    bend, steps = rng.uniform(-1.2, 1.2), 11
    point, angle = start.copy(), heading
    for _ in range(steps):
        nearest = point
        point = point + length / steps * np.array([np.cos(angle), np.sin(angle)])
        cv2.line(canvas, nearest.astype(int).tolist(), point.astype(int).tolist(), 255, 3, cv2.LINE_AA)
        angle += bend / steps
        for turn in (-1.0, 1.0):
            leaflet(canvas, point, angle + turn * rng.uniform(0.5, 1.2), length * rng.uniform(0.13, 0.22), 0.30)


def leaflet(canvas: np.ndarray, root: np.ndarray, angle: float, length: float, breadth: float) -> None:
    """One leaf: a pointed ellipse from the root along the angle."""
    t = np.linspace(0, 1, 9)
    half = breadth * length * np.sin(np.pi * t) ** 0.8
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    one = root + t[:, None] * length * along + half[:, None] * across
    two = root + t[:, None] * length * along - half[:, None] * across
    cv2.fillPoly(canvas, [(np.concatenate([one, two[::-1]]) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)


def leaf_gobo(scene: Scene) -> np.ndarray:
    """Share of key light (height, width) behind branches that hang in from the light's side."""
    canvas = np.zeros((scene.height, scene.width), np.uint8)
    draw = frond if scene.rng.random() < 0.55 else twig
    for _ in range(int(scene.rng.integers(3, 6))):
        x = scene.width * (0.5 + scene.side * scene.rng.uniform(0.25, 0.62))
        start = np.array([x, scene.height * scene.rng.uniform(-0.05, 0.45)])
        heading = np.pi / 2 + scene.side * scene.rng.uniform(0.1, 1.5)
        draw(canvas, scene.rng, start, heading, scene.unit_px * scene.rng.uniform(0.45, 0.8))
    sigma = scene.unit_px * (0.006 + 0.02 * scene.light.softness * scene.rng.uniform(0.5, 1))
    return 1 - 0.85 * soften(canvas.astype(np.float32) / 255, sigma)


def window_gobo(scene: Scene) -> np.ndarray:
    """Share of key light (height, width) through a slanted window of panes; little light elsewhere."""
    canvas = np.zeros((scene.height, scene.width), np.uint8)
    unit, slant = scene.unit_px, -scene.side * scene.rng.uniform(0.15, 0.55)
    columns, rows = int(scene.rng.integers(2, 4)), int(scene.rng.integers(2, 4))
    pane = np.array([scene.rng.uniform(0.20, 0.30), scene.rng.uniform(0.18, 0.30)]) * unit
    corner = np.array([scene.width * scene.stand_x, scene.height * 0.30]) - pane * [
        columns / 2 + scene.rng.uniform(-0.5, 0.5),
        rows / 2,
    ]
    for row in range(rows):
        for column in range(columns):
            low = corner + pane * [column, row]
            box = np.array([low, low + pane * [0.92, 0], low + pane * 0.92, low + pane * [0, 0.92]])
            box[:, 1] += (box[:, 0] - scene.width * scene.stand_x) * slant
            cv2.fillPoly(canvas, [(box * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    sigma = unit * (0.004 + 0.014 * scene.light.softness)
    return 0.18 + 0.9 * soften(canvas.astype(np.float32) / 255, sigma)


def beam_gobo(scene: Scene) -> np.ndarray:
    """Share of key light (height, width) in a slanted beam over the stand point, as sun falls past a wall's edge."""
    angle = np.deg2rad(scene.rng.uniform(24, 50))
    along, across = np.array([-scene.side * np.cos(angle), np.sin(angle)]), np.array([np.sin(angle), 0.0])
    across[1] = scene.side * np.cos(angle)
    middle = np.array([scene.width * scene.stand_x, scene.height * (STAND_Y - 0.06)])
    near, far = (scene.unit_px * scene.rng.uniform(*limits) for limits in ((0.15, 0.24), (0.18, 0.34)))
    ends = [(-2, -near), (2, -near), (2, far), (-2, far)]
    corners = np.array([middle + a * scene.unit_px * along + b * across for a, b in ends])
    canvas = np.zeros((scene.height, scene.width), np.uint8)
    cv2.fillPoly(canvas, [(corners * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return 0.10 + 0.9 * soften(canvas.astype(np.float32) / 255, scene.unit_px * (0.002 + 0.03 * scene.light.softness))


def sun_gobo(scene: Scene) -> np.ndarray | None:
    """Under midday sun the beam that gives a built or indoor scene hard shadows; None in other moods."""
    return beam_gobo(scene) if scene.mood == "midday sun" else None


def dapple(scene: Scene) -> np.ndarray:
    """Share of key light (height, width) under a leafy tree."""
    height, width = scene.height // 4, scene.width // 4
    field = noise(scene.rng, height, width, (16, 7 * width / height), 3)
    depth = scene.rng.uniform(0.25, 0.6) * (1 - 0.7 * scene.light.softness)
    return enlarge(1.05 - depth + depth * smoothstep(soften(field, 2.5), -0.6, 0.9), scene.width, scene.height)
