"""Text from outside: a line without anything that breaks it or turns its direction, and a short name."""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _normalise(text: Any) -> Any:
    return unicodedata.normalize("NFC", text).strip() if isinstance(text, str) else text


def _check_line(text: str) -> str:
    control = next((char for char in text if unicodedata.category(char) in ("Cc", "Cs", "Cn", "Co")), None)
    if control or _BIDI_CONTROLS.search(text):
        raise ValueError("control characters, line breaks and text-direction marks are not allowed here")
    return text


def without_direction_marks(text: str) -> str:
    """The same without invisible direction marks, which CLDR puts around numbers in right-to-left languages."""
    return _BIDI_CONTROLS.sub("", text)


Line = Annotated[str, BeforeValidator(_normalise), AfterValidator(_check_line)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
