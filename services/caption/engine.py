"""The engine of our own captioner: a small SegFormer encoder and a GPT-2 decoder that say a sentence of its wording."""

from collections.abc import Mapping
from pathlib import Path

import torch
from PIL import Image
from pydantic import JsonValue
from transformers import AutoImageProcessor, AutoTokenizer, VisionEncoderDecoderModel
from transformers.modeling_outputs import BaseModelOutput

from services.caption.account import complete
from services.caption.agreement import is_borne_out, place_vectors
from services.caption.alt_text import alt_text, measured_alt_text, measured_caption, with_kind
from services.caption.colours import colour_names, common_colours, opaque
from services.caption.detector import load_detector
from services.caption.familiarity import features, load_familiarity
from services.caption.grammar import Grammar
from services.caption.objects import kind_of_product
from services.caption.service import CaptionRequest
from services.caption.words import SceneWords, load_wording
from services.contract import Checkpoint, Output


class CaptionEngine:
    """Runs a VisionEncoderDecoderModel whose folder also holds words.yaml and familiarity.safetensors."""

    def load(self, checkpoint: Checkpoint) -> None:
        """Load weights, tokenizer, image processor and wording from the checkpoint's folder."""
        folder = Path(checkpoint.location)
        self._device = torch.device(checkpoint.device)
        self._processor = AutoImageProcessor.from_pretrained(folder)
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._wording = load_wording(folder)
        self._grammar = Grammar(self._wording, self._tokenizer)
        self._familiarity = load_familiarity(folder).to(self._device)
        place_vectors()
        load_detector()
        dtype = getattr(torch, checkpoint.dtype)
        self._model = VisionEncoderDecoderModel.from_pretrained(folder, dtype=dtype).to(self._device).eval()

    def generate(self, request: CaptionRequest, images: Mapping[str, Image.Image]) -> Output:
        """Caption and alt text of ``images["image"]``; of an unfamiliar one only what is measured, its colours.

        What people are told (alt text, description) names a place only where the request's scene bears it out (the
        captioner alone takes one photograph in six for a scene), and no colour or light that it names otherwise.

        The kind of thing comes from a detector of its own, or from the title where that knows no such kind.

        Facts of its own: ``words`` (kind, family, surface, colour, mood, light_side; empty where it is not sure),
        ``confidences`` (0..1 for each, and ``familiar``: that the picture is of the captioner's world) and
        ``confidence`` (0..1, that the place is named rightly; 0 where none is named).
        """
        image = opaque(images["image"])
        guess, confidences = self._say(image)
        kind, confidences["kind"] = kind_of_product(image, request.product_box, request.title)
        words = self._wording.only_sure(guess, confidences)
        place = words.model_copy(update={"kind": ""}).sentence
        words = words.model_copy(update={"kind": kind})
        facts: dict[str, JsonValue] = {
            "words": {**words.facts()},
            "confidences": {word: round(confidence, 3) for word, confidence in confidences.items()},
            "confidence": round(confidences["family"], 3) if words.family else 0.0,
        }
        colours = colour_names(common_colours(image))
        measured, caption = measured_caption(colours, kind), words.sentence if words.family else ""
        title = with_kind(request.title, kind, request.language)
        if words.family and is_borne_out(place, request.scene):
            told = self._wording.undisputed(words, request.scene)
            text = {"caption": caption, "alt_text": alt_text(title, told, request.language)}
            return complete(Output(text=text, facts=facts), request, image, told=told.sentence, place=place)
        text = {"caption": caption or measured, "alt_text": measured_alt_text(title, colours, request.language)}
        return complete(Output(text=text, facts=facts), request, image, told=measured, place=place)

    @torch.inference_mode()
    def _say(self, image: Image.Image) -> tuple[SceneWords, dict[str, float]]:
        """The likeliest sentence, word by word (greedy), with the probability of each of its words."""
        pixels = self._processor(image, return_tensors="pt").pixel_values.to(self._device, self._model.dtype)
        seen = self._model.encoder(pixels, output_hidden_states=True)
        familiar = float(torch.sigmoid(self._familiarity(features(seen.hidden_states)))[0])
        answer = self._model.generate(
            encoder_outputs=BaseModelOutput(last_hidden_state=seen.last_hidden_state),
            do_sample=False,
            prefix_allowed_tokens_fn=lambda _, tokens: self._grammar.followers(tokens.tolist()),
            output_scores=True,
            return_dict_in_generate=True,
        )
        words = self._wording.read(self._tokenizer.decode(answer.sequences[0], skip_special_tokens=True))
        scores = self._model.compute_transition_scores(answer.sequences, answer.scores, normalize_logits=True)[0]
        parts = scores[: sum(words.lengths.values())].split(list(words.lengths.values()))
        confidences = {word: float(part.sum().exp()) for word, part in zip(words.lengths, parts, strict=True)}
        return words, {"familiar": familiar, **confidences}
