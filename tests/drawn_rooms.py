"""Rooms drawn by casting a ray per pixel: exact cameras, boards on the floor, pictures and a door on the walls."""

import numpy as np
from PIL import Image, ImageDraw

from services.room.camera import Camera
from services.room.layout import Layout, Wall

CAMERA_HEIGHT_M = 1.4
PAINTS = np.array([(150, 110, 75), (238, 236, 232), (205, 200, 188), (188, 184, 172), (176, 178, 170)], np.float32)


def drawn_camera(
    *, width: int = 480, height: int = 360, focal: float = 0.75, pitch: float = -8, roll: float = 1, yaw: float = 25
) -> Camera:
    """focal: over the long side. Angles in degrees."""
    return Camera.from_angles(
        width=width,
        height=height,
        focal_px=focal * max(width, height),
        pitch=np.radians(pitch),
        roll=np.radians(roll),
        yaw=np.radians(yaw),
    )


def drawn_layout(camera: Camera) -> Layout:
    """Walls 3.5 camera heights ahead along one axis, 2.2 and 1.6 beside it; a ceiling 0.85 over the camera."""
    sides = {"back": (camera.depth_axis, 3.5), "right": (camera.axis, 2.2), "left": (-camera.axis, 1.6)}
    return Layout(tuple(Wall(name, normal, distance, 1.0) for name, (normal, distance) in sides.items()), 0.85, 1.0)


def draw_room(camera: Camera, layout: Layout, seed: int = 0) -> Image.Image:
    """Boards of 0.15 camera heights, skirtings, a door and pictures, light from the right, a little grain."""
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    pixels = np.stack([columns, rows], axis=-1)
    surfaces, depths = layout.surfaces(camera, pixels), layout.depths(camera, pixels).min(axis=-1)
    points = camera.rays(pixels) * depths[..., None]
    over, aside, ahead = points @ camera.up + 1, points @ camera.axis, points @ camera.depth_axis
    colour = PAINTS[surfaces]
    board = np.floor(aside / 0.15)
    tone = 0.8 + 0.4 * np.abs(np.sin(board * 12.9 + np.floor(ahead / 1.1 + board * 0.37) * 78.2)) % 1
    colour = np.where((surfaces == 0)[..., None], colour * tone[..., None], colour)
    along = np.where(np.isin(surfaces, (3, 4)), ahead, aside)
    wall = surfaces >= 2
    colour[wall & (over < 0.07)] = (240, 240, 238)
    colour[wall & (along > 1.0) & (along < 1.6) & (over < 1.4)] = (120, 84, 60)
    colour[wall & (along > -0.6) & (along < 0.1) & (over > 0.9) & (over < 1.4)] = (60, 80, 100)
    light = 0.75 + 0.25 * np.tanh(aside)[..., None]
    grain = np.random.default_rng(seed).normal(0, 2, colour.shape)
    return Image.fromarray(np.clip(colour * light + grain, 0, 255).astype(np.uint8))


def drawn_stool(side: int = 300) -> Image.Image:
    """A cut-out (RGBA) of a stool with two legs, as wide as high, feet in one row."""
    stool = Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(stool)
    pen.rectangle((0, 0, side - 1, side // 5), fill=(150, 60, 50, 255))
    for left in (side // 10, 8 * side // 10):
        pen.rectangle((left, side // 5, left + side // 10, side - 1), fill=(120, 90, 60, 255))
    return stool
