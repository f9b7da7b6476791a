"""Marks by folder, and the one stack that all integration tests share."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tiny_api import TinyApi, serve_tiny_api

from services.settings import Settings
from workflows.cli.ports import find_block
from workflows.cli.stack import Stack

TESTS = Path(__file__).parent


@dataclass(frozen=True)
class RunningStack:
    """A stack that is up: where its HTTP API is, and settings that reach its object store."""

    base_url: str
    settings: Settings
    stack: Stack


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in ("integration", "gpu"):
            item.add_marker(folder)
    gpu_items = [item for item in items if item.get_closest_marker("gpu")]
    if gpu_items and not _has_gpu():
        for item in gpu_items:
            item.add_marker(pytest.mark.skip(reason="needs a GPU"))


def _has_gpu() -> bool:
    import torch

    return bool(torch.cuda.is_available())


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The embedded stack with deploy/serve.yaml, on ports and in a folder of its own; started once, takes 30-60 s."""
    http_port = find_block("integration tests", 1)[0]
    stack = Stack(tmp_path_factory.mktemp("stack"), http_port=http_port)
    stack.start(print)
    yield RunningStack(stack.base_url, stack.settings(), stack)
    stack.stop(print, wipe=True)


@pytest.fixture
def tiny_api() -> Iterator[TinyApi]:
    """A real HTTP server that speaks our API and makes nothing."""
    with serve_tiny_api() as api:
        yield api


@pytest.fixture
def settings() -> Settings:
    """Of a gateway that is tested without a stack: few requests, an early deadline."""
    return Settings(max_requests_in_hand=2, deadline_s=5)
