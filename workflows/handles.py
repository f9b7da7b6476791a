"""How nodes reach services through Ray Serve: lazily, by application name, with errors translated."""

import asyncio
import logging
import re
import time
from collections.abc import Iterable
from typing import Any

from ray import serve
from ray.exceptions import RayActorError, RayTaskError
from ray.serve.exceptions import BackPressureError, RayServeException
from ray.serve.handle import DeploymentHandle
from ray.serve.schema import ApplicationStatus, ApplicationStatusOverview

from services.catalog import services
from services.contract import GenerateRequest, Generation
from services.errors import Overloaded, ServiceUnavailable, VitrineError
from workflows.graph import ServiceState

REVISION_TTL_S = 2.0
log = logging.getLogger("vitrine.handles")


def find_reason(messages: Iterable[str]) -> str:
    """The sentence with which a checkpoint was refused, out of Serve's tracebacks; they themselves stay inside."""
    found = re.findall(r"CheckpointUnusable: (Checkpoint [^\n]*)", "\n".join(messages))
    return found[-1] if found else ""


class ServeServices:
    """The services as Serve applications. Handles survive redeploys; applications may start in any order."""

    def __init__(self) -> None:
        self._handles: dict[str, DeploymentHandle] = {}
        self._revisions: dict[str, tuple[float, str]] = {}

    async def generate(self, service: str, request: GenerateRequest) -> Generation:
        """Raises the service's own VitrineError, Overloaded, or ServiceUnavailable (both retryable)."""
        return await self._call(service, "generate", request)

    async def revision(self, service: str) -> str:
        """The service's revision, at most two seconds old."""
        asked_at, revision = self._revisions.get(service, (-REVISION_TTL_S, ""))
        if time.monotonic() - asked_at < REVISION_TTL_S:
            return revision
        revision = await self._call(service, "revision")
        self._revisions[service] = (time.monotonic(), revision)
        return revision

    async def ready(self) -> dict[str, bool]:
        """Service name -> is its application running, be it with replicas or scaled to zero."""
        running = (await asyncio.to_thread(serve.status)).applications
        return {name: name in running and running[name].status == ApplicationStatus.RUNNING for name in services()}

    async def states(self) -> list[ServiceState]:
        """Each service: is it ready, why not, and what a replica of it holds. Wakes nothing that is scaled to zero."""
        running = (await asyncio.to_thread(serve.status)).applications
        return await asyncio.gather(*(self._state(name, running.get(name)) for name in services()))

    async def _state(self, name: str, application: ApplicationStatusOverview | None) -> ServiceState:
        if application is None:
            return ServiceState(name=name, ready=False, problem="it is not deployed")
        ready = application.status == ApplicationStatus.RUNNING
        states = [deployment.replica_states for deployment in application.deployments.values()]
        messages = [application.message, *(deployment.message for deployment in application.deployments.values())]
        holds: list[Any] = []
        if ready and any(counts.get("RUNNING", 0) for counts in states):
            holds = await self._call(name, "holds")
        return ServiceState(name=name, ready=ready, problem=find_reason(messages), checkpoints=holds)

    async def _call(self, service: str, method: str, *args: Any) -> Any:
        try:
            response = getattr(self._handle(service), method).remote(*args)
        except RayServeException as error:
            raise ServiceUnavailable(service) from error
        try:
            return await response
        except asyncio.CancelledError:
            response.cancel()  # otherwise the replica would go on working for nobody
            raise
        except BackPressureError as error:
            raise Overloaded(f"Service {service}", "too many") from error
        except RayTaskError as error:
            if isinstance(error.cause, VitrineError):
                raise error.cause from None
            log.exception("service %s failed in %s", service, method)
            raise ServiceUnavailable(service) from error
        except (RayActorError, RayServeException) as error:
            raise ServiceUnavailable(service) from error

    def _handle(self, service: str) -> DeploymentHandle:
        if service not in self._handles:
            self._handles[service] = serve.get_app_handle(service)
        return self._handles[service]
