"""Draw one product for twelve readers in three languages, each with the sentence its customer gets.

vitrine make --brief assets/samples/audiences.yaml --out out/audiences
for each job: vitrine explain ID --json > out/audiences/ID.json
python assets/samples/audience_sheet.py out/audiences assets/samples/audiences.jpg
"""

import json
import sys
import textwrap
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parents[1] / "fonts"
SIDE_PX, GAP_PX, NOTE_PX, COLUMNS = 300, 14, 122, 6
GROUND, INK = (250, 248, 244), (40, 44, 42)
JAPANESE = "noto/NotoSans_jp_400.ttf"


def find_traces(folder: Path) -> dict[str, dict[str, dict]]:
    """Job id -> variant -> trace."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("cr_*.json"))]
    return {one["id"]: {trace["variant"]: trace for trace in one["variants"]} for one in found}


def draw_cell(picture: Path, trace: dict) -> Image.Image:
    """A creative with its explanation: rules and what made them fire, the customer's sentence, what was ignored."""
    cell = Image.new("RGB", (SIDE_PX, SIDE_PX + NOTE_PX), GROUND)
    cell.paste(Image.open(picture).convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS))
    draw = ImageDraw.Draw(cell)
    lines = [line for note in notes(trace) for line in textwrap.wrap(note, 22 if needs_kana(note) else 42)]
    draw.text(
        (0, SIDE_PX + 6), trace["variant"].replace("_", " "), INK, font(trace["variant"], "inter/Inter_600SemiBold")
    )
    for number, line in enumerate(lines[:5]):
        draw.text((0, SIDE_PX + 25 + 18 * number), line, INK, font(line, "inter/Inter_400Regular"))
    return cell


def notes(trace: dict) -> list[str]:
    """What led to the creative, a sentence each."""
    rules = [
        f"{rule['name']} ({', '.join(f'{field} {value}' for field, value in rule['because'].items())})"
        for rule in trace["rules"]
    ]
    left_out = [f"{one['what']}: {one['why']}" for one in trace["ignored"] if not one["what"].startswith("rule")]
    basis = f"{trace['basis']}, confidence {trace['confidence']:.2f}"
    return [f"{basis}: {', '.join(rules) or 'no rule fired'}", trace["sentence"], *left_out[:1]]


def font(text: str, latin: str) -> ImageFont.FreeTypeFont:
    """Inter, or Noto Sans JP where the text needs it."""
    return ImageFont.truetype(FONTS / (JAPANESE if needs_kana(text) else f"{latin}.ttf"), 13)


def needs_kana(text: str) -> bool:
    return any("\u3000" <= char <= "\u9fff" for char in text)


def main(folder: str, target: str) -> None:
    """All jobs one under the other, six readers a row."""
    cells = []
    for job, traces in find_traces(Path(folder)).items():
        place = next(record.parent for record in Path(folder).glob("*/job.json") if job in record.read_text("utf-8"))
        for number, (name, trace) in enumerate(traces.items(), 1):
            cells.append(draw_cell(place / f"{number:02d}-{name}-meta_feed_1x1.jpg", trace))
    rows = -(-len(cells) // COLUMNS)
    width, height = COLUMNS * (SIDE_PX + GAP_PX) + GAP_PX, rows * (SIDE_PX + NOTE_PX + GAP_PX) + GAP_PX
    sheet = Image.new("RGB", (width, height), GROUND)
    for number, cell in enumerate(cells):
        row, column = divmod(number, COLUMNS)
        sheet.paste(cell, (GAP_PX + column * (SIDE_PX + GAP_PX), GAP_PX + row * (SIDE_PX + NOTE_PX + GAP_PX)))
    sheet.save(target, quality=84, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
