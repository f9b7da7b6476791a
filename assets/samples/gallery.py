"""Make the README's picture from what ``make demo`` wrote: a wall of creatives in all six formats.

python assets/samples/gallery.py out/demo assets/samples/gallery.jpg
"""

import json
import sys
from pathlib import Path

from PIL import Image

WIDTH_PX = 1600
GAP_PX = 16
GROUND = (250, 248, 244)
ROWS = (
    ("mug:1:meta_feed_1x1", "lamp:1:meta_feed_1x1", "floor_lamp:1:meta_feed_1x1", "tote:2:meta_feed_1x1"),
    ("flask:2:linkedin_landscape", "chair-2:1:linkedin_landscape", "lamp:1:linkedin_landscape"),
    (
        "flask:1:meta_story_9x16",
        "chair:2:meta_story_9x16",
        "bottle:2:meta_story_9x16",
        "tote:1:iab_skyscraper_160x600",
        "lamp:2:iab_skyscraper_160x600",
        "mug:1:meta_story_9x16",
        "tote:2:meta_story_9x16",
    ),
    ("mug:1:iab_leaderboard_728x90", "flask:2:iab_leaderboard_728x90"),
    (
        "bottle:1:iab_mrec_300x250",
        "tote:1:iab_mrec_300x250",
        "chair:1:iab_mrec_300x250",
        "flask:1:iab_mrec_300x250",
        "lamp:2:iab_mrec_300x250",
    ),
)


def find_files(folder: Path) -> dict[str, Path]:
    """Every creative of a demo as ``product:variant:format`` -> file; a product's second job is ``product-2``."""
    found: dict[str, Path] = {}
    jobs = {record.parent: json.loads(record.read_text())["creatives"] for record in folder.glob("*/job.json")}
    for place, creatives in sorted(jobs.items(), key=lambda job: -len(job[1])):
        product = place.name.rsplit("-", 1)[0]
        product += "-2" if any(name.startswith(f"{product}:") for name in found) else ""
        for creative in creatives:
            number = int(creative["id"].split("-")[0])
            found[f"{product}:{number}:{creative['format']}"] = place / f"{creative['id']}.jpg"
    return found


def make_row(files: list[Path]) -> Image.Image:
    """Pictures side by side at one height, together as wide as the wall."""
    images = [Image.open(file) for file in files]
    ratio = sum(image.width / image.height for image in images)
    height = round((WIDTH_PX - GAP_PX * (len(images) + 1)) / ratio)
    row = Image.new("RGB", (WIDTH_PX, height + GAP_PX), GROUND)
    left = GAP_PX
    for image in images:
        width = round(height * image.width / image.height)
        row.paste(image.resize((width, height), Image.Resampling.LANCZOS), (left, GAP_PX))
        left += width + GAP_PX
    return row


def main(folder: str, target: str) -> None:
    """Arrange the rows one under the other and save them."""
    files = find_files(Path(folder))
    rows = [make_row([files[name] for name in names]) for names in ROWS]
    wall = Image.new("RGB", (WIDTH_PX, sum(row.height for row in rows) + GAP_PX), GROUND)
    top = 0
    for row in rows:
        wall.paste(row, (0, top))
        top += row.height
    wall.save(target, quality=86, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:3])
