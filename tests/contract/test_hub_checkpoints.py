"""Every hub checkpoint that paints, run through the whole replica with its tiny twin; new ones are found."""

import gc
import weakref
from collections.abc import Iterator

import pytest
import torch
from edit_suite import EDITORS, EditBench, EditSuite, known_person
from hub_suite import HubSuite, ProductBench, pipeline_of
from hub_twins import save_twin, small_pictures

from services.catalog import services
from services.checkpoint import Checkpoint
from services.errors import CheckpointUnusable
from services.product.hub import HUB_CHECKPOINTS
from services.settings import Settings
from services.weights import check_usable

ONE_OF_EACH_ENGINE = {one.engine: one.name for one in reversed(HUB_CHECKPOINTS)}.values()
ALL_HUB_CHECKPOINTS = [one for service in services().values() for one in service.checkpoints if not one.is_folder]
SETTINGS = Settings(allow_non_commercial=True)


@pytest.fixture(scope="module")
def twins(tmp_path_factory) -> dict[str, Checkpoint]:
    wanted = [one for one in HUB_CHECKPOINTS if one.name in ONE_OF_EACH_ENGINE]
    return {one.name: save_twin(one, tmp_path_factory.mktemp(one.name)) for one in wanted}


@pytest.fixture(params=ONE_OF_EACH_ENGINE, scope="module")
def twin(request, twins) -> Checkpoint:
    return twins[request.param]


@pytest.fixture(scope="module", autouse=True)
def qwen_sees_small_pictures():
    with small_pictures():
        yield


@pytest.fixture(scope="module")
def bench(twin) -> ProductBench:
    return ProductBench(twin, SETTINGS)


class TestTwins(HubSuite):
    """The suite on tiny random weights."""


class TestEdits(EditSuite):
    """The same for the services that repaint a part of a photo."""

    @pytest.fixture(params=EDITORS, scope="class")
    @classmethod
    def bench(cls, request, tmp_path_factory) -> Iterator[EditBench]:
        bench_class, checkpoint = EDITORS[request.param]
        with known_person():
            yield bench_class(save_twin(checkpoint, tmp_path_factory.getbasetemp() / "edits"), SETTINGS)


def test_the_declaration_is_one_that_a_cluster_can_run():
    """A commit in every place, a GPU, a size; what forbids ads is refused with the licence's name."""
    for checkpoint in ALL_HUB_CHECKPOINTS:
        assert checkpoint.is_locked
        assert checkpoint.device == "cuda"
        assert checkpoint.num_gpus > 0
        assert checkpoint.memory_gib > 0
        if checkpoint.use == "non-commercial":
            with pytest.raises(CheckpointUnusable, match=r"VITRINE_ALLOW_NON_COMMERCIAL"):
                check_usable(checkpoint, Settings())
        else:
            check_usable(checkpoint, Settings())


def test_the_same_name_is_the_same_weights_in_every_service():
    """They are pulled, locked and fitted with LoRAs by that name."""
    known: dict[str, tuple[str, str]] = {}
    for checkpoint in ALL_HUB_CHECKPOINTS:
        weights = checkpoint.source, checkpoint.revision
        assert known.setdefault(checkpoint.name, weights) == weights


def test_dropping_a_replica_frees_its_weights(twins):
    """After generating with and without LoRA nothing keeps a module of the pipeline alive."""
    bench = ProductBench(twins["flux2-klein"], SETTINGS)
    bench.plate(lora="tarnefold")
    modules = pipeline_of(bench).components.values()
    left = [weakref.ref(part) for part in modules if isinstance(part, torch.nn.Module)]
    del bench, modules
    gc.collect()
    assert left
    assert [ref() for ref in left if ref() is not None] == []
