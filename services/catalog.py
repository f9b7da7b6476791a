"""Finds the services: every folder beside this file that has a service.py."""

from functools import cache
from importlib import import_module
from pathlib import Path

from services.contract import Service
from services.errors import UnknownName


@cache
def services() -> dict[str, Service]:
    """All services by name, in alphabetical order."""
    folders = sorted(path.parent.name for path in Path(__file__).parent.glob("*/service.py"))
    return {name: import_module(f"services.{name}.service").SERVICE for name in folders}


def find_service(name: str) -> Service:
    """The service called ``name``; raises UnknownName with the known ones."""
    if name not in services():
        raise UnknownName("service", name, ", ".join(services()))
    return services()[name]
