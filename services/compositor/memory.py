"""Memory: arrays that were made before, by all that they depend on."""

from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from services.images import is_private

MOST_BYTES = 96_000_000


class Memory:
    """The arrays used last, at most 96 MB. Nothing made from a private picture stays: it must be gone when that is."""

    def __init__(self) -> None:
        self._arrays: OrderedDict[str, np.ndarray] = OrderedDict()
        self._bytes = 0

    def recall(self, picture: str, how: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        """What ``make`` gives for a picture (its key, or empty) and everything else, in words; not to be changed."""
        if is_private(picture):
            return make()
        key = f"{picture} {how}"
        if key not in self._arrays:
            self._arrays[key] = make()
            self._bytes += self._arrays[key].nbytes
        self._arrays.move_to_end(key)
        while self._bytes > MOST_BYTES and len(self._arrays) > 1:
            self._bytes -= self._arrays.popitem(last=False)[1].nbytes
        return self._arrays[key]
