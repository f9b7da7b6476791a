"""Animations: a finished creative in motion, made from its stored artwork without any model, signed and checked."""

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.compositor.animation import (
    FRAMES_PER_SECOND,
    MOST_DIFFERENCE,
    MOST_SECONDS,
    PLAYS,
    AnimationRequest,
    MotionType,
)
from services.compositor.artwork import Artwork
from services.errors import InvalidInput, NotFound, UnsupportedMediaType
from services.images import ImageRef
from services.storage import ObjectStore
from workflows.checks import Check, judge
from workflows.consent import check_consent
from workflows.creative import Creative
from workflows.format import Format, find_formats
from workflows.graph import Services
from workflows.jobs import Job
from workflows.manifest import artwork_key
from workflows.provenance import c2pa_manifest
from workflows.signing import Signer


class Animation(BaseModel):
    """One animated file of a creative. ``url`` expires, and is empty while the creative waits for approval."""

    model_config = ConfigDict(frozen=True)

    creative: str
    key: str
    media_type: str
    width: int
    height: int
    bytes: int
    duration_ms: int
    plays: int
    frames: int
    frames_per_second: float
    scene_moves: bool
    checks: tuple[Check, ...]
    c2pa: str
    url: str = ""


async def animate(
    job: Job, creative: Creative, file_type: MotionType, services: Services, store: ObjectStore, signer: Signer
) -> Animation:
    """Make, sign and store the animation of one creative; asked again, it is the same file but for its signature.

    Raises:
        InvalidInput: a creative without words, or a consent that ran out.
        UnsupportedMediaType: a kind of picture that the format does not take.
        TooLarge, EncoderMissing: from the compositor.
        NotFound: the pictures of its artwork have expired, or it was erased meanwhile.
    """
    format = next(one for one in find_formats(job.brief.formats) if one.id == creative.format)
    _check_possible(creative, format, file_type)
    check_consent(job.brief)
    artwork = Artwork.model_validate_json(await asyncio.to_thread(store.get, artwork_key(job.id, creative.id)))
    made = await services.generate("compositor", AnimationRequest(artwork=artwork, file_type=file_type))
    return await asyncio.to_thread(
        _keep, store, signer, job.id, creative, artwork, made.images["animation"], made.facts
    )


def _check_possible(creative: Creative, format: Format, file_type: MotionType) -> None:
    """No format lists types of film; an MP4 goes where the platform takes films."""
    if creative.role != "ad":
        raise InvalidInput("creative", f"{creative.id} is a picture without words; only finished ads are animated")
    if file_type != "mp4" and file_type not in format.file_types:
        animated = [name for name in format.file_types if name in ("gif", "webp")]
        raise UnsupportedMediaType(f"An animation for {format.id}", f"a {file_type}", ", ".join([*animated, "mp4"]))


def _keep(
    store: ObjectStore,
    signer: Signer,
    job_id: str,
    creative: Creative,
    artwork: Artwork,
    image: ImageRef,
    facts: Mapping[str, Any],
) -> Animation:
    assert creative.provenance
    key = animation_key(job_id, creative.id, image.key.rsplit(".", 1)[1])
    manifest = c2pa_manifest(creative.id, job_id, image.media_type, creative.provenance)
    data = signer.sign(store.get(image.key), image.media_type, manifest)
    store.put(key, data, image.media_type)
    if not store.exists(artwork_key(job_id, creative.id)):  # erased while the animation was made
        store.delete_all(key)
        raise NotFound("creative", creative.id)
    return Animation(
        creative=creative.id,
        key=key,
        **image.model_dump(include={"media_type", "width", "height"}),
        bytes=len(data),
        checks=_check(artwork, image, facts, len(data)),
        c2pa="embedded; development certificate" if signer.certificate.is_development else "embedded",
        **{name: facts[name] for name in ("duration_ms", "plays", "frames", "frames_per_second", "scene_moves")},
    )


def animation_key(job_id: str, creative_id: str, file_type: str) -> str:
    """Where an animation is kept, beside the still file."""
    return f"creatives/{job_id}/{creative_id}.animated.{file_type}"


def _check(artwork: Artwork, image: ImageRef, facts: Mapping[str, Any], size: int) -> tuple[Check, ...]:
    canvas, kind = artwork.canvas, image.key.rsplit(".", 1)[1]
    found, wanted = f"{image.width}x{image.height}", f"{canvas.width}x{canvas.height}"
    seconds = facts["duration_ms"] * facts["plays"] / 1000
    fastest, most_plays = FRAMES_PER_SECOND[kind], PLAYS[kind]
    return (
        judge("size", found == wanted, found, wanted),
        judge("bytes", size <= canvas.max_bytes, size, canvas.max_bytes),
        judge("motion.seconds", seconds <= MOST_SECONDS, seconds, MOST_SECONDS, "all plays together"),
        judge("motion.plays", facts["plays"] <= most_plays, facts["plays"], most_plays),
        judge("motion.frames_per_second", facts["frames_per_second"] <= fastest, facts["frames_per_second"], fastest),
        judge(
            "motion.last_frame",
            facts["difference"] <= MOST_DIFFERENCE,
            facts["difference"],
            MOST_DIFFERENCE,
            "mean difference from the still creative, levels of 255 in blocks of 4 x 4 px",
        ),
    )
