"""Provenance: what a finished file says of its origin, in its signature, in the clear, and in a mark nobody sees."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json, to_json

from services.compositor.metadata import SOURCE_URL
from services.errors import NotFound
from services.storage import ObjectStore
from workflows.signing import Signer

PERSON_SERVICES = ("tryon",)  # their pictures show persons who never stood there
_ORIGIN = "org.vitrine.origin"


class Provenance(BaseModel):
    """What is declared of one file; names follow the Ad Context Protocol where it has them."""

    model_config = ConfigDict(frozen=True)

    digital_source_type: str
    synthetic_depiction: bool
    ai_tool: dict[str, str]
    human_oversight: str
    checkpoints: tuple[str, ...]
    ingredients: tuple[str, ...]
    disclosure: dict[str, Any]
    watermark: str
    c2pa: str = ""
    product_pixels: str = "Exact on the plate; the watermark spares the product's box, the file's compression does not."


def declare(
    checkpoints: Sequence[str], ingredients: Sequence[str], watermark: str, source: str, disclosure: Mapping[str, Any]
) -> Provenance:
    """The declaration of a file whose steps ran these checkpoints (``service:checkpoint@revision``)."""
    return Provenance(
        digital_source_type=source,
        synthetic_depiction=any(name.split(":")[0] in PERSON_SERVICES for name in checkpoints),
        ai_tool={"name": "Vitrine", "version": version("vitrine"), "provider": "operator of this installation"},
        human_oversight="prompt_only",
        checkpoints=tuple(checkpoints),
        ingredients=tuple(ingredients),
        disclosure=dict(disclosure),
        watermark=watermark,
    )


def c2pa_manifest(creative_id: str, job_id: str, media_type: str, declared: Provenance) -> dict[str, Any]:
    """The C2PA manifest of a file: how it was made, from which ingredients, and where its record is."""
    agent = {"name": "Vitrine", "version": declared.ai_tool["version"]}
    created = {
        "action": "c2pa.created",
        "digitalSourceType": SOURCE_URL + declared.digital_source_type,
        "softwareAgent": agent,
    }
    origin = {"job": job_id, "checkpoints": list(declared.checkpoints), "watermark": declared.watermark}
    return {
        "claim_generator_info": [agent],
        "title": creative_id,
        "format": media_type,
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": [created]}},
            {"label": _ORIGIN, "data": origin},
        ],
        "ingredients": [
            {"title": name, "relationship": "componentOf", "format": "application/octet-stream"}
            for name in declared.ingredients
        ],
    }


def watermark_key(identity: str) -> str:
    """Where the record of a watermark is kept."""
    return f"watermarks/{identity}.json"


def record_watermark(store: ObjectStore, identity: str, job_id: str, creatives: Sequence[str]) -> None:
    """Remember which creatives carry a watermark. Two jobs at once may forget one of them; its signature remains."""
    key = watermark_key(identity)
    known = find_watermark(store, identity)
    if known.get(job_id) != list(creatives):
        store.put(key, to_json({**known, job_id: list(creatives)}), "application/json")


def find_watermark(store: ObjectStore, identity: str) -> Mapping[str, list[str]]:
    """Job id -> creatives that carry a watermark; empty when it is not known here."""
    try:
        found: Mapping[str, list[str]] = from_json(store.get(watermark_key(identity)))
    except NotFound:
        return {}
    return found


class Signature(BaseModel):
    """What the signature in a file is worth and says."""

    state: str
    issuer: str = ""
    digital_source_type: str = ""
    title: str = ""
    origin: dict[str, Any] = {}


def read_signature(signer: Signer, data: bytes, media_type: str) -> Signature:
    """``state`` is Trusted, Valid (whole, but of a signer not known here), Invalid (changed since), or none."""
    state, manifest = signer.read(data, media_type)
    assertions = {entry["label"]: entry["data"] for entry in manifest.get("assertions", [])}
    actions = assertions.get("c2pa.actions.v2", {}).get("actions", [])
    sources = [action["digitalSourceType"] for action in actions if "digitalSourceType" in action]
    return Signature(
        state=state,
        issuer=manifest.get("signature_info", {}).get("issuer", ""),
        digital_source_type=sources[0].removeprefix(SOURCE_URL) if sources else "",
        title=manifest.get("title", ""),
        origin=assertions.get(_ORIGIN, {}),
    )
