"""The engine of our own captioner: a small Swin encoder and a GPT-2 decoder that say one of the known sentences."""

from collections.abc import Mapping
from pathlib import Path

import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoTokenizer, VisionEncoderDecoderModel

from services.caption.account import complete
from services.caption.agreement import place_vectors
from services.caption.alt_text import alt_text
from services.caption.colours import opaque
from services.caption.service import CaptionRequest
from services.caption.words import load_wording
from services.contract import Checkpoint, Output


class CaptionEngine:
    """Runs a VisionEncoderDecoderModel whose folder also holds words.yaml, the sentences it may say."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Load weights, tokenizer, image processor and sentences from the checkpoint's folder."""
        folder = Path(checkpoint.location)
        self._device = torch.device(checkpoint.device)
        self._processor = AutoImageProcessor.from_pretrained(folder)
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._captions = load_wording(folder).captions()
        self._followers = followers([self._tokenizer(caption).input_ids for caption in self._captions])
        place_vectors()
        dtype = getattr(torch, checkpoint.dtype)
        self._model = VisionEncoderDecoderModel.from_pretrained(folder, dtype=dtype).to(self._device).eval()

    def generate(self, request: CaptionRequest, images: Mapping[str, Image.Image]) -> Output:
        """Caption and alt text of ``images["image"]``.

        Facts of its own: ``words`` (family, surface, colour, mood, light_side) and ``confidence`` (probability 0..1 of
        the whole caption).
        """
        image = opaque(images["image"])
        caption, confidence = self._say(image)
        words = self._captions[caption]
        said = Output(
            text={"caption": caption, "alt_text": alt_text(request.title, words)},
            facts={"words": {**words.facts()}, "confidence": round(confidence, 3)},
        )
        return complete(said, request, image)

    @torch.inference_mode()
    def _say(self, image: Image.Image) -> tuple[str, float]:
        """The likeliest sentence, word by word (greedy), and its probability."""
        pixels = self._processor(image, return_tensors="pt").pixel_values.to(self._device, self._model.dtype)
        answer = self._model.generate(
            pixels,
            do_sample=False,
            prefix_allowed_tokens_fn=lambda _, tokens: self._followers[tuple(tokens.tolist())],
            output_scores=True,
            return_dict_in_generate=True,
        )
        scores = self._model.compute_transition_scores(answer.sequences, answer.scores, normalize_logits=True)
        caption = self._tokenizer.decode(answer.sequences[0], skip_special_tokens=True)
        return caption, float(scores.sum().exp())


def followers(sentences: list[list[int]]) -> dict[tuple[int, ...], list[int]]:
    """For every beginning of a sentence (token ids, first to last), the tokens that may come next."""
    known: dict[tuple[int, ...], dict[int, None]] = {}
    for sentence in sentences:
        for length in range(1, len(sentence)):
            known.setdefault(tuple(sentence[:length]), {})[sentence[length]] = None
    return {beginning: list(tokens) for beginning, tokens in known.items()}
