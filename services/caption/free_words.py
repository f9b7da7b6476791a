"""What a captioner says in its own words, as the answer of the caption service."""

import re

from PIL import Image

from services.caption.account import complete
from services.caption.alt_text import caption_alt_text, measured_alt_text
from services.caption.colours import colour_names, common_colours
from services.caption.phrases import load_phrases
from services.caption.service import CaptionRequest
from services.contract import Output

OPENING = re.compile(
    r"^(in )?th(e|is) (image|picture|photo)( is| shows| depicts| features)?,?( of)?( there (is|are))?\s+", re.IGNORECASE
)


def answer(said: str, request: CaptionRequest, image: Image.Image) -> Output:
    """Caption and alt text, completed. The caption is one line without "The image shows".

    These captioners speak English: in another language that we have phrases for, people are told what is measured.
    """
    line = OPENING.sub("", " ".join(said.split())).rstrip(" .") or "a picture"
    if load_phrases(request.language):
        alt_text = measured_alt_text(request.title, colour_names(common_colours(image)), request.language)
    else:
        alt_text = caption_alt_text(request.title, line)
    seen = Output(text={"caption": line, "alt_text": alt_text})
    return complete(seen, request, image, told=seen.text["caption"])
