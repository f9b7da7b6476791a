"""What the API answers: pydantic models that also make the OpenAPI document."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from services.settings import Settings
from services.storage import ObjectStore
from workflows.approval import Approval
from workflows.creative import Creative, artwork_key
from workflows.failures import Failure
from workflows.format import Format
from workflows.graph import NODES, Workflow
from workflows.jobs import Job, Progress
from workflows.revision import Difference


class AssetResource(BaseModel):
    """An uploaded picture; ``id`` goes into briefs."""

    id: str
    width: int
    height: int
    media_type: str
    bytes: int


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, Any]] = []
    request_id: str
    retryable: bool


PROBLEMS: dict[int | str, dict[str, Any]] = {"4XX": {"model": Problem}, "5XX": {"model": Problem}}


class JobResource(BaseModel):
    """A creative request and, once it is finished, its creatives with URLs that expire."""

    id: str
    status: Literal["queued", "running", "succeeded", "partial", "failed"]
    progress: Progress
    creatives: tuple[Creative, ...]
    error: Failure | None
    failures: tuple[Failure, ...]
    approval: Approval
    revises: str
    differences: tuple[Difference, ...]
    timings_ms: dict[str, float]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    urls: dict[str, str]

    @classmethod
    def of(cls, job: Job, store: ObjectStore, settings: Settings) -> "JobResource":
        """Presigned URLs are made here and nowhere else, on the way out."""
        creatives = job.creatives
        if job.approval.is_released:
            creatives = tuple(
                creative.model_copy(
                    update={
                        "url": store.presign(creative.key, settings.url_ttl_s),
                        "artwork_url": store.presign(artwork_key(job.id, creative.id), settings.url_ttl_s),
                        "animations": tuple(
                            one.model_copy(update={"url": store.presign(one.key, settings.url_ttl_s)})
                            for one in creative.animations
                        ),
                    }
                )
                for creative in creatives
            )
        urls = {"self": f"/v1/creatives/{job.id}"}
        if job.creatives:
            urls["explanation"] = f"/v1/creatives/{job.id}/explanation"
            urls["files"] = f"/v1/creatives/{job.id}/files/{{creative_id}}"
            urls["artworks"] = f"/v1/creatives/{job.id}/artworks/{{creative_id}}"
            urls["animations"] = f"/v1/creatives/{job.id}/animations/{{creative_id}}"
        if job.creatives and job.approval.is_released:
            urls["manifest"] = store.presign(f"creatives/{job.id}/manifest.json", settings.url_ttl_s)
        return cls(
            **job.model_dump(include={"id", "status", "timings_ms", "created_at", "started_at", "finished_at"}),
            progress=job.progress,
            creatives=creatives,
            error=job.failures[0] if job.failures else None,
            failures=job.failures,
            approval=job.approval,
            revises=job.revises,
            differences=job.differences,
            urls=urls,
        )


class StepResource(BaseModel):
    """One step of a workflow and what its node does."""

    name: str
    node: str
    summary: str
    inputs: dict[str, Any]


class WorkflowResource(BaseModel):
    """A workflow that briefs can name."""

    name: str
    version: str
    description: str
    inputs: dict[str, str]
    steps: list[StepResource]

    @classmethod
    def of(cls, workflow: Workflow) -> "WorkflowResource":
        steps = [
            StepResource(name=name, node=step.node, summary=NODES[step.node].summary, inputs=step.inputs)
            for name, step in workflow.steps.items()
        ]
        return cls(**workflow.model_dump(include={"name", "version", "description", "inputs"}), steps=steps)


class FormatList(BaseModel):
    """Every format, and the packs that name several at once."""

    formats: list[Format]
    packs: dict[str, list[str]]
