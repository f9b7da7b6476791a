"""Briefs in files: read, with pictures beside them; upload the pictures; save what came back."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from services.errors import InvalidInput
from services.images import EXTENSIONS
from workflows.cli.client import Brief, Client, FinishedAnimation, FinishedCreative, JobStatus

_ASSET_ID = re.compile(r"(uploads|(people|rooms)/[0-9a-f]{64})/[0-9a-f]{64}\.(jpg|png|webp)")
PHOTOS = ("product", "person", "room")


@dataclass(frozen=True)
class SavedJob:
    """A finished job with its files on disk: creative id -> file, and creative id -> its animations."""

    brief: Brief
    photo: Path | None
    job: JobStatus
    files: dict[str, Path]
    animations: dict[str, list[Path]] = field(default_factory=dict)


def read_briefs(path: Path) -> list[Brief]:
    """The briefs of a YAML or JSON file: one brief, a list, or a mapping with ``briefs``.

    Raises:
        InvalidInput: no such file, not YAML, or not a brief.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(str(path), f"cannot be read ({type(error).__name__})") from None
    except yaml.YAMLError as error:
        raise InvalidInput(str(path), " ".join(str(error).split())) from None
    if isinstance(content, dict) and "briefs" in content:
        content = content["briefs"]
    briefs = content if isinstance(content, list) else [content]
    for number, brief in enumerate(briefs, 1):
        check_brief(brief, f"{path.name}, brief {number}")
    return briefs


def check_brief(brief: Any, where: str) -> None:
    """Only what the client itself needs; everything else is the API's to check."""
    if not isinstance(brief, dict) or not isinstance(brief.get("product"), dict):
        raise InvalidInput(where, "a brief is a mapping with at least 'product', 'brand' and 'variants'")
    if not isinstance(brief["product"].get("image"), str):
        raise InvalidInput(where, "product.image must be a picture's path or an asset id")


class PhotoShelf:
    """Uploads each picture once, however many briefs show it.

    A room's photo is private when the brief has a consent; without one it is taken to be nobody's room.
    """

    def __init__(self, client: Client, folder: Path) -> None:
        self._client = client
        self._folder = folder
        self._ids: dict[str, str] = {}

    def find(self, brief: Brief) -> Path | None:
        """The picture's file, or None when the brief names an uploaded asset."""
        image = brief["product"]["image"]
        return None if is_asset_id(image) else self._folder / image

    def fill(self, brief: Brief) -> Brief:
        """The brief with its pictures uploaded and named by asset id."""
        shown = {name: brief[name] for name in PHOTOS if isinstance(brief.get(name), dict)}
        private = {"person": "person", "room": "room" if brief.get("consent") else "product"}
        filled = {
            name: {**entry, "image": self._upload(entry["image"], private.get(name, "product"))}
            for name, entry in shown.items()
            if isinstance(entry.get("image"), str)
        }
        garments = brief.get("more_garments")
        if not isinstance(garments, list):
            return {**brief, **filled}
        return {**brief, **filled, "more_garments": [self._with_upload(garment) for garment in garments]}

    def _with_upload(self, garment: Any) -> Any:
        """A garment with its picture uploaded; what has none is the API's to refuse."""
        if not isinstance(garment, dict) or not isinstance(garment.get("image"), str):
            return garment
        return {**garment, "image": self._upload(garment["image"], "product")}

    def _upload(self, image: str, kind: str) -> str:
        """The asset id of a picture's path relative to the briefs; an id stays as it is."""
        if is_asset_id(image):
            return image
        if image not in self._ids:
            self._ids[image] = self._client.upload(self._folder / image, kind).id
        return self._ids[image]


def save(client: Client, brief: Brief, photo: Path | None, job: JobStatus, folder: Path) -> SavedJob:
    """Download all files of a finished job, also those that move, to ``<folder>/<product>-<end of the job id>/``."""
    target = folder / f"{safe_name(str(brief['product'].get('id', 'product')))}-{safe_name(job.id)[-6:]}"
    target.mkdir(parents=True, exist_ok=True)
    files = {made.id: _fetch(client, made, target / safe_name(made.id)) for made in job.creatives}
    animations = {
        made.id: [_fetch(client, moving, target / f"{safe_name(made.id)}.animated") for moving in made.animations]
        for made in job.creatives
    }
    (target / "job.json").write_text(json.dumps(job.model_dump(mode="json"), indent=2))
    return SavedJob(brief=brief, photo=photo, job=job, files=files, animations=animations)


def _fetch(client: Client, made: FinishedCreative | FinishedAnimation, path: Path) -> Path:
    """The file at ``path`` with its ending."""
    path = path.with_name(f"{path.name}.{EXTENSIONS.get(made.media_type, 'bin')}")
    path.write_bytes(client.download(made.url))
    return path


def by_variant(saved: SavedJob) -> Iterator[tuple[dict[str, Any], list[FinishedCreative]]]:
    """Each variant of the brief with its creatives. A creative's id begins with the variant's number."""
    for number, variant in enumerate(saved.brief["variants"], 1):
        yield variant, [made for made in saved.job.creatives if made.id.startswith(f"{number:02d}-")]


def is_asset_id(image: str) -> bool:
    """Whether a brief names an uploaded picture; anything else is a path, also below a folder called ``rooms``."""
    return _ASSET_ID.fullmatch(image) is not None


def safe_name(name: str) -> str:
    """A short ASCII name that is safe as a file name and as an id."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:80] or "unnamed"
