"""Florence-2 (arXiv:2311.06242): a small vision encoder-decoder that follows task words."""

from collections.abc import Mapping

from PIL import Image
from transformers import Florence2ForConditionalGeneration, Florence2Processor

from services.caption.colours import opaque
from services.caption.free_words import answer
from services.caption.service import CaptionRequest
from services.contract import Checkpoint, Output
from services.pipelines.speaking import load_speaker, write_tokens

TASK = "<DETAILED_CAPTION>"


class FlorenceEngine:
    """Says in a sentence or two what a picture shows. Runs with three beams, as its authors do."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Load processor and weights."""
        self._processor = Florence2Processor.from_pretrained(checkpoint.location, **checkpoint.hub_options)
        self._model = load_speaker(Florence2ForConditionalGeneration, checkpoint)

    def generate(self, request: CaptionRequest, images: Mapping[str, Image.Image]) -> Output:
        """Caption and alt text of ``images["image"]``."""
        image = opaque(images["image"])
        inputs = self._processor(text=TASK, images=image, return_tensors="pt")
        tokens = write_tokens(self._model, inputs.to(self._model.device, self._model.dtype), 96, num_beams=3)
        said = self._processor.batch_decode(tokens, skip_special_tokens=True)[0]
        return answer(said, request, image)
