"""Every command of the scene checkpoint's training package runs, from drawing to measuring, at a tiny scale."""

import json
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import yaml
from PIL import Image
from safetensors.torch import load_file
from transformers import CLIPTokenizer

from services.product.prompt import Vocabulary
from services.sentences import load_encoder
from services.settings import ROOT

PACKAGE = ROOT / "assets/models/scene/train"


@pytest.fixture(scope="module")
def commands(tmp_path_factory):
    """The package's modules, one worker in this process, and a work folder with 8 shards of 4 pictures."""
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(PACKAGE))
    import distil
    import encode
    import evaluate
    import free_text
    import judge
    import metrics
    import render
    import sheet
    import train
    import train_autoencoder
    import train_text
    import warm_start

    patch.setattr(render, "SHARD", 4)
    patch.setattr(train, "WORKERS", 1)
    patch.setattr(train_autoencoder, "MEASURED", 1)
    patch.setattr(train, "BATCH", 2)
    patch.setattr(distil, "BATCH", 2)
    patch.setattr(torch.multiprocessing, "spawn", lambda worker, arguments, nprocs: worker(0, *arguments))
    patch.setattr(evaluate, "REPEATED", 1)
    yield SimpleNamespace(
        work=tmp_path_factory.mktemp("scene"), distil=distil, encode=encode, evaluate=evaluate, judge=judge,
        free_text=free_text, metrics=metrics, render=render, train=train, train_autoencoder=train_autoencoder,
        train_text=train_text, sheet=sheet, warm_start=warm_start,
    )  # fmt: skip
    patch.undo()
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def call(monkeypatch, module, *arguments: object) -> None:
    """The module's command with these arguments."""
    monkeypatch.setattr(sys, "argv", [module.__name__, *map(str, arguments)])
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
    module.main()


def test_every_command_of_the_model_card_runs(commands, monkeypatch):
    """Shards, text encoder, autoencoder, latents, teacher, student, judge and evaluation follow one from another."""
    work = commands.work
    call(monkeypatch, commands.render, "shards", "--work", work, "--first", 0, "--last", 2)
    call(monkeypatch, commands.train_text, "--work", work, "--steps", 1)
    call(monkeypatch, commands.train_autoencoder, "--work", work, "--minutes", 0.0001, "--batch", 2)
    call(monkeypatch, commands.encode, "--work", work)
    call(monkeypatch, commands.train, "--work", work, "--minutes", 0.0001)
    call(monkeypatch, commands.distil, "--work", work, "--minutes", 0.0001, "--stages", 4)
    for name in ("vocabulary.yaml", "meanings.npy"):
        shutil.copy(ROOT / "assets/models/scene" / name, work / "student")
    call(monkeypatch, commands.judge, "--work", work, "--steps", 1, "--out", work / "judge.safetensors")
    call(
        monkeypatch, commands.evaluate, "--model", work / "student", "--teacher", work / "export/unet", "--count", 2,
        "--only", "decoded", "student", "--out", work / "evaluation.json",
    )  # fmt: skip
    monkeypatch.setattr(commands.sheet, "CANONICAL", 1)
    monkeypatch.setattr(commands.sheet, "FREE", 1)
    call(monkeypatch, commands.sheet, "served", "--model", work / "student", "--out", work / "samples.jpg")
    assert Image.open(work / "samples.jpg").size == (8 * 160, 160)
    measured = json.loads((work / "evaluation.json").read_text())["sets"]
    assert set(measured) == {"decoded", "student"}
    assert measured["decoded"]["family"] > measured["student"]["family"], "two steps of training cannot paint"


def test_training_goes_on_from_a_checkpoint(commands, monkeypatch):
    """A work folder made from the shipped checkpoint begins at step 0 with the teacher's weights and the same texts."""
    shipped, work = ROOT / "assets/models/scene", commands.work / "again"
    call(monkeypatch, commands.warm_start, "--work", work, "--model", shipped)
    run, wanted = (
        torch.load(work / "run.pt", weights_only=False),
        load_file(next((shipped / "teacher").glob("*.safe*"))),
    )
    assert run["step"] == 0
    for part in ("model", "averaged"):
        assert all(torch.equal(run[part][f"unet.{name}"], tensor.float()) for name, tensor in wanted.items())
    shipped_tokenizer = CLIPTokenizer.from_pretrained(shipped / "tokenizer")
    found = commands.train.Objective(work, is_bfloat16=False).tokens(["sandy beach, teal"])
    assert found.tolist() == shipped_tokenizer(["sandy beach, teal"], padding="max_length").input_ids


def test_one_step_of_the_student_is_two_of_its_teacher(commands):
    """The velocity that a student learns leads exactly where its teacher's two steps lead."""
    grid = commands.distil.Grid(commands.train.make_scheduler().alphas_cumprod)
    noisy, first, second = torch.randn(3, 4, 3, 8, 8).unbind()
    position = torch.tensor([1, 2, 3, 4])
    here, middle, there = (grid.index(2 * position - k, 8) for k in (0, 1, 2))
    end = grid.step(grid.step(noisy, first, here, middle), second, middle, there)
    learned = grid.velocity(noisy, end, here, there)
    assert torch.allclose(grid.step(noisy, learned, here, there), end, atol=1e-4)


def test_the_student_steps_where_the_scheduler_steps(commands):
    """The distilled timesteps and steps are those of the shipped scheduler, so stock pipelines run the student."""
    scheduler = commands.train.make_scheduler()
    grid = commands.distil.Grid(scheduler.alphas_cumprod)
    scheduler.set_timesteps(4)
    position = torch.tensor([4, 3, 2, 1])
    here, there = grid.index(position, 4), grid.index(position - 1, 4)
    assert (here - 1).tolist() == scheduler.timesteps.tolist()
    noisy, velocity = torch.randn(2, 1, 3, 8, 8).unbind()
    for number, timestep in enumerate(scheduler.timesteps):
        expected = scheduler.step(velocity, timestep, noisy).prev_sample
        found = grid.step(noisy, velocity, here[number : number + 1], there[number : number + 1])
        assert torch.allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("has_finish", [False, True])
def test_the_judge_tells_renderings_from_one_another(commands, has_finish):
    """The shipped judge names what held-out renderings show, finished or not, and finds it in no other pictures."""
    words = commands.evaluate.held_out(34)
    made = commands.evaluate.render_all(has_finish, "square", words, list(range(34)))
    pictures = np.stack([np.asarray(picture) for picture in made])
    judge = commands.judge.load_judge()
    seen = commands.metrics.agreement(judge, pictures, words)
    mistaken = commands.metrics.agreement(judge, np.roll(pictures, 1, axis=0), words)
    assert seen["family"] > 0.9
    assert seen["mean"] > 0.9
    assert mistaken["family"] < 0.2


@pytest.mark.parametrize("name", ["student", "served"])
def test_the_shipped_checkpoint_paints_what_its_prompts_say(commands, name):
    """One held-out prompt per family: from noise in 4 steps, and as the product service paints it."""
    evaluate, folder = commands.evaluate, ROOT / "assets/models/scene"
    words, seeds = evaluate.held_out(17), list(range(17))
    if name == "student":
        made = evaluate.sample_all(evaluate.load_pipeline(folder), 4, 1.0, "square", words, seeds)
    else:
        settings = dict(evaluate.SERVICE.checkpoint("scene").defaults)
        made = evaluate.serve_all(evaluate.load_engine(folder), settings, "square", words, seeds)
    pictures = np.stack([np.asarray(picture) for picture in made])
    seen = commands.metrics.agreement(commands.judge.load_judge(), pictures, words)
    assert seen["family"] >= 0.8
    assert seen["colour"] >= 0.5


def test_stored_meanings_are_those_of_the_vocabulary(commands):
    """After a change of vocabulary.yaml, `free_text.py meanings` must run again."""
    stored = np.load(ROOT / commands.free_text.FOLDER / commands.free_text.FILE)
    phrases = Vocabulary.load(str(ROOT / commands.free_text.FOLDER)).phrases
    assert len(stored) == len(phrases)
    some = slice(0, None, 40)
    embedded = commands.free_text.embed_phrases(phrases[some], load_encoder())
    assert np.allclose(stored[some].astype(float), embedded.astype(float), atol=2e-3)


def test_free_text_is_understood(commands):
    """The written list of wishes: families mostly."""
    wishes = yaml.safe_load((ROOT / commands.free_text.FOLDER / "free_text.yaml").read_text(encoding="utf-8"))
    counts = commands.free_text.measure(Vocabulary.load(str(ROOT / commands.free_text.FOLDER)), wishes[::4])
    assert counts["family"][0] >= 0.8 * counts["family"][1]


def test_metrics_tell_good_sets_from_bad(commands):
    """Collapse, another distribution and a grid of patches each show in their number."""
    rng = np.random.default_rng(0)
    found = rng.normal(size=(32, 16))
    same = np.repeat(found[::4], 4, axis=0)
    metrics = commands.metrics
    assert metrics.variety(same, 4) < 1e-9 < metrics.variety(found, 4)
    other = rng.normal(size=(32, 16))
    assert metrics.kernel_distance(found / 9, (other + 3) / 9) > 10 * abs(metrics.kernel_distance(found / 9, other / 9))
    plain = rng.integers(0, 255, (2, 64, 64, 3)).astype(np.uint8)
    tiled = plain // 4 + np.kron(rng.integers(0, 160, (2, 4, 4, 1)), np.ones((1, 16, 16, 3))).astype(np.uint8)
    assert metrics.seams(tiled) > 0.5 > metrics.seams(plain)
