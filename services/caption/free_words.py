"""What a captioner says in its own words, as the answer of the caption service."""

import re

from PIL import Image

from services.caption.account import complete
from services.caption.alt_text import caption_alt_text
from services.caption.service import CaptionRequest
from services.contract import Output

OPENING = re.compile(
    r"^(in )?th(e|is) (image|picture|photo)( is| shows| depicts| features)?,?( of)?( there (is|are))?\s+", re.IGNORECASE
)


def answer(said: str, request: CaptionRequest, image: Image.Image) -> Output:
    """Caption and alt text, completed. The caption is one line without "The image shows"."""
    line = OPENING.sub("", " ".join(said.split())).rstrip(" .") or "a picture"
    seen = Output(text={"caption": line, "alt_text": caption_alt_text(request.title, line)})
    return complete(seen, request, image, told=seen.text["caption"])
