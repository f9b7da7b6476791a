"""Every service folder keeps the contract; a new one is tested by existing."""

import ast
import inspect
from pathlib import Path

import pytest

from services.catalog import find_service, services
from services.contract import Checkpoint, Service, load_engine
from services.errors import UnknownName
from services.settings import ROOT

CHECKPOINTS = [(service, checkpoint) for service in services().values() for checkpoint in service.checkpoints]
EMBEDDED = [checkpoint for _, checkpoint in CHECKPOINTS if checkpoint.source.startswith("assets/")]


def name(value) -> str:
    return value.name


@pytest.mark.parametrize("service", services().values(), ids=name)
def test_a_service_is_declared_completely(service: Service):
    """A service is called like its folder, its first checkpoint is embedded, and every request field is documented."""
    assert find_service(service.name) is service
    assert service.summary
    assert inspect.getdoc(service.request)
    assert service.checkpoint("") is service.checkpoints[0]
    assert service.checkpoints[0].source.startswith("assets/")
    assert [key for key, field in service.request.model_fields.items() if not field.description] == []
    with pytest.raises(UnknownName, match="nothing"):
        service.checkpoint("nothing")


@pytest.mark.parametrize("checkpoint", EMBEDDED, ids=name)
def test_embedded_checkpoints_are_here_and_load(checkpoint: Checkpoint):
    """An embedded checkpoint is a folder of this repository, with a licence, and its engine loads it."""
    assert (ROOT / checkpoint.source).is_dir()
    assert checkpoint.licence == "Apache-2.0"
    engine = load_engine(checkpoint)
    assert inspect.getdoc(type(engine))


@pytest.mark.parametrize(("service", "checkpoint"), CHECKPOINTS, ids=lambda value: value.name)
def test_checkpoint_defaults_are_request_fields(service: Service, checkpoint: Checkpoint):
    """A default that no request field takes would be silently lost."""
    assert set(checkpoint.defaults) <= set(service.request.model_fields)


@pytest.mark.parametrize("checkpoint", EMBEDDED, ids=name)
def test_engines_know_only_pixels(checkpoint: Checkpoint):
    """Engine modules import neither Ray, S3, HTTP, settings nor ImageRef."""
    path = ROOT / Path(*checkpoint.engine.split(":")[0].split(".")).with_suffix(".py")
    imported = {
        f"{found.module}.{alias.name}"
        for found in ast.walk(ast.parse(path.read_text()))
        if isinstance(found, ast.ImportFrom)
        for alias in found.names
    }
    forbidden = {"services.images.ImageRef", "services.settings.load_settings", "services.storage.S3Store"}
    assert not imported & forbidden
