"""Talks to Serve's declarative REST interface: hand over the YAML, then watch the applications start."""

import time
from pathlib import Path
from typing import Any

import httpx
import yaml

from services.errors import InvalidConfiguration, VitrineError


class DeploymentFailed(VitrineError):
    """(application, last line of Serve's message, log file): a service that does not start."""

    code = "deployment_failed"
    sentence = "Service {0} did not start: {1}. Everything Serve said about it is in {2}."


class Deployer:
    """Serve's REST interface of one stack."""

    def __init__(self, dashboard_port: int, token: str) -> None:
        self._http = httpx.Client(
            base_url=f"http://127.0.0.1:{dashboard_port}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
            trust_env=False,
        )

    def deploy(self, config: dict[str, Any]) -> None:
        """Apply a Serve config; safe to repeat. Raises InvalidConfiguration when Serve refuses it."""
        response = self._patiently("PUT", json=config)
        if response.is_error:
            raise InvalidConfiguration("serve config", config.get("http_options"), last_line(response.text))

    def statuses(self) -> dict[str, tuple[str, str]]:
        """Application name -> (status, everything Serve says about it and its deployments)."""
        response = self._patiently("GET")
        response.raise_for_status()
        applications = response.json().get("applications", {})
        return {name: (facts["status"], _messages(facts)) for name, facts in applications.items()}

    def _patiently(self, method: str, **options: Any) -> httpx.Response:
        """A machine that is busy starting the stack may answer late."""
        for _ in range(3):
            try:
                return self._http.request(method, "/api/serve/applications/", **options)
            except httpx.TransportError:
                time.sleep(1)
        return self._http.request(method, "/api/serve/applications/", **options)

    def close(self) -> None:
        self._http.close()


def read_config(path: Path, http_port: int) -> dict[str, Any]:
    """The deploy file as it is, but listening on this stack's port and on loopback only."""
    try:
        config = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise InvalidConfiguration("serve config", str(path), str(error)) from None
    if not isinstance(config, dict) or not config.get("applications"):
        raise InvalidConfiguration("serve config", str(path), "it lists no applications")
    options = {**config.get("http_options", {}), "host": "127.0.0.1", "port": http_port}
    return {**config, "http_options": options}


def check_statuses(statuses: dict[str, tuple[str, str]], log: Path) -> None:
    """Raise DeploymentFailed, with Serve's full message saved in ``log``, if an application gave up."""
    for name, (status, message) in statuses.items():
        if status == "DEPLOY_FAILED":
            log.write_text(f"{name}: {status}\n{message}\n")
            raise DeploymentFailed(name, last_line(message) or status, log)


def _messages(application: dict[str, Any]) -> str:
    """The deployments' messages come last: they hold the reason."""
    deployments = application.get("deployments", {}).values()
    return "\n".join(filter(None, [application.get("message"), *(facts.get("message") for facts in deployments)]))


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else ""
