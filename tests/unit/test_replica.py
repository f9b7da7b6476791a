"""The shell around engines, with a small real service: fetch, generate, store, reconfigure."""

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from services import replica
from services.cancellation import stop_if_cancelled
from services.contract import Checkpoint, GenerateRequest, Output, Service
from services.errors import CheckpointUnusable, CutOutFailed, InvalidConfiguration, NotFound
from services.images import ImageRef, encode
from services.replica import Replica
from services.settings import Settings
from services.storage import MemoryStore, store_image


class Brighten(GenerateRequest):
    """Make pictures brighter."""

    pictures: dict[str, ImageRef]
    amount: int = 1


class BrightenEngine:
    """Adds ``amount`` to every pixel."""

    def load(self, checkpoint: Checkpoint) -> None:
        self.factor = 1

    def generate(self, request: Brighten, images: Mapping[str, Image.Image]) -> Output:
        if request.amount > 100:
            raise CutOutFailed("too bright", "Ask for less.")
        brighter = {name: Image.fromarray(np.asarray(image) + request.amount) for name, image in images.items()}
        return Output(images=brighter, text={"amount": str(request.amount)}, timings_ms={"add": 0.1})


BRIGHTEN = Service(
    name="brighten",
    summary="Brighter",
    request=Brighten,
    checkpoints=(
        Checkpoint(
            name="plus", source="assets/x", revision="7", licence="Apache-2.0", engine=f"{__name__}:BrightenEngine"
        ),
    ),
)


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def shell(store, monkeypatch):
    monkeypatch.setattr(replica, "find_service", lambda name: BRIGHTEN)
    return Replica("brighten", store=store)


@pytest.fixture
def request_of(store):
    ref = store_image(store, encode(Image.new("RGB", (40, 40), (10, 20, 30))))
    return lambda **given: Brighten(pictures={"a": ref, "b": ref}, **given)


async def test_pixels_go_in_and_references_come_out(shell, store, request_of):
    """Each picture is fetched under its dotted path and each result is stored under its content address."""
    made = await shell.generate(request_of(amount=5, seed=3))
    assert set(made.images) == {"pictures.a", "pictures.b"}
    assert store.exists(made.images["pictures.a"].key)
    assert (made.service, made.checkpoint, made.seed, made.text) == ("brighten", "plus@7", 3, {"amount": "5"})
    assert {"fetch", "queue", "load", "add", "generate", "store"} == set(made.timings_ms)


async def test_defaults_change_in_place_and_change_the_revision(shell, request_of):
    """A new user_config changes what a request leaves open, and the revision, so that no old result is reused."""
    before = shell.revision()
    shell.reconfigure({"defaults": {"amount": 9}})
    assert (await shell.generate(request_of())).text == {"amount": "9"}
    assert (await shell.generate(request_of(amount=2))).text == {"amount": "2"}
    assert shell.revision() != before
    shell.reconfigure({"defaults": {}})
    assert shell.revision() == before


def test_bad_configuration_is_named(shell):
    """A default that is no field of the request, or a setting that is none, is refused."""
    with pytest.raises(InvalidConfiguration, match="colour"):
        shell.reconfigure({"defaults": {"colour": "red"}})
    with pytest.raises(ValidationError, match="speed"):
        shell.reconfigure({"speed": 2})


async def test_errors_of_the_engine_and_the_store_come_through(shell, request_of):
    """What the engine refuses and what the store lacks reach the caller as they are."""
    with pytest.raises(CutOutFailed):
        await shell.generate(request_of(amount=200))
    gone = ImageRef(key=f"images/{64 * '0'}.png", width=40, height=40, media_type="image/png")
    with pytest.raises(NotFound):
        await shell.generate(Brighten(pictures={"a": gone}))
    assert (await shell.generate(request_of(amount=1))).text == {"amount": "1"}


class PatientEngine(BrightenEngine):
    """Works until it is told to stop."""

    def generate(self, request: Brighten, images: Mapping[str, Image.Image]) -> Output:
        if request.amount == 1:
            return Output(text={"amount": "1"})
        self.started.set()
        try:
            while True:
                stop_if_cancelled()
        finally:
            self.stopped.set()

    def load(self, checkpoint: Checkpoint) -> None:
        self.started, self.stopped = threading.Event(), threading.Event()


def service_with(**fields) -> Service:
    return replace(BRIGHTEN, checkpoints=(BRIGHTEN.checkpoints[0].model_copy(update=fields),))


async def test_cancelling_a_request_stops_its_engine(store, monkeypatch, request_of):
    """The engine has let go when the cancelled call returns, and the next request runs."""
    monkeypatch.setattr(replica, "find_service", lambda name: service_with(engine=f"{__name__}:PatientEngine"))
    shell = Replica("brighten", store=store)
    work = asyncio.ensure_future(shell.generate(request_of(amount=2)))
    await asyncio.to_thread(shell._shelf.take("plus").started.wait, 10)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert shell._shelf.take("plus").stopped.is_set()
    assert (await shell.generate(request_of(amount=1))).text == {"amount": "1"}


def test_a_licence_that_forbids_ads_is_refused(store, monkeypatch):
    """The sentence names checkpoint, licence and the setting; the operator may say that the use is not commercial."""
    forbidden = service_with(use="non-commercial", licence="CC-BY-NC-4.0")
    monkeypatch.setattr(replica, "find_service", lambda name: forbidden)
    with pytest.raises(CheckpointUnusable, match=r"plus.*CC-BY-NC-4\.0.*VITRINE_ALLOW_NON_COMMERCIAL"):
        Replica("brighten", store=store)
    monkeypatch.setattr(replica, "load_settings", lambda: Settings(allow_non_commercial=True))
    assert Replica("brighten", store=store).revision()


def test_a_moving_revision_is_refused(store, monkeypatch):
    """A hub checkpoint is loaded at a commit only: under a branch's name the weights could change."""
    moving = service_with(source="owner/name", revision="main")
    monkeypatch.setattr(replica, "find_service", lambda name: moving)
    with pytest.raises(CheckpointUnusable, match=r"'main'.*vitrine checkpoints lock plus"):
        Replica("brighten", store=store)


async def test_what_is_made_from_a_private_photo_stays_in_its_folder(shell, store):
    """The photo's folder holds all that was made from it; the cache keeps nothing of it."""
    folder = f"people/{64 * 'a'}"
    photo = store_image(store, encode(Image.new("RGB", (40, 40), "teal")), folder)
    shared = store_image(store, encode(Image.new("RGB", (40, 40), "red")))
    made = await shell.generate(Brighten(pictures={"a": shared, "b": photo}))
    assert {ref.key.rsplit("/", 1)[0] for ref in made.images.values()} == {folder}
    store.delete_all(f"{folder}/")
    with pytest.raises(NotFound):
        await shell.generate(Brighten(pictures={"b": photo}))
