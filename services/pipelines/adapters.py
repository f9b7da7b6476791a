"""LoRAs and style pictures for one call: switched on, used, switched off again, so that nothing leaks into the next."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from services.errors import CheckpointUnusable, UnknownName


class Adapters:
    """The LoRAs of one pipeline by name. Loaded on first use; of many, the ones used last stay in memory.

    A switched-off LoRA adds nothing: the layer computes what it would compute without it, bit for bit.
    """

    def __init__(self, pipeline: Any, files: Mapping[str, str], most: int = 8) -> None:
        self._pipeline = pipeline
        self._files = files
        self._most = most
        self._loaded: OrderedDict[str, None] = OrderedDict()

    @contextmanager
    def using(self, name: str, scale: float) -> Iterator[None]:
        """Run the pipeline with one LoRA at a strength of 0..2; with none for the empty name."""
        if not name:
            yield
            return
        try:
            self._load(name)
            self._pipeline.enable_lora()
            self._pipeline.set_adapters([name], [scale])
            yield
        finally:
            if self._loaded:
                self._pipeline.disable_lora()

    def _load(self, name: str) -> None:
        if name not in self._files:
            raise UnknownName("LoRA", name, ", ".join(sorted(self._files)) or "none")
        if name not in self._loaded:
            self._drop_oldest()
            self._read(name)
        self._loaded[name] = None
        self._loaded.move_to_end(name)

    def _read(self, name: str) -> None:
        folder, _, file = self._files[name].rpartition("/")
        try:
            self._pipeline.load_lora_weights(folder, weight_name=file, adapter_name=name)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            problem = f"its file does not fit this pipeline ({type(error).__name__})"
            raise CheckpointUnusable(f"LoRA {name}", problem, "Train it on this checkpoint, or remove it.") from error

    def _drop_oldest(self) -> None:
        while len(self._loaded) >= self._most:
            oldest, _ = self._loaded.popitem(last=False)
            self._pipeline.delete_adapters(oldest)


def style_only(scale: float) -> float | dict[str, Any]:
    """An IP-Adapter scale at which only the block listens that carries style, so that the picture's content stays out.

    InstantStyle, arXiv:2404.02733.
    """
    return {"up": {"block_0": [0.0, scale, 0.0]}} if scale else 0.0


@contextmanager
def shown(pipeline: Any, scale: float | dict[str, Any]) -> Iterator[None]:
    """Run an SDXL pipeline whose IP-Adapter is loaded with its picture seen at a scale of 0..1, or per block."""
    try:
        pipeline.set_ip_adapter_scale(scale)
        yield
    finally:
        pipeline.set_ip_adapter_scale(0.0)
