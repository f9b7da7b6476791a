"""Alt text: a product's title joined with its scene, for people who do not see the picture."""

import re
import textwrap
import unicodedata
from collections.abc import Sequence

from services.caption.objects import kinds_in
from services.caption.phrases import load_phrases
from services.caption.words import SceneWords

MAX_CHARACTERS = 125
KNOWN = {
    "floor": "standing in a room",
    "table": "standing on a table in a room",
    "wall": "on the wall of a room",
    "worn": "worn by a person who stands facing the camera",
}
PICTURE_OF = re.compile(r"^(an?\s+|the\s+)?(image|picture|photo|photograph|photography)\s+of\s+", re.IGNORECASE)
JOINERS = "\u200c\u200d"  # needed inside words of Persian, of Indic scripts and inside emoji


def alt_text(title: str, words: SceneWords, language: str = "en") -> str:
    """A sentence of at most 125 characters: "<title> on a wooden table in front of a blurred café, midday sun."

    Colour, then light, are left out before the title is cut; the title is cut between words. language: ISO 639-1;
    English where ``assets/captions`` has no phrases.
    """
    title, phrases = clean_title(title), load_phrases(language)
    if not title and phrases:
        scenes = [_capitalised(scene) + phrases.stop for scene in phrases.scenes(words)]
        return next((scene for scene in scenes if len(scene) <= MAX_CHARACTERS), scenes[-1])
    if not title:
        return f"{_capitalised(words.model_copy(update={'light_side': ''}).sentence)}."
    if phrases:
        endings = [phrases.joint + scene + phrases.stop for scene in phrases.scenes(words)]
    else:
        endings = [f" {words.preposition} {scene}." for scene in _scenes(words)]
    ending = next((one for one in endings if len(title) + len(one) <= MAX_CHARACTERS), endings[-1])
    return shorten(title, MAX_CHARACTERS - len(ending)) + ending


def known_alt_text(title: str, shown: str, language: str = "en") -> str:
    """What a picture is known to show (a key of KNOWN), at most 125 characters: "<title>, standing in a room."."""
    title, phrases = clean_title(title), load_phrases(language)
    said = phrases.known[shown] if phrases else KNOWN[shown]
    joint, stop = (phrases.joint, phrases.stop) if phrases else (", ", ".")
    if not title:
        return _capitalised(said) + stop
    return shorten(title, MAX_CHARACTERS - len(joint + said + stop)) + joint + said + stop


def caption_alt_text(title: str, caption: str) -> str:
    """A free caption as alt text of at most 125 characters: "<title>: <caption>."; a long one is cut."""
    title = clean_title(title)
    if not title:
        return shorten(_capitalised(caption), MAX_CHARACTERS - 1) + "."
    title = shorten(title, MAX_CHARACTERS // 2)
    return f"{title}: {shorten(caption, MAX_CHARACTERS - len(title) - 3)}."


def with_kind(title: str, kind: str, language: str = "en") -> str:
    """A title that does not say what it is, with the kind: "Trail, a bottle"; other titles as they are.

    language: ISO 639-1, as in ``alt_text``; a title may also say it in English.
    """
    if not title or not kind or kinds_in(title):
        return title
    phrases = load_phrases(language)
    if phrases is None:
        return f"{clean_title(title)}, a {kind}"
    words = phrases.kinds.get(kind)
    is_named = words is None or any(part in title.casefold() for part in words.named)
    return title if words is None or is_named else f"{clean_title(title)}{phrases.comma}{words.say}"


def measured_caption(colours: Sequence[str], kind: str = "") -> str:
    """What can be said of a picture that the captioner does not know: "a cup; mostly white, beige and brown"."""
    thing = f"a {kind}; " if kind else ""
    return f"{thing}mostly {in_words(colours)}"


def measured_alt_text(title: str, colours: Sequence[str], language: str = "en") -> str:
    """The title and the picture's colours, at most 125 characters: "<title>. Mostly white and brown."."""
    phrases = load_phrases(language)
    said = phrases.mostly_of(colours) + phrases.stop if phrases else f"{_capitalised(measured_caption(colours))}."
    stop = phrases.stop if phrases else "."
    gap = "" if stop == "。" else " "
    title = shorten(clean_title(title), MAX_CHARACTERS - len(said) - len(stop + gap))
    return f"{title}{stop}{gap}{said}" if title else said


def _scenes(words: SceneWords) -> list[str]:
    """The scene in words, the fullest telling first."""
    full = words.model_copy(update={"light_side": ""})
    plain = full.model_copy(update={"colour": ""})
    return [full.scene + full.tail, plain.scene + plain.tail, plain.scene]


def in_words(names: Sequence[str]) -> str:
    """A list as it is said: "white, beige and brown"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


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
