"""Finished creatives: their files and the manifest from which they can be made again."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from pydantic_core import to_json

from services.errors import VitrineError
from services.images import EXTENSIONS
from services.storage import ObjectStore
from workflows.animation import keep_reel, reels_of
from workflows.brand_kit import find_brand
from workflows.brief import Brief, Variant
from workflows.checks import Check, check_creative, check_fields, check_imagery, fill_fields, judge
from workflows.client_words import check_claims
from workflows.creative import AdCopy, Composition, Creative, Imagery, Layout, Reel, artwork_key
from workflows.disclosure import required_by
from workflows.explanation import explain
from workflows.format import Format, find_formats
from workflows.graph import Workflow
from workflows.kept_pictures import keep_picture, pictures_of
from workflows.personalisation import Personal
from workflows.provenance import Provenance, c2pa_manifest, declare, record_watermark
from workflows.runner import StepResult
from workflows.signing import Signer

Made = dict[str, StepResult]


async def store_creatives(
    store: ObjectStore,
    signer: Signer,
    job_id: str,
    brief: Brief,
    workflow: Workflow,
    made: Sequence[Made | VitrineError],
    personal: Sequence[Personal],
) -> tuple[Creative, ...]:
    """Sign every finished file into ``creatives/<job>/``; artworks, manifest and explanation are kept beside them,
    with the pictures that they were made from."""
    variants = [
        (number, one, steps)
        for number, (one, steps) in enumerate(zip(personal, made, strict=True), start=1)
        if isinstance(steps, dict)
    ]
    formats = {format.id: format for format in find_formats(brief.formats)}
    plans = [
        _creative(job_id, number, one.variant, steps[workflow.output].value, name, one.brief, formats, steps, claims)
        for number, one, steps in variants
        for claims in [_claims_checks(one.brief, steps)]
        for name in steps[workflow.output].value.layouts
    ]
    reels = [
        reels_of(workflow, steps).reels.get(name)
        for _, _, steps in variants
        for name in steps[workflow.output].value.layouts
    ]
    signed = [
        asyncio.to_thread(_keep, store, signer, job_id, layout, creative, reel)
        for (layout, creative), reel in zip(plans, reels, strict=True)
    ]
    creatives = tuple(await asyncio.gather(*signed))
    pictures = set[str]().union(*(pictures_of(one.brief, steps) for _, one, steps in variants))
    await asyncio.gather(*(asyncio.to_thread(keep_picture, store, job_id, key) for key in sorted(pictures)))
    for identity, names in _watermarks(creatives).items():
        await asyncio.to_thread(record_watermark, store, identity, job_id, names)
    manifest = _manifest(job_id, brief, workflow, variants, creatives)
    await asyncio.to_thread(store.put, f"creatives/{job_id}/manifest.json", to_json(manifest), "application/json")
    explained = {"id": job_id, "variants": [explain(one, steps, workflow.output) for _, one, steps in variants]}
    await asyncio.to_thread(store.put, f"creatives/{job_id}/explanation.json", to_json(explained), "application/json")
    return creatives


def _creative(
    job_id: str,
    number: int,
    variant: Variant,
    composition: Composition,
    name: str,
    brief: Brief,
    formats: Mapping[str, Format],
    steps: Made,
    claims: Sequence[Check],
) -> tuple[Layout, Creative]:
    layout = composition.layouts[name]
    format, kit, image = formats[layout.format], find_brand(brief.brand), layout.image
    canvas = next(canvas for canvas in format.canvases() if canvas.format == name)
    price = brief.product.price_line(brief.locale)
    words = composition.words
    fields = fill_fields(format, words, price, kit.name)
    creative_id = f"{number:02d}-{variant.audience.id}-{name}"
    product = [{"role": "product", **layout.facts["product"]}] if layout.facts["product"] else []
    creative = Creative(
        id=creative_id,
        variant=variant.audience.id,
        scene=variant.scene or "",
        format=format.id,
        role=layout.role,
        key=f"creatives/{job_id}/{creative_id}.{EXTENSIONS[image.media_type]}",
        width=image.width,
        height=image.height,
        bytes=layout.facts["bytes"],
        media_type=image.media_type,
        alt_text=composition.alt_text,
        copy_text=words.model_dump(),
        fields=fields,
        boxes=[*layout.facts["boxes"], *product],
        checks=(
            *check_creative(format, canvas, image, layout.facts, kit),
            *check_fields(format, fields),
            *claims,
            *_imagery_checks(steps),
        ),
        provenance=_declare(brief, layout, steps),
        timings_ms=_timings(steps, layout),
    )
    return layout, creative


def _declare(brief: Brief, layout: Layout, steps: Made) -> Provenance:
    made_by = [step.value.made_by for step in steps.values()]
    return declare(
        [f"{made.service}:{made.checkpoint}" for made in made_by if made.service],
        [brief.product.image],
        layout.facts["watermark"],
        "compositeWithTrainedAlgorithmicMedia" if layout.facts["product"] else "digitalCreation",
        _disclosure(brief, layout),
    )


def _disclosure(brief: Brief, layout: Layout) -> dict[str, Any]:
    regulations = required_by(brief.disclosure, brief.person is not None)
    is_labelled = any(box["role"] == "disclosure" for box in layout.facts["boxes"])
    return {"required": bool(regulations), "regulations": regulations, "visible_label": is_labelled}


def _keep(
    store: ObjectStore, signer: Signer, job_id: str, layout: Layout, creative: Creative, reel: Reel | None
) -> Creative:
    """Store the signed file, its artwork and its animation; the creative as it came out."""
    assert creative.provenance
    store.put(artwork_key(job_id, creative.id), layout.artwork.model_dump_json().encode(), "application/json")
    manifest = c2pa_manifest(creative.id, job_id, creative.media_type, creative.provenance)
    data = signer.sign(store.get(layout.image.key), creative.media_type, manifest)
    store.put(creative.key, data, creative.media_type)
    issuer = "embedded; development certificate" if signer.certificate.is_development else "embedded"
    signed = creative.provenance.model_copy(update={"c2pa": issuer})
    checks = tuple(_weigh(check, len(data)) if check.id == "bytes" else check for check in creative.checks)
    animations = (keep_reel(store, signer, job_id, creative, reel),) if reel else ()
    facts = {"bytes": len(data), "provenance": signed, "checks": checks, "animations": animations}
    return creative.model_copy(update=facts)


def _weigh(check: Check, size: int) -> Check:
    """The byte limit holds for the signed file."""
    return judge("bytes", size <= float(check.limit), size, check.limit)


def _watermarks(creatives: Sequence[Creative]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for creative in creatives:
        if creative.provenance and creative.provenance.watermark not in ("none", "skipped_small"):
            found.setdefault(creative.provenance.watermark, []).append(creative.id)
    return found


def _imagery_checks(steps: Made) -> list[Check]:
    """The checks of the plates that the file was made from."""
    imagery = [step.value for step in steps.values() if isinstance(step.value, Imagery)]
    return [check for one in imagery for check in check_imagery(one.facts)]


def _claims_checks(brief: Brief, steps: Made) -> list[Check]:
    """The checks of the words that the client wrote, the same for every file of the variant."""
    written = [step.value for step in steps.values() if isinstance(step.value, AdCopy)]
    return [check for one in written for check in check_claims(brief, one)]


def _timings(steps: Made, layout: Layout) -> dict[str, float]:
    """Milliseconds this variant really spent in each step (0 where a result was reused), and in this format."""
    spent = {name: 0.0 if step.reused else step.value.made_by.timings_ms["generate"] for name, step in steps.items()}
    return spent | {"compose": layout.facts["compose_ms"], "encode": layout.facts["encode_ms"]}


def _manifest(
    job_id: str,
    brief: Brief,
    workflow: Workflow,
    variants: Sequence[tuple[int, Personal, Made]],
    creatives: Sequence[Creative],
) -> Mapping[str, Any]:
    return {
        "id": job_id,
        "made_at": datetime.now(UTC),
        "vitrine": version("vitrine"),
        "brief": brief.without_profile().model_dump(mode="json", by_alias=True),
        "workflow": workflow.model_dump(mode="json"),
        "variants": [
            {
                "variant": one.variant.audience.id,
                "decision": one.decision.model_dump(mode="json"),
                "steps": {name: _step(step) for name, step in steps.items()},
            }
            for _, one, steps in variants
        ],
        "creatives": [creative.model_dump(exclude={"url", "artwork_url"}) for creative in creatives],
    }


def _step(step: StepResult) -> dict[str, Any]:
    """A result as it is recorded; layers are kept beside their files."""
    return {"reused": step.reused, **step.value.model_dump(mode="json", exclude={"layouts": {"__all__": {"artwork"}}})}
