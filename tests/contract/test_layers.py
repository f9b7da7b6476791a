"""The architecture as a test: who may import whom, and how long a file may be."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for top in ("services", "workflows") for path in (ROOT / top).rglob("*.py"))
HEAVY = {"torch", "diffusers", "transformers", "torchvision", "controlnet_aux"}
RAY_FILES = {"workflows/app.py", "workflows/handles.py", "workflows/ray_meter.py"}
FORBIDDEN_NAMES = {"utils", "util", "common", "core", "helpers", "helper", "manager", "misc"}
MAX_LINES = 400


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for found in ast.walk(ast.parse(path.read_text())):
        if isinstance(found, ast.Import):
            names |= {alias.name for alias in found.names}
        if isinstance(found, ast.ImportFrom) and found.module:
            names.add(found.module)
    return names


def top(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path):
    """Services know no workflows; torch stays in engines, ray in few files, FastAPI in the ingress."""
    name = str(path.relative_to(ROOT))
    found = top(imports(path))
    if name.startswith("services/"):
        assert "workflows" not in found
    in_engine_folder = name.count("/") == 2 and name.startswith("services/") and path.stem != "service"
    if not in_engine_folder:
        assert not found & HEAVY
    if name not in RAY_FILES:
        assert "ray" not in found
    if not name.startswith("workflows/ingress/") and name != "workflows/app.py":
        assert not found & {"fastapi", "starlette"}
    assert path.stem not in FORBIDDEN_NAMES


def test_no_file_is_too_long():
    """Every tracked Python file can be read in one sitting."""
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    sizes = {name: len((ROOT / name).read_text().splitlines()) for name in listed.split() if (ROOT / name).exists()}
    assert sizes
    assert {name: size for name, size in sizes.items() if size > MAX_LINES} == {}


def test_light_modules_stay_light():
    """Declaring services and building the graph imports neither torch nor ray."""
    code = "import sys, services.catalog as c, workflows.graph, workflows.nodes; c.services(); " + (
        "print([name for name in ('torch', 'ray', 'diffusers') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
