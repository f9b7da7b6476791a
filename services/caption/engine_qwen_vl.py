"""Qwen3-VL: an instruction model that sees."""

from collections.abc import Mapping

from PIL import Image
from transformers import Qwen3VLForConditionalGeneration, Qwen3VLProcessor

from services.caption.colours import opaque
from services.caption.free_words import answer
from services.caption.service import CaptionRequest
from services.contract import Checkpoint, Output
from services.pipelines.speaking import load_speaker, write_tokens

INSTRUCTION = (
    "Describe this product photograph in one sentence of at most 15 words for someone who cannot see it: "
    "what stands where, the surroundings and the light. Name no brand and guess nothing."
)
LONGEST_SIDE_PX = 1024  # about 1,000 picture tokens; more tells a caption nothing new


class QwenVLEngine:
    """Answers one instruction about one picture, with the likeliest words."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Load processor and weights."""
        self._processor = Qwen3VLProcessor.from_pretrained(checkpoint.location, **checkpoint.hub_options)
        self._model = load_speaker(Qwen3VLForConditionalGeneration, checkpoint)

    def generate(self, request: CaptionRequest, images: Mapping[str, Image.Image]) -> Output:
        """Caption and alt text of ``images["image"]``."""
        image = opaque(images["image"])
        shown = image.copy()
        shown.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
        content = [{"type": "image", "image": shown}, {"type": "text", "text": INSTRUCTION}]
        inputs = self._processor.apply_chat_template(
            [{"role": "user", "content": content}],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        ).to(self._model.device)
        tokens = write_tokens(self._model, inputs, 64)
        said = self._processor.batch_decode(tokens[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)[0]
        return answer(said, request, image)
