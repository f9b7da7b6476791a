"""How long copy may be, so that it stands in every format of a brief."""

from collections.abc import Sequence

from services.copywriter.service import Limits
from workflows.format import Format

ON_PICTURE = Limits(headline=44, long_headline=90, body=120, call_to_action=24)
ON_SMALL_PICTURE = Limits(headline=32, long_headline=90, body=120, call_to_action=20)
SMALL_PX = 200  # a canvas with a side below this has room for few words


def copy_limits(formats: Sequence[Format]) -> Limits:
    """The tightest of what the pictures hold and of what the fields beside them accept, for a headline in both."""
    ads = [canvas for format in formats for canvas in format.canvases() if canvas.shows == "ad"]
    is_small = any(min(canvas.width, canvas.height) < SMALL_PX for canvas in ads)
    base = ON_SMALL_PICTURE if is_small else ON_PICTURE
    fields = [
        format.text[name].max for format in formats for name in ("headline", "card_headline") if name in format.text
    ]
    counting = "display_width" if any(format.counting == "double_width" for format in formats) else "characters"
    headline = min([base.headline, *(most for most in fields if most)])
    return Limits.model_validate(base.model_dump() | {"headline": headline, "counting": counting})
