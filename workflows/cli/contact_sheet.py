"""The contact sheet: one HTML page that shows finished creatives, readable long after the stack is down."""

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from services.images import EXTENSIONS
from workflows.cli.campaign import SavedJob, by_variant
from workflows.cli.client import Brief, FinishedAnimation, FinishedCreative

TARGET_AREA_PX = 78_000
MAX_SHOWN_WIDTH_PX = 620
MAX_SHOWN_HEIGHT_PX = 430
PHOTO_PX = 480
NO_WORDS = {"headline": "", "body": "", "call_to_action": ""}


@dataclass(frozen=True)
class Tile:
    """One creative as shown: file, its animation or nothing, true size, size on the page in CSS px."""

    file: str
    moving: str
    format: str
    size: str
    kilobytes: str
    alt_text: str
    shown_width: int
    shown_height: int


@dataclass(frozen=True)
class Row:
    """One variant: who it is for, its words, its creatives."""

    audience: str
    description: str
    scene: str
    words: dict[str, str]
    alt_text: str
    tiles: list[Tile]


@dataclass(frozen=True)
class Section:
    """One product with its variants."""

    title: str
    description: str
    price: str
    photo: str
    rows: list[Row]
    failures: list[str]


def write_contact_sheet(jobs: Sequence[SavedJob], folder: Path, title: str = "Contact sheet") -> Path:
    """Write ``contact-sheet.html`` into ``folder``, which already holds the creatives. Needs no network to open."""
    sections = [_section(saved, folder) for saved in jobs]
    tiles = [tile for section in sections for row in section.rows for tile in row.tiles]
    templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
    page = templates.get_template("contact_sheet.html").render(
        title=title,
        sections=sections,
        made_at=datetime.now().astimezone().strftime("%-d %B %Y, %H:%M"),
        creatives=len(tiles),
        formats=len({tile.format for tile in tiles}),
    )
    path = folder / "contact-sheet.html"
    path.write_text(page, encoding="utf-8")
    return path


def _section(saved: SavedJob, folder: Path) -> Section:
    product = saved.brief["product"]
    return Section(
        title=product.get("title", ""),
        description=product.get("description", ""),
        price=f"{product['price']} {product.get('currency', '')}" if product.get("price") else "",
        photo=_keep_photo(saved.photo, saved.job.id, folder) if saved.photo else "",
        rows=[_row(variant, made, saved, folder) for variant, made in by_variant(saved) if made],
        failures=[failure.get("detail", "") for failure in saved.job.failures],
    )


def _keep_photo(photo: Path, job_id: str, folder: Path) -> str:
    """A small copy of the product photo beside the page."""
    target = folder / "photos" / f"{photo.stem}-{job_id[-6:]}.png"
    target.parent.mkdir(exist_ok=True)
    try:
        with Image.open(photo) as image:
            image.thumbnail((PHOTO_PX, PHOTO_PX))
            image.save(target)
    except OSError:
        shutil.copyfile(photo, target)
    return target.relative_to(folder).as_posix()


def _row(variant: dict[str, Any], made: list[FinishedCreative], saved: SavedJob, folder: Path) -> Row:
    audience = variant.get("audience", {})
    return Row(
        audience=str(audience.get("id", "")).replace("_", " "),
        description=audience.get("description", ""),
        scene=variant.get("scene", ""),
        words=NO_WORDS | (made[0].copy_text or variant.get("copy", {})),
        alt_text=made[0].alt_text,
        tiles=_tiles(made, saved, folder),
    )


def _tiles(made: list[FinishedCreative], saved: SavedJob, folder: Path) -> list[Tile]:
    """Tall ones first: a wall of falling heights has the fewest holes."""
    tiles = [_tile(creative, saved, folder) for creative in made]
    return sorted(tiles, key=lambda tile: -tile.shown_height)


def _tile(creative: FinishedCreative, saved: SavedJob, folder: Path) -> Tile:
    width, height = shown_size(creative.width, creative.height)
    moving = saved.animations.get(creative.id, [])
    return Tile(
        file=saved.files[creative.id].relative_to(folder).as_posix(),
        moving=moving[0].relative_to(folder).as_posix() if moving else "",
        format=creative.format.removesuffix(f"_{creative.width}x{creative.height}").replace("_", " "),
        size=f"{creative.width} × {creative.height}",
        kilobytes=", ".join([f"{creative.bytes / 1000:.0f} kB", *map(_weight, creative.animations)]),
        alt_text=creative.alt_text,
        shown_width=width,
        shown_height=height,
    )


def _weight(animation: FinishedAnimation) -> str:
    return f"{EXTENSIONS.get(animation.media_type, 'moving')} {animation.bytes / 1000:.0f} kB"


def shown_size(width: int, height: int) -> tuple[int, int]:
    """Size on the page: true proportions, about the same area for all, never larger than the file."""
    scale = min(
        math.sqrt(TARGET_AREA_PX / (width * height)), MAX_SHOWN_WIDTH_PX / width, MAX_SHOWN_HEIGHT_PX / height, 1.0
    )
    return round(width * scale), round(height * scale)


def brief_title(briefs: Sequence[Brief]) -> str:
    """A headline for the page."""
    if len(briefs) == 1:
        return str(briefs[0]["product"].get("title", "Creatives"))
    return f"{str(briefs[0].get('brand', '')).title()}, {len(briefs)} products"
