"""Animations: a finished creative in motion, made from its artwork without any model, signed and checked."""

import asyncio
from collections.abc import Mapping
from typing import Any

from services.compositor.animation import (
    FRAMES_PER_SECOND,
    MOST_DIFFERENCE,
    PLAYS,
    AnimationRequest,
    MotionType,
)
from services.compositor.artwork import Artwork
from services.errors import AnimationNotTaken, InvalidInput, NotFound
from services.images import EXTENSIONS, ImageRef
from services.storage import ObjectStore
from workflows.animation_rules import AnimationRules
from workflows.brief import Brief
from workflows.checks import Check, Outcome, judge, soften
from workflows.consent import check_consent
from workflows.creative import Animation, Creative, MadeBy, Reel, Reels, artwork_key
from workflows.format import Format, find_formats
from workflows.graph import Services, Workflow
from workflows.kept_pictures import restore_pictures
from workflows.provenance import c2pa_manifest
from workflows.runner import StepResult
from workflows.signing import Signer

MOST_SECONDS = 15.0  # of all plays together, where a platform names no limit
_LAST_FRAME = "mean difference from the still creative, levels of 255 in blocks of 4 x 4 px"


async def animate(
    brief: Brief,
    job_id: str,
    creative: Creative,
    file_type: MotionType,
    services: Services,
    store: ObjectStore,
    signer: Signer,
) -> Animation:
    """Make, sign and store the animation of one creative; asked again, it is the same file but for its signature.

    Raises:
        AnimationNotTaken: a type of file that does not move in the creative's format.
        InvalidInput: a consent that ran out, or an mp4 with an odd side.
        TooLarge, EncoderMissing: from the compositor.
        NotFound: private pictures of its artwork have expired, or it was erased meanwhile.
    """
    format = next(one for one in find_formats(brief.formats) if one.id == creative.format)
    find_rules(format, file_type)
    check_consent(brief)
    await asyncio.to_thread(restore_pictures, store, job_id)
    artwork = Artwork.model_validate_json(await asyncio.to_thread(store.get, artwork_key(job_id, creative.id)))
    reel = await make_reel(services, artwork, format, file_type)
    return await asyncio.to_thread(keep_reel, store, signer, job_id, creative, reel)


def find_rules(format: Format, file_type: MotionType) -> AnimationRules:
    """What holds for such a file in a format; raises AnimationNotTaken with what the format takes instead."""
    if file_type in format.animations:
        return format.animations[file_type]
    moving, still = " or ".join(format.animations), ", ".join(format.file_types)
    raise AnimationNotTaken(format.id, file_type, f"{moving}, and {still} as stills" if moving else f"stills ({still})")


async def make_reel(services: Services, artwork: Artwork, format: Format, file_type: MotionType) -> Reel:
    """An artwork in motion, within the rules of its format, and what was measured on it. Raises as ``animate``."""
    rules = find_rules(format, file_type)
    canvas = artwork.canvas.model_copy(update={"max_bytes": rules.max_bytes or artwork.canvas.max_bytes})
    artwork = artwork.model_copy(update={"canvas": canvas})
    request = AnimationRequest(artwork=artwork, file_type=file_type, plays=rules.plays(file_type))
    made = await services.generate("compositor", request)
    checks = _check(rules, request, made.images["animation"], made.facts)
    is_certain = rules.is_certain and format.confidence != "low"
    return Reel(
        image=made.images["animation"],
        facts=made.facts,
        max_bytes=canvas.max_bytes,
        checks=tuple(checks if is_certain else map(soften, checks)),
        spent_ms=made.timings_ms["generate"],
    )


def check_motion(brief: Brief, workflow: Workflow) -> None:
    """Raise InvalidInput where a workflow makes nothing move, AnimationNotTaken where none of the formats may."""
    if brief.motion is None:
        return
    if not workflow.animations:
        raise InvalidInput("motion", f"workflow {workflow.name} makes stills only; leave it out")
    formats = find_formats(brief.formats)
    if not any(file_type in format.animations for format in formats for file_type in brief.motion.types):
        find_rules(formats[0], brief.motion.types[0])


def reels_of(workflow: Workflow, steps: Mapping[str, StepResult]) -> Reels:
    """What the workflow's step made move; nothing where it has none."""
    if not workflow.animations:
        return Reels(made_by=MadeBy(service="", checkpoint="", seed=0, timings_ms={}))
    reels: Reels = steps[workflow.animations].value
    return reels


def keep_reel(store: ObjectStore, signer: Signer, job_id: str, creative: Creative, reel: Reel) -> Animation:
    """Sign and store it beside the still file. Raises NotFound when that was erased meanwhile."""
    assert creative.provenance
    image, facts = reel.image, reel.facts
    key = animation_key(job_id, creative.id, EXTENSIONS[image.media_type])
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
        checks=(*reel.checks, judge("bytes", len(data) <= reel.max_bytes, len(data), reel.max_bytes)),
        c2pa="embedded; development certificate" if signer.certificate.is_development else "embedded",
        **{name: facts[name] for name in ("duration_ms", "plays", "frames", "frames_per_second", "scene_moves")},
    )


def animation_key(job_id: str, creative_id: str, file_type: str) -> str:
    """Where an animation is kept, beside the still file."""
    return f"creatives/{job_id}/{creative_id}.animated.{file_type}"


def _check(rules: AnimationRules, request: AnimationRequest, image: ImageRef, facts: Mapping[str, Any]) -> list[Check]:
    """Every check but that of the signed file's bytes. Where the rules name no limit, our own holds."""
    canvas, kind = request.artwork.canvas, request.file_type
    found, wanted = f"{image.width}x{image.height}", f"{canvas.width}x{canvas.height}"
    seconds = facts["duration_ms"] * facts["plays"] / 1000
    most = {
        "seconds": (seconds, rules.longest_s or MOST_SECONDS, "all plays together"),
        "plays": (facts["plays"], rules.most_plays or PLAYS[kind], ""),
        "frames": (facts["frames"], rules.most_frames, ""),
        "frames_per_second": (
            facts["frames_per_second"],
            rules.most_frames_per_second or FRAMES_PER_SECOND[kind],
            "",
        ),
        "last_frame": (facts["difference"], MOST_DIFFERENCE, _LAST_FRAME),
    }
    least = {
        "least_seconds": (seconds, rules.shortest_s),
        "least_bytes": (facts["bytes"], rules.least_bytes),
        "kilobits_per_second": (8 * facts["bytes"] / facts["duration_ms"], rules.least_kilobits_per_second),
    }
    return [
        judge("size", found == wanted, found, wanted),
        *(
            judge(f"motion.{name}", value <= limit, value, limit, detail)
            for name, (value, limit, detail) in most.items()
            if limit is not None
        ),
        *(
            judge(f"motion.{name}", value >= limit, round(value, 1), limit)
            for name, (value, limit) in least.items()
            if limit is not None
        ),
        _check_knowledge(rules),
    ]


def _check_knowledge(rules: AnimationRules) -> Check:
    """Warns where not all is known that a platform may ask of what moves."""
    unknown = "" if rules.longest_s else "the longest duration is not known"
    detail = "; ".join(filter(None, (unknown, rules.note)))
    outcome: Outcome = "passed" if rules.is_certain else "warned"
    return Check(id="motion.rules", outcome=outcome, value=rules.confidence, limit="medium", detail=detail)
