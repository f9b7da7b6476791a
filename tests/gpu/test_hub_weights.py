"""The same suite with real weights, for those that this machine has: in VITRINE_CHECKPOINTS or the hub cache."""

import pytest
from hub_suite import Bench, HubSuite

from services.product.hub import HUB_CHECKPOINTS
from services.settings import load_settings
from workflows.cli.checkpoints import problem_of


@pytest.fixture(params=[one.name for one in HUB_CHECKPOINTS], scope="module")
def bench(request) -> Bench:
    settings = load_settings()
    checkpoint = next(one for one in HUB_CHECKPOINTS if one.name == request.param)
    if problem := problem_of(checkpoint, settings):
        pytest.skip(problem)
    return Bench(checkpoint, settings)


class TestRealWeights(HubSuite):
    """The suite on a GPU."""
