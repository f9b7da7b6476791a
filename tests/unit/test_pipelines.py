"""What engines of diffusers pipelines share, with tiny checkpoints of real architectures."""

import asyncio
import gc
import threading
import weakref

import numpy as np
import pytest
import torch
from diffusers import Flux2KleinPipeline, StableDiffusionXLPipeline
from PIL import Image
from tiny_checkpoints import save_tiny_klein, save_tiny_sdxl

from services.cancellation import run_in_thread
from services.checkpoint import Checkpoint, Optimisations
from services.pipelines.calling import call_pipeline, image_generator
from services.pipelines.loading import load_pipeline, quantisation_of
from services.pipelines.masks import fit_area, paste_kept, repaint_around

KINDS = {"sdxl": (StableDiffusionXLPipeline, save_tiny_sdxl), "klein": (Flux2KleinPipeline, save_tiny_klein)}
CALL = {"prompt": "a sandy beach", "width": 64, "height": 48, "num_inference_steps": 3}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    made = {name: tmp_path_factory.mktemp(name) for name in KINDS}
    for name, (_, save) in KINDS.items():
        save(made[name])
    return made


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def checkpoint_at(folder, **fields) -> Checkpoint:
    return Checkpoint(name="tiny", source=str(folder), revision="1", licence="Apache-2.0", engine="-:-", **fields)


@pytest.fixture
def pipeline(kind, folders):
    return load_pipeline(KINDS[kind][0], checkpoint_at(folders[kind]))


def pixels(pipeline, *names, **inputs) -> list[np.ndarray]:
    call = CALL | inputs
    if len(names) > 1:
        call["prompt"] = [call["prompt"]] * len(names)
    return [np.asarray(made) for made in call_pipeline(pipeline, [image_generator(7, name) for name in names], **call)]


def test_a_call_leaves_no_trace(pipeline):
    """The same seed gives the same picture before and after a call with other settings; the scheduler is untouched."""
    before = pipeline.scheduler.timesteps.clone()
    (first,) = pixels(pipeline, "a")
    pixels(pipeline, "b", num_inference_steps=2, guidance_scale=3.0)
    (again,) = pixels(pipeline, "a")
    assert first.shape == (48, 64, 3)
    assert np.array_equal(first, again)
    assert torch.equal(pipeline.scheduler.timesteps, before)


def test_a_picture_does_not_depend_on_its_batch(pipeline):
    """Alone and beside others a picture is the same, up to the rounding of batched arithmetic."""
    first, second = pixels(pipeline, "a", "b")
    (alone,) = pixels(pipeline, "b")
    assert np.abs(second.astype(int) - alone).max() <= 2
    assert not np.array_equal(first, second)


async def test_a_cancelled_call_stops_between_two_steps(pipeline):
    """When nobody waits any more the next step is not begun, and the wait ends only when the thread has let go."""
    steps = []
    started = threading.Event()

    def note(module, args, kwargs):
        steps.append(1)
        started.set()

    denoiser = pipeline.components.get("transformer") or pipeline.unet
    denoiser.register_forward_pre_hook(note, with_kwargs=True)
    work = asyncio.ensure_future(run_in_thread(pixels, pipeline, "a", num_inference_steps=50))
    await asyncio.to_thread(started.wait, 30)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    done = len(steps)
    await asyncio.sleep(0.05)
    assert 0 < done < 50
    assert len(steps) == done


def test_dropping_a_pipeline_frees_its_weights(kind, folders):
    """Nothing keeps a module alive once the last reference to the pipeline is gone, even after calls."""
    pipeline = load_pipeline(KINDS[kind][0], checkpoint_at(folders[kind]))
    pixels(pipeline, "a")
    left = [weakref.ref(part) for part in pipeline.components.values() if isinstance(part, torch.nn.Module)]
    del pipeline
    gc.collect()
    assert left
    assert [ref() for ref in left if ref() is not None] == []


def test_the_checkpoint_says_how_it_is_loaded(kind, folders):
    """Data type, memory format, attention and tiling reach the modules."""
    wanted = Optimisations(channels_last=kind == "sdxl", attention="native", vae_tiling=True)
    pipeline = load_pipeline(KINDS[kind][0], checkpoint_at(folders[kind], dtype="bfloat16", optimisations=wanted))
    assert pipeline.dtype == torch.bfloat16
    assert pipeline.vae.use_tiling
    if kind == "sdxl":
        assert pipeline.unet.conv_in.weight.is_contiguous(memory_format=torch.channels_last)


def test_the_repainted_region_follows_the_matte():
    """255 where the painter works, 0 under every trace of the product; a margin gives it the product's edge."""
    matte = Image.new("L", (20, 20), 0)
    matte.paste(40, (5, 5, 15, 15))
    mask = np.asarray(repaint_around(matte))
    assert (mask[5:15, 5:15] == 0).all()
    assert (mask == 255).sum() == 300
    assert (np.asarray(repaint_around(matte, margin_px=2)) == 0).sum() == 36


def test_what_is_kept_is_exactly_what_was_there():
    """After the paste kept pixels equal the original's, whatever was painted over them."""
    rng = np.random.default_rng(0)
    painted, original = (Image.fromarray(rng.integers(0, 256, (8, 8, 3), np.uint8)) for _ in range(2))
    mask = Image.new("L", (8, 8), 255)
    mask.paste(0, (0, 0, 4, 8))
    done = np.asarray(paste_kept(painted, original, mask))
    assert np.array_equal(done[:, :4], np.asarray(original)[:, :4])
    assert np.array_equal(done[:, 4:], np.asarray(painted)[:, 4:])


@pytest.mark.parametrize("multiple", [8, 16, 32])
@pytest.mark.parametrize("ratio", [(9, 16), (1, 1), (191, 100)])
def test_sizes_keep_area_ratio_and_multiple(ratio, multiple):
    """Sides are multiples; area and ratio stay within what one multiple can change."""
    width, height = fit_area(*ratio, area_px=1024 * 1024, multiple=multiple)
    assert width % multiple == height % multiple == 0
    assert width * height == pytest.approx(1024 * 1024, rel=0.05)
    assert width / height == pytest.approx(ratio[0] / ratio[1], rel=0.05)


def test_quantisation_names_what_it_quantises():
    """4 bits are NF4 and compute in the checkpoint's dtype; without quantisation there is no configuration at all."""
    pytest.importorskip("bitsandbytes", reason="quantisation needs the package bitsandbytes")
    checkpoint = checkpoint_at("/x", dtype="bfloat16", optimisations=Optimisations(quantisation="nf4"))
    assert quantisation_of(checkpoint).quant_kwargs["bnb_4bit_compute_dtype"] == torch.bfloat16
    assert quantisation_of(checkpoint_at("/x")) is None
