"""The image autoencoder of the embedded scene checkpoint: one colour per 16 px patch and back, cheap on a CPU.

Backdrops are smooth, so the mean colours of patches hold their composition; a network that has seen many of them draws
what lies between. Diffusion then works on 3 numbers per patch, and the decoder is a 16x super-resolution.

Import this module before `StableDiffusionPipeline.from_pretrained`: diffusers resolves the class that model_index.json
names from the modules that are already imported.
"""

import torch
from diffusers import ModelMixin
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.autoencoders.vae import DecoderOutput, DiagonalGaussianDistribution
from diffusers.models.modeling_outputs import AutoencoderKLOutput
from torch import nn
from torch.nn.functional import avg_pool2d, conv2d, interpolate, pixel_shuffle, silu

PATCH_PX = 16
LOG_VARIANCE = -30.0
OPPONENT = ((1 / 3, 1 / 3, 1 / 3), (1 / 2, 0.0, -1 / 2), (-1 / 4, 1 / 2, -1 / 4))  # lightness, red-blue, green-magenta


class Block(nn.Module):
    """A residual convolution on the grid of patches; the identity when it is new."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.spatial = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.mix.weight)
        nn.init.zeros_(self.mix.bias)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden + self.mix(silu(self.spatial(hidden)))


class PatchAutoencoder(ModelMixin, ConfigMixin):
    """Encodes (n, 3, h, w) in -1..1 to (n, 3, h/16, w/16) and decodes with lapped patches.

    A latent is the patch's mean colour in an opponent space (lightness, red-blue, green-magenta), shifted and scaled
    to mean zero and variance one. Every convolution runs on the grid of patches. `block_out_channels` does nothing but
    tell pipelines that one latent is 2**4 px wide.
    """

    @register_to_config
    def __init__(
        self,
        latent_channels: int = 3,
        width: int = 160,
        dilations: tuple[int, ...] = (1, 2, 1, 3, 1, 1),
        scaling_factor: float = 1.0,
        block_out_channels: tuple[int, ...] = (160, 160, 160, 160, 160),
        force_upcast: bool = False,
    ) -> None:
        super().__init__()
        opponent = torch.tensor(OPPONENT)
        self.register_buffer("to_opponent", opponent[..., None, None])
        self.register_buffer("to_rgb", torch.linalg.inv(opponent)[..., None, None])
        self.register_buffer("latent_mean", torch.zeros(latent_channels, 1, 1))
        self.register_buffer("latent_std", torch.ones(latent_channels, 1, 1))
        self.from_latent = nn.Conv2d(latent_channels, width, 3, padding=1)
        self.blocks = nn.Sequential(*(Block(width, dilation) for dilation in dilations))
        self.synthesise = nn.Conv2d(width, 3 * PATCH_PX**2, 2, padding=1)
        nn.init.zeros_(self.synthesise.weight)
        nn.init.zeros_(self.synthesise.bias)

    def latents(self, image: torch.Tensor) -> torch.Tensor:
        """Latents of the image, without the distribution that pipelines expect."""
        colours = conv2d(avg_pool2d(image, PATCH_PX), self.to_opponent)
        return (colours - self.latent_mean) / self.latent_std

    def pixels(self, latents: torch.Tensor) -> torch.Tensor:
        """The image (n, 3, h, w), about -1..1: the patches' colours enlarged smoothly, and the detail between them.

        Each patch of detail is centred between four grid points and made from all of them: a transposed convolution of
        kernel 32 and stride 16, written as a 2x2 convolution because that is several times faster on a CPU.
        """
        margin = PATCH_PX // 2
        colours = conv2d(latents * self.latent_std + self.latent_mean, self.to_rgb)
        smooth = interpolate(colours, scale_factor=PATCH_PX, mode="bilinear", align_corners=False)
        detail = self.synthesise(self.blocks(self.from_latent(latents)))
        return smooth + pixel_shuffle(detail, PATCH_PX)[..., margin:-margin, margin:-margin]

    def encode(
        self, x: torch.Tensor, return_dict: bool = True
    ) -> AutoencoderKLOutput | tuple[DiagonalGaussianDistribution]:
        """As AutoencoderKL.encode; the distribution has almost no variance."""
        mean = self.latents(x)
        posterior = DiagonalGaussianDistribution(torch.cat([mean, torch.full_like(mean, LOG_VARIANCE)], dim=1))
        return AutoencoderKLOutput(latent_dist=posterior) if return_dict else (posterior,)

    def decode(
        self, z: torch.Tensor, return_dict: bool = True, generator: torch.Generator | None = None
    ) -> DecoderOutput | tuple[torch.Tensor]:
        """As AutoencoderKL.decode; deterministic, the generator is not used."""
        image = self.pixels(z)
        return DecoderOutput(sample=image) if return_dict else (image,)
