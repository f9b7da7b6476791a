"""From a declared checkpoint to one that may be loaded: licence, lock, files that are there and are the right ones."""

import hashlib
import json
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from services.checkpoint import Checkpoint, Weights
from services.errors import CheckpointUnusable, InvalidConfiguration
from services.settings import Settings
from services.weight_places import INDEX, open_place, place_key

LOADED = ("*.json", "*.txt", "*.model", "*.jinja", "*.safetensors")
HASH_BLOCK_BYTES = 1 << 20


def prepare(checkpoint: Checkpoint, settings: Settings) -> Checkpoint:
    """The checkpoint as it is loaded: locked, allowed, with its verified folders as sources and the LoRAs found.

    Raises:
        CheckpointUnusable: the licence forbids ads, the revision can move, a file is missing or is not the locked one.
    """
    locked = apply_lock(checkpoint, read_lock(settings))
    check_usable(locked, settings)
    return find_loras(find_files(locked, settings), settings)


def check_usable(checkpoint: Checkpoint, settings: Settings) -> None:
    """Raise CheckpointUnusable if the licence forbids ads, or if the revision could mean other files tomorrow."""
    check_licence(checkpoint, settings)
    check_locked(checkpoint)


def check_licence(checkpoint: Checkpoint, settings: Settings) -> None:
    """The licence gate: ads are commercial use, unless the operator says that these are none."""
    for name, weights in checkpoint.all_weights().items():
        if weights.use == "non-commercial" and not settings.allow_non_commercial:
            problem = f"the licence of {name} ({weights.licence}) forbids commercial use, and ads are commercial"
            advice = "Choose another one; set VITRINE_ALLOW_NON_COMMERCIAL=true only if your use is not commercial."
            raise CheckpointUnusable(checkpoint.name, problem, advice)


def check_locked(checkpoint: Checkpoint) -> None:
    """A moving revision would put pictures of different weights under one result key."""
    for name, weights in checkpoint.all_weights().items():
        if not weights.is_locked:
            problem = f"revision {weights.revision!r} of {name} is a name, not a commit, and can change"
            raise CheckpointUnusable(checkpoint.name, problem, f"Run: vitrine checkpoints lock {checkpoint.name}")


def read_lock(settings: Settings) -> dict[str, dict[str, Any]]:
    """The lock file: hub id -> {revision, files: path -> sha256}. A missing file locks nothing."""
    path = settings.checkpoints_lock.expanduser()
    if not path.is_file():
        return {}
    try:
        return dict(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise InvalidConfiguration("VITRINE_CHECKPOINTS_LOCK", str(path), f"not a lock file ({error})") from None


def apply_lock(checkpoint: Checkpoint, lock: Mapping[str, dict[str, Any]]) -> Checkpoint:
    """The checkpoint with the lock's revisions and hashes in the place of the declared ones."""
    parts = {role: weights.model_copy(update=_locked(weights, lock)) for role, weights in checkpoint.parts.items()}
    return checkpoint.model_copy(update={**_locked(checkpoint, lock), "parts": parts})


def _locked(weights: Weights, lock: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    found = lock.get(weights.source)
    return {} if weights.is_folder or not found else {"revision": found["revision"], "files": found["files"]}


def is_wanted(weights: Weights, path: str) -> bool:
    """Whether a file of the repository is needed to load these weights: of several variants only the chosen one."""
    if not any(fnmatch(path, pattern) for pattern in weights.include or LOADED):
        return False
    name = path.rsplit("/", 1)[-1]
    if weights.include or not name.endswith(".safetensors"):
        return True
    is_variant = len(name.split(".")) > 2 and not name.split(".")[-2].startswith("0")
    in_a_part = "/" in path or not weights.variant
    return in_a_part and (f".{weights.variant}." in name if weights.variant else not is_variant)


def find_files(checkpoint: Checkpoint, settings: Settings) -> Checkpoint:
    """The checkpoint with its files' folders on this host as sources; unchanged where the hub's own cache is used."""
    place = open_place(settings)
    if place is None:
        return checkpoint
    found: dict[str, Weights] = {}
    for name, weights in checkpoint.all_weights().items():
        if weights.is_folder:
            found[name] = weights
            continue
        folder = place.bring(place_key(weights), checkpoint.name)
        verify(weights, folder, checkpoint.name)
        found[name] = weights.model_copy(update={"source": str(folder)})
    parts = {role: found[role] for role in checkpoint.parts}
    return checkpoint.model_copy(update={"source": found[checkpoint.name].source, "parts": parts})


def verify(weights: Weights, folder: Path, name: str) -> None:
    """Raise CheckpointUnusable unless every file of the folder's index is there, with the hash of index and lock."""
    mend = f"Run: vitrine checkpoints pull {name}"
    index = json.loads((folder / INDEX).read_text())
    for path, expected in {**index, **{path: sha for path, sha in weights.files.items() if path in index}}.items():
        file = folder / path
        if not file.is_file():
            raise CheckpointUnusable(name, f"the file {path} of {weights.source} is missing", mend)
        if file_sha256(file) != expected:
            raise CheckpointUnusable(name, f"the file {path} of {weights.source} is not the locked one", mend)


def file_sha256(file: Path) -> str:
    """The sha256 of a file of any size, in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def find_loras(checkpoint: Checkpoint, settings: Settings) -> Checkpoint:
    """The checkpoint with the LoRAs of the operator's folder, if it takes any. New files count at the next start."""
    if not settings.loras or "lora" not in checkpoint.takes:
        return checkpoint
    files = sorted((Path(settings.loras) / checkpoint.name).glob("*.safetensors"))
    return checkpoint.model_copy(update={"loras": {file.stem: str(file.absolute()) for file in files}})
