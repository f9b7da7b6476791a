"""The lounge chair. It is built facing -y and turned at the end."""

from math import radians

import bpy
import materials
import shapes

SEAT_TILT, BACK_TILT = -8.0, 68.0


def chair():
    """A lounge chair, 700 mm wide and 780 mm high: oiled oak frame, two wool cushions."""
    oak = {axis: materials.wood(f"oak {axis}", "#B98A58", along=axis) for axis in "xyz"}
    wool = materials.cloth("wool", "#55695A", weave_m=0.0042, fuzz=0.35, thread_bump=0.8)
    for side in (-1, 1):
        side_frame(side, oak)
    for name, y, z in (("front rail", -0.30, 0.285), ("back rail", 0.27, 0.215)):
        shapes.box(name, (0.62, 0.028, 0.055), (0, y, z), oak["x"], bevel=0.006)
    back_slats(oak["x"])
    shapes.cushion("seat", (0.58, 0.62, 0.165), (0, -0.03, 0.34), wool, puff=0.3, rotation_degrees=(SEAT_TILT, 0, 0))
    shapes.cushion("back", (0.58, 0.54, 0.16), (0, 0.27, 0.575), wool, puff=0.42, rotation_degrees=(BACK_TILT, 0, 0))
    turn(-34)
    return {"exposure": 1.0}


def side_frame(side, oak):
    x = side * 0.33
    shapes.tube(
        "front leg",
        [(x + side * 0.012, -0.345, 0.0), (x, -0.31, 0.53)],
        0.021,
        oak["z"],
        smooth=False,
        taper=[0.62, 1.0],
    )
    shapes.tube(
        "back leg", [(x + side * 0.012, 0.40, 0.0), (x, 0.30, 0.49)], 0.021, oak["z"], smooth=False, taper=[0.62, 1.0]
    )
    arm = [
        (x - side * 0.004, -0.40, 0.532),
        (x, -0.36, 0.537),
        (x, -0.20, 0.535),
        (x, 0.02, 0.522),
        (x, 0.22, 0.506),
        (x, 0.36, 0.500),
        (x, 0.40, 0.499),
    ]
    shapes.tube("arm", arm, 0.036, oak["y"], flat=0.42, taper=[0.75, 0.98, 1.05, 1.0, 0.92, 0.85, 0.7])
    shapes.box(
        "side rail",
        (0.026, 0.62, 0.055),
        (x - side * 0.012, -0.012, 0.250),
        oak["y"],
        bevel=0.006,
        rotation_degrees=(SEAT_TILT + 1, 0, 0),
    )


def back_slats(oak):
    """Two posts leaning with the back cushion and the rails between them, seen above and behind it."""
    for x in (-0.25, 0.25):
        shapes.tube("post", [(x, 0.245, 0.20), (x, 0.435, 0.775)], 0.016, oak, smooth=False, taper=[1.0, 0.8])
    for share in (0.35, 0.62, 0.88):
        shapes.box(
            "slat",
            (0.56, 0.014, 0.05),
            (0, 0.25 + 0.19 * share, 0.20 + 0.575 * share),
            oak,
            bevel=0.005,
            rotation_degrees=(-18, 0, 0),
        )


def turn(degrees):
    pivot = bpy.data.objects.new("turntable", None)
    bpy.context.collection.objects.link(pivot)
    for item in list(bpy.context.scene.objects):
        if item.parent is None and item is not pivot:
            item.parent = pivot
    pivot.rotation_euler.z = radians(degrees)
