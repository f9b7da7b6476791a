"""Things to carry and wear: the leather tote."""

from math import cos, pi, radians, sin
from pathlib import Path

import materials
import numpy
import shapes
from furniture import turn

HERE = Path(__file__).parent
WIDTH, DEPTH, HEIGHT = 0.36, 0.13, 0.29


def tote():
    """A leather tote, 360 mm wide at the top, with a darker base, two handles and a foil mark."""
    tan = materials.leather("tan leather", "#A9683A")
    dark = materials.leather("dark leather", "#6B3D22")
    thread = materials.plain("thread", "#E4CFA8", roughness=0.8)
    brass = materials.metal("brass", "#C9A15A", roughness=0.22, brushed=(1, 1, 1))
    shell("body", tan, 0.0, HEIGHT, inflate=0.0)
    shell("base", dark, 0.0, 0.078, inflate=0.0016)
    shell("binding", dark, HEIGHT - 0.016, HEIGHT + 0.001, inflate=0.0014)
    for height, lift in ((0.073, 0.0022), (HEIGHT - 0.012, 0.0020)):
        stitches([wall(angle, height, lift) for angle in numpy.linspace(0, 2 * pi, 2400)], thread)
    for side in (-1, 1):
        handle(side, dark, thread, brass)
    mark()
    turn(-24)
    return {"exposure": 1.05}


def wall(angle, height, inflate=0.0):
    """A point on the bag's skin: a superellipse, wide and slim at the mouth, narrower and deep at the base."""
    t = height / HEIGHT
    half_width = 0.5 * WIDTH * (0.86 + 0.14 * t) + inflate
    half_depth = 0.5 * DEPTH * (1.0 - 0.42 * t**1.6) + inflate
    tuck = 1.0 - 0.10 * max(0.0, 1.0 - t / 0.07) ** 2
    power = 6.5 - 2.5 * t
    reach = (abs(cos(angle) / half_width) ** power + abs(sin(angle) / half_depth) ** power) ** (-1 / power)
    return drape(reach * cos(angle) * tuck, reach * sin(angle) * tuck, height, half_width)


def drape(x, y, height, half_width):
    """Let the hide sag a little and its mouth dip."""
    t = height / HEIGHT
    sag = 0.0042 * sin(pi * t) * (sin(9 * x / WIDTH * pi + 1.3) * 0.35 + cos(2.4 * pi * x / WIDTH + 3 * t) * 0.9)
    dip = -0.006 * t**4 * cos(pi * x / half_width)
    return (x, y + numpy.sign(y) * sag, height + dip)


def shell(name, material, low, high, *, inflate, columns=240, rows=70):
    angles = numpy.linspace(0, 2 * pi, columns, endpoint=False)
    heights = numpy.linspace(low, high, rows)
    vertices = [wall(angle, height, inflate) for height in heights for angle in angles]
    faces = [
        (r * columns + c, r * columns + (c + 1) % columns, (r + 1) * columns + (c + 1) % columns, (r + 1) * columns + c)
        for r in range(rows - 1)
        for c in range(columns)
    ]
    if low == 0.0:
        faces.append(tuple(reversed(range(columns))))
    item = shapes.mesh(name, vertices, faces, material)
    thick = item.modifiers.new("thickness", "SOLIDIFY")
    thick.thickness, thick.offset = 0.0024, -1.0
    rounded = item.modifiers.new("edge", "BEVEL")
    rounded.width, rounded.segments, rounded.limit_method = 0.0008, 2, "ANGLE"
    return item


def stitches(path, thread, *, length=0.0048, gap=0.0026):
    """Short threads laid along a path of points."""
    points = numpy.array(path)
    run = numpy.concatenate([[0], numpy.cumsum(numpy.linalg.norm(numpy.diff(points, axis=0), axis=1))])
    for start in numpy.arange(0, run[-1] - length, length + gap):
        spots = [start, start + length / 2, start + length]
        piece = [tuple(numpy.interp(spot, run, points[:, axis]) for axis in range(3)) for spot in spots]
        shapes.tube("stitch", piece, 0.0006, thread, smooth=False)


def front_y(x, height, lift):
    """The skin's front (negative y) at a given x, by bisection over the front half."""
    low, high = -pi + 0.001, -0.001
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if wall(middle, height, lift)[0] < x else (low, middle)
    return wall(low, height, lift)[1]


def handle(side, leather, thread, brass):
    """A rolled strap rising from two tabs sewn to one face; `side` -1 is the front."""
    foot_x, tab_low, tab_high = 0.085, HEIGHT - 0.092, HEIGHT - 0.004
    for x in (-foot_x, foot_x):
        tab(x, side, tab_low, tab_high, leather, thread)
        rivet = shapes.lathe(
            "rivet", [(0, 0.0024), (0.0038, 0.0018, 0.001), (0.0048, 0.0, 0.001), (0, 0)], brass, segments=32
        )
        rivet.location = (x, side * abs(front_y(x, tab_low + 0.018, 0.0050)), tab_low + 0.018)
        rivet.rotation_euler.x = -side * radians(90)
    top_y = abs(front_y(foot_x, HEIGHT - 0.01, 0.004))
    lean = 0.018 if side == -1 else -0.004
    points = [
        (-foot_x, side * top_y, HEIGHT - 0.030),
        (-foot_x, side * top_y, HEIGHT),
        (-foot_x * 0.98, side * top_y, HEIGHT + 0.05),
        (-foot_x * 0.9, side * (top_y - lean * 0.4), HEIGHT + 0.115),
        (-foot_x * 0.5, side * (top_y - lean), HEIGHT + 0.160),
        (0, side * (top_y - lean), HEIGHT + 0.172),
    ]
    mirrored = [(-x, y, z) for x, y, z in reversed(points[:-1])]
    shapes.tube("handle", points + mirrored, 0.0080, leather, flat=0.8)


def tab(x, side, low, high, leather, thread):
    heights, half = numpy.linspace(low, high, 14), 0.0135
    columns = numpy.linspace(-half, half, 7)
    vertices = []
    for height in heights:
        narrow = min(1.0, (0.35 + (height - low) / 0.012))
        vertices += [(x + u * narrow, side * abs(front_y(x + u * narrow, height, 0.0034)), height) for u in columns]
    faces = [(r * 7 + c, r * 7 + c + 1, (r + 1) * 7 + c + 1, (r + 1) * 7 + c) for r in range(13) for c in range(6)]
    item = shapes.mesh("tab", vertices, faces, leather)
    thick = item.modifiers.new("thickness", "SOLIDIFY")
    thick.thickness, thick.offset = 0.003, 0.0
    for u in (-half + 0.003, half - 0.003):
        stitches([(x + u, side * (abs(front_y(x + u, height, 0.0054))), height) for height in heights[2:]], thread)


def mark():
    """The brand's stamp in brass foil in the middle of the front."""
    low, high, half = 0.112, 0.184, 0.036
    steps = 12
    spots = [(u, height) for height in numpy.linspace(low, high, steps) for u in numpy.linspace(-half, half, steps)]
    vertices = [(u, front_y(u, height, 0.0006), height) for u, height in spots]
    faces = [
        (r * steps + c, r * steps + c + 1, (r + 1) * steps + c + 1, (r + 1) * steps + c)
        for r in range(steps - 1)
        for c in range(steps - 1)
    ]
    item = shapes.mesh(
        "mark", vertices, faces, materials.printed("mark", HERE / "stamp.png", foil="#F4E2BC", roughness=0.42)
    )
    layer = item.data.uv_layers.new(name="flat")
    for loop in item.data.loops:
        row, column = divmod(loop.vertex_index, steps)
        layer.data[loop.index].uv = (column / (steps - 1), row / (steps - 1))
