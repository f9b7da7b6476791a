"""BLIP (arXiv:2201.12086): a vision transformer and a text decoder that says one plain sentence."""

from collections.abc import Mapping

from PIL import Image
from transformers import BlipForConditionalGeneration, BlipProcessor

from services.caption.colours import opaque
from services.caption.free_words import answer
from services.caption.service import CaptionRequest
from services.contract import Checkpoint, Output
from services.pipelines.speaking import load_speaker, write_tokens


class BlipEngine:
    """Says in one short sentence what a picture shows. Runs with three beams, as its authors do."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Load processor and weights."""
        self._processor = BlipProcessor.from_pretrained(checkpoint.location, **checkpoint.hub_options)
        self._model = load_speaker(BlipForConditionalGeneration, checkpoint)

    def generate(self, request: CaptionRequest, images: Mapping[str, Image.Image]) -> Output:
        """Caption and alt text of ``images["image"]``."""
        image = opaque(images["image"])
        inputs = self._processor(images=image, return_tensors="pt").to(self._model.device, self._model.dtype)
        tokens = write_tokens(self._model, inputs, 40, num_beams=3)
        said = self._processor.batch_decode(tokens, skip_special_tokens=True)[0]
        return answer(without_artefact(said), request, image)


def without_artefact(caption: str) -> str:
    """A caption without "arafed", a word of no language with which the large checkpoint begins some."""
    return caption.removeprefix("arafed ")
