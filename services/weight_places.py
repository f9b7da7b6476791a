"""Where pulled weights are kept: a folder, or an S3 prefix whose files each host copies once."""

import json
import shutil
from pathlib import Path
from typing import Protocol

from minio import Minio

from services.checkpoint import Weights
from services.errors import CheckpointUnusable
from services.settings import Settings
from services.storage import connect

INDEX = "index.json"


class Place(Protocol):
    """Weights by key; complete when the index, which is written last, is there."""

    def bring(self, key: str, checkpoint: str) -> Path:
        """The folder on this host with the files of a key. Raises CheckpointUnusable if the place has none."""

    def keep(self, folder: Path, key: str) -> None:
        """Store the files of the folder's index, and the index last."""


def place_key(weights: Weights) -> str:
    """Where weights lie within a place: ``<owner>--<name>/<commit>``."""
    return f"{weights.source.replace('/', '--')}/{weights.revision}"


def open_place(settings: Settings) -> Place | None:
    """The configured place; none means that the hub's own cache is used."""
    if not settings.checkpoints:
        return None
    if settings.checkpoints.startswith("s3://"):
        return S3Place(settings)
    return FolderPlace(Path(settings.checkpoints).expanduser())


def _missing(key: str, where: str, checkpoint: str) -> CheckpointUnusable:
    advice = f"Run: vitrine checkpoints pull {checkpoint}"
    return CheckpointUnusable(checkpoint, f"{key} is not in {where}, or was not pulled to the end", advice)


class FolderPlace:
    """A folder that every host sees, e.g. a shared volume."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def bring(self, key: str, checkpoint: str) -> Path:
        if not (self._root / key / INDEX).is_file():
            raise _missing(key, str(self._root), checkpoint)
        return self._root / key

    def keep(self, folder: Path, key: str) -> None:
        target = self._root / key
        for path in [*json.loads((folder / INDEX).read_text()), INDEX]:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder / path, target / path)


class S3Place:
    """A prefix of a bucket. Files stream to the host's cache; what is there already is not fetched again."""

    def __init__(self, settings: Settings) -> None:
        self._bucket, _, prefix = settings.checkpoints.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._cache = settings.checkpoints_cache.expanduser()
        self._client: Minio = connect(settings, settings.s3_endpoint)
        self._shown = settings.checkpoints

    def bring(self, key: str, checkpoint: str) -> Path:
        folder = self._cache / key
        if (folder / INDEX).is_file():
            return folder
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._fetch(f"{key}/{INDEX}", folder / "index.part")
            for path in json.loads((folder / "index.part").read_text()):
                self._fetch(f"{key}/{path}", folder / path)
        except Exception as error:  # the client raises many kinds; all mean that the weights are not here
            raise _missing(key, f"{self._shown} ({type(error).__name__})", checkpoint) from error
        (folder / "index.part").replace(folder / INDEX)
        return folder

    def _fetch(self, key: str, file: Path) -> None:
        self._client.fget_object(self._bucket, self._prefix + key, str(file))

    def keep(self, folder: Path, key: str) -> None:
        if not self._client.bucket_exists(self._bucket):
            self._client.make_bucket(self._bucket)
        for path in [*json.loads((folder / INDEX).read_text()), INDEX]:
            self._client.fput_object(self._bucket, f"{self._prefix}{key}/{path}", str(folder / path))
