"""The one shell around an engine: fetch pictures, generate, store pictures. It becomes a Ray Serve deployment."""

import asyncio
import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from PIL import Image
from pydantic import BaseModel, ConfigDict, JsonValue

from services.cancellation import run_in_thread
from services.catalog import find_service
from services.contract import GenerateRequest, Generation, Output
from services.errors import InvalidConfiguration
from services.images import EncodedImage, ImageRef, decode, encode, is_private, private_folder
from services.settings import load_settings
from services.shelf import Shelf
from services.storage import ObjectStore, S3Store, store_image


class ReplicaConfig(BaseModel):
    """What ``user_config`` may change while a replica keeps its weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    defaults: dict[str, JsonValue] = {}


class Replica:
    """One replica of one service: one checkpoint loaded at start, others of the service when a request names them."""

    def __init__(
        self,
        service: str,
        checkpoint: str = "",
        also: Sequence[str] = (),
        loaded_at_once: int = 1,
        store: ObjectStore | None = None,
    ) -> None:
        settings = load_settings()
        self._service = find_service(service)
        self._shelf = Shelf(self._service, [checkpoint, *also], settings, loaded_at_once)
        self._store = store or S3Store(settings)
        self._pictures = PictureCache(self._store)
        self._config = ReplicaConfig()
        self._shelf.take(self._shelf.checkpoint("").name)
        self._one_at_a_time = asyncio.Semaphore(1)

    def reconfigure(self, user_config: dict[str, Any]) -> None:
        """Take new request defaults in place. Raises InvalidConfiguration for a field the request does not have."""
        config = ReplicaConfig.model_validate(user_config)
        unknown = set(config.defaults) - set(self._service.request.model_fields)
        if unknown:
            raise InvalidConfiguration("user_config.defaults", sorted(unknown), f"not fields of {self._service.name}")
        self._config = config

    def revision(self) -> str:
        """Changes whenever this replica would answer the same request differently: part of every result key."""
        facts = [self._shelf.revisions(), self._config.model_dump(mode="json")]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def holds(self) -> list[dict[str, JsonValue]]:
        """The checkpoints of this replica: which are loaded, how long that took, under which licence."""
        return self._shelf.facts()

    async def generate(self, request: GenerateRequest) -> Generation:
        """Run one request: pictures are fetched and stored here; the engine sees pixels only."""
        checkpoint = self._shelf.checkpoint(request.checkpoint)
        request = self._service.fill_defaults(request, checkpoint, self._config.defaults)
        self._service.check_takes(checkpoint, request)
        started = time.perf_counter()
        images = await self._fetch(request)
        fetched = time.perf_counter()
        async with self._one_at_a_time:
            admitted = time.perf_counter()
            engine = await run_in_thread(self._shelf.take, checkpoint.name)
            loaded = time.perf_counter()
            output = await run_in_thread(engine.generate, request, images)
        generated = time.perf_counter()
        refs = await self._put(output, _output_prefix(request))
        stored = time.perf_counter()
        timings_ms = {
            "fetch": 1000 * (fetched - started),
            "queue": 1000 * (admitted - fetched),
            "load": 1000 * (loaded - admitted),
            **output.timings_ms,
            "generate": 1000 * (generated - loaded),
            "store": 1000 * (stored - generated),
        }
        return Generation(
            service=self._service.name,
            checkpoint=f"{checkpoint.name}@{checkpoint.revision}",
            seed=request.seed,
            images=refs,
            text=dict(output.text),
            facts=dict(output.facts),
            timings_ms={name: round(value, 1) for name, value in timings_ms.items()},
        )

    async def _fetch(self, request: GenerateRequest) -> dict[str, Image.Image]:
        refs = request.image_refs()
        images = await asyncio.gather(*(asyncio.to_thread(self._pictures.get, ref.key) for ref in refs.values()))
        return dict(zip(refs, images, strict=True))

    async def _put(self, output: Output, prefix: str) -> dict[str, ImageRef]:
        pictures = output.images.values()
        refs = await asyncio.gather(*(asyncio.to_thread(self._store_one, image, prefix) for image in pictures))
        return dict(zip(output.images, refs, strict=True))

    def _store_one(self, image: Image.Image | EncodedImage, prefix: str) -> ImageRef:
        return store_image(self._store, image if isinstance(image, EncodedImage) else encode(image), prefix)


def _output_prefix(request: GenerateRequest) -> str:
    """Where the outputs go: what is made from a private photo stays in the photo's folder, and goes when that goes."""
    private = sorted(ref.key for ref in request.image_refs().values() if is_private(ref.key))
    return private_folder(private[0]) if private else "images"


class PictureCache:
    """The last few decoded pictures by key. Keys are content addresses, so nothing here can be out of date."""

    def __init__(self, store: ObjectStore, size: int = 12) -> None:
        self._store = store
        self._size = size
        self._pictures: OrderedDict[str, Image.Image] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Image.Image:
        """The decoded picture; callers share it and must not change it."""
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
                return self._pictures[key]
        picture = decode(self._store.get(key), "The picture")
        if is_private(key):  # must be gone when it is deleted
            return picture
        with self._lock:
            self._pictures[key] = picture
            while len(self._pictures) > self._size:
                self._pictures.popitem(last=False)
        return picture
