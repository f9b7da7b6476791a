"""``vitrine checkpoints``: what is declared, what is here, and bringing the rest before a closed cluster needs it."""

import json as json_text
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from services.catalog import services
from services.checkpoint import Checkpoint
from services.errors import CheckpointUnusable, InvalidConfiguration, UnknownName, VitrineError
from services.hub_client import lock_entries, pull
from services.settings import Settings, load_settings
from services.weight_places import open_place
from services.weights import apply_lock, check_licence, check_locked, check_usable, find_files, read_lock
from workflows.cli import screen

app = typer.Typer(no_args_is_help=True, help="The checkpoints of all services: list, show, check, pull, lock.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="name, or service/name; none: all.")]
HEADER = "# Written by `vitrine checkpoints lock`. Hub id -> the deployed commit, and the sha256 of its weights.\n"


def find(names: list[str] | None, settings: Settings) -> list[tuple[str, Checkpoint]]:
    """(service, locked checkpoint) of every name, or of all. Raises UnknownName."""
    lock = read_lock(settings)
    known = [(name, apply_lock(one, lock)) for name, service in services().items() for one in service.checkpoints]
    if not names:
        return known
    found = [entry for entry in known if {entry[1].name, f"{entry[0]}/{entry[1].name}"} & set(names)]
    for name in names:
        if not any(name in (one.name, f"{service}/{one.name}") for service, one in found):
            raise UnknownName("checkpoint", name, ", ".join(f"{service}/{one.name}" for service, one in known))
    return found


def hub_only(names: list[str] | None, settings: Settings) -> list[tuple[str, Checkpoint]]:
    """The same without those whose files are part of the repository."""
    return [(service, one) for service, one in find(names, settings) if not one.is_folder]


def may_be_used(checkpoint: Checkpoint, settings: Settings) -> str:
    """yes, or the reason why a replica would refuse it."""
    try:
        check_usable(checkpoint, settings)
    except VitrineError as error:
        return str(error)
    return "yes"


@app.command("list")
def list_all(json: Json = False) -> None:
    """List every checkpoint: what it is, under which licence, what it needs, and whether a replica would take it."""
    with screen.errors_as_sentences():
        settings = load_settings()
        facts = [_row(service, one, settings) for service, one in find(None, settings)]
        if json:
            return screen.print_json(facts)
        headings = ("service", "checkpoint", "source", "revision", "licence", ">GPUs", ">GiB", "usable")
        table = screen.table(*headings)
        for row in facts:
            table.add_row(*(str(row[name.lstrip(">")]) for name in headings))
        screen.out.print(table)


def _row(service: str, one: Checkpoint, settings: Settings) -> dict[str, Any]:
    return {
        "service": service,
        "checkpoint": one.name,
        "source": one.source,
        "revision": one.revision[:12],
        "licence": f"{one.licence} ({one.use})",
        "GPUs": f"{one.num_gpus:g}",
        "GiB": f"{one.memory_gib:g}",
        "usable": "yes" if may_be_used(one, settings) == "yes" else "no",
    }


@app.command()
def show(name: str) -> None:
    """Print everything about one checkpoint as YAML."""
    with screen.errors_as_sentences():
        settings = load_settings()
        for service, one in find([name], settings):
            facts = {"service": service, **one.model_dump(mode="json"), "usable": may_be_used(one, settings)}
            screen.out.print(yaml.safe_dump(facts, sort_keys=False, width=110), markup=False)


@app.command()
def check(names: Names = None, json: Json = False) -> None:
    """Check licence, lock, files, hashes and configuration files. Exit code 1 if a checkpoint could not be loaded."""
    with screen.errors_as_sentences():
        settings = load_settings()
        results = {f"{service}/{one.name}": problem_of(one, settings) for service, one in find(names, settings)}
    if json:
        screen.print_json([{"checkpoint": name, "problem": problem} for name, problem in results.items()])
    else:
        table = screen.table("", "checkpoint", "found")
        for name, problem in results.items():
            table.add_row("[red]NO[/red]" if problem else "ok", name, problem or "licence, lock, files, hashes, config")
        screen.out.print(table)
    raise typer.Exit(screen.FAILED if any(results.values()) else 0)


def problem_of(checkpoint: Checkpoint, settings: Settings) -> str:
    """Why a replica could not load it; empty when nothing is wrong. Without a place the hub's cache is looked at."""
    try:
        check_licence(checkpoint, settings)
        check_locked(checkpoint)
        for folder in folders_of(find_files(checkpoint, settings)):
            for config in (folder / "model_index.json", folder / "config.json"):
                if config.is_file():
                    json_text.loads(config.read_text())
    except VitrineError as error:
        return str(error)
    except ValueError as error:
        return f"a configuration file of {checkpoint.name} is not JSON ({error})"
    return ""


def folders_of(checkpoint: Checkpoint) -> Iterator[Path]:
    """The folders of its weights on this host. Raises CheckpointUnusable for one that is nowhere."""
    for weights in checkpoint.all_weights().values():
        folder = Path(weights.location) if weights.is_folder else hub_cache_folder(weights.source, weights.revision)
        if folder is None or not folder.is_dir():
            problem = f"{weights.source} is neither in the hub's cache nor pulled"
            advice = f"Set VITRINE_CHECKPOINTS and run: vitrine checkpoints pull {checkpoint.name}"
            raise CheckpointUnusable(checkpoint.name, problem, advice)
        yield folder


def hub_cache_folder(source: str, revision: str) -> Path | None:
    """The hub cache's snapshot folder of a commit, if it is there."""
    from huggingface_hub.constants import HF_HUB_CACHE

    folder = Path(HF_HUB_CACHE) / f"models--{source.replace('/', '--')}" / "snapshots" / revision
    return folder if folder.is_dir() else None


@app.command("pull")
def pull_all(names: Names = None) -> None:
    """Bring weights from the hub into VITRINE_CHECKPOINTS (a folder or s3://bucket/prefix), verified and complete."""
    with screen.errors_as_sentences():
        settings = load_settings()
        place = open_place(settings)
        if place is None:
            where = "set it to the folder or s3://bucket/prefix that the cluster loads from"
            raise InvalidConfiguration("VITRINE_CHECKPOINTS", "", where)
        for _, checkpoint in hub_only(names, settings):
            check_usable(checkpoint, settings)
            for weights in checkpoint.all_weights().values():
                size = pull(weights, place, checkpoint.name)
                screen.out.print(f"{weights.source}@{weights.revision[:12]}: {size / 1e9:.2f} GB in place")


@app.command()
def lock(names: Names = None) -> None:
    """Ask the hub which commit each revision is and which weights it holds, and write both to the lock file."""
    with screen.errors_as_sentences():
        settings = load_settings()
        path = settings.checkpoints_lock.expanduser()
        entries = read_lock(settings)
        for _, checkpoint in hub_only(names, settings):
            entries |= lock_entries(checkpoint)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEADER + yaml.safe_dump(entries, sort_keys=True), encoding="utf-8")
        screen.out.print(f"{len(entries)} locked in {path}", soft_wrap=True)
