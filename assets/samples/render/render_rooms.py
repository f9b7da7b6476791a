"""Render rooms with Blender's Cycles on the CPU: the sample rooms, or random ones with known cameras.

    pip install bpy==4.5.15            # a Python 3.11 environment of its own
    python assets/samples/render/render_rooms.py --out assets/samples/rooms --sample loft --size 1280 --samples 160
    python assets/samples/render/render_rooms.py --out rooms --random 110 --size 512 --samples 4

A random room becomes NNN.png, NNN.npz and NNN.json; rooms that exist are left alone. The npz holds, for every 4th
pixel, `floor` (bool, floor or rug) and `depth_m` (along the optical axis). The json holds the focal length in px, the
up direction and the room's x axis in camera coordinates (x right, y down, z forward), camera height in m, what the key
light is and where, and spots on the free floor with a 0.80 m high stick on each (base and top in px).
"""

import argparse
import json
import random
from math import cos, radians, sin, tan
from pathlib import Path

import bpy
import numpy
import room_furniture as furniture
import room_shell
import sample_rooms
import studio
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Matrix, Vector

STICK_M = 0.8
FLOOR_STEP_PX = 4
WALLS = ("#EDE8DF", "#E3E6E4", "#D9CFC1", "#C9D3CF", "#B8C2B0", "#E8D9CF", "#5F6F73", "#8E4F3C", "#F2F0EC", "#D7DCE4")
BOARDS = ("#B48A60", "#8A5F3E", "#C9A983", "#6A4A35", "#A79A8B", "#D2B694")
COLOURS = ("#8D8A80", "#55695A", "#B5643C", "#2F4858", "#C9A66B", "#7A3E48", "#D8CFC0", "#3F4A55", "#9DB0A3")


def prepare(scene, *, width, height, samples, threads):
    studio.set_quality(scene, size_px=width, samples=samples, threads=threads)
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.film_transparent = False
    scene.render.image_settings.color_mode = "RGB"
    draft = samples < 16
    scene.cycles.max_bounces, scene.cycles.diffuse_bounces = (3, 2) if draft else (6, 4)
    scene.cycles.denoising_quality = "FAST" if draft else "HIGH"
    scene.view_settings.view_transform = "AgX"


def aim(scene, *, location, yaw, pitch, roll, across_degrees):
    """A camera at `location` looking along +y, turned left by yaw, up by pitch, clockwise by roll (degrees)."""
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(camera)
    scene.camera = camera
    camera.location = location
    turn = Matrix.Rotation(radians(yaw), 4, "Z") @ Matrix.Rotation(radians(90 + pitch), 4, "X")
    camera.matrix_world = Matrix.Translation(location) @ turn @ Matrix.Rotation(radians(-roll), 4, "Z")
    camera.data.sensor_fit, camera.data.angle = "HORIZONTAL", radians(across_degrees)
    camera.data.clip_start = 0.02
    bpy.context.view_layer.update()
    return camera


def to_camera(camera, vector):
    """A world direction or offset in camera coordinates: x right, y down, z forward."""
    local = camera.matrix_world.to_3x3().transposed() @ Vector(vector)
    return [local.x, -local.y, -local.z]


def to_pixel(scene, point):
    seen = world_to_camera_view(scene, scene.camera, Vector(point))
    return [seen.x * scene.render.resolution_x, (1 - seen.y) * scene.render.resolution_y]


def scan(scene):
    """(floor, depth_m) of what each FLOOR_STEP_PX-th pixel shows first."""
    camera, width, height = scene.camera, scene.render.resolution_x, scene.render.resolution_y
    half = tan(camera.data.angle / 2)
    turn, graph = camera.matrix_world.to_3x3(), bpy.context.evaluated_depsgraph_get()
    floor = numpy.zeros((height // FLOOR_STEP_PX, width // FLOOR_STEP_PX), bool)
    depth_m = numpy.full(floor.shape, numpy.inf, numpy.float32)
    for row, column in numpy.ndindex(*floor.shape):
        x = ((column + 0.5) * FLOOR_STEP_PX / width * 2 - 1) * half
        y = (1 - (row + 0.5) * FLOOR_STEP_PX / height * 2) * half * height / width
        seen, point, _, _, thing, _ = scene.ray_cast(graph, camera.location, turn @ Vector((x, y, -1)))
        if seen:
            floor[row, column] = thing.name.split(".")[0] in ("floor", "rug", "rug stripe")
            depth_m[row, column] = to_camera(camera, point - camera.location)[2]
    return floor, depth_m


def find_spots(scene, room, count, chance):
    """Points on the floor that the camera sees, with room for a stick of STICK_M in the picture."""
    graph, camera, spots = bpy.context.evaluated_depsgraph_get(), scene.camera, []
    for _ in range(400):
        point = Vector((chance.uniform(0.3, room.width - 0.3), chance.uniform(1.0, room.depth - 0.3), 0.0))
        base, top = to_pixel(scene, point), to_pixel(scene, point + Vector((0, 0, STICK_M)))
        inside = all(
            0 <= p[0] < scene.render.resolution_x and 0 <= p[1] < scene.render.resolution_y for p in (base, top)
        )
        away = point - camera.location
        hit = scene.ray_cast(graph, camera.location, away)
        if inside and away.length > 1.2 and hit[0] and hit[4].name.split(".")[0] in ("floor", "rug"):
            offset = to_camera(camera, away)
            spots.append({"base_px": base, "top_px": top, "height_m": STICK_M, "offset_m": offset})
        if len(spots) == count:
            break
    return spots


def write_truth(scene, room, key, lit_by, path, chance):
    camera = scene.camera
    width, height = scene.render.resolution_x, scene.render.resolution_y
    truth = {
        "width": width,
        "height": height,
        "focal_px": width / 2 / tan(camera.data.angle / 2),
        "up": to_camera(camera, (0, 0, 1)),
        "axis": to_camera(camera, (1, 0, 0)),
        "camera_height_m": camera.location.z,
        "lit_by": lit_by,
        "key_offset_m": to_camera(camera, Vector(key) - camera.location),
        "spots": find_spots(scene, room, 3, chance),
    }
    path.with_suffix(".json").write_text(json.dumps(truth, indent=1))
    floor, depth_m = scan(scene)
    numpy.savez_compressed(path.with_suffix(".npz"), floor=floor, depth_m=depth_m.astype(numpy.float16))


def random_room(scene, number):
    """A furnished room and a hand-held camera, all from one seed.

    Returns the room, the key light's position, what it is (window, window behind, lamp) and the random source.
    """
    chance = random.Random(f"room {number}")
    width, depth, height = chance.uniform(3.2, 5.6), chance.uniform(4.2, 7.0), chance.uniform(2.4, 3.0)
    side = chance.choice(("left", "left", "right", "right", "back", "front"))
    length = width if side in ("back", "front") else depth
    window = (
        chance.uniform(0.45, 0.75) * length,
        chance.uniform(0.3, 0.9),
        chance.uniform(1.1, 1.9),
        chance.uniform(1.2, 1.5),
    )
    room = room_shell.Room(width, depth, height, side, window)
    base = chance.choice(WALLS)
    walls = [base if chance.random() < 0.7 else chance.choice(WALLS) for _ in range(4)]
    room_shell.build(room, wall_colours=walls, floor=random_floor(chance))
    furnish(room, chance)
    evening = chance.random() < 0.15
    key = room_shell.light(
        room,
        daylight_w=chance.uniform(15, 40) if evening else chance.uniform(150, 420),
        sun_w=0 if evening else chance.choice((0, 0, 3, 6)),
        sun_elevation_degrees=chance.uniform(25, 55),
        sun_slant_degrees=chance.uniform(-30, 30),
        ambient=chance.uniform(0.05, 0.15) if evening else chance.uniform(0.4, 1.0),
        colour=(1, 0.93, 0.82),
    )
    if evening:
        key = stand_lamp(room, chance)
    location = (chance.uniform(0.25, 0.75) * width, chance.uniform(0.12, 0.5), chance.uniform(0.9, 1.85))
    yaw = chance.uniform(-38, 38)
    if chance.random() < 0.5:
        put_in_front(room, location, yaw, chance)
    aim(
        scene,
        location=location,
        yaw=yaw,
        pitch=chance.uniform(-26, 4),
        roll=chance.gauss(0, 1.2),
        across_degrees=chance.uniform(42, 84),
    )
    scene.view_settings.exposure = chance.uniform(-0.3, 0.8) + (1.2 if evening else 0)
    lit_by = "lamp" if evening else "window behind" if side == "front" else "window"
    return room, key, lit_by, chance


def stand_lamp(room, chance):
    """A floor lamp in a back corner; returns where it shines from."""
    x, y, height = chance.choice((0.4, room.width - 0.4)), room.depth - chance.uniform(0.4, 1.5), 1.55
    furniture.placed(furniture.floor_lamp, (x, y, 0), height=height)
    data = bpy.data.lights.new("lamp", "POINT")
    data.energy, data.color, data.shadow_soft_size = chance.uniform(60, 110), (1, 0.8, 0.58), 0.15
    item = bpy.data.objects.new("lamp", data)
    item.location = (x, y, height + 0.05)
    bpy.context.collection.objects.link(item)
    return item.location


def put_in_front(room, location, yaw, chance):
    """A table or a plant between the camera and the free floor, a little aside."""
    away, aside = chance.uniform(1.5, 2.3), chance.choice((-1, 1)) * chance.uniform(0.35, 0.8)
    turn = radians(yaw)
    x = location[0] - away * sin(turn) + aside * cos(turn)
    y = location[1] + away * cos(turn) + aside * sin(turn)
    spot = (min(max(x, 0.5), room.width - 0.5), y, 0)
    if chance.random() < 0.6:
        furniture.placed(
            furniture.table,
            spot,
            chance.uniform(-40, 40),
            width=chance.uniform(0.5, 1.0),
            height=chance.uniform(0.4, 0.75),
        )
    else:
        furniture.placed(furniture.plant, spot, seed=chance.randrange(99), height=chance.uniform(0.6, 1.1))


def random_floor(chance):
    kind = chance.random()
    if kind < 0.6:
        return room_shell.planks(
            "floor",
            chance.choice(BOARDS),
            width_m=chance.uniform(0.08, 0.2),
            gloss=chance.uniform(0.25, 0.6),
            turned=chance.random() < 0.5,
        )
    if kind < 0.8:
        return room_shell.tiles(
            "floor", *chance.sample(("#D8D3CA", "#BDB6AA", "#8C8780", "#E6E2DA"), 2), side_m=chance.uniform(0.3, 0.6)
        )
    return furniture.materials.cloth("carpet", chance.choice(COLOURS), weave_m=0.012)


def furnish(room, chance):
    """Pieces along the walls, some of them crooked, and a rug; the middle stays free."""
    pieces = [
        lambda: furniture.placed(
            furniture.sofa,
            (room.width * chance.uniform(0.35, 0.65), room.depth - 0.6, 0),
            chance.gauss(0, 4),
            colour=chance.choice(COLOURS),
        ),
        lambda: furniture.placed(
            furniture.shelf,
            (0.25, chance.uniform(2.2, room.depth - 1), 0),
            90,
            seed=chance.randrange(99),
            height=chance.uniform(1.2, 2.1),
        ),
        lambda: furniture.placed(
            furniture.shelf, (room.width - 0.25, chance.uniform(2.2, room.depth - 1), 0), -90, seed=chance.randrange(99)
        ),
        lambda: furniture.placed(furniture.sideboard, (room.width - 0.3, chance.uniform(2.2, room.depth - 1), 0), -90),
        lambda: furniture.placed(
            furniture.bed, (chance.uniform(1.0, room.width - 1.0), room.depth - 1.1, 0), 0, cover=chance.choice(COLOURS)
        ),
        lambda: furniture.placed(
            furniture.table, (room.width * chance.uniform(0.3, 0.7), room.depth * 0.62, 0), chance.uniform(-30, 30)
        ),
    ]
    for build in chance.sample(pieces, 3):
        build()
    for _ in range(chance.randrange(3)):
        spot = (chance.choice((0.5, room.width - 0.5)), chance.uniform(1.8, room.depth - 0.5), 0)
        furniture.placed(furniture.plant, spot, seed=chance.randrange(99), height=chance.uniform(0.8, 1.6))
    if chance.random() < 0.6:
        turn = chance.choice((0, 0, 90, chance.uniform(-40, 40)))
        furniture.placed(
            furniture.rug,
            (room.width / 2, room.depth * 0.5, 0.001),
            turn,
            colour=chance.choice(COLOURS),
            stripe=chance.choice(COLOURS),
        )
    for _ in range(chance.randrange(4)):
        if room.window_wall != "back":
            spot = (chance.uniform(0.5, room.width - 0.5), room.depth - 0.02, chance.uniform(1.4, 1.8))
            furniture.placed(furniture.picture, spot, width=chance.uniform(0.25, 0.7), ink=chance.choice(COLOURS))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sample", choices=sample_rooms.ROOMS, action="append", default=[])
    parser.add_argument("--random", type=int, default=0, help="how many random rooms")
    parser.add_argument("--first", type=int, default=0, help="number of the first random room")
    parser.add_argument("--size", type=int, default=384, help="long side, px")
    parser.add_argument("--samples", type=int, default=12)
    parser.add_argument("--threads", type=int, default=1)
    choice = parser.parse_args()
    choice.out.mkdir(parents=True, exist_ok=True)
    for name in choice.sample:
        scene = studio.empty_scene()
        prepare(scene, width=choice.size, height=choice.size * 3 // 4, samples=choice.samples, threads=choice.threads)
        sample_rooms.ROOMS[name](scene, aim)
        scene.render.filepath = str((choice.out / f"{name}.png").resolve())
        bpy.ops.render.render(write_still=True)
    for number in range(choice.first, choice.first + choice.random):
        path = choice.out.resolve() / f"{number:03d}"
        if path.with_suffix(".json").exists():
            continue
        scene = studio.empty_scene()
        sides = (choice.size, choice.size * 3 // 4)
        width, height = sides if number % 3 else sides[::-1]
        prepare(scene, width=width, height=height, samples=choice.samples, threads=choice.threads)
        room, key, lit_by, chance = random_room(scene, number)
        scene.render.filepath = str(path.with_suffix(".png"))
        bpy.ops.render.render(write_still=True)
        write_truth(scene, room, key, lit_by, path, chance)


if __name__ == "__main__":
    main()
