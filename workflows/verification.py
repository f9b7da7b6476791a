"""Verification: what can still be known of a file that someone found."""

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from services.compositor.metadata import read_digital_source
from services.compositor.watermark import detect
from services.errors import TooLarge
from services.images import MAX_IMAGE_BYTES, decode_delivered, is_film
from services.storage import ObjectStore
from workflows.format import load_formats
from workflows.provenance import Signature, find_watermark, read_signature
from workflows.signing import Signer


class WatermarkReport(BaseModel):
    """A watermark found in the pixels, and the creatives recorded under it, by job."""

    model_config = ConfigDict(frozen=True)

    identity: str
    certainty: float
    creatives: dict[str, list[str]]


class Verification(BaseModel):
    """What a file's signature, its metadata and its pixels say, and what that means."""

    model_config = ConfigDict(frozen=True)

    made_here: Literal["yes", "likely", "unknown"]
    explanation: str
    signature: Signature
    digital_source_type: str
    watermark: WatermarkReport | None


def verify(data: bytes, store: ObjectStore, signer: Signer) -> Verification:
    """Examine a JPEG, PNG, WebP, AVIF, GIF or MP4 file. Of a film only the signature is read: nothing is decoded.

    Raises:
        TooLarge, UnsupportedMediaType, InvalidImage: see ``services.images.decode_delivered``.
    """
    if is_film(data):
        return _verify_film(data, signer)
    picture, media_type = decode_delivered(data)
    pixels = np.asarray(picture.convert("RGB"))
    signature = read_signature(signer, data, media_type)
    watermark = _find_watermark(pixels, store)
    made_here, explanation = _conclude(signature, watermark)
    return Verification(
        made_here=made_here,
        explanation=explanation,
        signature=signature,
        digital_source_type=signature.digital_source_type or read_digital_source(data),
        watermark=watermark,
    )


def _verify_film(data: bytes, signer: Signer) -> Verification:
    if len(data) > MAX_IMAGE_BYTES:
        raise TooLarge("The file", len(data), MAX_IMAGE_BYTES, "bytes", "Save it smaller or with more compression.")
    signature = read_signature(signer, data, "video/mp4")
    made_here, explanation = _conclude(signature, None)
    if signature.state == "none":
        explanation = "There is no signature, and films are not searched for a watermark."
    return Verification(
        made_here=made_here,
        explanation=explanation,
        signature=signature,
        digital_source_type=signature.digital_source_type,
        watermark=None,
    )


def _find_watermark(pixels: np.ndarray, store: ObjectStore) -> WatermarkReport | None:
    sizes = [(canvas.width, canvas.height) for format in load_formats().values() for canvas in format.canvases()]
    found = detect(pixels, sizes)
    if found is None:
        return None
    identity = f"{found.identity:06x}"
    return WatermarkReport(
        identity=identity, certainty=found.certainty, creatives=dict(find_watermark(store, identity))
    )


def _conclude(
    signature: Signature, watermark: WatermarkReport | None
) -> tuple[Literal["yes", "likely", "unknown"], str]:
    """What the findings mean, as a sentence."""
    marked = watermark is not None and bool(watermark.creatives)
    if signature.state == "Trusted":
        return "yes", "The signature is whole and of this installation: the file is as it was delivered."
    if marked:
        lost = "has no signature any more" if signature.state == "none" else "does not match its signature"
        return "likely", f"The file {lost}, but carries the watermark of creatives made here: it was changed since."
    if signature.state == "Valid":
        return "unknown", f"The signature is whole, but of a signer not known here: {signature.issuer}."
    if signature.state == "Invalid":
        return "unknown", "The file was changed after it was signed; what its signature says cannot be relied on."
    if watermark:
        return "unknown", "The pixels carry a watermark of this kind, but no record of it is kept here."
    return "unknown", "There is neither a signature nor a watermark. Small pictures carry no watermark."
