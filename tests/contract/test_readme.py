"""The README is true: its links, its tree, its commands and its names exist."""

import re
import subprocess

import pytest

from services.settings import ROOT
from workflows.cli.main import app

README = (ROOT / "README.md").read_text()
DOCUMENTS = [
    ROOT / name for name in ("README.md", "AGENTS.md", "assets/README.md", "deploy/README.md", "loadtests/README.md")
]


@pytest.mark.parametrize(
    "path", [path for path in DOCUMENTS if path.exists()], ids=lambda path: str(path.relative_to(ROOT))
)
def test_links_lead_somewhere(path):
    """Every relative link of our documents is a file or a folder."""
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


def tree_paths() -> list[str]:
    tree = README.split("## Layout")[1].split("```")[1]
    folder, paths = "", []
    for line in tree.strip().splitlines():
        names = re.split(r"\s{2,}", line.strip())[0].split(" ")
        if line.startswith(" "):
            paths += [folder + name for name in names if re.match(r"^[a-z_]+(\.py|/)$", name)]
        else:
            folder = names[0]
            paths.append(folder)
    return paths


def test_the_tree_is_the_tree():
    """What the README's tree shows exists, and every module of both layers is in it."""
    shown = tree_paths()
    assert [path for path in shown if not (ROOT / path).exists()] == []
    modules = [
        f"{layer}/{path.name}" for layer in ("services", "workflows") for path in (ROOT / layer).glob("[a-z]*.py")
    ]
    assert set(modules) <= set(shown)


def test_every_command_exists():
    """Each ``make`` target and each ``vitrine`` command that the README names can be called."""
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"\bmake (\w+)\b(?=[ `\n])", README)) & {
        "demo",
        "test",
        "up",
        "down",
        "bench",
        "lint",
    }:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    groups = {group.name for group in app.registered_groups}
    named = set(re.findall(r"(?<![/\w])(?:\.venv/bin/)?vitrine (\w+)", README))
    assert named
    assert named <= commands | groups


def test_every_function_of_the_walk_is_where_the_readme_says():
    """The walk of one request names functions that stand in the files it links."""
    walk = README.split("## One request, end to end")[1].split("```mermaid")[0]
    for step in re.findall(r"^\d+\. (.+)$", walk, re.MULTILINE):
        links = re.findall(r"\]\(([^)]+\.py)\)", step)
        for name in re.findall(r"`(?:\w+\.)?(\w+)`", step):
            assert not links or any(f"def {name}" in (ROOT / link).read_text() for link in links), (name, links)


def test_nothing_names_a_place_outside():
    """No tracked text names a path of somebody's machine."""
    found = subprocess.run(
        ["git", "grep", "-nIE", r"(^|[^A-Za-z0-9_])/(work|root|home)/[a-z]", "--", ":!tests/contract/test_readme.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout == ""
