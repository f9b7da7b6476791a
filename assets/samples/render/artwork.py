"""Draw the brand's logo and the printed artwork of the sample products, as SVG outlines and PNG.

Letters are converted to outlines, so the results need no font. Needs fonttools and cairosvg (not bpy):

    python assets/samples/render/artwork.py --fonts FOLDER

FOLDER holds fraunces-latin-500-normal.woff and outfit-latin-500-normal.woff (both OFL, from @fontsource).
"""

import argparse
from math import cos, radians, sin
from pathlib import Path

import cairosvg
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
BRAND = HERE.parents[1] / "brands" / "tarnefold"
GREEN, CREAM, CLAY, INK = "#23453B", "#F7F1E6", "#D9824A", "#1E2623"


def letters(font, text, *, size, x, y, tracking=0.0, anchor="start"):
    """Return (path data, width): `text` set on the baseline `y`; `tracking` in em; anchor start or middle."""
    scale = size / font["head"].unitsPerEm
    glyphs, names = font.getGlyphSet(), [font.getBestCmap()[ord(character)] for character in text]
    advances = [glyphs[name].width * scale + tracking * size for name in names]
    width = sum(advances) - tracking * size
    pen_x = x - width / 2 if anchor == "middle" else x
    data = []
    for name, advance in zip(names, advances, strict=True):
        pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.2f}".rstrip("0").rstrip("."))
        glyphs[name].draw(TransformPen(pen, (scale, 0, 0, -scale, pen_x, y)))
        data.append(pen.getCommands())
        pen_x += advance
    return "".join(data), width


def on_circle(degrees, radius=48):
    return f"{50 + radius * cos(radians(degrees)):.2f} {50 - radius * sin(radians(degrees)):.2f}"


def symbol(*, ink, sun):
    """The mark in a 100 x 100 box: a low sun over two folds of hill and the tarn below them."""
    sky = (
        f"M{on_circle(186)}A48 48 0 1 1 {on_circle(-10)}C84 46 72 46 60 54 46 63 24 62 {on_circle(186)}Z"
        "M50 14A16 16 0 1 0 50 46A16 16 0 1 0 50 14Z"
    )
    fold = (
        f"M{on_circle(193)}C24 69 47 70 62 60 73 53 84 53 {on_circle(-16)}"
        f"A48 48 0 0 1 {on_circle(-37)}C74 72 62 74 50 79 38 83 26 82 {on_circle(222)}A48 48 0 0 1 {on_circle(193)}Z"
    )
    tarn = f"M{on_circle(230)}C34 89 44 87 53 84 64 79 74 78 {on_circle(-45)}A48 48 0 0 1 {on_circle(230)}Z"
    return (
        f'<path fill="{ink}" fill-rule="evenodd" d="{sky}"/><circle cx="50" cy="30" r="11.5" fill="{sun}"/>'
        f'<path fill="{ink}" d="{fold}"/><path fill="{ink}" d="{tarn}"/>'
    )


def placed(content, *, x, y, scale):
    return f'<g transform="translate({x:.2f} {y:.2f}) scale({scale:.4f})">{content}</g>'


def drawing(content, *, width, height, ground=None):
    fill = f'<rect width="{width}" height="{height}" fill="{ground}"/>' if ground else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}">{fill}{content}</svg>\n'
    )


def logo(serif, *, ink, word, sun):
    data, width = letters(serif, "tarnefold", size=104, x=132, y=89, tracking=-0.005)
    content = placed(symbol(ink=ink, sun=sun), x=8, y=10, scale=1.0) + f'<path fill="{word}" d="{data}"/>'
    return drawing(content, width=round(132 + width + 10), height=120)


def bottle_label(serif, sans):
    """The paper label of the hand wash, 1080 x 1200 for a 112 degree arc of the bottle."""
    rows = [
        (serif, "tarnefold", 190, 500, 0.0),
        (sans, "HAND WASH", 84, 730, 0.18),
        (serif, "cedar & fig", 118, 866, 0.0),
        (sans, "300 ml", 60, 1072, 0.12),
    ]
    paths = "".join(
        f'<path fill="{GREEN}" d="{letters(font, text, size=size, x=600, y=y, tracking=gap, anchor="middle")[0]}"/>'
        for font, text, size, y, gap in rows
    )
    mark = placed(symbol(ink=GREEN, sun=CLAY), x=490, y=92, scale=2.2)
    rules = "".join(
        f'<rect x="{x}" y="{y}" width="{w}" height="5" fill="{GREEN}"/>'
        for x, y, w in [(440, 590, 320), (150, 956, 900)]
    )
    band = f'<rect y="1136" width="1200" height="64" fill="{GREEN}"/>'
    return drawing(mark + paths + rules + band, width=1200, height=1200, ground=CREAM)


def stamp(serif, *, ink, sun):
    """Symbol above the word, transparent, 800 x 800: printed on the flask, pressed into leather."""
    word = letters(serif, "tarnefold", size=150, x=400, y=690, anchor="middle")[0]
    content = placed(symbol(ink=ink, sun=sun), x=200, y=90, scale=4.0)
    return drawing(content + f'<path fill="{ink}" d="{word}"/>', width=800, height=800)


def save(svg, path, *, width, keep_svg=False):
    if keep_svg:
        path.with_suffix(".svg").write_text(svg)
    cairosvg.svg2png(bytestring=svg.encode(), write_to=str(path.with_suffix(".png")), output_width=width)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fonts", type=Path, required=True)
    fonts = parser.parse_args().fonts
    serif = TTFont(fonts / "fraunces-latin-500-normal.woff")
    sans = TTFont(fonts / "outfit-latin-500-normal.woff")
    save(logo(serif, ink=GREEN, word=INK, sun=CLAY), BRAND / "logo_dark", width=800, keep_svg=True)
    save(logo(serif, ink=CREAM, word=CREAM, sun=CLAY), BRAND / "logo_light", width=800, keep_svg=True)
    save(bottle_label(serif, sans), HERE / "bottle_label", width=1200)
    save(stamp(serif, ink=CREAM, sun=CREAM), HERE / "stamp", width=600)


if __name__ == "__main__":
    main()
