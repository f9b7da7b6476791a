"""What free words mean among a checkpoint's phrases, by sentence embedding: "Tokyo after dark" is near "night city"."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.sentences import SentenceEncoder, load_encoder

FILE = "meanings.npy"


class Meanings:
    """Unit vectors of the phrases of a vocabulary, computed beforehand, so that a request embeds one sentence only.

    The encoder is loaded at the first question, once per process (about a second): most prompts need none.
    """

    def __init__(self, phrases: list[tuple[str, str, str]], vectors: NDArray[np.float16]) -> None:
        self._phrases, self._vectors = phrases, vectors.astype(np.float32)

    def near(self, kind: str, text: str) -> dict[str, float]:
        """Cosine between the text and the nearest phrase of each entry of the kind."""
        similar = self._vectors @ load_encoder().encode([text])[0]
        found: dict[str, float] = {}
        for (_, of_kind, entry), cosine in zip(self._phrases, similar, strict=True):
            if of_kind == kind:
                found[entry] = max(found.get(entry, -1.0), float(cosine))
        return found


def load_meanings(folder: Path, phrases: list[tuple[str, str, str]]) -> Meanings | None:
    """The meanings beside a checkpoint, or None where there are none: words count then only where they are known."""
    return Meanings(phrases, np.load(folder / FILE)) if (folder / FILE).is_file() else None


def embed_phrases(phrases: list[tuple[str, str, str]], encoder: SentenceEncoder) -> NDArray[np.float16]:
    """What FILE holds: one row per phrase (its words, kind, entry)."""
    return encoder.encode([words for words, _, _ in phrases]).astype(np.float16)
