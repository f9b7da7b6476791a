"""The sample rooms: bright, tidy, with free floor for the product. A builder gets the scene and the camera's `aim`."""

import materials
import room_furniture as furniture
import room_shell

CONTRAST = "AgX - Medium High Contrast"


def loft(scene, aim):
    """A pale living room: big window on the left, oak boards, a sofa at the back; free floor at the right."""
    room = room_shell.Room(4.6, 5.4, 2.75, "left", (3.1, 0.35, 2.0, 2.0))
    floor = room_shell.planks("floor", "#C2966A", width_m=0.15, gloss=0.38, turned=True)
    room_shell.build(room, wall_colours=("#F0ECE4", "#DAD9CE", "#EFEBE3", "#EFEBE3"), floor=floor)
    furniture.placed(furniture.sofa, (1.75, 4.85, 0), colour="#8B8F86", width=2.0)
    for x, colour, turn in ((1.15, "#B5643C", 8), (2.35, "#D9C7A3", -10)):
        furniture.placed(furniture.throw_pillow, (x, 4.80, 0.45), turn, colour=colour)
    furniture.placed(furniture.rug, (1.8, 3.55, 0.001), width=2.4, depth=1.6, colour="#D9CDB8", stripe="#A9795A")
    furniture.placed(furniture.table, (1.7, 3.7, 0), width=0.95, depth=0.55, height=0.36)
    furniture.placed(furniture.plant, (0.45, 4.9, 0), height=1.5)
    for x, ink in ((1.35, "#B4543A"), (2.05, "#55695A")):
        furniture.placed(furniture.picture, (x, 5.385, 1.72), width=0.46, height=0.62, ink=ink)
    furniture.placed(furniture.curtain, (0.1, 1.85, 0), -90, height=2.5, width=0.45)
    furniture.placed(furniture.curtain, (0.1, 4.35, 0), -90, height=2.5, width=0.45)
    room_shell.light(
        room,
        daylight_w=330,
        sun_w=4.0,
        sun_elevation_degrees=36,
        sun_slant_degrees=14,
        ambient=0.9,
        colour=(1, 0.92, 0.8),
    )
    aim(scene, location=(2.75, 0.28, 1.35), yaw=9, pitch=-7, roll=0, across_degrees=62)
    scene.view_settings.exposure, scene.view_settings.look = 0.4, CONTRAST


def study(scene, aim):
    """A room in muted green: window at the right, dark boards, shelves at the left, a free reading corner."""
    room = room_shell.Room(4.2, 5.0, 2.7, "right", (3.0, 0.55, 1.7, 1.75))
    floor = room_shell.planks("floor", "#8A6244", width_m=0.12, gloss=0.3)
    room_shell.build(room, wall_colours=("#8FA093", "#8FA093", "#E9E5DB", "#E9E5DB"), floor=floor)
    for y, seed in ((3.15, 11), (4.1, 31)):
        furniture.placed(furniture.shelf, (0.2, y, 0), 90, seed=seed, colour="#C9A77C", width=0.92, height=2.05)
    furniture.placed(furniture.sideboard, (1.65, 4.74, 0), colour="#A5744A", width=1.5)
    furniture.placed(furniture.picture, (1.65, 4.985, 1.55), width=0.8, height=0.95, ground="#EFE8DA", ink="#C77A4E")
    furniture.placed(furniture.plant, (3.8, 4.55, 0), height=1.35, pot="#D8CDBB", seed=5)
    furniture.placed(furniture.rug, (2.25, 2.95, 0.001), width=2.1, depth=1.5, colour="#C7B299", stripe="#6B4E3D")
    furniture.placed(furniture.curtain, (4.1, 1.95, 0), 90, height=2.45, width=0.4)
    vase = materials.plain("vase", "#E7DCCB", roughness=0.35)
    furniture.shapes.lathe(
        "vase", [(0, 0.62), (0.06, 0.62, 0.02), (0.10, 0.74, 0.06), (0.035, 0.90, 0.03), (0.05, 0.96)], vase
    ).location = (1.2, 4.72, 0)
    room_shell.light(
        room,
        daylight_w=330,
        sun_w=3.5,
        sun_elevation_degrees=34,
        sun_slant_degrees=-12,
        ambient=0.85,
        colour=(1, 0.9, 0.76),
    )
    aim(scene, location=(1.55, 0.25, 1.4), yaw=-9, pitch=-8, roll=0, across_degrees=60)
    scene.view_settings.exposure, scene.view_settings.look = 0.8, CONTRAST


def bedroom(scene, aim):
    """A calm bedroom: clay wall, pale boards, bed at the back left, window at the right; free floor beside the bed."""
    room = room_shell.Room(4.4, 4.9, 2.65, "right", (2.7, 0.6, 1.6, 1.65))
    floor = room_shell.planks("floor", "#D0AC82", width_m=0.13, gloss=0.36)
    room_shell.build(room, wall_colours=("#EFE6DC", "#C69079", "#EFE6DC", "#EFE6DC"), floor=floor)
    furniture.placed(furniture.bed, (1.35, 3.8, 0), colour="#F0E8DC", cover="#A8604A")
    for x, colour in ((1.0, "#D9A489"), (1.7, "#F2EADF")):
        furniture.placed(furniture.throw_pillow, (x, 4.55, 0.5), colour=colour)
    furniture.placed(furniture.sideboard, (3.35, 4.66, 0), colour="#B98A5C", width=1.1)
    furniture.placed(furniture.picture, (3.35, 4.885, 1.5), width=0.6, height=0.8, ground="#F3EADC", ink="#A8604A")
    furniture.placed(furniture.rug, (2.75, 2.75, 0.001), width=1.9, depth=1.4, colour="#E5D8C5", stripe="#B98A73")
    furniture.placed(furniture.plant, (4.0, 4.2, 0), height=1.15, pot="#EAE0D2", seed=8)
    furniture.placed(furniture.curtain, (4.3, 1.75, 0), 90, height=2.4, width=0.4, colour="#F1E9DE")
    room_shell.light(
        room,
        daylight_w=300,
        sun_w=3.0,
        sun_elevation_degrees=38,
        sun_slant_degrees=-18,
        ambient=0.9,
        colour=(1, 0.9, 0.78),
    )
    aim(scene, location=(1.75, 0.25, 1.4), yaw=-8, pitch=-9, roll=0, across_degrees=62)
    scene.view_settings.exposure, scene.view_settings.look = 0.6, CONTRAST


def parlour(scene, aim):
    """A cool living room: big window at the left, grey tiles, a blue-grey wall, a low sofa; free floor in front."""
    room = room_shell.Room(4.8, 5.2, 2.7, "left", (3.3, 0.3, 1.9, 2.1))
    floor = room_shell.tiles("floor", "#C9CBC8", "#C2C4C1", side_m=0.6, gloss=0.3)
    room_shell.build(room, wall_colours=("#E4E8E9", "#7F95A3", "#E4E8E9", "#E4E8E9"), floor=floor)
    furniture.placed(furniture.sofa, (3.1, 4.62, 0), colour="#D8D3C8", width=2.1)
    for x, colour in ((2.45, "#2F4858"), (3.75, "#C9A66B")):
        furniture.placed(furniture.throw_pillow, (x, 4.57, 0.45), colour=colour)
    furniture.placed(furniture.shelf, (0.75, 4.98, 0), colour="#EDEFEE", width=0.95, height=1.9, seed=17)
    for x, ink in ((2.55, "#2F4858"), (3.3, "#C9A66B"), (4.05, "#55695A")):
        furniture.placed(furniture.picture, (x, 5.185, 1.7), width=0.48, height=0.64, ink=ink)
    furniture.placed(furniture.rug, (2.9, 3.3, 0.001), width=2.3, depth=1.5, colour="#AEB9BF", stripe="#E7E9E8")
    furniture.placed(furniture.plant, (4.4, 3.5, 0), height=1.2, pot="#3F4A55", seed=3)
    furniture.placed(furniture.curtain, (0.1, 2.0, 0), -90, height=2.45, width=0.4, colour="#EDEFEE")
    room_shell.light(
        room,
        daylight_w=340,
        sun_w=2.0,
        sun_elevation_degrees=30,
        sun_slant_degrees=10,
        ambient=1.0,
        colour=(0.94, 0.97, 1),
    )
    aim(scene, location=(2.3, 0.25, 1.4), yaw=4, pitch=-8, roll=0, across_degrees=62)
    scene.view_settings.exposure, scene.view_settings.look = 0.5, CONTRAST


ROOMS = {"loft": loft, "study": study, "bedroom": bedroom, "parlour": parlour}
