"""Serve applications without models, so that the stack itself can be tested in seconds."""

import os

from fastapi import FastAPI
from ray import serve

from services.settings import load_settings
from services.storage import S3Store

api = FastAPI()


@serve.ingress(api)
class Door:
    """A gateway that can reach the stack's store with the settings in its environment."""

    @api.get("/readyz")
    def ready(self) -> dict[str, int]:
        return {"pid": os.getpid()}

    @api.get("/stored")
    def stored(self) -> str:
        store = S3Store(load_settings())
        store.put("uploads/from-replica.txt", b"written by a replica", "text/plain")
        return store.presign("uploads/from-replica.txt", 60)


class Broken:
    """A service whose checkpoint is missing."""

    def __init__(self) -> None:
        raise FileNotFoundError("no weights here")


def door_app(args: dict[str, str]) -> serve.Application:
    return serve.deployment(Door, ray_actor_options={"num_cpus": 0.1}).bind()


def broken_app(args: dict[str, str]) -> serve.Application:
    return serve.deployment(Broken, ray_actor_options={"num_cpus": 0.1}).bind()
