"""Sentence vectors: the shipped weights, held to known neighbours and to the original forward pass."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from services import sentences
from services.errors import InvalidConfiguration
from services.sentences import SentenceEncoder, load_encoder
from services.settings import ROOT

BOOT = "Waterproof hiking boots for wet trails"


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return load_encoder()


def test_vectors_have_length_one_and_neighbours_mean_the_same(encoder):
    """A paraphrase is nearer than another subject, and the same text is the same vector."""
    rows = encoder.encode([BOOT, "Keeps your feet dry on rainy walks", "A linen lamp for the bedside", BOOT])
    assert rows.shape == (4, 384)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.15
    assert (rows[0] == rows[3]).all()


def test_a_vector_does_not_depend_on_its_neighbours(encoder):
    """Nothing is padded: alone or among others, a sentence has the same vector."""
    alone = SentenceEncoder(encoder._tokenizer, encoder._weights).encode([BOOT])
    assert (encoder.encode(["Hi", BOOT, "x " * 500])[1] == alone[0]).all()


def test_the_forward_pass_is_berts(encoder):
    """The same weights in transformers' BertModel give the same vector, but for the word table's half precision."""
    config = BertConfig(
        hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536, vocab_size=30522
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    weights = dict(encoder._weights)
    places = np.zeros((512, 384), np.float32)
    places[:128] = weights.pop("embeddings.places")
    weights |= {"embeddings.position_embeddings.weight": places}
    weights |= {"embeddings.token_type_embeddings.weight": np.zeros((2, 384), np.float32)}
    known = set(model.state_dict())
    tensors = {
        name: torch.from_numpy(np.asarray(value, np.float32)) for name, value in weights.items() if name in known
    }
    model.load_state_dict(tensors, strict=False)
    ids = torch.tensor([encoder._tokenizer.encode(BOOT).ids])
    with torch.inference_mode():
        mean = model(ids).last_hidden_state[0].mean(dim=0)
    reference = (mean / mean.norm()).numpy()
    assert set(tensors) >= known - {"embeddings.position_ids", "embeddings.token_type_ids"}
    assert encoder.encode([BOOT])[0] @ reference > 0.99999


def test_nothing_and_odd_text_are_fine(encoder):
    """No sentence gives no row; empty, endless and foreign text give finite rows."""
    assert encoder.encode([]).shape == (0, 384)
    assert np.isfinite(encoder.encode(["", "word " * 5000, "登山靴", "\u202e\x00<b>"])).all()


def test_the_cache_forgets_the_oldest(encoder, monkeypatch):
    """The cache is bounded."""
    monkeypatch.setattr(sentences, "CACHED_SENTENCES", 2)
    small = SentenceEncoder(encoder._tokenizer, encoder._weights)
    small.encode(["a", "b", "a", "c"])
    assert list(small._known) == ["a", "c"]


def test_other_weights_are_refused(monkeypatch):
    """Weights whose digest is not the pinned one are not used."""
    monkeypatch.setattr(sentences, "DIGEST", "0" * 64)
    load_encoder.cache_clear()
    try:
        with pytest.raises(InvalidConfiguration, match="sha256"):
            load_encoder()
    finally:
        load_encoder.cache_clear()


def test_it_needs_no_torch():
    """Encoding loads neither torch nor transformers."""
    code = "import sys; from services.sentences import load_encoder; load_encoder().encode(['x']); " + (
        "print([name for name in ('torch', 'transformers', 'sentence_transformers') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
