"""Qwen-Image-Edit-Plus as a painter."""

from typing import Any, ClassVar

from diffusers import QwenImageEditPlusPipeline

from services.pipelines.painting import Painter, Painting


class QwenEditPainter(Painter):
    """An instruction edits the whole picture; it knows neither mask nor strength, so the prompt says what stays.

    The pictures are numbered in the prompt: 1 is the one that is edited, references follow.
    """

    pipeline_class: ClassVar[Any] = QwenImageEditPlusPipeline

    def inputs(self, task: Painting) -> dict[str, Any]:
        """Guidance is real guidance with a negative prompt, and off at 1; an empty negative prompt is one space."""
        guided = task.guidance_scale > 1
        return {
            "prompt": task.prompt,
            "negative_prompt": (task.negative_prompt or " ") if guided else None,
            "true_cfg_scale": task.guidance_scale,
            "image": [task.picture, *task.references],
            "width": task.picture.width,
            "height": task.picture.height,
            "num_inference_steps": task.num_inference_steps,
        }
