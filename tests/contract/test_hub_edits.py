"""Every hub checkpoint that repaints a part of a photo, run through the whole replica with its tiny twin."""

from collections.abc import Iterator

import pytest
from edit_suite import EDITORS, EditBench, EditSuite, known_person
from hub_twins import save_twin, small_pictures

from services.settings import Settings


@pytest.fixture(params=EDITORS, scope="module")
def bench(request, tmp_path_factory) -> Iterator[EditBench]:
    bench_class, checkpoint = EDITORS[request.param]
    with small_pictures(), known_person():
        yield bench_class(save_twin(checkpoint, tmp_path_factory.getbasetemp() / "edits"), Settings())


class TestTwins(EditSuite):
    """The suite on tiny random weights."""
