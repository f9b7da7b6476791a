"""How long copy may be, so that it stands in every format of a brief."""

from collections.abc import Sequence

from services.copywriter.service import Limits
from workflows.checks import HEADLINE_FIELDS
from workflows.format import Format

ON_PICTURE = Limits(headline=44, short_headline=44, long_headline=90, body=120, call_to_action=24)
ON_SMALL_PICTURE = ON_PICTURE.model_copy(update={"short_headline": 32, "call_to_action": 20})


def copy_limits(formats: Sequence[Format]) -> Limits:
    """What the pictures hold; small ones and fields beside a picture only tighten the short headline.

    Words that are the same everywhere, such as the call to action, keep the tightest limit.
    """
    ads = [canvas for format in formats for canvas in format.canvases() if canvas.shows == "ad"]
    base = ON_SMALL_PICTURE if any(canvas.is_small for canvas in ads) else ON_PICTURE
    fields = [format.text[name].max for format in formats for name in HEADLINE_FIELDS if name in format.text]
    counting = "display_width" if any(format.counting == "double_width" for format in formats) else "characters"
    short = min([base.short_headline, *(most for most in fields if most)])
    return Limits.model_validate(base.model_dump() | {"short_headline": short, "counting": counting})
