"""The checkpoints of one replica: loaded when first asked for, the least recently used dropped when room is short."""

import gc
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import JsonValue

from services.checkpoint import Checkpoint
from services.contract import Engine, Service, load_engine
from services.errors import CheckpointUnusable, UnknownName, VitrineError
from services.settings import Settings
from services.weights import apply_lock, check_usable, file_sha256, find_loras, prepare, read_lock


@dataclass(frozen=True)
class Held:
    """A loaded engine, and how many seconds it took."""

    engine: Engine
    load_s: float


class Shelf:
    """Not safe for two threads: the replica takes and runs engines one at a time.

    names: the service's checkpoints that it may hold, the default first. room: how many are loaded at once.
    """

    def __init__(self, service: Service, names: Sequence[str], settings: Settings, room: int = 1) -> None:
        self._service = service
        self._settings = settings
        self._room = room
        lock = read_lock(settings)
        declared = [find_loras(apply_lock(service.checkpoint(name), lock), settings) for name in names]
        self._declared = {one.name: one for one in declared}
        for checkpoint in self._declared.values():
            check_usable(checkpoint, settings)
        self._held: OrderedDict[str, Held] = OrderedDict()

    def checkpoint(self, name: str) -> Checkpoint:
        """The checkpoint of that name; the empty name means the first."""
        if name and name not in self._declared:
            raise UnknownName("checkpoint in this replica", name, ", ".join(self._declared))
        return self._declared[name] if name else next(iter(self._declared.values()))

    def take(self, name: str) -> Engine:
        """The loaded engine of a checkpoint. Raises CheckpointUnusable, with the reason, if it does not load."""
        if name not in self._held:
            self._make_room()
            started = time.perf_counter()
            engine = load_prepared(self._service, prepare(self._declared[name], self._settings))
            self._held[name] = Held(engine, time.perf_counter() - started)
        self._held.move_to_end(name)
        return self._held[name].engine

    def _make_room(self) -> None:
        while len(self._held) >= self._room:
            self._held.popitem(last=False)
        gc.collect()

    def revisions(self) -> list[JsonValue]:
        """Everything about the checkpoints that changes what they answer; files of LoRAs by their hash."""
        return [
            one.model_dump(mode="json") | {"loras": {name: sha256_once(Path(file)) for name, file in one.loras.items()}}
            for one in self._declared.values()
        ]

    def facts(self) -> list[dict[str, JsonValue]]:
        """What is on the shelf, for people: the declared checkpoints, and which of them are loaded."""
        return [
            {
                "checkpoint": f"{name}@{one.revision}",
                "source": one.source,
                "licence": one.licence,
                "loaded": name in self._held,
                "load_s": round(self._held[name].load_s, 1) if name in self._held else None,
                "loras": len(one.loras),
            }
            for name, one in self._declared.items()
        ]


@cache
def sha256_once(file: Path) -> str:
    """The sha256 of a file that does not change while this process lives."""
    return file_sha256(file)


def load_prepared(service: Service, checkpoint: Checkpoint) -> Engine:
    """Load an engine and warm it up; what goes wrong becomes one sentence with the checkpoint and the next action."""
    try:
        engine = load_engine(checkpoint)
        if checkpoint.warm_up and service.example is not None:
            request, images = service.example()
            engine.generate(service.fill_defaults(request, checkpoint), images)
        return engine
    except VitrineError:
        raise
    except Exception as error:
        first_line = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
            need = f"about {checkpoint.memory_gib:g} GiB" if checkpoint.memory_gib else "more than there is"
            advice = "Give the replica a larger GPU, or set optimisations.offload or quantisation."
            raise CheckpointUnusable(checkpoint.name, f"memory ran out; it needs {need}", advice) from error
        advice = f"Run: vitrine checkpoints check {checkpoint.name}"
        raise CheckpointUnusable(checkpoint.name, f"it does not load ({first_line})", advice) from error
