"""Render the sample products with Blender's Cycles on the CPU.

    pip install bpy==4.5.15            # a Python 3.11 environment of its own
    python assets/samples/render/render.py --out assets/samples/products [--only mug --size 300 --samples 16]

Every product becomes NAME.png (RGBA, exact alpha, no shadow). --packshot NAME adds NAME_packshot.jpg, the same
product on a pale seamless table with its shadow.
"""

import argparse
from pathlib import Path

import accessories
import bpy
import furniture
import homeware
import room_furniture
import studio

BUILDERS = {
    "mug": homeware.mug,
    "bottle": homeware.bottle,
    "lamp": homeware.lamp,
    "flask": homeware.flask,
    "chair": furniture.chair,
    "tote": accessories.tote,
    "floor_lamp": room_furniture.floor_lamp,
    "plant": room_furniture.plant,
}


def render(name, path, *, size_px, samples, threads, on_table):
    scene = studio.empty_scene()
    studio.set_quality(scene, size_px=size_px, samples=samples, threads=threads)
    settings = BUILDERS[name]() or {}
    bpy.context.view_layer.update()
    size, centre = studio.frame(scene, fill=0.62 if on_table else 0.92, bottom=0.17 if on_table else 0.04)
    studio.set_lights(scene, size=size, centre=centre, exposure=settings.get("exposure", 1.0))
    studio.add_table(scene, size=size, seen=on_table)
    if on_table:
        image = scene.render.image_settings
        image.file_format, image.color_mode, image.quality = "JPEG", "RGB", 92
    scene.render.filepath = str(path.resolve())
    bpy.ops.render.render(write_still=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", choices=BUILDERS, action="append")
    parser.add_argument("--packshot", choices=BUILDERS, action="append", default=[])
    parser.add_argument("--size", type=int, default=1000, help="pixels, square")
    parser.add_argument("--samples", type=int, default=96)
    parser.add_argument("--threads", type=int, default=2)
    choice = parser.parse_args()
    choice.out.mkdir(parents=True, exist_ok=True)
    quality = {"size_px": choice.size, "samples": choice.samples, "threads": choice.threads}
    for name in choice.only or ([] if choice.packshot else BUILDERS):
        render(name, choice.out / f"{name}.png", on_table=False, **quality)
    for name in choice.packshot:
        render(name, choice.out / f"{name}_packshot.jpg", on_table=True, **quality)


if __name__ == "__main__":
    main()
