"""How a brief wants its generation done: checkpoint, LoRA, steps … per service, whatever the workflow."""

import hashlib
import json
from collections.abc import Mapping

from pydantic import ValidationError

from services.catalog import find_service
from services.contract import GenerateRequest, Generation
from services.errors import InvalidInput
from workflows.graph import Services, ServiceState

Choices = Mapping[str, Mapping[str, str | int | float]]


def check_choices(choices: Choices) -> None:
    """Raise UnknownName or InvalidInput for a service, checkpoint, field or value that there is not."""
    for name, fields in choices.items():
        service = find_service(name)
        service.checkpoint(str(fields.get("checkpoint", "")))
        for field, value in fields.items():
            where = f"generation.{name}.{field}"
            if field not in ("checkpoint", *service.tunable):
                open_ones = ", ".join(("checkpoint", *service.tunable))
                raise InvalidInput(where, f"this cannot be set in a brief; these can: {open_ones}")
            try:
                service.request.__pydantic_validator__.validate_assignment(
                    service.request.model_construct(), field, value
                )
            except ValidationError as error:
                raise InvalidInput(where, error.errors()[0]["msg"]) from None


class ChosenServices:
    """The services with one brief's choices; what it leaves open is as the service has it."""

    def __init__(self, services: Services, choices: Choices) -> None:
        self._services = services
        self._choices = choices

    async def generate(self, service: str, request: GenerateRequest) -> Generation:
        """Ask with the chosen fields in the place of the node's own."""
        return await self._services.generate(service, request.model_copy(update=self._choices.get(service, {})))

    async def revision(self, service: str) -> str:
        """The choice is part of the revision, and so of every result key."""
        revision = await self._services.revision(service)
        if not self._choices.get(service):
            return revision
        chosen = json.dumps(dict(self._choices[service]), sort_keys=True)
        return hashlib.sha256(f"{revision} {chosen}".encode()).hexdigest()

    async def ready(self) -> dict[str, bool]:
        return await self._services.ready()

    async def states(self) -> list[ServiceState]:
        return await self._services.states()
