"""The Serve configurations are valid, and name services, checkpoints and fields that exist."""

import runpy

import pytest
import ray
import yaml
from ray.serve.schema import ServeDeploySchema

from services.catalog import find_service, services
from services.settings import ROOT, Settings
from services.weights import check_usable
from workflows.app import ServiceArgs

KUBERAY = ROOT / "deploy/kuberay"
CONFIGS = sorted((ROOT / "deploy").glob("serve*.yaml"))


@pytest.fixture(params=CONFIGS, ids=lambda path: path.name)
def config(request):
    return yaml.safe_load(request.param.read_text())


def service_applications(config: dict) -> list[dict]:
    return [entry for entry in config["applications"] if entry["import_path"] == "workflows.app:service_app"]


def test_serve_accepts_it(config):
    """Ray's own schema takes the file as it is."""
    ServeDeploySchema.model_validate(config)


def test_every_service_has_its_application(config):
    """One application per service, called like it, reachable through handles only; one gateway takes HTTP."""
    assert {entry["name"] for entry in service_applications(config)} == set(services())
    assert [entry["name"] for entry in config["applications"] if entry["route_prefix"]] == ["gateway"]
    for entry in service_applications(config):
        args = ServiceArgs.model_validate(entry["args"])
        find_service(args.service).checkpoint(args.checkpoint)
        assert args.loaded_at_once <= 1 + len(args.also)
        assert args.service == entry["name"] == entry["deployments"][0]["name"]


def test_user_configs_name_request_fields(config):
    """A default in a user_config is a field of the service's request, with a value that it takes."""
    for entry in service_applications(config):
        request = find_service(entry["args"]["service"]).request
        for name, value in entry["deployments"][0].get("user_config", {}).get("defaults", {}).items():
            request.__pydantic_validator__.validate_assignment(request.model_construct(), name, value)


def test_the_embedded_stack_listens_on_loopback_only():
    """On a laptop nothing is offered to the network."""
    config = yaml.safe_load((ROOT / "deploy" / "serve.yaml").read_text())
    assert config["http_options"]["host"] == "127.0.0.1"


def test_replicas_get_the_devices_and_memory_that_their_checkpoints_need(config):
    """GPUs for what wants them, and nothing that ads may not use or whose revision could move."""
    for entry in service_applications(config):
        args = ServiceArgs.model_validate(entry["args"])
        service, options = find_service(args.service), entry["deployments"][0]["ray_actor_options"]
        for checkpoint in (service.checkpoint(name) for name in (args.checkpoint, *args.also)):
            assert options.get("num_gpus", 0) >= checkpoint.num_gpus
            check_usable(checkpoint, Settings())


def test_the_rayservice_is_built_from_its_parts():
    """What is committed is what build.py makes; Serve takes the configuration inside; weights come from the volume."""
    built = runpy.run_path(str(KUBERAY / "build.py"))["build"]()
    assert (KUBERAY / "rayservice.yaml").read_text() == built
    spec = yaml.safe_load(built)["spec"]
    config = yaml.safe_load(spec["serveConfigV2"])
    ServeDeploySchema.model_validate(config)
    groups = {group["groupName"]: group for group in spec["rayClusterConfig"]["workerGroupSpecs"]}
    grace_s = groups["gpu"]["template"]["spec"]["terminationGracePeriodSeconds"]
    slowest_s = max(entry["deployments"][0].get("graceful_shutdown_timeout_s", 20) for entry in config["applications"])
    assert grace_s > slowest_s
    container = groups["gpu"]["template"]["spec"]["containers"][0]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert {"name": "checkpoints", "mountPath": "/checkpoints", "readOnly": True} in container["volumeMounts"]
    assert "VITRINE_CHECKPOINTS=/checkpoints" in (ROOT / "deploy/Dockerfile").read_text()


def test_one_ray_everywhere():
    """Package, image and cluster name the same Ray; head and workers of different versions do not talk."""
    wanted = ray.__version__
    assert f'rayVersion: "{wanted}"' in (KUBERAY / "cluster.yaml").read_text()
    assert f"rayproject/ray:{wanted}-py311" in (ROOT / "deploy/Dockerfile").read_text()
