"""An empty room: floor, walls, ceiling, windows, and its light. Metres; inside is 0..width, 0..depth, 0..height."""

from dataclasses import dataclass
from math import radians

import bpy
import materials
import shapes
from mathutils import Vector

WALL_M = 0.12
SKIRTING_M = 0.09


@dataclass(frozen=True)
class Room:
    """window_wall: left, right, back or front. window: (centre along the wall, sill height, width, height)."""

    width: float
    depth: float
    height: float
    window_wall: str
    window: tuple[float, float, float, float]


def build(room, *, wall_colours, floor, skirting="#EFECE6"):
    """The shell, with the window open and framed. wall_colours: left, back, right, front."""
    slab("floor", (room.width, room.depth, WALL_M), (room.width / 2, room.depth / 2, -WALL_M / 2), floor)
    ceiling = materials.plain("ceiling", "#F4F2EE", roughness=0.9)
    slab(
        "ceiling", (room.width, room.depth, WALL_M), (room.width / 2, room.depth / 2, room.height + WALL_M / 2), ceiling
    )
    white = materials.plain("skirting", skirting, roughness=0.45)
    for side, colour in zip(("left", "back", "right", "front"), wall_colours, strict=True):
        painted = materials.plain(f"{side} wall", colour, roughness=0.85)
        for part, size in wall_parts(room, side):
            slab(f"{side} wall", size, part, painted)
        if side != "front":
            along = on_wall(room, side, 0.5 * wall_length(room, side), SKIRTING_M / 2, 0.009)
            slab("skirting", lay(side, wall_length(room, side), 0.018, SKIRTING_M), along, white)
    frame_window(room, white)


def wall_length(room, side):
    return room.width if side in ("back", "front") else room.depth


def on_wall(room, side, along, height, out):
    """The point `along` a wall, `out` from it into the room."""
    return {
        "left": (out, along, height),
        "right": (room.width - out, along, height),
        "back": (along, room.depth - out, height),
        "front": (along, out, height),
    }[side]


def lay(side, length, thickness, height):
    return (length, thickness, height) if side in ("back", "front") else (thickness, length, height)


def wall_parts(room, side):
    """(centre, size) of the boxes that make a wall: one, or four around its window."""
    length = wall_length(room, side)
    whole = (0.0, length, 0.0, room.height)
    spans = [whole]
    if side == room.window_wall:
        centre, sill, wide, tall = room.window
        left, right, top = centre - wide / 2, centre + wide / 2, sill + tall
        spans = [
            (0, left, 0, room.height),
            (right, length, 0, room.height),
            (left, right, 0, sill),
            (left, right, top, room.height),
        ]
    for start, end, low, high in spans:
        centre = on_wall(room, side, (start + end) / 2, (low + high) / 2, -WALL_M / 2)
        yield centre, lay(side, end - start, WALL_M, high - low)


def slab(name, size, location, material):
    return shapes.box(name, size, location, material, bevel=0.0)


def frame_window(room, paint):
    """Sill, head, jambs and bars, each a little less deep than the one before, so that no two faces coincide."""
    side, (centre, sill, wide, tall) = room.window_wall, room.window
    for along, height, length, high, thick in (
        (centre, sill, wide + 0.16, 0.07, 0.12),
        (centre, sill + tall, wide + 0.12, 0.07, 0.11),
        (centre - wide / 2, sill + tall / 2, 0.07, tall, 0.10),
        (centre + wide / 2, sill + tall / 2, 0.07, tall, 0.10),
        (centre, sill + tall / 2, 0.05, tall, 0.08),
        (centre, sill + 0.62 * tall, wide, 0.04, 0.07),
    ):
        slab("window frame", lay(side, length, thick, high), on_wall(room, side, along, height, 0.0), paint)


def light(room, *, daylight_w, sun_w, sun_elevation_degrees, sun_slant_degrees, ambient, colour):
    """Daylight through the window, sun if sun_w > 0, and a little light from everywhere. Returns the key's position."""
    centre, sill, wide, tall = room.window
    outside = on_wall(room, room.window_wall, centre, sill + tall / 2, -0.35)
    inward = {"left": (1, 0), "right": (-1, 0), "back": (0, -1), "front": (0, 1)}[room.window_wall]
    data = bpy.data.lights.new("daylight", "AREA")
    data.shape, data.size, data.size_y, data.energy = "RECTANGLE", wide * 1.1, tall * 1.1, daylight_w
    item = bpy.data.objects.new("daylight", data)
    item.location = outside
    item.rotation_euler = Vector((*inward, -0.25)).to_track_quat("-Z", "Y").to_euler()
    bpy.context.collection.objects.link(item)
    if sun_w:
        sun = bpy.data.lights.new("sun", "SUN")
        sun.energy, sun.angle, sun.color = sun_w, radians(0.8), colour
        item = bpy.data.objects.new("sun", sun)
        across = Vector((*inward, 0)) + Vector((-inward[1], inward[0], 0)) * sun_slant_degrees / 45
        direction = Vector((across.x, across.y, -across.length * sun_elevation_degrees / 45))
        item.rotation_euler = direction.to_track_quat("-Z", "Y").to_euler()
        bpy.context.collection.objects.link(item)
    world = bpy.data.worlds.new("day")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.82, 0.9, 1.0, 1)
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = ambient
    bpy.context.scene.world = world
    fill = bpy.data.lights.new("fill", "AREA")
    fill.shape, fill.size, fill.size_y, fill.energy = "RECTANGLE", room.width * 0.9, room.depth * 0.9, 0.16 * daylight_w
    item = bpy.data.objects.new("fill", fill)
    item.location = (room.width / 2, room.depth / 2, room.height - 0.02)
    item.visible_camera = False
    bpy.context.collection.objects.link(item)
    return on_wall(room, room.window_wall, centre, sill + tall / 2, 0.0)


def planks(name, colour, *, width_m=0.14, length_m=1.3, gloss=0.35, turned=False):
    """A floor of boards in running bond."""
    surface = materials.Surface(name, colour, roughness=gloss)
    bricks = surface.add("TexBrick", offset=0.37, scale=1.0)
    bricks.inputs["Color1"].default_value = materials.linear(materials.shade(colour, 0.86))
    bricks.inputs["Color2"].default_value = materials.linear(materials.shade(colour, 1.1))
    bricks.inputs["Mortar"].default_value = materials.linear(materials.shade(colour, 0.45))
    for label, value in (("Mortar Size", 0.0025), ("Brick Width", length_m), ("Row Height", width_m), ("Bias", 0.0)):
        bricks.inputs[label].default_value = value
    mapping = surface.add("Mapping")
    mapping.inputs["Rotation"].default_value = (0, 0, radians(90 if turned else 0))
    surface.link(surface.nodes.new("ShaderNodeTexCoord").outputs["Object"], mapping.inputs["Vector"])
    surface.link(mapping.outputs["Vector"], bricks.inputs["Vector"])
    grain = surface.noise(26.0, detail=6.0, stretch=(1, 0.06, 1) if turned else (0.06, 1, 1))
    dark = surface.ramp(grain, [(0.3, "#8c8c8c"), (0.7, "#ffffff")])
    blend = surface.add("Mix", data_type="RGBA", blend_type="MULTIPLY")
    blend.inputs[0].default_value = 0.5
    surface.link(bricks.outputs["Color"], blend.inputs[6])
    surface.link(dark, blend.inputs[7])
    surface.colour(blend.outputs[2])
    surface.bump(bricks.outputs["Fac"], strength=-0.2, distance_m=0.002)
    return surface.material


def tiles(name, first, second, *, side_m=0.4, gloss=0.25):
    """A floor of square tiles in two colours."""
    surface = materials.Surface(name, first, roughness=gloss)
    checker = surface.add("TexChecker", scale=1.0 / side_m)
    checker.inputs["Color1"].default_value, checker.inputs["Color2"].default_value = map(
        materials.linear, (first, second)
    )
    surface.link(surface.place(), checker.inputs["Vector"])
    surface.colour(checker.outputs["Color"])
    return surface.material
