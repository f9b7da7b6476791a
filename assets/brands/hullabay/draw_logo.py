"""Draws the two logos of this folder: a rising disc on a wave, and the name in Bricolage Grotesque 800.

python draw_logo.py
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).parent
FONT = HERE.parents[1] / "fonts" / "bricolage" / "BricolageGrotesque_800ExtraBold.ttf"
SCALE = 4
HEIGHT = 160
YOLK = "#FFC433"


def draw(ink: str) -> Image.Image:
    """The logo in one ink; the disc keeps its colour."""
    font = ImageFont.truetype(str(FONT), 132 * SCALE)
    words = round(font.getlength("hullabay"))
    logo = Image.new("RGBA", (words + 190 * SCALE, HEIGHT * SCALE))
    pen = ImageDraw.Draw(logo)
    pen.ellipse((18 * SCALE, 14 * SCALE, 132 * SCALE, 128 * SCALE), fill=YOLK)
    pen.rectangle((0, 92 * SCALE, 150 * SCALE, HEIGHT * SCALE), fill=(0, 0, 0, 0))
    for left in (0, 50, 100):
        box = (left * SCALE, 78 * SCALE, (left + 50) * SCALE, 128 * SCALE)
        pen.arc(box, 0, 180, fill=ink, width=16 * SCALE)
    pen.text((172 * SCALE, 118 * SCALE), "hullabay", font=font, fill=ink, anchor="ls")
    return logo.resize((logo.width // SCALE, logo.height // SCALE), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    draw("#12123A").save(HERE / "logo_dark.png", optimize=True)
    draw("#FFFFFF").save(HERE / "logo_light.png", optimize=True)
