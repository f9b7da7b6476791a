"""Furniture that fills a room around the product. Each piece stands on z = 0 and looks towards -y until placed."""

from math import cos, pi, radians, sin

import bpy
import materials
import shapes


def placed(build, location, turn_degrees=0.0, **options):
    """Build a piece and put it at (x, y, z), turned about the vertical."""
    before = set(bpy.context.scene.objects)
    build(**options)
    pivot = bpy.data.objects.new("piece", None)
    bpy.context.collection.objects.link(pivot)
    for item in set(bpy.context.scene.objects) - before - {pivot}:
        if item.parent is None:
            item.parent = pivot
    pivot.location, pivot.rotation_euler.z = location, radians(turn_degrees)
    return pivot


def sofa(colour="#8D8A80", width=1.9):
    wool = materials.cloth(f"sofa {colour}", colour, weave_m=0.004, fuzz=0.4)
    legs = materials.wood("sofa legs", "#6B4A30")
    shapes.box("sofa base", (width, 0.86, 0.20), (0, 0, 0.24), wool, bevel=0.03)
    shapes.box("sofa back", (width, 0.20, 0.52), (0, 0.33, 0.55), wool, bevel=0.06)
    seat = (width - 0.36) / 2
    for side in (-1, 1):
        shapes.box("sofa arm", (0.17, 0.88, 0.42), (side * (width / 2 - 0.08), 0, 0.41), wool, bevel=0.05)
        shapes.cushion("seat", (seat, 0.66, 0.17), (side * seat / 2, -0.08, 0.42), wool, puff=0.2, steps=24)
        shapes.cushion(
            "back",
            (seat, 0.46, 0.16),
            (side * seat / 2, 0.20, 0.66),
            wool,
            puff=0.35,
            steps=24,
            rotation_degrees=(76, 0, 0),
        )
        for y in (-0.36, 0.36):
            shapes.box("leg", (0.05, 0.05, 0.14), (side * (width / 2 - 0.1), y, 0.07), legs, bevel=0.005)


def throw_pillow(colour="#B5643C", lean=70):
    cloth = materials.cloth(f"pillow {colour}", colour, weave_m=0.003)
    shapes.cushion("pillow", (0.44, 0.44, 0.13), (0, 0, 0.2), cloth, puff=0.5, steps=24, rotation_degrees=(lean, 0, 0))


def table(width=1.1, depth=0.6, height=0.4, colour="#9A6B42"):
    oak = materials.wood(f"table {colour}", colour, along="x")
    shapes.box("top", (width, depth, 0.035), (0, 0, height - 0.018), oak, bevel=0.006)
    for x in (-1, 1):
        for y in (-1, 1):
            place = (x * (width / 2 - 0.06), y * (depth / 2 - 0.06), (height - 0.03) / 2)
            shapes.box("leg", (0.045, 0.045, height - 0.03), place, oak, bevel=0.004)


def shelf(width=0.9, height=1.9, depth=0.32, colour="#E4DED2", seed=0, count=5):
    wood = materials.plain(f"shelf {colour}", colour, roughness=0.5)
    for x in (-1, 1):
        shapes.box("side", (0.025, depth, height), (x * width / 2, 0, height / 2), wood, bevel=0.002)
    shapes.box("back", (width, 0.012, height), (0, depth / 2, height / 2), wood, bevel=0.0)
    spines = ("#7E3B2E", "#2F4858", "#C9A66B", "#5C6B4F", "#D8CFC0", "#3B3A3C", "#A9743F", "#8FA3AD")
    for row in range(count + 1):
        level = 0.04 + row * (height - 0.06) / count
        shapes.box("board", (width, depth, 0.024), (0, 0, level), wood, bevel=0.002)
        x, number = -width / 2 + 0.05, row + seed
        while row < count and x < width / 2 - 0.12:
            number = (number * 31 + 7) % 97
            wide, tall = 0.018 + 0.022 * (number % 5) / 4, (height / count) * (0.5 + 0.3 * (number % 7) / 6)
            if number % 6:
                paper = materials.plain("book", spines[number % len(spines)], roughness=0.7)
                shapes.box("book", (wide, depth * 0.7, tall), (x, 0, level + tall / 2 + 0.012), paper, bevel=0.001)
            x += wide + (0.002 if number % 6 else 0.07)


def sideboard(width=1.6, height=0.62, depth=0.42, colour="#A87848"):
    oak = materials.wood(f"sideboard {colour}", colour, along="x")
    dark = materials.plain("gap", "#2A211A", roughness=0.8)
    shapes.box("body", (width, depth, height - 0.16), (0, 0, height / 2 + 0.08), oak, bevel=0.008)
    for column in range(3):
        x = (column - 1) * width / 3
        shapes.box(
            "front",
            (width / 3 - 0.012, 0.012, height - 0.21),
            (x, -depth / 2 - 0.006, height / 2 + 0.08),
            oak,
            bevel=0.003,
        )
        shapes.box("handle", (0.09, 0.012, 0.012), (x, -depth / 2 - 0.016, height - 0.08), dark, bevel=0.003)
    for x in (-1, 1):
        for y in (-1, 1):
            shapes.box(
                "leg", (0.035, 0.035, 0.16), (x * (width / 2 - 0.1), y * (depth / 2 - 0.06), 0.08), oak, bevel=0.003
            )


def bed(width=1.5, colour="#D9D3C7", cover="#8B9A8F"):
    linen = materials.cloth(f"bed {colour}", colour, weave_m=0.003)
    over = materials.cloth(f"cover {cover}", cover, weave_m=0.006)
    shapes.box("base", (width, 2.0, 0.28), (0, 0, 0.16), materials.wood("bed", "#8C6239", along="x"), bevel=0.01)
    shapes.cushion("mattress", (width - 0.04, 1.96, 0.26), (0, 0, 0.42), linen, puff=0.1, steps=24)
    shapes.cushion("cover", (width + 0.03, 1.2, 0.12), (0, -0.42, 0.52), over, puff=0.12, steps=24)
    for side in (-1, 1):
        shapes.cushion("pillow", (0.62, 0.42, 0.15), (side * width / 4, 0.72, 0.6), linen, puff=0.5, steps=24)


def plant(height=1.3, leaves=34, pot="#B8735A", seed=0):
    """Long arching leaves in a round pot."""
    clay = materials.plain(f"pot {pot}", pot, roughness=0.7)
    radius = 0.13 + 0.04 * height
    shapes.lathe(
        "pot",
        [
            (0, 0),
            (radius * 0.75, 0, 0.02),
            (radius, 0.30, 0.01),
            (radius * 0.9, 0.30),
            (radius * 0.85, 0.26),
            (0, 0.26),
        ],
        clay,
    )
    green = [materials.plain(f"leaf {tone}", tone, roughness=0.45) for tone in ("#3F6238", "#56794A", "#2F4F30")]
    for number in range(leaves):
        angle = number * 2.4 + seed
        reach = (0.16 + 0.30 * ((number * 37 + seed) % 19) / 18) * height / 1.1
        top = 0.3 + (height - 0.3) * (0.45 + 0.55 * ((number * 53 + seed) % 23) / 22)
        leaf(angle, reach, top, green[number % 3])


def leaf(angle, reach, top, material, width=0.055):
    """A blade that rises, arches over and tapers."""
    vertices, steps = [], 12
    for step in range(steps + 1):
        share = step / steps
        out = reach * share**1.6
        height = 0.26 + (top - 0.26) * sin(pi * 0.62 * share) / sin(pi * 0.5)
        half = width * sin(pi * min(1.0, 0.08 + 0.92 * share)) ** 0.8
        for side in (-1, 0, 1):
            x, y = out * cos(angle) - side * half * sin(angle), out * sin(angle) + side * half * cos(angle)
            vertices.append((x, y, height - 0.018 * abs(side)))
    faces = [(3 * s + i, 3 * s + i + 1, 3 * s + i + 4, 3 * s + i + 3) for s in range(steps) for i in (0, 1)]
    shapes.mesh("leaf", vertices, faces, material)


def rug(width=2.2, depth=1.5, colour="#C9BBA4", stripe="#8A6F56"):
    pile = materials.cloth(f"rug {colour}", colour, weave_m=0.012, thread_bump=0.9)
    edge = materials.cloth(f"stripe {stripe}", stripe, weave_m=0.012)
    shapes.box("rug", (width, depth, 0.012), (0, 0, 0.006), pile, bevel=0.003)
    for share in (-0.44, -0.40, 0.40, 0.44):
        shapes.box("rug stripe", (0.018 * width, depth * 0.96, 0.013), (share * width, 0, 0.0068), edge, bevel=0.0)


def picture(width=0.5, height=0.7, ground="#E9E2D3", ink="#B4543A", frame="#2E2A26"):
    """A framed print with two shapes; hangs on y = 0, its middle at z = 0."""
    wood = materials.plain(f"frame {frame}", frame, roughness=0.4)
    shapes.box("frame", (width + 0.04, 0.03, height + 0.04), (0, 0.0, 0), wood, bevel=0.003)
    shapes.box("paper", (width, 0.006, height), (0, -0.015, 0), materials.plain(f"paper {ground}", ground), bevel=0.0)
    inked = materials.plain(f"ink {ink}", ink)
    circle = [
        (0.30 * width * cos(a), -0.0195, 0.12 * height + 0.30 * width * sin(a))
        for a in (2 * pi * i / 48 for i in range(48))
    ]
    shapes.mesh("circle", circle, [tuple(range(48))], inked, smooth=False)
    shapes.box(
        "bar",
        (0.62 * width, 0.002, 0.16 * height),
        (0, -0.0195, -0.28 * height),
        materials.plain("bar", "#31485A"),
        bevel=0.0,
    )


def floor_lamp(height=1.55, shade="#EFE4CF"):
    black = materials.plain("lamp stand", "#23211F", roughness=0.4, metallic=0.6)
    shapes.lathe("foot", [(0, 0), (0.15, 0, 0.01), (0.15, 0.02, 0.008), (0.012, 0.03), (0.012, height - 0.2)], black)
    linen = materials.linen_shade("floor lamp shade", shade)
    shapes.lathe("shade", [(0.20, height - 0.28), (0.15, height)], linen, segments=64)
    bulb = materials.glowing("bulb", "#FFD9A6", strength=12)
    shapes.lathe("bulb", [(0, height - 0.22), (0.035, height - 0.17), (0, height - 0.11)], bulb, segments=24)


def curtain(width=0.4, height=2.2, colour="#E6DFD2"):
    """A hanging cloth in folds, on y = 0."""
    cloth = materials.cloth(f"curtain {colour}", colour, weave_m=0.002)
    count = 60
    vertices = []
    for level in (0.02, height):
        for step in range(count + 1):
            x = width * (step / count - 0.5)
            vertices.append((x, 0.035 * sin(step * 2 * pi / 12) - 0.05, level))
    faces = [(i, i + 1, count + 2 + i, count + 1 + i) for i in range(count)]
    shapes.mesh("curtain", vertices, faces, cloth)
