"""What is asked of the hub, before deployment only: which commit a revision is, and the files themselves."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from services.checkpoint import Checkpoint, Weights
from services.errors import CheckpointUnusable
from services.weight_places import INDEX, Place, place_key
from services.weights import file_sha256, is_wanted


def resolve(weights: Weights, checkpoint: str) -> dict[str, Any]:
    """The lock entry of weights: the commit behind their revision, and the sha256 of the weight files that are needed.

    Raises CheckpointUnusable if the hub cannot be asked or does not know them.
    """
    from huggingface_hub import HfApi

    try:
        info = HfApi(endpoint=_endpoint()).model_info(weights.source, revision=weights.revision, files_metadata=True)
    except Exception as error:  # the client raises many kinds: offline, gated, unknown, rate limited
        raise _unreachable(weights, checkpoint, error) from error
    hashes = {file.rfilename: file.lfs.sha256 for file in info.siblings or [] if file.lfs}
    wanted = {path: sha for path, sha in sorted(hashes.items()) if is_wanted(weights, path)}
    return {"revision": str(info.sha), "files": wanted}


def lock_entries(checkpoint: Checkpoint) -> dict[str, dict[str, Any]]:
    """The lock entries of a checkpoint and its parts, by hub id."""
    weights = checkpoint.all_weights().values()
    return {one.source: resolve(one, checkpoint.name) for one in weights if not one.is_folder}


def pull(weights: Weights, place: Place, checkpoint: str) -> int:
    """Bring the files of locked weights from the hub into the place. Returns their size in bytes.

    Raises CheckpointUnusable if the hub does not give them, or if a weight file is not the locked one.
    """
    with tempfile.TemporaryDirectory(prefix="vitrine-pull-") as scratch:
        folder = Path(scratch)
        paths = _download(weights, folder, checkpoint)
        index = {path: file_sha256(folder / path) for path in paths}
        for path, sha in weights.files.items():
            if index.get(path) != sha:
                problem = f"{path} of {weights.source} is missing or is not the locked file"
                raise CheckpointUnusable(checkpoint, problem, f"Run: vitrine checkpoints lock {checkpoint}")
        (folder / INDEX).write_text(json.dumps(index, indent=1))
        size = sum((folder / path).stat().st_size for path in paths)
        place.keep(folder, place_key(weights))
    return size


def _download(weights: Weights, folder: Path, checkpoint: str) -> list[str]:
    """Download the files that are needed and no others; returns their paths."""
    from huggingface_hub import HfApi, snapshot_download

    try:
        hub = HfApi(endpoint=_endpoint())
        everything = hub.list_repo_files(weights.source, revision=weights.revision)
        paths = sorted(path for path in everything if is_wanted(weights, path))
        revision, endpoint = weights.revision, _endpoint()
        snapshot_download(weights.source, revision=revision, local_dir=folder, allow_patterns=paths, endpoint=endpoint)
    except Exception as error:
        raise _unreachable(weights, checkpoint, error) from error
    return paths


def _endpoint() -> str | None:
    """Read at each call: huggingface_hub itself reads it once, at import."""
    return os.environ.get("HF_ENDPOINT") or None


def _unreachable(weights: Weights, checkpoint: str, error: Exception) -> CheckpointUnusable:
    problem = f"{weights.source} at {weights.revision!r} cannot be had from the hub ({type(error).__name__})"
    return CheckpointUnusable(checkpoint, problem, "Check the network, HF_ENDPOINT, and HF_TOKEN for gated ones.")
