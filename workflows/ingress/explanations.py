"""Why a creative is as it is, and what to do when somebody objects: explanations, feedback, paused rules."""

import asyncio
import re
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.errors import InvalidInput, NotFound
from workflows.feedback import Feedback, Pause, pause_rules, read_pauses, resume_rule
from workflows.ingress.resources import PROBLEMS
from workflows.jobs import JobDesk
from workflows.policy import Policy, load_policies

JOB_ID = re.compile(r"^cr_[0-9a-f]{24}$")
router = APIRouter(prefix="/v1", responses=PROBLEMS)


class Explanation(BaseModel):
    """The traces of a creative request, one per variant."""

    id: str
    variants: list[dict[str, Any]]


class PolicyResource(BaseModel):
    """A policy, and the rules of it that wait for a person."""

    policy: Policy
    paused: list[Pause]


def check_job_id(job_id: str) -> str:
    """Raises InvalidInput for what cannot be an id."""
    if not JOB_ID.fullmatch(job_id):
        raise InvalidInput("id", f"{job_id[:60]!r} is not an id of a creative request (cr_ and 24 hex digits)")
    return job_id


def _desk(request: Request) -> JobDesk:
    desk: JobDesk = request.app.state.gateway.desk
    return desk


@router.get("/creatives/{job_id}/explanation", operation_id="explain_creatives")
async def explain_creatives(request: Request, job_id: str) -> Explanation:
    """Which signals, with which consent, led through which rules to scene, words and layout; and what was ignored."""
    return Explanation.model_validate(await _desk(request).explanation(check_job_id(job_id)))


@router.post("/feedback", status_code=201, operation_id="give_feedback")
async def give_feedback(request: Request, feedback: Feedback) -> list[Pause]:
    """Say that a variant was too personal or wrong: its most personal rules pause until a person resumes them."""
    explained = await _desk(request).explanation(feedback.creative)
    return await asyncio.to_thread(pause_rules, request.app.state.gateway.store, feedback, explained)


@router.get("/policies", operation_id="list_policies")
async def list_policies(request: Request) -> list[PolicyResource]:
    """The policies a brief can name, and their paused rules."""
    store = request.app.state.gateway.store
    pauses = {name: await asyncio.to_thread(read_pauses, store, name) for name in load_policies()}
    return [PolicyResource(policy=one, paused=list(pauses[name].values())) for name, one in load_policies().items()]


@router.delete("/policies/{policy}/paused/{rule}", status_code=204, operation_id="resume_rule")
async def resume(request: Request, policy: str, rule: str) -> None:
    """Let a paused rule run again: the decision of a person who has looked at the feedback."""
    if policy not in load_policies():
        raise NotFound("policy", policy[:60])
    await asyncio.to_thread(resume_rule, request.app.state.gateway.store, policy, rule)
