"""What must hold for every hub checkpoint of the product service, whatever its weights: tiny twins or the real ones."""

import asyncio
import threading
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest
from hub_twins import product_photo
from PIL import Image

from services import replica
from services.catalog import find_service
from services.checkpoint import Checkpoint
from services.contract import Generation
from services.errors import InvalidInput, UnknownName
from services.images import ImageRef, decode, encode
from services.product.service import ProductRequest
from services.product.standing import LAYOUTS
from services.replica import Replica
from services.settings import Settings
from services.storage import MemoryStore, store_image


class Bench:
    """One replica of one checkpoint of a service, and what it makes of small requests."""

    service: ClassVar[str]

    def __init__(self, twin: Checkpoint, settings: Settings) -> None:
        self.store = MemoryStore()
        declared = find_service(self.service)
        others = [one for one in declared.checkpoints if one.name != twin.name]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(replica, "find_service", lambda name: replace(declared, checkpoints=(twin, *others)))
            patch.setattr(replica, "load_settings", lambda: settings)
            self.shell = Replica(self.service, store=self.store)
        self.twin = twin

    @property
    def engine(self) -> Any:
        return self.shell._shelf.take(self.twin.name)

    def ask(self, **fields: Any) -> Any:
        """A small request."""
        raise NotImplementedError

    def make(self, **fields: Any) -> Generation:
        return asyncio.run(self.shell.generate(self.ask(**fields)))

    def keep(self, picture: Image.Image) -> ImageRef:
        return store_image(self.store, encode(picture))

    def pixels(self, made: Generation, name: str) -> np.ndarray:
        return np.asarray(decode(self.store.get(made.images[name].key)))


class ProductBench(Bench):
    """Plates of the drawn ball."""

    service = "product"

    def ask(self, **fields: Any) -> ProductRequest:
        photo = self.keep(product_photo())
        return ProductRequest(product=photo, prompt="a sandy beach", **{"shapes": ("square",)} | fields)

    def plates(self, **fields: Any) -> dict[str, np.ndarray]:
        made = self.make(**fields)
        return {shape: self.pixels(made, shape) for shape in fields.get("shapes", ("square",))}

    def plate(self, **fields: Any) -> np.ndarray:
        return self.plates(**fields)["square"]


class StopsWhenCancelled:
    """For every service whose engine denoises; ``bench`` is one replica of one checkpoint."""

    def test_cancelling_stops_between_denoising_steps(self, bench):
        """A request that nobody waits for stops before its steps are done, and the next one is served."""
        steps, started = [], threading.Event()
        pipeline = pipeline_of(bench)
        denoiser = pipeline.components.get("transformer") or pipeline.unet

        def note(*_: object) -> None:
            steps.append(1)
            started.set()

        hook = denoiser.register_forward_pre_hook(note)

        async def cancel() -> None:
            work = asyncio.ensure_future(bench.shell.generate(bench.ask(num_inference_steps=50)))
            await asyncio.to_thread(started.wait, 60)
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work

        asyncio.run(cancel())
        hook.remove()
        assert 0 < len(steps) < 50
        assert bench.make().images


def pipeline_of(bench: Bench) -> Any:
    """The diffusers pipeline that an engine holds, alone or inside its painter."""
    engine = bench.engine
    return engine._painter.pipeline if hasattr(engine, "_painter") else engine._pipeline


class HubSuite(StopsWhenCancelled):
    """Tests with a fixture ``bench``: one replica of one checkpoint."""

    def test_plates_depend_on_the_request_alone(self, bench):
        """Plates have their size; the same seed gives the same plate alone and among others, another one not."""
        both = bench.plates(seed=3, shapes=("square", "portrait"))
        for shape, plate in both.items():
            assert plate.shape == (LAYOUTS[shape].height, LAYOUTS[shape].width, 3)
        assert np.array_equal(bench.plates(seed=3, shapes=("portrait",))["portrait"], both["portrait"])
        assert not np.array_equal(bench.plate(seed=4), both["square"])

    def test_scenes_are_of_the_trained_area_and_multiple(self, bench):
        """Sizes follow the checkpoint's data."""
        for width, height in bench.engine.scene_sizes.values():
            assert width % bench.twin.size_multiple == height % bench.twin.size_multiple == 0
            assert width * height == pytest.approx(bench.twin.area_px, rel=0.6)

    def test_the_product_is_exactly_the_photos(self, bench):
        """Where the matte is full, the finished plate holds the cut-out's own pixels, whatever was painted there."""
        made = bench.make(seed=5)
        plate = bench.pixels(made, "square")
        box = made.facts["boxes"]["square"]
        cutout = product_photo()
        size = box["right"] - box["left"], box["bottom"] - box["top"]
        product = np.asarray(cutout.resize(size, Image.Resampling.LANCZOS))
        there = plate[box["top"] : box["bottom"], box["left"] : box["right"]]
        full = product[..., 3] == 255
        assert full.any()
        assert np.array_equal(there[full], product[full][:, :3])

    def test_a_lora_is_on_in_one_request_only(self, bench):
        """Two brands differ, each is repeatable, and what comes after them is what came before them, bit for bit."""
        if not bench.twin.loras:
            with pytest.raises((InvalidInput, UnknownName), match=r"lora|LoRA"):
                bench.plate(lora="tarnefold")
            return
        before = bench.plate()
        ours, others = bench.plate(lora="tarnefold"), bench.plate(lora="other")
        assert not np.array_equal(before, ours)
        assert not np.array_equal(ours, others)
        assert np.array_equal(bench.plate(lora="tarnefold"), ours)
        assert np.array_equal(bench.plate(lora="tarnefold", lora_scale=0), before)
        with pytest.raises(UnknownName, match="tarnefold"):
            bench.plate(lora="nobody")
        assert np.array_equal(bench.plate(), before)

    def test_a_style_picture_speaks_in_one_request_only(self, bench):
        """It changes the scene of its own request; checkpoints that cannot see it refuse it."""
        style = bench.keep(Image.linear_gradient("L").convert("RGB"))
        if "style" not in bench.twin.takes:
            with pytest.raises(InvalidInput, match="style"):
                bench.plate(style=style)
            return
        before = bench.plate()
        assert not np.array_equal(bench.plate(style=style), before)
        assert np.array_equal(bench.plate(), before)
