"""Pulled weights in a real S3 prefix: kept, copied once by a host, verified, and refused when they are not whole."""

import json

import pytest

from services.checkpoint import Weights
from services.errors import CheckpointUnusable
from services.weight_places import INDEX, open_place, place_key
from services.weights import file_sha256, verify

WEIGHTS = Weights(source="owner/tiny", revision="0" * 40, licence="MIT")


@pytest.fixture
def settings(stack, tmp_path):
    place = {"checkpoints": f"s3://{stack.settings.bucket}/models", "checkpoints_cache": tmp_path / "cache"}
    return stack.settings.model_copy(update=place)


@pytest.fixture
def pulled(tmp_path):
    """A folder as pull makes it."""
    folder = tmp_path / "pulled"
    (folder / "unet").mkdir(parents=True)
    (folder / "model_index.json").write_text("{}")
    (folder / "unet/diffusion_pytorch_model.safetensors").write_bytes(bytes(100_000))
    files = [path for path in folder.rglob("*") if path.is_file()]
    index = {str(path.relative_to(folder)): file_sha256(path) for path in files}
    (folder / INDEX).write_text(json.dumps(index))
    return folder


def test_weights_travel_through_a_prefix(settings, pulled):
    """What one machine keeps another brings, byte for byte; a host that has the files asks no more."""
    key = place_key(WEIGHTS)
    with pytest.raises(CheckpointUnusable, match=r"tiny.*vitrine checkpoints pull tiny"):
        open_place(settings).bring(key, "tiny")
    open_place(settings).keep(pulled, key)
    folder = open_place(settings).bring(key, "tiny")
    verify(WEIGHTS, folder, "tiny")
    assert (folder / "model_index.json").read_text() == "{}"
    offline = settings.model_copy(update={"s3_endpoint": "127.0.0.1:9"})
    assert open_place(offline).bring(key, "tiny") == folder
    (folder / "unet/diffusion_pytorch_model.safetensors").write_bytes(b"harmed")
    with pytest.raises(CheckpointUnusable, match="not the locked one"):
        verify(WEIGHTS, folder, "tiny")
