"""The only place where everything meets: builders of the Serve applications named in deploy/*.yaml."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from ray import serve
from ray.serve import Application

import workflows.nodes  # noqa: F401  registers the nodes
from services.catalog import find_service
from services.replica import Replica
from services.settings import ROOT, load_settings
from services.storage import S3Store
from workflows.graph import load_workflows
from workflows.handles import ServeServices
from workflows.ingress.routes import Gateway, build_ingress
from workflows.inputs import TYPES
from workflows.jobs import JobDesk
from workflows.ray_meter import RayMeter
from workflows.signing import load_signer


class ServiceArgs(BaseModel):
    """Arguments of one service application: which service, and which of its checkpoints.

    also: further checkpoints that a request may name; they are loaded when one does. loaded_at_once: how many fit on
    the device together; the least recently used one is dropped for another.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    checkpoint: str = ""
    also: tuple[str, ...] = ()
    loaded_at_once: int = Field(1, ge=1, le=16)


def service_app(args: ServiceArgs) -> Application:
    """One service as an application of its own; its deployment is called like the service."""
    service = find_service(args.service)
    names = [service.checkpoint(name).name for name in (args.checkpoint, *args.also)]
    deployment = serve.deployment(Replica, name=service.name)
    return deployment.bind(service.name, names[0], names[1:], args.loaded_at_once)


def gateway_app(args: dict[str, Any]) -> Application:
    """The HTTP ingress with the workflow runner behind it."""

    class Ingress:
        """The deployment around the FastAPI application."""

    return serve.deployment(serve.ingress(build_gateway)(Ingress), name="gateway").bind()


def build_gateway() -> FastAPI:
    """Build the gateway inside its replica: settings, store, handles, workflows."""
    settings = load_settings()
    store = S3Store(settings)
    store.prepare(settings.temporary_days)
    services = ServeServices()
    workflows = load_workflows(ROOT / "workflows" / "ads", TYPES)
    signer = load_signer(settings)
    desk = JobDesk(settings, store, services, workflows, signer, RayMeter())
    return build_ingress(Gateway(settings, store, services, workflows, desk, signer))
