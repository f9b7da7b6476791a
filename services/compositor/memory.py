"""Memory: arrays that were made before, by all that they depend on."""

from collections import OrderedDict
from collections.abc import Callable, Iterable

import numpy as np

from services.images import is_private


class Memory:
    """The arrays used last, up to a limit. Nothing made from a private picture stays: it must be gone when that is."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._arrays: OrderedDict[str, np.ndarray] = OrderedDict()
        self._bytes = 0

    def recall(self, pictures: Iterable[str], key: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        """What ``make`` gives; not to be changed.

        ``pictures`` are the keys of those that it is made from, ``key`` says everything that it depends on.
        """
        if any(is_private(picture) for picture in pictures):
            return make()
        if key not in self._arrays:
            self._arrays[key] = make()
            self._bytes += self._arrays[key].nbytes
        self._arrays.move_to_end(key)
        while self._bytes > self._most_bytes and len(self._arrays) > 1:
            self._bytes -= self._arrays.popitem(last=False)[1].nbytes
        return self._arrays[key]
