"""Uploaded pictures: checked once on the way in, found again by their id."""

import hashlib
from typing import Literal

from pydantic import ValidationError

from services.errors import InvalidInput, NotFound
from services.images import MEDIA_TYPES, EncodedImage, ImageRef, decode, sniff
from services.storage import ObjectStore, store_image

AssetKind = Literal["product", "person", "room"]
_PRIVATE = {"person": "people", "room": "rooms"}


def store_asset(store: ObjectStore, data: bytes, kind: AssetKind = "product") -> ImageRef:
    """Check an uploaded picture completely and keep its bytes as they are, in a folder of its own if it is private.

    Raises:
        TooLarge, UnsupportedMediaType, InvalidImage: see ``services.images.decode``.
    """
    image = decode(data, "The upload")
    encoded = EncodedImage(data=data, width=image.width, height=image.height, media_type=MEDIA_TYPES[sniff(data)])
    prefix = f"{_PRIVATE[kind]}/{hashlib.sha256(data).hexdigest()}" if kind in _PRIVATE else "uploads"
    ref = store_image(store, encoded, prefix=prefix)
    store.put(f"{ref.key}.json", ref.model_dump_json().encode(), "application/json")
    return ref


def find_asset(store: ObjectStore, asset_id: str, field: str = "product.image") -> ImageRef:
    """The reference of an uploaded picture. Raises InvalidInput when it was never uploaded or has expired."""
    try:
        return ImageRef.model_validate_json(store.get(f"{asset_id}.json"))
    except (NotFound, ValidationError):
        problem = f"there is no asset {asset_id!r}; upload the picture to /v1/assets first (uploads expire)"
        raise InvalidInput(field, problem) from None
