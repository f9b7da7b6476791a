"""Surface materials, each a Principled shader with small imperfections. Colours are sRGB hex."""

import bpy


def linear(hex_colour):
    channels = [int(hex_colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return (*[c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels], 1.0)


class Surface:
    """A thin wrapper over one material's node tree."""

    def __init__(self, name, colour, **inputs):
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.nodes, self.links = self.material.node_tree.nodes, self.material.node_tree.links
        self.shader = self.nodes["Principled BSDF"]
        self.shader.inputs["Base Color"].default_value = linear(colour)
        for label, value in inputs.items():
            self.shader.inputs[label.replace("_", " ").title().replace("Ior", "IOR")].default_value = value

    def add(self, kind, **values):
        node = self.nodes.new(f"ShaderNode{kind}")
        for label, value in values.items():
            name = label.replace("_", " ").title()
            if name in node.inputs:
                node.inputs[name].default_value = value
            else:
                setattr(node, label, value)
        return node

    def link(self, source, target):
        self.links.new(source, target)

    def place(self, *, stretch=(1, 1, 1), kind="Object"):
        mapping = self.add("Mapping")
        mapping.inputs["Scale"].default_value = stretch
        self.link(self.nodes.new("ShaderNodeTexCoord").outputs[kind], mapping.inputs["Vector"])
        return mapping.outputs["Vector"]

    def noise(self, scale, *, detail=4.0, stretch=(1, 1, 1), kind="Object"):
        node = self.add("TexNoise", scale=scale, detail=detail)
        self.link(self.place(stretch=stretch, kind=kind), node.inputs["Vector"])
        return node.outputs["Fac"]

    def ramp(self, source, stops):
        """Map a 0..1 value through (position, hex) stops."""
        node = self.add("ValToRGB")
        for index, (position, colour) in enumerate(stops):
            element = node.color_ramp.elements[index] if index < 2 else node.color_ramp.elements.new(position)
            element.position, element.color = position, linear(colour)
        self.link(source, node.inputs["Fac"])
        return node.outputs["Color"]

    def mix(self, first, second, factor):
        node = self.add("Mix", data_type="RGBA")
        for source, index in ((factor, 0), (first, 6), (second, 7)):
            self.link(source, node.inputs[index])
        return node.outputs[2]

    def colour(self, source):
        self.link(source, self.shader.inputs["Base Color"])

    def rough(self, source, low, high):
        node = self.add("MapRange")
        node.inputs["To Min"].default_value, node.inputs["To Max"].default_value = low, high
        self.link(source, node.inputs["Value"])
        self.link(node.outputs["Result"], self.shader.inputs["Roughness"])

    def bump(self, source, *, strength, distance_m):
        node = self.add("Bump", strength=strength, distance=distance_m)
        self.link(source, node.inputs["Height"])
        previous = self.shader.inputs["Normal"].links
        if previous:
            self.link(previous[0].from_socket, node.inputs["Normal"])
        self.link(node.outputs["Normal"], self.shader.inputs["Normal"])


def plain(name, colour, *, roughness=0.5, metallic=0.0, **inputs):
    return Surface(name, colour, roughness=roughness, metallic=metallic, **inputs).material


def metal(name, colour, *, roughness=0.28, brushed=(1, 1, 60)):
    surface = Surface(name, colour, metallic=1.0)
    grain = surface.noise(60.0, stretch=brushed)
    surface.rough(grain, roughness - 0.1, roughness + 0.12)
    surface.bump(grain, strength=0.08, distance_m=0.001)
    return surface.material


def glass(name, colour, *, roughness=0.0, ior=1.5):
    return plain(name, colour, roughness=roughness, transmission_weight=1.0, ior=ior)


def glaze(name, upper, lower, *, height_m, waver_m=0.004):
    """Two glazes meeting in a wavering line at `height_m`: speckled and glossy above, raw and matt below."""
    surface = Surface(name, upper)
    axes = surface.add("SeparateXYZ")
    surface.link(surface.place(), axes.inputs["Vector"])
    wobble = surface.add("Math", operation="MULTIPLY_ADD")
    wobble.inputs[1].default_value = waver_m * 2
    surface.link(surface.noise(22.0, stretch=(1, 1, 0.2)), wobble.inputs[0])
    surface.link(axes.outputs["Z"], wobble.inputs[2])
    edge = surface.add("MapRange", interpolation_type="SMOOTHSTEP")
    edge.inputs["From Min"].default_value = height_m + waver_m - 0.0009
    edge.inputs["From Max"].default_value = height_m + waver_m + 0.0009
    surface.link(wobble.outputs["Value"], edge.inputs["Value"])
    is_upper = edge.outputs["Result"]
    specks = surface.noise(560.0, detail=1.0)
    top = surface.ramp(specks, [(0.0, upper), (0.715, upper), (0.76, "#7A5B41")])
    cloud = surface.noise(35.0)
    bottom = surface.ramp(cloud, [(0.25, lower), (0.8, shade(lower, 0.8))])
    surface.colour(surface.mix(bottom, top, is_upper))
    surface.rough(is_upper, 0.62, 0.16)
    surface.bump(is_upper, strength=0.7, distance_m=0.0008)
    surface.bump(surface.noise(18.0, stretch=(0.3, 0.3, 6)), strength=0.12, distance_m=0.003)
    return surface.material


def shade(hex_colour, factor):
    return "#" + "".join(f"{min(255, round(int(hex_colour[i : i + 2], 16) * factor)):02x}" for i in (1, 3, 5))


def wood(name, colour, *, along="z"):
    """Straight-grained oiled wood; `along` is the axis the grain follows."""
    surface = Surface(name, colour)
    stretch = [0.06 if axis == along else 1.0 for axis in "xyz"]
    rings = surface.noise(45.0, detail=6.0, stretch=stretch)
    fibres = surface.noise(380.0, detail=3.0, stretch=stretch)
    broad = surface.ramp(rings, [(0.3, shade(colour, 0.72)), (0.52, colour), (0.75, shade(colour, 1.12))])
    fine = surface.ramp(fibres, [(0.35, shade(colour, 0.78)), (0.6, shade(colour, 1.06))])
    half = surface.add("Value")
    half.outputs[0].default_value = 0.35
    surface.colour(surface.mix(broad, fine, half.outputs[0]))
    surface.rough(fibres, 0.38, 0.56)
    surface.bump(fibres, strength=0.12, distance_m=0.0006)
    return surface.material


def cloth(name, colour, *, weave_m, fuzz=0.5, thread_bump=0.6, kind="Object"):
    """A woven or felted fabric of threads `weave_m` wide."""
    surface = Surface(name, colour, roughness=0.95, sheen_weight=fuzz, sheen_roughness=0.4)
    lumps = surface.add("TexVoronoi", scale=1.0 / weave_m)
    surface.link(surface.place(kind=kind), lumps.inputs["Vector"])
    tone = surface.ramp(lumps.outputs["Distance"], [(0.0, shade(colour, 1.12)), (0.9, shade(colour, 0.66))])
    patches = surface.ramp(surface.noise(14.0), [(0.3, shade(colour, 0.93)), (0.7, shade(colour, 1.05))])
    share = surface.add("Value")
    share.outputs[0].default_value = 0.4
    surface.colour(surface.mix(tone, patches, share.outputs[0]))
    surface.bump(lumps.outputs["Distance"], strength=-thread_bump, distance_m=weave_m)
    return surface.material


def linen_shade(name, colour, *, threads_per_m=900.0):
    """Lamp-shade linen: crossed threads with slubs, half of the light scattered through."""
    surface = Surface(name, colour, roughness=0.9)
    across = surface.noise(threads_per_m, detail=2.0, stretch=(1, 1, 0.02))
    along = surface.noise(threads_per_m, detail=2.0, stretch=(0.02, 0.02, 1))
    both = surface.add("Math", operation="ADD")
    surface.link(across, both.inputs[0])
    surface.link(along, both.inputs[1])
    tint = surface.add("MapRange")
    tint.inputs["From Min"].default_value, tint.inputs["From Max"].default_value = 0.7, 1.3
    surface.link(both.outputs["Value"], tint.inputs["Value"])
    colour_out = surface.ramp(tint.outputs["Result"], [(0.0, shade(colour, 0.86)), (0.8, shade(colour, 1.04))])
    surface.colour(colour_out)
    surface.bump(tint.outputs["Result"], strength=0.35, distance_m=0.0006)
    through, blend = surface.add("BsdfTranslucent"), surface.add("MixShader")
    blend.inputs[0].default_value = 0.5
    surface.link(colour_out, through.inputs["Color"])
    surface.link(surface.shader.outputs[0], blend.inputs[1])
    surface.link(through.outputs[0], blend.inputs[2])
    surface.link(blend.outputs[0], surface.nodes["Material Output"].inputs["Surface"])
    return surface.material


def leather(name, colour, *, grain_m=0.0022):
    """Full-grain leather: pebbles, a soft cloud of wear, half-gloss."""
    surface = Surface(name, colour, specular_ior_level=0.45)
    pebbles = surface.add("TexVoronoi", scale=1.0 / grain_m)
    surface.link(surface.place(), pebbles.inputs["Vector"])
    wear = surface.noise(9.0, detail=5.0)
    surface.colour(surface.ramp(wear, [(0.3, shade(colour, 0.88)), (0.55, colour), (0.8, shade(colour, 1.07))]))
    surface.rough(wear, 0.36, 0.52)
    surface.bump(pebbles.outputs["Distance"], strength=0.22, distance_m=grain_m * 0.5)
    surface.bump(surface.noise(45.0, detail=3.0), strength=0.12, distance_m=0.003)
    return surface.material


def printed(name, image_path, *, foil=None, roughness=0.55, **inputs):
    """Printed artwork, transparent where the picture is; with `foil` its shape in metal of that colour."""
    surface = Surface(name, foil or "#FFFFFF", roughness=roughness, metallic=1.0 if foil else 0.0, **inputs)
    picture = surface.add("TexImage", image=bpy.data.images.load(str(image_path)), extension="CLIP")
    surface.link(surface.nodes.new("ShaderNodeTexCoord").outputs["UV"], picture.inputs["Vector"])
    if not foil:
        surface.colour(picture.outputs["Color"])
    surface.link(picture.outputs["Alpha"], surface.shader.inputs["Alpha"])
    surface.bump(surface.noise(900.0), strength=0.05, distance_m=0.0003)
    return surface.material


def glowing(name, colour, *, strength):
    return plain(name, colour, emission_color=linear(colour), emission_strength=strength)


def powder_coat(name, colour):
    """Textured paint: a fine orange peel that breaks up the highlights."""
    surface = Surface(name, colour, roughness=0.42, specular_ior_level=0.45)
    surface.bump(surface.noise(900.0, detail=2.0), strength=0.22, distance_m=0.0006)
    return surface.material
