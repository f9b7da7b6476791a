"""Jobs: an accepted brief on its way to stored creatives, and the desk that keeps them."""

import asyncio
import hashlib
import json
import logging
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from services.errors import Conflict, DeadlineExceeded, NotFound, Overloaded, StepFailed, VitrineError
from services.images import ImageRef
from services.settings import Settings
from services.storage import ObjectStore
from workflows.animation import check_motion
from workflows.approval import Approval, Decision
from workflows.assets import find_asset
from workflows.brand_kit import find_brand, store_brand
from workflows.brief import Brief
from workflows.choices import ChosenServices, check_choices
from workflows.client_words import check_client_words
from workflows.consent import check_consent, erase_photo, jobs_using, note_use, private_photos
from workflows.creative import Creative
from workflows.earlier import check_disclaimers, keep_results, read_earlier
from workflows.failures import Failure, find_failures
from workflows.feedback import read_pauses
from workflows.format import find_formats
from workflows.graph import Services, Workflow, find_workflow
from workflows.inputs import angles, check_photos, photo_ids, variant_inputs
from workflows.kept_pictures import restore_pictures
from workflows.manifest import store_creatives
from workflows.metrics import JOBS_IN_HAND, Meter, Sample, measure_job, measure_steps
from workflows.personalisation import Personal, apply_decision, check_not_too_personal, personalise
from workflows.policy import find_policy
from workflows.revision import Difference, Revision, revise
from workflows.runner import ResultCache, StepResult, make_variants
from workflows.signing import Signer
from workflows.stock_rooms import furnish

log = logging.getLogger("vitrine.jobs")
FINISHED = ("succeeded", "partial", "failed")


class Progress(BaseModel):
    """Finished steps out of all steps, and the last one that finished."""

    model_config = ConfigDict(frozen=True)

    done: int
    total: int
    step: str = ""


class Job(BaseModel):
    """The resource behind ``/v1/creatives/{id}``; also what is kept under ``creatives/<id>/job.json``."""

    model_config = ConfigDict(frozen=True)

    id: str
    status: Literal["queued", "running", "succeeded", "partial", "failed"]
    brief: Brief
    brief_digest: str
    progress: Progress
    creatives: tuple[Creative, ...] = ()
    failures: tuple[Failure, ...] = ()
    approval: Approval = Approval()
    revises: str = ""
    differences: tuple[Difference, ...] = ()
    timings_ms: dict[str, float] = {}
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED


class JobDesk:
    """Takes briefs, runs them, and answers for them; finished jobs live in the store, running ones here."""

    def __init__(
        self,
        settings: Settings,
        store: ObjectStore,
        services: Services,
        workflows: dict[str, Workflow],
        signer: Signer,
        meter: Meter,
    ) -> None:
        self._settings = settings
        self._store = store
        self._services = services
        self._workflows = workflows
        self._signer = signer
        self._meter = meter
        self._results = ResultCache(store)
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def accept(
        self, brief: Brief, idempotency_key: str = "", revises: str = "", differences: tuple[Difference, ...] = ()
    ) -> tuple[Job, bool]:
        """Start a brief, or find the job that the same key started. The flag says whether it was found.

        Raises:
            UnknownName, NotFound: a workflow, brand, format or asset that does not exist.
            Conflict: the key was used for another brief.
            Overloaded: too many jobs in hand.
        """
        digest = hashlib.sha256(brief.model_dump_json().encode()).hexdigest()
        job_id = _job_id(idempotency_key)
        earlier = await self._find(job_id) if idempotency_key else None
        earlier = self._jobs.get(job_id, earlier)  # the same key may have come again while the store was asked
        if earlier and earlier.brief_digest != digest:
            raise Conflict("Idempotency-Key", "it was used for another brief; choose a new key")
        if earlier and not (earlier.status == "failed" and job_id not in self._tasks):
            return earlier, True
        if len(self._tasks) >= self._settings.max_requests_in_hand:
            raise Overloaded("This gateway", self._settings.max_requests_in_hand)
        workflow = find_workflow(self._workflows, brief.workflow)
        total = len(brief.variants) * len(workflow.steps)
        job = Job(
            id=job_id,
            status="queued",
            brief=brief,
            brief_digest=digest,
            progress=Progress(done=0, total=total),
            revises=revises,
            differences=differences,
            created_at=_now(),
        )
        self._jobs[job_id] = job
        task = asyncio.create_task(self._run(job, workflow))
        self._tasks[job_id] = task
        task.add_done_callback(lambda _: self._forget_task(job_id))
        self._count_in_hand()
        return job, False

    async def revise(self, job_id: str, revision: Revision) -> Job:
        """Start the revision of a finished job as a job of its own.

        Raises:
            Conflict: it has no creatives yet, or nothing would change.
            UnknownName: a variant that has no creatives.
            InvalidInput: a consent that ran out meanwhile, or words that the rules refuse.
        """
        job = await self.get(job_id)
        if not job.creatives:
            raise Conflict("Revision", f"{job_id} has no creatives (it is {job.status})")
        brief, differences = revise(job.brief, job.creatives, revision)
        check_consent(brief)
        check_client_words(brief)
        check_disclaimers(await asyncio.to_thread(read_earlier, self._store, job_id), brief)
        made, _ = await self.accept(brief, revises=job_id, differences=differences)
        return made

    async def decide(self, job_id: str, decision: Decision) -> Job:
        """Release or reject the creatives of a job. Raises Conflict when they do not wait for it."""
        job = await self.get(job_id)
        if job.approval.state != "pending_approval":
            raise Conflict("Approval", f"the creatives of {job_id} do not wait for it (they are {job.approval.state})")
        job = job.model_copy(update={"approval": decision.approval(_now())})
        data = job.model_dump_json(by_alias=True).encode()
        await asyncio.to_thread(self._store.put, f"creatives/{job.id}/job.json", data, "application/json")
        return job

    async def check(self, brief: Brief) -> None:
        """Raise for anything in the brief that can be known to be wrong before work starts."""
        check_choices(brief.generation)
        check_photos(brief, find_workflow(self._workflows, brief.workflow))
        find_brand(brief.brand)
        find_formats(brief.formats)
        check_motion(brief, find_workflow(self._workflows, brief.workflow))
        find_policy(brief.policy or "", brief.brand)
        for number, product in enumerate((brief.product, *brief.candidates)):
            product.check_offers(datetime.now(UTC).date())
            field = f"candidates.{number - 1}.image" if number else "product.image"
            await asyncio.to_thread(find_asset, self._store, product.image, field)
        check_consent(brief)
        check_client_words(brief)
        check_not_too_personal(brief)
        for name, photo in photo_ids(brief).items():
            await asyncio.to_thread(find_asset, self._store, photo, f"{name}.image")

    async def erase(self, photo: str) -> None:
        """Delete a private photo, all that was made from it, and every job that used it. Nothing there is fine."""
        for job_id in await asyncio.to_thread(jobs_using, self._store, photo):
            if job_id in self._tasks:
                self._tasks[job_id].cancel()
                await asyncio.wait([self._tasks[job_id]])
            self._jobs.pop(job_id, None)
            await asyncio.to_thread(self._store.delete_all, f"creatives/{job_id}/")
        await erase_photo(self._store, photo)

    async def wait(self, job_id: str, timeout_s: float) -> Job:
        """The job as soon as it is finished, or as it is after ``timeout_s`` seconds."""
        if job_id in self._tasks:
            await asyncio.wait([self._tasks[job_id]], timeout=timeout_s)
        return await self.get(job_id)

    async def get(self, job_id: str) -> Job:
        """The job; raises NotFound."""
        job = await self._find(job_id)
        if job is None:
            raise NotFound("creative request", job_id)
        return job

    async def _find(self, job_id: str) -> Job | None:
        if job_id in self._jobs:
            return self._jobs[job_id]
        try:
            data = await asyncio.to_thread(self._store.get, f"creatives/{job_id}/job.json")
        except NotFound:
            return None
        return self._interrupted(Job.model_validate_json(data))

    def _interrupted(self, job: Job) -> Job:
        limit = timedelta(seconds=self._settings.deadline_s)
        if job.is_finished or _now() - job.created_at < limit:
            return job
        failure = Failure.of(StepFailed("-", 1, "the gateway that ran it has gone"))
        return job.model_copy(update={"status": "failed", "failures": (failure,)})

    def _forget_task(self, job_id: str) -> None:
        self._tasks.pop(job_id)
        self._count_in_hand()

    def _count_in_hand(self) -> None:
        self._meter.record([Sample(JOBS_IN_HAND, value=len(self._tasks))])

    async def _run(self, job: Job, workflow: Workflow) -> None:
        job = await self._save(job.model_copy(update={"status": "running", "started_at": _now()}))
        try:
            async with asyncio.timeout(self._settings.deadline_s):
                outcome = await self._make(job, workflow)
        except TimeoutError:
            outcome = {"failures": (Failure.of(DeadlineExceeded("The request", self._settings.deadline_s)),)}
        except VitrineError as error:
            outcome = {"failures": (Failure.of(error),)}
        except Exception:
            log.exception("job %s", job.id)
            outcome = {"failures": (Failure.of(VitrineError("see the gateway's log")),)}
        status = _status(outcome)
        finished = _now()
        spent_s = (finished - job.created_at).total_seconds()
        done = {"status": status, "finished_at": finished, "timings_ms": {"total": round(1000 * spent_s, 1)}}
        errors = [(failure.code, failure.format) for failure in outcome.get("failures", ())]
        self._meter.record(measure_job(workflow.name, status, spent_s, outcome.get("creatives", ()), errors))
        try:
            await self._save(self._jobs[job.id].model_copy(update=outcome | done))
        except VitrineError:
            log.exception("job %s is finished but could not be recorded", job.id)
            self._jobs[job.id] = self._jobs[job.id].model_copy(update=outcome | done)
            return
        self._jobs.pop(job.id)
        await self._erase_again(job.brief)

    async def _erase_again(self, brief: Brief) -> None:
        """A photo that was deleted while another gateway worked on it: what came after the deletion goes too."""
        for photo in private_photos(brief):
            if not await asyncio.to_thread(self._store.exists, photo):
                await self.erase(photo)

    async def _make(self, job: Job, workflow: Workflow) -> dict[str, Any]:
        brief = job.brief
        personal, known = await self._prepare(job, workflow)
        products = {
            one.brief.product.image: await asyncio.to_thread(find_asset, self._store, one.brief.product.image)
            for one in personal
        }
        kit = await asyncio.to_thread(store_brand, find_brand(brief.brand), self._store)
        formats = find_formats(brief.formats)
        for photo in private_photos(brief):
            await asyncio.to_thread(note_use, self._store, photo, job.id)
        photos = {
            name: await asyncio.to_thread(find_asset, self._store, photo, f"{name}.image")
            for name, photo in photo_ids(brief).items()
        }
        personal, seen = await self._with_rooms(personal, photos, workflow)
        results = ResultCache(None) if private_photos(brief) else self._results
        inputs = [
            variant_inputs(
                one.brief,
                one.variant,
                products[one.brief.product.image],
                shown,
                kit.changed(one.brief.style),
                formats,
                one.decision,
                before,
            )
            for one, shown, before in zip(personal, seen, angles(personal), strict=True)
        ]
        services = ChosenServices(self._services, brief.generation)
        wanted = [{name: given[name] for name in workflow.inputs} for given in inputs]
        made = await make_variants(workflow, wanted, services, results, lambda step: self._advance(job.id, step), known)
        self._meter.record(measure_steps(made))
        failures = find_failures([variant.audience.id for variant in brief.variants], made, workflow)
        creatives = await store_creatives(self._store, self._signer, job.id, brief, workflow, made, personal)
        return {"creatives": creatives, "failures": failures, "approval": _approval(brief)}

    async def _with_rooms(
        self, personal: list[Personal], photos: dict[str, ImageRef], workflow: Workflow
    ) -> tuple[list[Personal], list[dict[str, ImageRef]]]:
        """Every variant and its photos: a workflow that wants a room gets a stock room where the brief has none."""
        if "room" not in workflow.inputs or "room" in photos:
            return personal, [photos] * len(personal)
        rooms = [await asyncio.to_thread(furnish, one, self._store) for one in personal]
        return [one for one, _ in rooms], [photos | {"room": room} for _, room in rooms]

    async def _prepare(self, job: Job, workflow: Workflow) -> tuple[list[Personal], list[dict[str, StepResult]]]:
        """Every variant personalised, and what is known of it: a revision takes over all that it does not touch."""
        if not job.revises:
            return await self._personalise(job), []
        await asyncio.to_thread(restore_pictures, self._store, job.revises)
        earlier = await asyncio.to_thread(read_earlier, self._store, job.revises)
        pairs = zip(job.brief.variants, earlier, strict=True)
        personal = [apply_decision(job.brief, variant, one.decision) for variant, one in pairs]
        return personal, await asyncio.to_thread(keep_results, self._store, workflow, earlier, job.brief)

    async def _personalise(self, job: Job) -> list[Personal]:
        """Every variant after its policy. The time is the job's own, so that trying again decides the same."""
        brief = job.brief
        policy = find_policy(brief.policy or "", brief.brand)
        paused = await asyncio.to_thread(read_pauses, self._store, policy.id)
        return [personalise(brief, variant, job.created_at, set(paused)) for variant in brief.variants]

    async def explanation(self, job_id: str) -> dict[str, Any]:
        """Why a job's creatives are as they are. Raises NotFound, and Conflict while the job still runs."""
        if not (await self.get(job_id)).is_finished:
            raise Conflict("Explanation", "the creatives are still being made; ask again when they are finished")
        data = await asyncio.to_thread(self._store.get, f"creatives/{job_id}/explanation.json")
        explained: dict[str, Any] = json.loads(data)
        return explained

    def _advance(self, job_id: str, step: str) -> None:
        job = self._jobs[job_id]
        progress = job.progress.model_copy(update={"done": job.progress.done + 1, "step": step})
        self._jobs[job_id] = job.model_copy(update={"progress": progress})

    async def _save(self, job: Job) -> Job:
        self._jobs[job.id] = job
        kept = job.model_copy(update={"brief": job.brief.without_profile()})
        data = kept.model_dump_json(by_alias=True).encode()
        await asyncio.to_thread(self._store.put, f"creatives/{job.id}/job.json", data, "application/json")
        return job


def _approval(brief: Brief) -> Approval:
    is_needed = "required" in (brief.approval, find_brand(brief.brand).approval)
    return Approval(state="pending_approval" if is_needed else "not_needed")


def _status(outcome: dict[str, Any]) -> Literal["succeeded", "partial", "failed"]:
    """A variant that is missing fails the job, so that it can be sent again; a missing format only marks it."""
    failures = outcome.get("failures", ())
    if not failures:
        return "succeeded"
    only_formats = all(isinstance(failure, Failure) and failure.format for failure in failures)
    return "partial" if only_formats and outcome.get("creatives") else "failed"


def _job_id(idempotency_key: str) -> str:
    return (
        f"cr_{hashlib.sha256(idempotency_key.encode()).hexdigest()[:24] if idempotency_key else secrets.token_hex(12)}"
    )


def _now() -> datetime:
    return datetime.now(UTC)
