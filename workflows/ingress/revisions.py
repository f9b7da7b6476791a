"""The route of revisions."""

from fastapi import APIRouter, Request, Response

from workflows.ingress.explanations import check_job_id
from workflows.ingress.resources import PROBLEMS, JobResource
from workflows.revision import Revision

router = APIRouter(prefix="/v1", responses=PROBLEMS)


@router.patch("/creatives/{job_id}", status_code=202, operation_id="revise_creatives")
async def revise_creatives(request: Request, response: Response, job_id: str, revision: Revision) -> JobResource:
    """Make a finished request again with other words or colours: a new request, linked to the old one.

    The pictures are taken from stored results while these are kept, so no model runs.
    """
    gateway = request.app.state.gateway
    check_job_id(job_id)
    job = await gateway.desk.revise(job_id, revision)
    job = await gateway.desk.wait(job.id, min(5, gateway.settings.wait_limit_s))
    response.status_code = 201 if job.is_finished else 202
    response.headers["Location"] = f"/v1/creatives/{job.id}"
    return JobResource.of(job, gateway.store, gateway.settings)
