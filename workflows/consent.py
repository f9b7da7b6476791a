"""Photos of people and of their rooms: used only with a valid consent, and deleted with everything made from them.

Such a photo lives in a folder of its own, ``people/<sha256>/`` or ``rooms/<sha256>/``. Replicas store whatever they
make from it in the same folder, so the folder is all there is, apart from finished creatives. Which jobs used it is
noted under ``uses/``, so that their creatives can be found and deleted too.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.errors import InvalidInput
from services.images import is_private, private_folder
from services.storage import ObjectStore

Purpose = Literal["advertising", "personal_preview"]
PhotoId = Annotated[
    str, StringConstraints(pattern=r"^(people|rooms)/[0-9a-f]{64}/[0-9a-f]{64}\.(jpg|png|webp)$", max_length=150)
]


class Consent(BaseModel):
    """The reference to a person's agreement. Vitrine keeps the reference, never the agreement itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$", description="The client's own reference; no name")
    purposes: tuple[Purpose, ...] = Field(min_length=1, max_length=4, description="What the person agreed to")
    expires_at: AwareDatetime = Field(description="With a time zone, e.g. 2030-01-31T00:00:00Z")
    adult: bool = Field(False, description="The person is 18 or older; must be said for a photo of a person")


def check_consent(brief: BaseModel) -> None:
    """Raise InvalidInput when a brief uses a photo of a person or a room without a consent that is valid now."""
    photos = private_photos(brief)
    consent: Consent | None = getattr(brief, "consent", None)
    if photos and consent is None:
        raise InvalidInput("consent", "a photo of a person or a room needs one: id, purposes, expires_at")
    if consent is None:
        return
    if consent.expires_at <= datetime.now(UTC):
        raise InvalidInput("consent.expires_at", f"the consent expired on {consent.expires_at:%Y-%m-%d %H:%M %Z}")
    if "advertising" not in consent.purposes:
        given = ", ".join(consent.purposes)
        raise InvalidInput("consent.purposes", f"{given} does not cover ads; the person must agree to 'advertising'")
    if not consent.adult and any(photo.startswith("people/") for photo in photos):
        raise InvalidInput("consent.adult", "a photo of a person needs adult: true, said of somebody of 18 or older")


def private_photos(brief: BaseModel) -> tuple[str, ...]:
    """The ids of all photos of people and rooms that a brief names, wherever they stand in it."""
    return tuple(dict.fromkeys(_private_strings(brief.model_dump(mode="json"))))


def _private_strings(value: Any) -> Iterator[str]:
    if isinstance(value, str) and is_private(value):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _private_strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _private_strings(item)


def note_use(store: ObjectStore, photo: str, job_id: str) -> None:
    """Remember that a job uses a photo. Only hashes and the job's id are written."""
    store.put(f"uses/{private_folder(photo)}/{job_id}", job_id.encode(), "text/plain")


def jobs_using(store: ObjectStore, photo: str) -> list[str]:
    """The ids of all jobs that ever used a photo."""
    return [key.rsplit("/", 1)[1] for key in store.keys(f"uses/{private_folder(photo)}/")]


async def erase_photo(store: ObjectStore, photo: str) -> None:
    """Delete a photo and all pictures made from it. Whatever the jobs delivered is erased by the job desk."""
    folder = private_folder(photo)
    for prefix in (f"{folder}/", f"uses/{folder}/"):
        await asyncio.to_thread(store.delete_all, prefix)
