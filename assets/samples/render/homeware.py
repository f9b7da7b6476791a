"""The small things: mug, bottle, lamp, flask. Every function builds one product at the origin."""

from math import cos, pi, sin
from pathlib import Path

import materials
import shapes

HERE = Path(__file__).parent


def mug():
    """A stoneware mug, 84 mm wide and 92 mm high, cream glaze over raw clay; the handle to the right."""
    clay = materials.glaze("stoneware", "#F1E8D6", "#A8714A", height_m=0.026)
    body = shapes.lathe(
        "body",
        [
            (0, 0.003),
            (0.032, 0.003, 0.002),
            (0.0345, 0.0, 0.001),
            (0.0385, 0.0, 0.003),
            (0.0415, 0.010, 0.007),
            (0.0425, 0.05, 0.02),
            (0.0418, 0.0915, 0.002),
            (0.0382, 0.0918, 0.0022),
            (0.0385, 0.05, 0.02),
            (0.036, 0.012, 0.012),
            (0.0, 0.0095),
        ],
        clay,
    )
    handle_points = [
        (0.040, 0, 0.074),
        (0.047, 0, 0.0765),
        (0.060, 0, 0.077),
        (0.070, 0, 0.070),
        (0.0715, 0, 0.052),
        (0.067, 0, 0.036),
        (0.055, 0, 0.026),
        (0.047, 0, 0.0235),
        (0.0395, 0, 0.024),
    ]
    handle = shapes.tube(
        "handle", handle_points, 0.0068, clay, flat=0.72, tilt=pi / 2, taper=[1.25, 1.1, 1, 1, 1, 1, 1, 1.1, 1.25]
    )
    vessel = shapes.fuse("mug", [body, handle], voxel=0.0007, smooth_rounds=8)
    vessel.rotation_euler.z = -0.42
    return {"exposure": 0.85}


def bottle():
    """A 300 ml amber glass hand wash with a paper label and a black pump, 66 mm wide and 190 mm high."""
    outer = [
        (0, 0.0035),
        (0.024, 0.0025, 0.003),
        (0.029, 0, 0.003),
        (0.033, 0.001, 0.005),
        (0.033, 0.112, 0.022),
        (0.0145, 0.128, 0.012),
        (0.0135, 0.134),
    ]
    inner = [(0.0110, 0.134), (0.0118, 0.128, 0.012), (0.0302, 0.111, 0.022), (0.0302, 0.007, 0.006), (0, 0.007)]
    shapes.lathe("glass", outer + inner, materials.glass("amber glass", "#DDA352"))
    shapes.lathe(
        "wash",
        [(0, 0.0066), (0.0304, 0.0066, 0.006), (0.0304, 0.097, 0.001), (0, 0.097)],
        materials.glass("wash", "#F8DFA8", ior=1.34),
    )
    shapes.lathe(
        "label",
        [(0.0332, 0.020), (0.0332, 0.094)],
        materials.printed("label", HERE / "bottle_label.png"),
        arc_degrees=112,
    )
    shapes.lathe("dip tube", [(0.0025, 0.010), (0.0025, 0.134)], materials.plain("tube", "#E8E2D5", roughness=0.3))
    pump(materials.plain("pump", "#1B1C1C", roughness=0.34))


def pump(black):
    shapes.lathe(
        "collar",
        [
            (0, 0.1305),
            (0.0165, 0.1305, 0.001),
            (0.0165, 0.149, 0.0025),
            (0.0085, 0.1505, 0.001),
            (0.008, 0.156, 0.001),
            (0, 0.156),
        ],
        black,
        flutes=60,
        flute_depth=0.03,
        segments=360,
    )
    shapes.lathe("stem", [(0.0048, 0.15), (0.0048, 0.178)], black)
    shapes.lathe(
        "head",
        [
            (0, 0.172),
            (0.0075, 0.172, 0.001),
            (0.0085, 0.180, 0.004),
            (0.0125, 0.184, 0.002),
            (0.0128, 0.190, 0.0022),
            (0, 0.1905),
        ],
        black,
    )
    nozzle = [
        (0, 0, 0.1865),
        (-0.016, -0.010, 0.1865),
        (-0.026, -0.016, 0.1865),
        (-0.034, -0.0205, 0.1855),
        (-0.0375, -0.0225, 0.180),
        (-0.038, -0.0228, 0.177),
    ]
    shapes.tube("nozzle", nozzle, 0.0042, black, taper=[1.1, 1.0, 0.95, 0.85, 0.78, 0.72])


def lamp():
    """A table lamp, 440 mm high: fluted terracotta foot, brass stem, linen shade, lit."""
    terracotta = materials.glaze("terracotta", "#BE6A43", "#BE6A43", height_m=-1.0)
    brass = materials.metal("brass", "#C9A15A", roughness=0.3)
    shapes.lathe(
        "foot",
        [
            (0, 0.0),
            (0.062, 0.0, 0.004),
            (0.066, 0.012, 0.006),
            (0.082, 0.075, 0.05),
            (0.070, 0.135, 0.04),
            (0.036, 0.175, 0.025),
            (0.028, 0.192, 0.006),
            (0, 0.194),
        ],
        terracotta,
        flutes=36,
        flute_depth=0.055,
        segments=720,
    )
    shapes.lathe(
        "collar",
        [
            (0, 0.19),
            (0.021, 0.19, 0.001),
            (0.021, 0.199, 0.002),
            (0.010, 0.203, 0.001),
            (0.0065, 0.206),
            (0.0065, 0.44),
            (0, 0.44),
        ],
        brass,
    )
    shapes.lathe("socket", [(0, 0.262), (0.016, 0.262, 0.002), (0.016, 0.305, 0.003), (0, 0.306)], brass)
    shapes.lathe(
        "bulb",
        [(0, 0.30), (0.013, 0.30), (0.016, 0.318, 0.008), (0.028, 0.35, 0.018), (0.022, 0.375, 0.016), (0, 0.383)],
        materials.glowing("bulb", "#FFC98A", strength=55.0),
    )
    lamp_shade(brass)
    return {"exposure": 0.9}


def lamp_shade(brass):
    linen = materials.linen_shade("linen", "#EADCC3")
    outer, inner = [(0.132, 0.235), (0.096, 0.425)], [(0.0945, 0.425), (0.1305, 0.235)]
    shapes.lathe("shade", outer + inner + outer[:1], linen)
    for radius, height in ((0.1315, 0.236), (0.0955, 0.424)):
        shapes.lathe(
            "hem",
            [
                (radius - 0.001, height - 0.004),
                (radius + 0.0012, height - 0.004, 0.0005),
                (radius + 0.0012, height + 0.004, 0.0005),
                (radius - 0.001, height + 0.004),
            ],
            materials.cloth("hem", "#DCCBAE", weave_m=0.0008),
        )
    shapes.lathe(
        "finial", [(0, 0.44), (0.006, 0.44, 0.001), (0.009, 0.450, 0.005), (0.004, 0.459, 0.003), (0, 0.460)], brass
    )
    for angle in (0.3, 0.3 + 2 * pi / 3, 0.3 + 4 * pi / 3):
        shapes.tube(
            "spoke", [(0, 0, 0.43), (0.095 * cos(angle), 0.095 * sin(angle), 0.424)], 0.0016, brass, smooth=False
        )


def flask():
    """A 600 ml insulated bottle in powder-coated green with a steel ring, 72 mm wide and 250 mm high."""
    coat = materials.powder_coat("powder coat", "#2B4F44")
    steel = materials.metal("steel", "#D4D6D6", roughness=0.26)
    black = materials.plain("cap", "#232625", roughness=0.45)
    shapes.lathe("foot", [(0, 0.0), (0.0325, 0.0, 0.002), (0.0350, 0.004, 0.002), (0.0350, 0.010)], steel)
    shapes.lathe(
        "body",
        [
            (0.0350, 0.0095),
            (0.0360, 0.0105, 0.001),
            (0.0360, 0.172, 0.03),
            (0.0245, 0.200, 0.014),
            (0.0235, 0.208, 0.001),
            (0.0225, 0.2085),
        ],
        coat,
    )
    shapes.lathe("ring", [(0.0215, 0.2), (0.0228, 0.2085), (0.0228, 0.2145, 0.001), (0.0215, 0.2155)], steel)
    shapes.lathe(
        "cap",
        [(0.0215, 0.2150), (0.0245, 0.2155, 0.001), (0.0245, 0.2385, 0.003), (0.0, 0.2395)],
        black,
        flutes=40,
        flute_depth=0.02,
        segments=400,
    )
    loop = [
        (-0.0225, 0, 0.222),
        (-0.0285, 0, 0.228),
        (-0.0285, 0, 0.250),
        (-0.019, 0, 0.2605),
        (0, 0, 0.2625),
        (0.019, 0, 0.2605),
        (0.0285, 0, 0.250),
        (0.0285, 0, 0.228),
        (0.0225, 0, 0.222),
    ]
    shapes.tube("loop", loop, 0.0075, black, flat=0.42, tilt=0.0)
    shapes.lathe(
        "print", [(0.03615, 0.072), (0.03615, 0.126)], materials.printed("print", HERE / "stamp.png"), arc_degrees=86
    )
