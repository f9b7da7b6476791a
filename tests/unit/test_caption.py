"""The caption service with its real checkpoint on freshly rendered scenes it was never trained on."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PIL import Image
from skimage import data

from services.caption.alt_text import MAX_CHARACTERS, alt_text, clean_title, measured_alt_text, shorten
from services.caption.colours import common_colours, opaque
from services.caption.engine import CaptionEngine
from services.caption.grammar import grow
from services.caption.service import SERVICE, CaptionRequest
from services.caption.words import load_wording
from services.contract import Output, load_engine
from services.images import ImageRef
from services.settings import ROOT

REF = ImageRef(key=f"images/{'0' * 64}.png", width=512, height=512, media_type="image/png")
RENDER = ROOT / "assets/models/captioner/train/held_out.py"
PHOTOS = ("astronaut", "chelsea", "coffee", "rocket", "grass", "brick")
COUNT = 24
WORDING = load_wording(SERVICE.checkpoints[0].location)
LAMP_SCENE = WORDING.words("", "cafe", "sage green", "golden sunset", "left")

Scenes = list[tuple[Image.Image, dict[str, str]]]


@pytest.fixture(scope="module")
def engine() -> Iterator[CaptionEngine]:
    """Loaded once; on one thread, since a model this small only waits for a second one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    loaded = load_engine(SERVICE.checkpoints[0])
    assert isinstance(loaded, CaptionEngine)
    yield loaded
    torch.set_num_threads(threads)


def rendered(folder: Path, *options: str) -> Scenes:
    command = [sys.executable, str(RENDER), "--out", str(folder), "--count", str(COUNT), *options]
    subprocess.run(command, check=True)
    facts = json.loads((folder / "facts.json").read_text())
    return [(Image.open(folder / fact["file"]).convert("RGB"), fact) for fact in facts]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Scenes:
    return rendered(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def with_things(tmp_path_factory: pytest.TempPathFactory) -> Scenes:
    return rendered(tmp_path_factory.mktemp("things"), "--things")


def caption(engine: CaptionEngine, image: Image.Image, title: str = "", scene: str = "") -> Output:
    return engine.generate(CaptionRequest(image=REF, title=title, scene=scene), {"image": image})


def right(answers: list[Output], scenes: Scenes) -> dict[str, int]:
    """How many scenes get each word right."""
    pairs = [(answer.facts["words"], fact) for answer, (_, fact) in zip(answers, scenes, strict=True)]
    slots = ("family", "kind", "colour", "mood")
    return {slot: sum(words[slot] == fact[slot] for words, fact in pairs) for slot in slots}  # type: ignore[call-overload,index]


def test_fresh_scenes_are_named_rightly(engine: CaptionEngine, bare: Scenes) -> None:
    """Bare scenes the model never saw: most are named, and hardly any of those wrongly."""
    answers = [caption(engine, image) for image, _ in bare]
    check_names(answers, bare)
    assert right(answers, bare)["colour"] >= COUNT // 2


def test_a_product_in_front_does_not_mislead(engine: CaptionEngine, with_things: Scenes) -> None:
    """They are named as rightly when something of any kind and colour stands in them."""
    check_names([caption(engine, image) for image, _ in with_things], with_things)


def check_names(answers: list[Output], scenes: Scenes) -> None:
    """Half of the scenes or more are named; of what is said about the place, four in five or more is right."""
    said = [answer.facts["words"]["family"] for answer in answers]  # type: ignore[call-overload,index]
    named = sum(bool(family) for family in said)
    assert named >= COUNT // 2
    assert right(answers, scenes)["family"] >= 0.8 * named


def test_the_caption_says_its_words(engine: CaptionEngine, bare: Scenes) -> None:
    """Every word that the facts give stands in the sentence, and the confidences are probabilities."""
    for image, _ in bare[:6]:
        answer = caption(engine, image)
        words = answer.facts["words"]
        assert isinstance(words, dict)
        for slot in ("kind", "surface", "colour", "light_side"):
            assert str(words[slot]) in answer.text["caption"]
        assert all(0 <= float(str(one)) <= 1 for one in answer.facts["confidences"].values())  # type: ignore[union-attr]


def test_the_same_picture_gets_the_same_answer(engine: CaptionEngine, bare: Scenes) -> None:
    """Answers depend on the picture alone: not on the seed, on earlier calls or on the replica."""
    (first, _), (second, _) = bare[0], bare[1]
    expected = caption(engine, first)
    caption(engine, second)
    assert caption(engine, first) == expected
    assert load_engine(SERVICE.checkpoints[0]).generate(CaptionRequest(image=REF, seed=9), {"image": first}) == expected


@pytest.mark.parametrize("size", [(32, 32), (33, 900), (900, 33)])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_odd_pictures_are_described_too(engine: CaptionEngine, size: tuple[int, int], mode: str) -> None:
    """Tiny, long and transparent pictures get an alt text and their colour."""
    answer = caption(engine, Image.new(mode, size, "#1f6b4a"), "Vase")
    assert answer.text["alt_text"].startswith("Vase")
    assert answer.text["caption"]
    assert answer.facts["colours"] == ["#1f6b4a"]
    assert answer.facts["colour_names"] == ["green"]


def test_transparency_is_seen_as_white() -> None:
    """Colours hidden behind zero alpha do not count."""
    assert opaque(Image.new("RGBA", (32, 32), (255, 0, 0, 0))).getpixel((5, 5)) == (255, 255, 255)


def test_colours_are_those_of_the_picture() -> None:
    """The colour that covers most comes first, as lower-case hex."""
    image = Image.new("RGB", (90, 90), "#23386b")
    image.paste((241, 240, 238), (0, 0, 90, 30))
    assert common_colours(image) == ["#23386b", "#f1f0ee"]


def test_only_whole_sentences_can_be_said(engine: CaptionEngine) -> None:
    """After each beginning of a known sentence exactly its continuations are allowed."""
    trie: dict = {}
    grow(trie, [5, 6], {7: {}})
    grow(trie, [5, 8, 9], {2: {}})
    assert trie == {5: {6: {7: {}}, 8: {9: {2: {}}}}}
    start, *_ = engine._tokenizer("").input_ids
    openings = {engine._tokenizer.decode(token) for token in engine._grammar.followers([start])}
    assert openings == {head.split()[0] for head in WORDING.heads}


def test_every_sentence_is_read_back() -> None:
    """A caption can be taken apart into the words that made it; a night scene tells no daylight."""
    assert len(WORDING.heads) == (1 + len(WORDING.kinds)) * len(WORDING.families)
    for kind in ("", *WORDING.kinds):
        for family in WORDING.families:
            words = WORDING.words(kind, family, "sky blue", "midday sun", "right")
            assert WORDING.read(words.sentence) == words
            assert sum(words.lengths.values()) == len(words.sentence.split())
    assert WORDING.words("", "city_night", "red", "midday sun", "left").light == ""


def test_what_is_not_sure_is_not_said() -> None:
    """A doubted colour, light or kind is left out; a doubted place or an unfamiliar picture leaves nothing."""
    words = WORDING.words("cup", "cafe", "sage green", "golden sunset", "left")
    sure = dict.fromkeys(("familiar", *words.lengths), 1.0)
    assert WORDING.only_sure(words, sure) == words
    assert WORDING.only_sure(words, sure | {"light_side": 0.5}).sentence == (
        "a cup on a dark wooden table in front of a blurred café in sage green tones, golden sunset light"
    )
    doubted = WORDING.only_sure(words, sure | {"mood": 0.1, "kind": 0.1, "colour": 0.1})
    assert doubted.sentence == "a dark wooden table in front of a blurred café"
    for word in ("familiar", "family"):
        assert WORDING.only_sure(words, sure | {word: 0.1}).sentence == ""


def test_of_photographs_no_scene_is_invented(engine: CaptionEngine) -> None:
    """Photographs get their title and colours only; the captioner takes some for scenes, and people are not told so."""
    answers = [caption(engine, Image.fromarray(getattr(data, name)()), "Oak lamp") for name in PHOTOS]
    silent = [answer for answer in answers if answer.facts["confidence"] == 0]
    assert 4 <= len(silent) < len(PHOTOS)
    for answer in answers:
        assert answer.text["alt_text"].startswith("Oak lamp. Mostly ")
        assert answer.text["description"].startswith("Mostly ")
    for answer in silent:
        assert not any(str(word) for word in answer.facts["words"].values())  # type: ignore[union-attr]
    assert measured_alt_text("", ["white", "dark grey", "brown"]) == "Mostly white, dark grey and brown."
    assert len(measured_alt_text("Title " * 30, ["white"])) <= MAX_CHARACTERS


def test_the_alt_text_joins_title_and_scene(engine: CaptionEngine, bare: Scenes) -> None:
    """The alt text is one sentence that begins with the title as it was given."""
    answers = [caption(engine, image, "iLamp 2 desk lamp") for image, _ in bare[:6]]
    image, seen = next(
        (image, answer.text["caption"])
        for answer, (image, _) in zip(answers, bare[:6], strict=True)
        if answer.facts["confidence"]
    )
    text = caption(engine, image, "iLamp 2 desk lamp", seen).text["alt_text"]
    assert text.startswith(("iLamp 2 desk lamp on ", "iLamp 2 desk lamp against "))
    assert text.endswith(".")
    assert alt_text("Oak desk lamp", LAMP_SCENE) == (
        "Oak desk lamp on a dark wooden table in front of a blurred café in sage green tones, golden sunset light."
    )


def test_without_a_title_the_scene_is_told() -> None:
    """An empty title leaves a sentence about the scene that begins with a capital letter."""
    assert alt_text("  ", LAMP_SCENE).startswith("A dark wooden table in front of")


TITLES = [
    "Vase",
    "Lampe „Käthe“ aus geölter Eiche – groß",
    "مصباح مكتب من خشب البلوط",
    "מנורת שולחן מעץ אלון",
    "橡木台灯" * 30,
    "Schreibtischlampenschirmhalterungsset" * 3,
    "The quite wonderful and very long name of a product that nobody can remember, in seven sizes and nine colours!",
    "Image of a photo of an oak lamp.",
    "Two\nlines\tand \u202ebidi\u202c control\x00",
    "👩‍🚀 space mug",
    "x" * 120,
]


@pytest.mark.parametrize("title", TITLES)
def test_alt_texts_are_short_and_clean(title: str) -> None:
    """Any title gives one line of at most 125 characters, without "image of" and with one full stop at its end."""
    for family in WORDING.families:
        words = WORDING.words("", family, "emerald green", "bright morning", "left")
        text = alt_text(title[:120], words)
        assert 0 < len(text) <= MAX_CHARACTERS
        assert not text.lower().startswith(("image of", "picture of", "photo of", "a photo of"))
        assert text.endswith(".")
        assert not text.endswith("..")
        assert text.isprintable() or "\u200d" in text
        assert " in front of " in text or "backdrop" in text


def test_light_is_left_out_before_the_title_is_cut() -> None:
    """A title that fits only without colour and light stays whole."""
    title = "Hand-turned oak desk lamp with a linen shade and a brass switch"
    assert alt_text(title, LAMP_SCENE) == f"{title} on a dark wooden table in front of a blurred café."


def test_titles_are_cut_between_words() -> None:
    """What is too long ends in an ellipsis after a whole word; one endless word is cut inside."""
    assert shorten("one two three", 9) == "one two…"
    assert shorten("a" * 20, 8) == "a" * 7 + "…"


def test_titles_are_cleaned() -> None:
    """White space, control characters, a lead-in and the last full stop go; the rest stays as the brand wrote it."""
    assert clean_title(" iPhone\u202e case \n") == "iPhone case"
    assert clean_title("An image of an oak lamp.") == "An oak lamp"
    assert clean_title("Wow!") == "Wow!"


@pytest.mark.parametrize(
    ("scene", "kept"),
    [
        ("dark wooden table, blurred café, sage green, golden sunset light", ("sage green", "golden sunset")),
        ("dark wooden table, blurred café, navy blue, soft overcast light", ("", "")),
        ("dark wooden table, blurred café, orange", ("", "golden sunset")),
        ("dark wooden table, blurred café", ("sage green", "golden sunset")),
    ],
)
def test_people_are_told_no_colour_or_light_that_the_request_names_otherwise(scene: str, kept: tuple[str, str]) -> None:
    """Either the picture or the captioner is wrong, so nothing is said about it."""
    told = WORDING.undisputed(LAMP_SCENE, scene)
    assert (told.colour, told.mood) == kept
    assert bool(told.light) == bool(told.mood)
