"""Render persons in old clothes, the same persons in new ones, and each new garment alone, with Blender (bpy 4.5).

    python assets/evaluation/tryon/render/render_people.py --bodies .cache/people --out assets/evaluation/tryon/pairs

Writes <person>.jpg (the photo), <person>_<garment>.jpg (the truth), garment_<garment>.jpg (as on a ghost mannequin) and
for each picture of a person a label map .png: grey levels of LABELS.
"""

import argparse
import sys
from math import radians
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import wardrobe
from wardrobe import NEW, OLD, PARTS, SHOES, TROUSERS, Garment

SIZE, SAMPLES = (480, 640), 12
LABELS = {"background": 0, "skin": 60, "hair": 100, "top": 180, "trousers": 220, "shoes": 250}
SKIN = {"ana": "#c99478", "ben": "#8a5a3f", "cleo": "#e0b498", "dov": "#d3a183", "eri": "#5f3d2c"}
HAIR = {"ana": "#2b1c14", "ben": "#14110f", "cleo": "#8a5a2e", "dov": "#6b6661", "eri": "#120f0e"}
WALL = {"ana": "#cfc8bd", "ben": "#aebac0", "cleo": "#d9cfc0", "dov": "#9fae9b", "eri": "#d8d4d0"}
LIT_FROM = {"ana": -1, "ben": 1, "cleo": -1, "dov": 1, "eri": -1}


def colour(code: str) -> tuple[float, float, float, float]:
    """A hex code as linear RGBA."""
    share = np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return (*np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4), 1.0)


def neighbours_mean(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """The mean of each vertex's neighbours along edges."""
    edges = np.concatenate([faces[:, [i, (i + 1) % 4]] for i in range(4)])
    edges = np.concatenate([edges, edges[:, ::-1]])
    total, count = np.zeros_like(points), np.zeros(len(points))
    np.add.at(total, edges[:, 0], points[edges[:, 1]])
    np.add.at(count, edges[:, 0], 1)
    return np.where(count[:, None] > 0, total / np.maximum(count, 1)[:, None], points)


def normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Unit normals of the vertices."""
    across = np.cross(points[faces[:, 2]] - points[faces[:, 0]], points[faces[:, 3]] - points[faces[:, 1]])
    total = np.zeros_like(points)
    for corner in range(4):
        np.add.at(total, faces[:, corner], across)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)


def add_mesh(name: str, points: np.ndarray, faces: np.ndarray, material, **attributes: np.ndarray):
    """A smooth mesh with float attributes per vertex, of which vectors have three columns."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points.tolist(), [], faces.tolist())
    for key, values in attributes.items():
        kind = "FLOAT_VECTOR" if values.ndim == 2 else "FLOAT"
        layer = mesh.attributes.new(key, kind, "POINT")
        layer.data.foreach_set(
            "vector" if values.ndim == 2 else "value", np.ascontiguousarray(values, np.float32).ravel()
        )
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    mesh.materials.append(material)
    item = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(item)
    divided = item.modifiers.new("subdivision", "SUBSURF")
    divided.levels = divided.render_levels = 1
    return item


def shader(name: str, label: str, flat: bool):
    """A material with its principled shader; flat: the label's grey without light."""
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    output = tree.nodes.new("ShaderNodeOutputMaterial")
    if flat:
        surface = tree.nodes.new("ShaderNodeEmission")
        grey = LABELS[label] / 255
        surface.inputs["Color"].default_value = (grey, grey, grey, 1)
    else:
        surface = tree.nodes.new("ShaderNodeBsdfPrincipled")
    return material, tree, surface, output


def plain(name: str, label: str, code: str, flat: bool, roughness: float = 0.6):
    """A material of one colour."""
    material, tree, surface, output = shader(name, label, flat)
    if not flat:
        surface.inputs["Base Color"].default_value = colour(code)
        surface.inputs["Roughness"].default_value = roughness
    tree.links.new(surface.outputs[0], output.inputs["Surface"])
    return material


def cloth(name: str, label: str, garment: Garment, flat: bool):
    """A garment's material: its pattern, wrinkles, and nothing where the attribute ``keep`` is below zero."""
    material, tree, surface, output = shader(name, label, flat)
    new, link = tree.nodes.new, tree.links.new
    if not flat:
        surface.inputs["Roughness"].default_value = 0.85
        link(pattern(tree, garment), surface.inputs["Base Color"])
        noise, bump = new("ShaderNodeTexNoise"), new("ShaderNodeBump")
        noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = 5.0, 2.0
        bump.inputs["Strength"].default_value, bump.inputs["Distance"].default_value = 0.3, 0.05
        link(noise.outputs["Fac"], bump.inputs["Height"])
        link(bump.outputs["Normal"], surface.inputs["Normal"])
    keep, cut, clear, mixed = (
        new(f"ShaderNode{kind}") for kind in ("Attribute", "Math", "BsdfTransparent", "MixShader")
    )
    keep.attribute_name, cut.operation = "keep", "GREATER_THAN"
    cut.inputs[1].default_value = 0.0
    link(keep.outputs["Fac"], cut.inputs[0])
    link(cut.outputs[0], mixed.inputs["Fac"])
    link(clear.outputs[0], mixed.inputs[1])
    link(surface.outputs[0], mixed.inputs[2])
    link(mixed.outputs[0], output.inputs["Surface"])
    return material


def pattern(tree, garment: Garment):
    """The socket with a garment's colour: plain, striped across ``stripe``, or with a sign on the chest."""
    new, link = tree.nodes.new, tree.links.new
    mixed = new("ShaderNodeMix")
    mixed.data_type = "RGBA"
    mixed.inputs["A"].default_value, mixed.inputs["B"].default_value = colour(garment.colour), colour(garment.second)
    mixed.inputs["Factor"].default_value = 0.0
    if garment.pattern == "stripes":
        where, wave, edge = (new(f"ShaderNode{kind}") for kind in ("Attribute", "Math", "Math"))
        where.attribute_name, wave.operation, edge.operation = "stripe", "PINGPONG", "GREATER_THAN"
        wave.inputs[1].default_value, edge.inputs[1].default_value = 0.022, 0.014
        link(where.outputs["Fac"], wave.inputs[0])
        link(wave.outputs[0], edge.inputs[0])
        link(edge.outputs[0], mixed.inputs["Factor"])
    if garment.pattern == "print":
        where, sign = new("ShaderNodeAttribute"), new("ShaderNodeTexImage")
        where.attribute_name, sign.image, sign.extension = "chest", chest_sign(), "CLIP"
        link(where.outputs["Vector"], sign.inputs["Vector"])
        link(sign.outputs["Color"], mixed.inputs["Factor"])
    return mixed.outputs["Result"]


def chest_sign():
    """A ring over two bars, white on black: a print whose shape can be seen to be kept."""
    y, x = np.mgrid[0:256, 0:256] / 255.0
    far = np.hypot(x - 0.5, y - 0.62)
    drawn = ((far < 0.30) & (far > 0.17)) | (
        (np.abs(x - 0.5) < 0.36) & ((np.abs(y - 0.2) < 0.045) | (np.abs(y - 0.07) < 0.045))
    )
    image = bpy.data.images.new("sign", 256, 256)
    image.pixels.foreach_set(np.repeat(drawn.astype(np.float32)[..., None], 4, 2).ravel())
    return image


def put_on(name: str, label: str, garment: Garment, keep: np.ndarray, body: dict[str, np.ndarray], flat: bool) -> None:
    """The garment as a smoothed shell over the posed body."""
    faces, points = body["faces"], body["posed"].copy()
    near = (keep > -0.04)[faces].all(1)
    used, compact = np.unique(faces[near], return_inverse=True)
    compact = compact.reshape(-1, 4)
    shell, rest = points[used], body["rest"][used]
    for _ in range(garment.smoothed):
        shell += 0.5 * (neighbours_mean(shell, compact) - shell)
    shell += garment.looseness * normals(shell, compact)
    chest = np.stack([rest[:, 0] / 0.2 + 0.5, (rest[:, 2] - 0.22) / 0.2, np.zeros(len(used))], 1)
    chest[rest[:, 1] > -0.1] = -5
    stripe = wardrobe.stripe_position(body)[used]
    add_mesh(name, shell, compact, cloth(name, label, garment, flat), keep=keep[used], stripe=stripe, chest=chest)


def add_skin(body: dict[str, np.ndarray], covered: np.ndarray, person: str, flat: bool) -> None:
    """The body where no cloth lies over it, with eyes and lips, and a close cap of hair."""
    faces, part, rest = body["faces"], body["part"], body["rest"]
    eyes, head = (part == PARTS.index(name) for name in ("eye", "head"))
    for name, chosen, tone in (("skin", ~eyes, SKIN[person]), ("eyes", eyes, "#2e2420")):
        shown = faces[chosen[faces].any(1) & ~covered[faces].all(1)]
        add_mesh(name, body["posed"], shown, plain(name, "skin", tone, flat, 0.5))
    _, eye_y, eye_z = rest[eyes].mean(0)
    hairline = eye_z + 0.062 - 1.3 * np.maximum(rest[:, 1] - eye_y - 0.04, 0)
    keep = np.where(head, np.minimum(rest[:, 2] - hairline, rest[:, 2] - eye_z + 0.1), -0.1)
    put_on("hair", "hair", Garment(HAIR[person], looseness=0.014, smoothed=2), keep, body, flat)


def dress(person: str, top: Garment, body: dict[str, np.ndarray], flat: bool) -> None:
    """The person in top, trousers and shoes."""
    upper, lower = wardrobe.coverage(top, body), wardrobe.coverage(TROUSERS, body)
    feet = np.where(body["part"] == PARTS.index("foot"), 0.05, -0.05)
    feet = np.where((body["leg"] > 0.985) & (body["part"] == PARTS.index("leg")), 0.01, feet)
    covered = (upper > 0.03) | (lower > 0.03) | (feet > 0.03)
    add_skin(body, covered, person, flat)
    put_on("trousers", "trousers", TROUSERS, lower, body, flat)
    put_on("shoes", "shoes", SHOES, feet, body, flat)
    put_on("top", "top", top, upper, body, flat)


def room(person: str, floor: float, flat: bool) -> None:
    """A wall behind, a floor, a soft box from one side and light from everywhere."""
    wall = plain("wall", "background", WALL[person], flat, 0.9)
    for name, corners in (
        ("wall", [(-4, 1.3, floor), (4, 1.3, floor), (4, 1.3, 4), (-4, 1.3, 4)]),
        ("floor", [(-4, -6, floor), (4, -6, floor), (4, 1.3, floor), (-4, 1.3, floor)]),
    ):
        item = add_mesh(name, np.array(corners, float), np.array([[0, 1, 2, 3]]), wall)
        item.modifiers.clear()
    light_from(LIT_FROM[person])


def light_from(side: int) -> None:
    """A key light from one side."""
    key = bpy.data.objects.new("key", bpy.data.lights.new("key", "AREA"))
    key.data.energy, key.data.size = 130, 1.6
    key.location = (2.2 * side, -2.6, 2.2)
    key.rotation_euler = (radians(52), 0, radians(40 * side))
    bpy.context.scene.collection.objects.link(key)


def begin(ambient: float, white: bool = False):
    """An empty scene with its camera and settings."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (1, 1, 1, 1)
    world.node_tree.nodes["Background"].inputs["Strength"].default_value = ambient
    scene.world = world
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.lens, camera.data.sensor_fit, camera.data.sensor_height = 72, "VERTICAL", 36
    camera.location, camera.rotation_euler = (0, -4.4, -0.03), (radians(90), 0, 0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.engine, scene.cycles.device = "CYCLES", "CPU"
    scene.render.resolution_x, scene.render.resolution_y = SIZE
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.view_settings.view_transform = "Standard"
    scene.render.film_transparent = white
    return scene


def shoot(scene, path: Path, flat: bool) -> None:
    """Render: a photo as JPEG, or a label map as PNG without soft edges."""
    cycles, settings = scene.cycles, scene.render.image_settings
    cycles.samples, cycles.use_denoising = (1, False) if flat else (SAMPLES, True)
    cycles.pixel_filter_type, cycles.filter_width = "BLACKMAN_HARRIS", (0.01 if flat else 1.5)
    scene.view_settings.view_transform = "Raw" if flat else "Standard"
    settings.file_format, settings.color_mode = ("PNG", "BW") if flat else ("JPEG", "RGB")
    settings.quality, settings.compression = 92, 100
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True)


def shoot_person(person: str, top: Garment, body: dict[str, np.ndarray], path: Path) -> None:
    """The photo of a person and its label map."""
    for flat in (False, True):
        scene = begin(ambient=0.0 if flat else 0.55)
        dress(person, top, body, flat)
        room(person, float(body["posed"][:, 2].min()) - 0.01, flat)
        shoot(scene, path.with_suffix(".png" if flat else ".jpg"), flat)


def shoot_garment(garment: Garment, body: dict[str, np.ndarray], path: Path) -> None:
    """A garment alone, as a ghost mannequin fills it, on white."""
    scene = begin(ambient=0.8)
    scene.camera.data.lens, scene.camera.location = 112, (0, -4.4, 0.26)
    put_on("top", "top", garment, wardrobe.coverage(garment, body), body, flat=False)
    light_from(-1)
    shoot(scene, path, flat=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bodies", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="begin of the names of the pictures to render")
    options = parser.parse_args()
    bodies = {path.stem: dict(np.load(path)) for path in sorted(options.bodies.glob("*.npz"))}
    options.out.mkdir(parents=True, exist_ok=True)
    jobs = {f"garment_{name}": (None, garment) for name, garment in NEW.items()}
    for person in OLD:
        jobs[person] = (person, OLD[person])
        jobs |= {f"{person}_{name}": (person, garment) for name, garment in NEW.items()}
    for name, (person, garment) in jobs.items():
        path = options.out / f"{name}.jpg"
        if name.startswith(options.only) and not path.exists():
            if person:
                shoot_person(person, garment, bodies[person], path)
            else:
                shoot_garment(garment, bodies["form"], path)


if __name__ == "__main__":
    main()
