"""From the hub to a loaded checkpoint: lock, pull, verify, choose per request, and every way in which that can fail."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from PIL import Image
from tiny_hub import COMMIT, serve_hub
from typer.testing import CliRunner

from services import replica
from services.checkpoint import Checkpoint, Weights
from services.contract import GenerateRequest, Output, Service
from services.errors import CheckpointUnusable, UnknownName
from services.hub_client import lock_entries
from services.hub_client import pull as pull_weights
from services.replica import Replica
from services.settings import Settings
from services.storage import MemoryStore
from services.weight_places import open_place
from services.weights import apply_lock, find_files, is_wanted, prepare
from workflows.cli.main import app

SOURCE = "owner/tiny"
FILES = {
    "model_index.json": b"{}",
    "unet/config.json": b"{}",
    "unet/diffusion_pytorch_model.safetensors": b"full",
    "unet/diffusion_pytorch_model.fp16.safetensors": b"half",
    "tiny-single-file.safetensors": b"all in one",
    "unet/diffusion_pytorch_model.bin": b"pickle",
    "README.md": b"card",
}


class NoteEngine:
    """Says which checkpoint it is."""

    loaded: list[str] = []

    def load(self, checkpoint: Checkpoint) -> None:
        if checkpoint.name == "greedy":
            raise OutOfMemoryError("CUDA out of memory")
        if checkpoint.name == "broken":
            raise OSError("no file named config.json")
        self.name = checkpoint.name
        NoteEngine.loaded.append(checkpoint.name)

    def generate(self, request: GenerateRequest, images: Mapping[str, Image.Image]) -> Output:
        return Output(text={"from": self.name})


class OutOfMemoryError(RuntimeError):
    """As torch calls its own."""


def checkpoint(name: str, **fields) -> Checkpoint:
    given = {"source": "assets/x", "revision": "1", "licence": "MIT", "engine": f"{__name__}:NoteEngine"} | fields
    return Checkpoint(name=name, **given)


NOTES = Service(
    name="notes",
    summary="Notes",
    request=GenerateRequest,
    checkpoints=tuple(checkpoint(name) for name in ("one", "two", "greedy", "broken")),
)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    folder = tmp_path / "hub"
    for path, data in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    with serve_hub(SOURCE, folder) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        yield folder


@pytest.fixture
def settings(tmp_path):
    return Settings(checkpoints=str(tmp_path / "place"), checkpoints_lock=tmp_path / "lock.yaml")


MOVING = checkpoint("far", source=SOURCE, revision="main", variant="fp16")


def test_from_a_moving_revision_to_verified_files(hub, settings):
    """lock asks the hub for commit and hashes, pull brings what loads, prepare gives the engine a checked folder."""
    entries = lock_entries(MOVING)
    half = "unet/diffusion_pytorch_model.fp16.safetensors"
    assert entries[SOURCE]["revision"] == COMMIT
    assert list(entries[SOURCE]["files"]) == [half]
    settings.checkpoints_lock.write_text(yaml.safe_dump(entries))
    locked = apply_lock(MOVING, entries)
    assert pull_weights(locked, open_place(settings), "far") == len(b"{}" + b"{}" + b"half")
    ready = prepare(MOVING, settings)
    assert ready.is_folder
    found = {str(path.relative_to(ready.source)) for path in Path(ready.source).rglob("*") if path.is_file()}
    assert found == {"index.json", "model_index.json", "unet/config.json", half}


@pytest.mark.parametrize("harm", ["missing", "changed", "never pulled"])
def test_a_missing_or_wrong_file_is_named(hub, settings, harm):
    """What is not there, or is not the locked file, is refused with its name and what to run."""
    locked = apply_lock(MOVING, lock_entries(MOVING))
    if harm != "never pulled":
        pull_weights(locked, open_place(settings), "far")
        file = Path(settings.checkpoints) / "owner--tiny" / COMMIT / "unet/config.json"
        file.unlink() if harm == "missing" else file.write_text('{"other": 1}')
    with pytest.raises(CheckpointUnusable, match=r"vitrine checkpoints pull far"):
        find_files(locked, settings)


def test_a_hub_that_gives_other_weights_than_locked_is_not_believed(hub, settings):
    """A weight file that differs from the lock never reaches the place."""
    locked = apply_lock(MOVING, lock_entries(MOVING))
    (hub / "unet/diffusion_pytorch_model.fp16.safetensors").write_bytes(b"evil")
    with pytest.raises(CheckpointUnusable, match="not the locked file"):
        pull_weights(locked, open_place(settings), "far")
    assert not (Path(settings.checkpoints) / "owner--tiny").exists()


def test_without_a_hub_the_sentence_says_so(monkeypatch):
    """Nothing listens there: the checkpoint, the revision and what to look at are named."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(CheckpointUnusable, match=r"owner/tiny at 'main' cannot be had.*HF_ENDPOINT"):
        lock_entries(MOVING)


@pytest.mark.parametrize(
    ("path", "variant", "wanted"),
    [
        ("unet/diffusion_pytorch_model.safetensors", "", True),
        ("unet/diffusion_pytorch_model.safetensors", "fp16", False),
        ("unet/diffusion_pytorch_model.fp16.safetensors", "fp16", True),
        ("unet/diffusion_pytorch_model.fp16.safetensors", "", False),
        ("text_encoder/model-00001-of-00002.safetensors", "", True),
        ("model.safetensors", "", True),
        ("tokenizer/vocab.json", "fp16", True),
        ("unet/diffusion_pytorch_model.bin", "", False),
    ],
)
def test_only_files_that_load_are_wanted(path, variant, wanted):
    """Safetensors of the chosen variant and the configuration; pickles never."""
    assert is_wanted(Weights(source=SOURCE, revision="main", licence="MIT", variant=variant), path) == wanted


def shell_of(monkeypatch, *names, room=1, first="one") -> Replica:
    NoteEngine.loaded.clear()
    monkeypatch.setattr(replica, "find_service", lambda name: NOTES)
    return Replica("notes", first, names, room, store=MemoryStore())


async def test_a_request_names_its_checkpoint(monkeypatch):
    """The first is loaded at start, another when it is asked for; with room for one the first is then loaded again."""
    shell = shell_of(monkeypatch, "two")
    assert NoteEngine.loaded == ["one"]
    answers = [await shell.generate(GenerateRequest(checkpoint=name)) for name in ("two", "", "one")]
    assert [made.text["from"] for made in answers] == ["two", "one", "one"]
    assert answers[0].checkpoint == "two@1"
    assert NoteEngine.loaded == ["one", "two", "one"]
    with pytest.raises(UnknownName, match=r"'three'.*one, two"):
        await shell.generate(GenerateRequest(checkpoint="three"))


async def test_with_room_for_two_both_stay(monkeypatch):
    """Nothing is loaded twice, and the replica reports what it holds."""
    shell = shell_of(monkeypatch, "two", room=2)
    assert [fact["loaded"] for fact in shell.holds()] == [True, False]
    for name in ("two", "one", "two"):
        await shell.generate(GenerateRequest(checkpoint=name))
    assert NoteEngine.loaded == ["one", "two"]
    assert [fact["loaded"] for fact in shell.holds()] == [True, True]


@pytest.mark.parametrize(("name", "reason"), [("greedy", "memory ran out"), ("broken", "no file named config.json")])
def test_a_checkpoint_that_does_not_load_keeps_the_replica_from_starting(monkeypatch, name, reason):
    """The reason and the next action are in the error that Serve shows for the deployment."""
    with pytest.raises(CheckpointUnusable, match=f"{name} cannot be used: .*{reason}"):
        shell_of(monkeypatch, first=name)


def test_loras_of_the_operators_folder_are_found_and_count_in_the_revision(monkeypatch, tmp_path):
    """A LoRA is a file in a folder; another file under the same name is another revision."""
    taking = replace(NOTES, checkpoints=(checkpoint("one", takes=("lora",)),))
    revisions = []
    for data in (b"a", b"b"):
        file = tmp_path / data.decode() / "one" / "tarnefold.safetensors"
        file.parent.mkdir(parents=True)
        file.write_bytes(data)
        monkeypatch.setattr(replica, "find_service", lambda name: taking)
        monkeypatch.setattr(replica, "load_settings", lambda file=file: Settings(loras=str(file.parents[1])))
        shell = Replica("notes", "one", store=MemoryStore())
        assert shell.holds()[0]["loras"] == 1
        revisions.append(shell.revision())
    assert revisions[0] != revisions[1]


def test_the_command_lists_shows_and_checks():
    """Every checkpoint is listed with its licence; what ads may not use says no; the embedded ones check well."""
    run = CliRunner().invoke
    listed = {row["checkpoint"]: row for row in json.loads(run(app, ["checkpoints", "list", "--json"]).stdout)}
    assert listed["scene"]["usable"] == "yes"
    assert listed["sdxl-turbo"]["usable"] == "no"
    assert "VITRINE_ALLOW_NON_COMMERCIAL" in run(app, ["checkpoints", "show", "sdxl-turbo"]).stdout
    assert run(app, ["checkpoints", "check", "product/scene"]).exit_code == 0
    checked = run(app, ["checkpoints", "check", "flux2-klein", "--json"])
    assert checked.exit_code == 1
    assert "FLUX.2-klein-4B" in json.loads(checked.stdout)[0]["problem"]


def test_the_command_says_what_pull_needs():
    """Without a place there is nowhere to pull to; an unknown name lists the known ones."""
    run = CliRunner().invoke
    assert "VITRINE_CHECKPOINTS" in run(app, ["checkpoints", "pull", "sdxl"]).output
    assert "product/scene" in run(app, ["checkpoints", "show", "nothing"]).output
