"""The same suites with real weights, for those that this machine has: in VITRINE_CHECKPOINTS or the hub cache."""

from collections.abc import Iterator

import pytest
from edit_suite import EDITORS, EditBench, EditSuite, known_person
from hub_suite import HubSuite, ProductBench

from services.checkpoint import Checkpoint
from services.product.hub import HUB_CHECKPOINTS
from services.settings import Settings, load_settings
from workflows.cli.checkpoints import problem_of


def settings_with(checkpoint: Checkpoint) -> Settings:
    """The settings, if they lead to the checkpoint's weights; else the test is skipped with the reason."""
    settings = load_settings()
    if problem := problem_of(checkpoint, settings):
        pytest.skip(problem)
    return settings


class TestPlates(HubSuite):
    """The product service on a GPU."""

    @pytest.fixture(params=HUB_CHECKPOINTS, ids=lambda one: one.name, scope="class")
    @classmethod
    def bench(cls, request) -> ProductBench:
        return ProductBench(request.param, settings_with(request.param))


class TestEdits(EditSuite):
    """The services that repaint a part of a photo, on a GPU."""

    @pytest.fixture(params=EDITORS, scope="class")
    @classmethod
    def bench(cls, request) -> Iterator[EditBench]:
        bench_class, checkpoint = EDITORS[request.param]
        settings = settings_with(checkpoint)
        with known_person():
            yield bench_class(checkpoint, settings)
