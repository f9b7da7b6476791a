"""The photo studio: camera, soft boxes, an unseen bounce table, and render settings."""

from math import radians

import bpy
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector

ELEVATION_DEGREES = 11.0
LENS_MM = 85.0


def empty_scene():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.unit_settings.scale_length = 1.0
    return scene


def set_quality(scene, *, size_px, samples, threads):
    render, cycles = scene.render, scene.cycles
    render.engine, render.threads_mode, render.threads = "CYCLES", "FIXED", threads
    render.resolution_x = render.resolution_y = size_px
    render.film_transparent = True
    render.image_settings.file_format, render.image_settings.color_mode = "PNG", "RGBA"
    render.image_settings.compression = 100
    cycles.device, cycles.samples, cycles.use_adaptive_sampling = "CPU", samples, True
    cycles.adaptive_threshold, cycles.use_denoising, cycles.denoiser = 0.02, True, "OPENIMAGEDENOISE"
    cycles.max_bounces, cycles.transmission_bounces, cycles.glossy_bounces = 12, 12, 4
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 6.0
    scene.view_settings.view_transform = "Khronos PBR Neutral"


def products(scene):
    return [item for item in scene.objects if item.type in {"MESH", "CURVE"}]


def corners(scene):
    """The evaluated vertices of everything on the table."""
    depsgraph = bpy.context.evaluated_depsgraph_get()
    points = []
    for item in products(scene):
        evaluated = item.evaluated_get(depsgraph)
        data = evaluated.to_mesh()
        points += [item.matrix_world @ vertex.co for vertex in data.vertices]
        evaluated.to_mesh_clear()
    return points


def frame(scene, *, fill=0.9, bottom=0.05):
    """Place an 85 mm camera so that the product fills `fill` of the square and stands `bottom` above its lower edge."""
    points = corners(scene)
    low = Vector([min(point[axis] for point in points) for axis in range(3)])
    high = Vector([max(point[axis] for point in points) for axis in range(3)])
    centre, size = (low + high) / 2, (high - low).length
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    scene.camera, camera.data.lens = camera, LENS_MM
    camera.rotation_euler = (radians(90 - ELEVATION_DEGREES), 0, 0)
    direction = camera.rotation_euler.to_matrix() @ Vector((0, 0, 1))
    distance = size * 3
    for _ in range(6):
        camera.location = centre + direction * distance
        bpy.context.view_layer.update()
        seen = [world_to_camera_view(scene, camera, point) for point in points[:: max(1, len(points) // 20000)]]
        left, right = min(p.x for p in seen), max(p.x for p in seen)
        floor, top = min(p.y for p in seen), max(p.y for p in seen)
        camera.data.shift_x += (left + right) / 2 - 0.5
        camera.data.shift_y += floor - bottom
        distance *= max((right - left) / fill, (top - floor) / fill)
    return size, centre


def light(scene, name, *, location, target, width, height, watts, colour=(1, 1, 1)):
    data = bpy.data.lights.new(name, "AREA")
    data.shape, data.size, data.size_y, data.energy, data.color = "RECTANGLE", width, height, watts, colour
    item = bpy.data.objects.new(name, data)
    item.location = location
    item.rotation_euler = (Vector(target) - Vector(location)).to_track_quat("-Z", "Y").to_euler()
    item.visible_camera = False
    scene.collection.objects.link(item)


def set_lights(scene, *, size, centre, exposure=1.0):
    """Key from the upper left, fill from the right, a strip behind on each side; all scaled with the product."""
    x, y, z = centre
    power = size * size * exposure
    target = (x, y, z)
    light(
        scene,
        "key",
        location=(x - 1.7 * size, y - 1.5 * size, z + 1.9 * size),
        target=target,
        width=1.5 * size,
        height=1.5 * size,
        watts=118 * power,
        colour=(1, 0.97, 0.93),
    )
    light(
        scene,
        "fill",
        location=(x + 2.2 * size, y - 1.6 * size, z + 0.5 * size),
        target=target,
        width=1.4 * size,
        height=2.2 * size,
        watts=14 * power,
        colour=(0.94, 0.97, 1),
    )
    light(
        scene,
        "rim right",
        location=(x + 1.3 * size, y + 1.6 * size, z + 0.9 * size),
        target=target,
        width=0.5 * size,
        height=2.2 * size,
        watts=70 * power,
    )
    light(
        scene,
        "rim left",
        location=(x - 1.4 * size, y + 1.3 * size, z + 0.4 * size),
        target=target,
        width=0.4 * size,
        height=2.0 * size,
        watts=26 * power,
    )
    world = bpy.data.worlds.new("studio")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.80, 0.82, 0.85, 1)
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0.18
    scene.world = world


def add_table(scene, *, size, seen):
    """A seamless sweep. Unseen, it still bounces light and darkens the contact line; seen, it makes a packshot."""
    curve = [(y * size, 0.0) for y in (-9, -5, -1, 1, 2, 3)]
    curve += [(4.2 * size, 0.5 * size), (4.8 * size, 2.0 * size), (5 * size, 9 * size)]
    vertices = [(side * 12 * size, y, z) for y, z in curve for side in (-1, 1)]
    data = bpy.data.meshes.new("table")
    data.from_pydata(vertices, [], [(i, i + 1, i + 3, i + 2) for i in range(0, 2 * len(curve) - 2, 2)])
    data.polygons.foreach_set("use_smooth", [True] * len(data.polygons))
    item = bpy.data.objects.new("table", data)
    material = bpy.data.materials.new("table")
    material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.6, 0.6, 0.595, 1)
    material.node_tree.nodes["Principled BSDF"].inputs["Roughness"].default_value = 0.9
    data.materials.append(material)
    scene.collection.objects.link(item)
    item.visible_camera = seen
    item.location = (0, 0, -0.0005 * size)
    item.modifiers.new("sweep", "SUBSURF").render_levels = 3
    if seen:
        light(
            scene,
            "backdrop",
            location=(0, 1.5 * size, 3.4 * size),
            target=(0, 4.6 * size, 1.2 * size),
            width=5 * size,
            height=0.6 * size,
            watts=420 * size * size,
        )
