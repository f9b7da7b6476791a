"""The evaluation of the try-on: its numbers say what they claim, on its own pairs."""

import sys
from importlib.util import module_from_spec, spec_from_file_location

import cv2
import numpy as np
import pytest
from PIL import Image

from services.settings import ASSETS
from services.tryon.body import read_body
from services.tryon.engine import check_garment_photo, choose_person
from services.tryon.regions import find_regions

FOLDER = ASSETS / "evaluation" / "tryon"


@pytest.fixture(scope="module")
def evaluate():
    """The module, by a name of its own: other evaluations have the same."""
    spec = spec_from_file_location("evaluate_tryon_pairs", FOLDER / "evaluate.py")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.fixture(scope="module")
def pair(evaluate):
    """A dark tee on someone who wore long pale sleeves."""
    return {pair.name: pair for pair in evaluate.read_pairs(FOLDER / "pairs")}["ben_red_print_tee"]


def test_all_pairs_are_there(evaluate):
    pairs = evaluate.read_pairs(FOLDER / "pairs")
    assert len(pairs) == 25
    for pair in pairs:
        assert pair.photo.size == pair.truth.size == pair.truth_labels.shape[::-1]
        assert (pair.truth_labels == evaluate.TOP).sum() > 5_000


def test_no_garment_of_the_pairs_is_taken_for_a_person():
    """The folds of the vest look like a face, weakly."""
    for path in (FOLDER / "pairs").glob("garment_*.jpg"):
        check_garment_photo(Image.open(path).convert("RGB"))


def test_what_a_person_wears_does_not_depend_on_calls_before(evaluate):
    """GrabCut draws from a generator of the whole process; the same photo must give the same parts all the same."""
    photo = Image.open(FOLDER / "pairs" / "dov.jpg").convert("RGB")
    person, pixels, tops = choose_person(photo, None), np.asarray(photo), []
    for seed in range(3):
        cv2.setRNGSeed(seed)
        tops.append(find_regions(pixels, person, read_body(person))[1].top)
    assert (tops[0] == tops[1]).all()
    assert (tops[0] == tops[2]).all()


def test_the_truth_is_perfect_and_the_photo_is_not(evaluate, pair):
    """The truth itself has no error; the photo as it was shows all of the old top, and changed nothing else."""
    features = evaluate.Features()
    best = evaluate.measure(pair, pair.truth, features)
    assert best["ssim"] == pytest.approx(1, abs=1e-6)
    assert best["perceptual"] == pytest.approx(0, abs=1e-5)
    assert (best["colour"], best["old_left"], best["pose"]) == (0, 0, 0)
    old = evaluate.measure(pair, pair.photo, features)
    assert (old["old_left"], old["outside"]) == (1, 0)
    assert old["ssim"] < 0.8
    assert old["perceptual"] > 0.1


def test_bits_put_back_are_what_the_score_sees(evaluate, pair):
    """Pale sleeves came off: bits of them are seen with nearly their whole area."""
    bits = evaluate.put_back(pair, evaluate.Fitting().dress(pair))
    assert len(bits) == len(evaluate.BITS_PX)
    found = evaluate.judge_removed(bits, [1.0, 0.99], [0.0, 0.2])
    assert 0.7 < found["seen_share"] < 1.2
    assert found["large_bits_flagged"] == found["large_bits"] > 0


def test_a_leak_is_counted_where_it_is(evaluate, pair):
    """The truth with one old sleeve left on: about half of what should be uncovered."""
    mixed = np.asarray(pair.truth).copy()
    half = mixed.shape[1] // 2
    mixed[:, :half] = np.asarray(pair.photo)[:, :half]
    found = evaluate.measure(pair, Image.fromarray(mixed), evaluate.Features())
    assert 0.3 < found["old_left"] < 0.7
