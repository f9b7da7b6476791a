"""Checkpoints as data: which weights at which revision, under which licence, and how they are run. No torch, no Ray."""

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from services.settings import ROOT

_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = r"^[0-9a-f]{64}$"


class Weights(BaseModel):
    """One folder of files: where from, at which revision, under which licence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(description="Folder inside this repository (assets/…), absolute folder, or hub id (owner/name)")
    revision: str = Field(description="Commit or version; part of every result key")
    licence: str
    use: Literal["commercial", "non-commercial"] = Field("commercial", description="What the licence allows, for ads")
    variant: str = Field("", description="File variant of a hub checkpoint, e.g. fp16")
    include: tuple[str, ...] = Field((), description="Patterns of the files that are needed; empty: all that load")
    files: dict[str, str] = Field({}, description="Path -> sha256 of the weight files, once locked")

    @property
    def location(self) -> str:
        """What ``from_pretrained`` gets: a folder of this repository as an absolute path, or source as it is."""
        return str(ROOT / self.source) if self.is_embedded else self.source

    @property
    def is_embedded(self) -> bool:
        """Whether the weights are part of this repository."""
        return self.source.startswith("assets/")

    @property
    def is_folder(self) -> bool:
        """Whether the weights are files on this host rather than a hub id."""
        return self.is_embedded or Path(self.source).is_absolute()

    @property
    def is_locked(self) -> bool:
        """Whether the revision can never mean other files: a folder's version, or a hub commit."""
        return self.is_folder or _COMMIT.fullmatch(self.revision) is not None

    @property
    def hub_options(self) -> dict[str, str]:
        """Revision and variant for ``from_pretrained``; a folder has no revision."""
        options = {"revision": "" if self.is_folder else self.revision, "variant": self.variant}
        return {name: value for name, value in options.items() if value}


class Optimisations(BaseModel):
    """How a pipeline is made faster or smaller. All off: exactly as its authors published it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    compile: bool = Field(False, description="torch.compile of the repeated blocks only, so that it takes seconds")
    channels_last: bool = Field(False, description="NHWC memory for convolutions (UNet, VAE); helps on GPUs only")
    attention: str = Field("", description="diffusers backend, e.g. native, flash, sage; empty: its own choice")
    offload: Literal["none", "model", "sequential"] = Field("none", description="Keep resting parts in host memory")
    quantisation: Literal["none", "int8", "nf4"] = Field("none", description="Of the transformer, by bitsandbytes")
    vae_tiling: bool = Field(False, description="Decode large pictures in tiles: less memory, same pixels but seams")


class Checkpoint(Weights):
    """Weights (or rules) at one revision, and how they are run."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    engine: str = Field(description="module:Class of the engine that runs it")
    device: str = Field("cpu", pattern=r"^(cpu|cuda)$")
    dtype: str = Field("float32", pattern=r"^(float32|float16|bfloat16)$")
    num_gpus: float = Field(0, ge=0, le=8, description="GPUs of one replica; a fraction shares one")
    memory_gib: float = Field(0, ge=0, description="Device memory for the weights and one request, GiB")
    size_multiple: int = Field(8, ge=1, description="Sides of generated pictures are multiples of this, px")
    area_px: int = Field(0, ge=0, description="Area of the pictures it was trained on, px; 0: the engine knows")
    optimisations: Optimisations = Optimisations()
    warm_up: bool = Field(False, description="Run the service's example once after loading: kernels, compilation")
    parts: dict[str, Weights] = Field({}, description="Further weights by role: controlnet, ip_adapter, vae …")
    loras: dict[str, str] = Field({}, description="LoRA files by name, absolute paths; filled in when it is loaded")
    takes: tuple[str, ...] = Field((), description="Request fields that only some checkpoints take, and this one does")
    defaults: dict[str, JsonValue] = Field(default_factory=dict, description="num_inference_steps, guidance_scale …")

    def all_weights(self) -> dict[str, Weights]:
        """Everything that must be there to load: the checkpoint itself under its name, and its parts by role."""
        return {self.name: self, **self.parts}
