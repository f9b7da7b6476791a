"""Watermark, signature and verification, on small real pictures."""

import io
import os

import cv2
import numpy as np
import pytest
from drawn_plates import compose_request
from PIL import Image

from services.compositor.engine import CompositorEngine
from services.compositor.metadata import read_digital_source
from services.compositor.service import SERVICE, Canvas
from services.compositor.watermark import detect, embed, holds_watermark
from services.errors import InvalidConfiguration, TooLarge, UnsupportedMediaType
from services.images import DELIVERED, MAX_IMAGE_BYTES, Box
from services.settings import Settings
from services.storage import MemoryStore
from workflows.provenance import c2pa_manifest, declare, record_watermark
from workflows.signing import Signer, load_signer, make_development_certificate
from workflows.verification import verify

SIGNER = Signer(make_development_certificate())
IDENTITY = 0xABCDE1


def scene(width=600, height=500):
    """A soft gradient with a panel of one colour on its left, as many ads are."""
    ramp = np.linspace(210, 90, height)[:, None, None] * np.linspace(1, 0.8, width)[None, :, None]
    pixels = (ramp * np.array([1, 0.95, 0.85])).astype(np.uint8)
    pixels[:, : width // 2] = (247, 241, 230)
    return pixels


def recompressed(pixels, quality):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


@pytest.fixture(scope="module")
def marked():
    pixels = scene()
    embed(pixels, IDENTITY)
    return pixels


@pytest.mark.parametrize("quality", [92, 75, 50])
def test_watermark_survives_recompression(marked, quality):
    """All 32 bits come back after JPEG down to quality 50, twice compressed too."""
    found = detect(recompressed(recompressed(marked, 92), quality))
    assert found is not None
    assert found.identity == IDENTITY


def test_watermark_survives_half_size(marked):
    """A picture of half the size, compressed again, still tells its identity."""
    half = cv2.resize(marked, (300, 250), interpolation=cv2.INTER_AREA)
    found = detect(recompressed(half, 85))
    assert found is not None
    assert found.identity == IDENTITY


@pytest.mark.parametrize("pixels", [scene(), np.full((300, 300, 3), 255, np.uint8)], ids=["scene", "white"])
def test_no_watermark_is_seen_where_none_is(pixels):
    """Pictures that were never marked, plain ones too, tell nothing."""
    assert detect(pixels) is None


def test_watermark_works_on_white():
    """Where no channel can grow, it is taken from."""
    pixels = np.full((300, 300, 3), 255, np.uint8)
    embed(pixels, IDENTITY)
    found = detect(pixels)
    assert found is not None
    assert found.identity == IDENTITY


def test_watermark_spares_the_product_and_luma():
    """Not a pixel of the product's box changes, and luma elsewhere by no more than rounding."""
    before, box = scene(), Box(left=320, top=100, right=500, bottom=400)
    after = before.copy()
    embed(after, IDENTITY, box)
    inside = (slice(box.top, box.bottom), slice(box.left, box.right))
    assert (after[inside] == before[inside]).all()
    luma = np.array([0.299, 0.587, 0.114])
    assert np.abs(after @ luma - before @ luma).max() < 1
    found = detect(after)
    assert found is not None
    assert found.identity == IDENTITY


def test_small_pictures_are_left_alone():
    """Below 200 x 200 there is no room, and the facts of a creative say so."""
    assert not holds_watermark(width=320, height=50)
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    small = Canvas(format="small", width=320, height=50, max_bytes=50_000)
    large = Canvas(format="large", width=300, height=250, max_bytes=150_000)
    request, images = compose_request(small, large)
    output = engine.generate(request.model_copy(update={"watermark": IDENTITY}), images)
    marks = {name: facts["watermark"] for name, facts in output.facts["creatives"].items()}
    assert marks == {"small": "skipped_small", "large": "abcde1"}
    for image in output.images.values():
        assert read_digital_source(image.data) == "compositeWithTrainedAlgorithmicMedia"


def signed_file(kind="JPEG", mark=True):
    pixels = scene()
    if mark:
        embed(pixels, IDENTITY)
    buffer, media_type = io.BytesIO(), DELIVERED[kind]
    Image.fromarray(pixels).save(buffer, kind, quality=90)
    declared = declare(["product:sketch@1"], ["uploads/x.png"], "abcde1", "compositeWithTrainedAlgorithmicMedia", {})
    return SIGNER.sign(buffer.getvalue(), media_type, c2pa_manifest("01-x", "cr_1", media_type, declared))


@pytest.fixture
def store():
    made = MemoryStore()
    record_watermark(made, "abcde1", "cr_1", ["01-x"])
    return made


@pytest.mark.parametrize("kind", DELIVERED)
def test_a_delivered_file_is_ours(store, kind):
    """Untouched, the signature is trusted and says how the file was made and from which job."""
    found = verify(signed_file(kind), store, SIGNER)
    assert (found.made_here, found.signature.state) == ("yes", "Trusted")
    assert found.digital_source_type == "compositeWithTrainedAlgorithmicMedia"
    assert found.signature.origin["job"] == "cr_1"


def test_a_recompressed_file_is_found_by_its_watermark(store):
    """Signature and metadata are lost, the watermark leads to the record."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(signed_file())).convert("RGB").save(buffer, "JPEG", quality=60)
    found = verify(buffer.getvalue(), store, SIGNER)
    assert (found.made_here, found.signature.state) == ("likely", "none")
    assert found.watermark is not None
    assert found.watermark.creatives == {"cr_1": ["01-x"]}


def test_a_changed_file_is_told():
    """One flipped byte breaks the signature; without watermark nothing else vouches for the file."""
    data = bytearray(signed_file(mark=False))
    data[-100] ^= 255
    found = verify(bytes(data), MemoryStore(), SIGNER)
    assert (found.made_here, found.signature.state) == ("unknown", "Invalid")


def test_a_foreign_signature_is_not_trusted(store):
    """Another installation's certificate is whole but unknown."""
    found = verify(signed_file(), MemoryStore(), Signer(make_development_certificate()))
    assert (found.made_here, found.signature.state) == ("unknown", "Valid")


FILM = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"


def test_a_film_without_a_signature_is_unknown():
    """Nothing is said of watermarks, for which films are not searched."""
    found = verify(FILM, MemoryStore(), SIGNER)
    assert (found.made_here, found.signature.state, found.watermark) == ("unknown", "none", None)
    assert found.explanation == "There is no signature, and films are not searched for a watermark."


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"qt  "])
def test_other_files_that_begin_like_a_film_are_refused(brand):
    """A photo of a phone is no film, and is not told that it has no signature."""
    with pytest.raises(UnsupportedMediaType):
        verify(FILM[:8] + brand + FILM[12:], MemoryStore(), SIGNER)


def test_a_picture_is_no_film_whatever_brand_comes_first():
    """An AVIF file may name the brand of its family before its own; its pixels are searched all the same."""
    data = bytearray(signed_file("AVIF"))
    data[8:12] = b"mif1"
    assert verify(bytes(data), MemoryStore(), SIGNER).watermark is not None


def test_a_damaged_film_is_unknown():
    """Broken boxes are no error of ours."""
    assert verify(FILM[:16] + 64 * b"\xff", MemoryStore(), SIGNER).made_here == "unknown"


def test_a_huge_film_is_refused():
    with pytest.raises(TooLarge, match="bytes"):
        verify(FILM + bytes(MAX_IMAGE_BYTES), MemoryStore(), SIGNER)


def test_an_unmarked_picture_is_unknown(store):
    """Nothing is made up about a picture that says nothing."""
    buffer = io.BytesIO()
    Image.fromarray(scene()).save(buffer, "JPEG", quality=90)
    found = verify(buffer.getvalue(), store, SIGNER)
    assert (found.made_here, found.watermark, found.digital_source_type) == ("unknown", None, "")


def test_development_certificate_is_kept(tmp_path):
    """Made on first run, readable by its owner only, and the same on the next run."""
    settings = Settings(signing_folder=str(tmp_path / "signing"))
    first, second = load_signer(settings), load_signer(settings)
    assert first.certificate == second.certificate
    assert first.certificate.is_development
    assert os.stat(tmp_path / "signing" / "development.pem").st_mode & 0o077 == 0


def test_a_wrong_certificate_path_is_refused(tmp_path):
    """The operator's mistake names the setting."""
    with pytest.raises(InvalidConfiguration, match="VITRINE_SIGNING_CERTIFICATE"):
        load_signer(Settings(signing_certificate=str(tmp_path / "none.pem")))


def test_a_person_makes_a_depiction_synthetic():
    """Pictures of the try-on service show persons who never stood there."""
    declared = declare(["tryon:warp@1"], [], "none", "compositeWithTrainedAlgorithmicMedia", {})
    assert declared.synthetic_depiction
