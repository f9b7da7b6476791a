"""Kept pictures: what a finished job was made from, beside its creatives, so that it can be changed when they expired.

Uploads, plates and logos live for some days only. Copies of them lie under ``creatives/<job>/pictures/`` with their
own keys, and are put back when a revision or an animation needs them. Private pictures are never copied.
"""

from collections.abc import Mapping

from services.contract import walk_refs
from services.errors import NotFound
from services.images import is_private
from services.storage import ObjectStore
from workflows.brief import Brief
from workflows.creative import Composition, Reels
from workflows.inputs import photo_ids
from workflows.runner import StepResult


def pictures_of(brief: Brief, steps: Mapping[str, StepResult]) -> set[str]:
    """The keys that changing a variant needs: of its uploads, of its results without words, and of its layers."""
    uploads = [brief.product.image, *photo_ids(brief).values()]
    needed = {*uploads, *(f"{upload}.json" for upload in uploads)}
    for step in steps.values():
        if isinstance(step.value, Composition):
            needed |= {ref.key for layout in step.value.layouts.values() for ref in layout.artwork.image_refs()}
        elif not isinstance(step.value, Reels):
            needed |= {ref.key for _, ref in walk_refs("", step.value)}
    return {key for key in needed if not is_private(key)}


def keep_picture(store: ObjectStore, job_id: str, key: str) -> None:
    """Copy it beside the job's creatives; one that is gone already is not needed to be there."""
    try:
        store.copy(key, _folder(job_id) + key)
    except NotFound:
        return


def restore_pictures(store: ObjectStore, job_id: str) -> None:
    """Put back, under their own keys, those that have expired since the job was finished."""
    for kept in store.keys(_folder(job_id)):
        key = kept.removeprefix(_folder(job_id))
        if not store.exists(key):
            store.copy(kept, key)


def _folder(job_id: str) -> str:
    return f"creatives/{job_id}/pictures/"
