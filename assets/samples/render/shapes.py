"""Mesh builders. Lengths are metres; every product stands on z = 0 and looks towards -y."""

from math import cos, pi, radians, sin

import bpy
import numpy


def mesh(name, vertices, faces, material, *, smooth=True):
    data = bpy.data.meshes.new(name)
    data.from_pydata([tuple(vertex) for vertex in vertices], [], [tuple(face) for face in faces])
    data.validate()
    item = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(item)
    data.materials.append(material)
    data.polygons.foreach_set("use_smooth", [smooth] * len(data.polygons))
    return item


def fillet(points, *, segments=6):
    """Round a polyline. Each point is (x, y) or (x, y, radius); the ends stay sharp."""
    corners = [numpy.array(point[:2], float) for point in points]
    result = [corners[0]]
    for index in range(1, len(points) - 1):
        corner = corners[index]
        radius = points[index][2] if len(points[index]) > 2 else 0.0
        before, after = corners[index - 1] - corner, corners[index + 1] - corner
        reach = min(radius, 0.49 * numpy.linalg.norm(before), 0.49 * numpy.linalg.norm(after))
        if reach == 0.0:
            result.append(corner)
            continue
        start = corner + before / numpy.linalg.norm(before) * reach
        end = corner + after / numpy.linalg.norm(after) * reach
        result += [(1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end for t in numpy.linspace(0, 1, segments)]
    return [*result, corners[-1]]


def lathe(name, profile, material, *, segments=160, arc_degrees=360.0, flutes=0, flute_depth=0.0, scale=(1.0, 1.0)):
    """Turn a profile of (radius, height[, fillet]) about z; `flutes` presses that many vertical grooves into it.

    A partial arc is centred on -y and gets a texture: u along the arc, v along the profile.
    """
    rings = fillet(profile)
    closed = arc_degrees == 360.0
    count = segments if closed else segments + 1
    angles = -pi / 2 + radians(arc_degrees) * (numpy.arange(count) / segments - 0.5)
    groove = 1.0 - flute_depth * numpy.abs(numpy.sin(angles * flutes / 2)) ** 3 if flutes else numpy.ones(count)
    vertices = [
        (radius * scale[0] * cos(angle) * depth, radius * scale[1] * sin(angle) * depth, height)
        for radius, height in rings
        for angle, depth in zip(angles, groove, strict=True)
    ]
    faces = [
        (
            row * count + column,
            row * count + (column + 1) % count,
            (row + 1) * count + (column + 1) % count,
            (row + 1) * count + column,
        )
        for row in range(len(rings) - 1)
        for column in range(segments)
    ]
    item = mesh(name, vertices, faces, material)
    if not closed:
        unwrap_arc(item, count, len(rings))
    return item


def unwrap_arc(item, columns, rows):
    layer = item.data.uv_layers.new(name="arc")
    for loop in item.data.loops:
        row, column = divmod(loop.vertex_index, columns)
        layer.data[loop.index].uv = (column / (columns - 1), row / (rows - 1))


def tube(name, points, radius, material, *, flat=1.0, closed=False, smooth=True, tilt=0.0, taper=None):
    """Sweep a circle (or an ellipse: `flat` is its height over its width) along points, through a smooth spline."""
    curve = bpy.data.curves.new(name, "CURVE")
    curve.dimensions, curve.twist_mode, curve.use_fill_caps = "3D", "MINIMUM", True
    spline = curve.splines.new("NURBS" if smooth else "POLY")
    spline.points.add(len(points) - 1)
    for index, (target, point) in enumerate(zip(spline.points, points, strict=True)):
        target.co, target.tilt = (*point, 1.0), tilt
        target.radius = taper[index] if taper else 1.0
    spline.use_endpoint_u, spline.order_u, spline.use_cyclic_u = True, 4, closed
    spline.resolution_u = 12
    section = bpy.data.objects.new(f"{name} section", ellipse(radius, radius * flat))
    curve.bevel_mode, curve.bevel_object = "OBJECT", section
    item = bpy.data.objects.new(name, curve)
    bpy.context.collection.objects.link(item)
    curve.materials.append(material)
    return item


def ellipse(half_width, half_height, *, points=24):
    curve = bpy.data.curves.new("section", "CURVE")
    spline = curve.splines.new("POLY")
    spline.points.add(points - 1)
    for index, point in enumerate(spline.points):
        angle = 2 * pi * index / points
        point.co = (half_width * cos(angle), half_height * sin(angle), 0.0, 1.0)
    spline.use_cyclic_u = True
    return curve


def box(name, size, location, material, *, bevel, rotation_degrees=(0, 0, 0)):
    half = numpy.array(size) / 2
    corners = [half * (x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    item = mesh(name, corners, faces, material)
    item.location, item.rotation_euler = location, [radians(angle) for angle in rotation_degrees]
    modifier = item.modifiers.new("bevel", "BEVEL")
    modifier.width, modifier.segments, modifier.harden_normals = bevel, 4, True
    return item


def cushion(name, size, location, material, *, puff=0.22, rotation_degrees=(0, 0, 0), steps=64):
    """A stuffed cushion: a rounded box, its faces bulging by `puff` of its thickness, with piping round its edge."""
    width, depth, height = size
    grid = numpy.linspace(-1, 1, steps)
    vertices, faces = [], []
    for side in (1, -1):
        base = len(vertices)
        for v in grid:
            for u in grid:
                edge = (1 - abs(u) ** 8) * (1 - abs(v) ** 8)
                thickness = height / 2 * (edge**0.25 * (1 - puff) + puff * (1 - u * u) ** 0.6 * (1 - v * v) ** 0.6)
                round_corner = 1 - 0.045 * (abs(u) * abs(v)) ** 5
                vertices.append((u * width / 2 * round_corner, v * depth / 2 * round_corner, side * thickness))
        faces += [
            tuple(
                base + index
                for index in (r * steps + c, r * steps + c + 1, (r + 1) * steps + c + 1, (r + 1) * steps + c)[::side]
            )
            for r in range(steps - 1)
            for c in range(steps - 1)
        ]
    item = mesh(name, vertices, faces, material)
    piping = tube(f"{name} piping", cushion_edge(width, depth), 0.006, material, closed=True)
    piping.parent = item
    item.location, item.rotation_euler = location, [radians(angle) for angle in rotation_degrees]
    return item


def cushion_edge(width, depth, *, count=64):
    angles = numpy.linspace(0, 2 * pi, count, endpoint=False)
    power = 2 / 14
    return [
        (
            width / 2 * numpy.sign(cos(a)) * abs(cos(a)) ** power,
            depth / 2 * numpy.sign(sin(a)) * abs(sin(a)) ** power,
            0.0,
        )
        for a in angles
    ]


def fuse(name, items, *, voxel, smooth_rounds):
    """Merge overlapping closed bodies into one skin with soft joints, like thrown clay."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    vertices, faces = [], []
    for item in items:
        evaluated = item.evaluated_get(depsgraph)
        data, base = evaluated.to_mesh(), len(vertices)
        vertices += [item.matrix_world @ vertex.co for vertex in data.vertices]
        faces += [tuple(base + index for index in polygon.vertices) for polygon in data.polygons]
        evaluated.to_mesh_clear()
    merged = mesh(name, vertices, faces, items[0].data.materials[0])
    for item in items:
        bpy.data.objects.remove(item)
    remesh = merged.modifiers.new("remesh", "REMESH")
    remesh.mode, remesh.voxel_size, remesh.use_smooth_shade = "VOXEL", voxel, True
    relax = merged.modifiers.new("relax", "SMOOTH")
    relax.factor, relax.iterations = 0.5, smooth_rounds
    return merged
