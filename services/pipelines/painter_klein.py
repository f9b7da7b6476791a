"""FLUX.2 [klein] as a painter."""

from typing import Any, ClassVar

from diffusers import Flux2KleinInpaintPipeline

from services.pipelines.painting import Painter, Painting


class KleinPainter(Painter):
    """Inpainting with at most one reference picture.

    It also sees the whole picture as it was, masked part included: what must go has to be gone from it. There is
    no negative prompt, and distilled checkpoints have no guidance.
    """

    pipeline_class: ClassVar[Any] = Flux2KleinInpaintPipeline

    def inputs(self, task: Painting) -> dict[str, Any]:
        """Picture and mask have the size that is painted already."""
        return {
            "prompt": task.prompt,
            "image": task.picture,
            "mask_image": task.mask,
            "image_reference": task.references[0] if task.references else None,
            "strength": task.strength,
            "num_inference_steps": task.num_inference_steps,
            "guidance_scale": 1.0 if self.pipeline.config.is_distilled else task.guidance_scale,
        }
