"""Alt text: a product's title joined with its scene, for people who do not see the picture."""

import re
import textwrap
import unicodedata

from services.caption.words import SceneWords

MAX_CHARACTERS = 125
PICTURE_OF = re.compile(r"^(an?\s+|the\s+)?(image|picture|photo|photograph|photography)\s+of\s+", re.IGNORECASE)
JOINERS = "\u200c\u200d"  # needed inside words of Persian, of Indic scripts and inside emoji


def alt_text(title: str, words: SceneWords) -> str:
    """A sentence of at most 125 characters: "<title> on a wooden table in front of a blurred café, midday sun."

    Colour, then light, are left out before the title is cut; the title is cut between words.
    """
    title = clean_title(title)
    if not title:
        return _capitalised(_scenes(words)[0]) + "."
    endings = [f" {words.preposition} {scene}." for scene in _scenes(words)]
    ending = next((one for one in endings if len(title) + len(one) <= MAX_CHARACTERS), endings[-1])
    return shorten(title, MAX_CHARACTERS - len(ending)) + ending


def caption_alt_text(title: str, caption: str) -> str:
    """A free caption as alt text of at most 125 characters: "<title>: <caption>."; a long one is cut."""
    title = clean_title(title)
    if not title:
        return shorten(_capitalised(caption), MAX_CHARACTERS - 1) + "."
    title = shorten(title, MAX_CHARACTERS // 2)
    return f"{title}: {shorten(caption, MAX_CHARACTERS - len(title) - 3)}."


def _scenes(words: SceneWords) -> list[str]:
    """The scene in words, the fullest telling first."""
    light = f", {words.light}" if words.light else ""
    return [f"{words.scene} in {words.colour} tones{light}", f"{words.scene}{light}", words.scene]


def clean_title(title: str) -> str:
    """One line without control characters, without "image of" at its start and without a full stop at its end."""
    visible = "".join(c for c in title if c.isspace() or c in JOINERS or unicodedata.category(c)[0] != "C")
    line = " ".join(visible.split()).rstrip(" .,;:")
    bare = line
    while PICTURE_OF.match(bare):
        bare = PICTURE_OF.sub("", bare, count=1)
    return line if bare == line else _capitalised(bare)


def shorten(text: str, width: int) -> str:
    """At most width characters, cut between words and marked by "…"; a single longer word is cut inside."""
    if len(text) <= width:
        return text
    short = textwrap.shorten(text, width, placeholder="…", break_on_hyphens=False)
    return text[: width - 1] + "…" if short == "…" else short


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
