"""The phrases of the language files: what they claim, what descriptions and titles state, what openers open."""

import pytest
from test_copywriter import GRAMMARS, engine, write  # noqa: F401  fixture

from services.copywriter.grammar import says
from services.copywriter.service import Facts, Rating

DOUBLE_WALLS = {
    "en": "double walls",
    "de": "doppelwandig",
    "fr": "double paroi",
    "es": "doble pared",
    "pt": "parede dupla",
    "it": "doppia parete",
    "ja": "二重構造",
    "ar": "جدار مزدوج",
}


@pytest.mark.parametrize("language", sorted(GRAMMARS.languages))
def test_a_phrase_claims_no_more_than_its_attribute(language):
    """Read as a description, a phrase states its own attribute or none: insulated things have no double walls."""
    grammar = GRAMMARS.find(language)
    phrases = [
        (name, text)
        for name, one in grammar.attributes.items()
        for texts in (*one.headline.values(), *one.body.values())
        for text in texts
    ]
    generic = (*grammar.generic.headline.values(), *grammar.generic.body.values())
    phrases += [("", text) for texts in generic for text in texts]
    assert {text: read for name, text in phrases if (read := set(grammar.read(text)) - {name})} == {}
    assert not [text for name, text in phrases if says(text, DOUBLE_WALLS[language])]


def test_the_title_says_the_kind_when_the_brief_does_not(engine):  # noqa: F811
    """A lamp gets a lamp's words; a rack for shoes is no shoe."""
    lamp = write(engine, Facts(title="Ember table lamp"), count=3).facts["copies"]
    assert {tuple(copy["headline"]["facts"]) for copy in lamp} == {("category",)}
    assert {tuple(copy["body"]["facts"])[:1] for copy in lamp} == {("category",)}
    find = GRAMMARS.category
    assert find(Facts(title="Aero running shoe")) == find(Facts(title="x", category="running_shoes")) == "footwear"
    assert find(Facts(title="Cedar & fig hand wash, 300 ml")) == "care"
    for title in ("Shoe rack", "Lamp oil", "Lampe"):
        assert find(Facts(title=title)) == "other"
    assert find(Facts(title="Table lamp", category="decoration")) == "decoration"


@pytest.mark.parametrize(
    ("language", "title", "category"),
    [
        ("de", "Steingutbecher, 300 ml", "drinkware"),
        ("de", "Becher", "drinkware"),
        ("de", "Lederschuhe mit Gummisohle", "footwear"),
        ("de", "Handschuhe", "clothing"),
        ("de", "Schwein aus Porzellan", "other"),
        ("de", "Schuhregal", "other"),
        ("fr", "Tasse en grès", "drinkware"),
        ("fr", "Porte-sac", "other"),
        ("es", "Silla de roble", "furniture"),
        ("pt", "Bolsa de couro", "bag"),
        ("it", "Lampada da tavolo", "lighting"),
        ("ja", "白いマグカップ", "drinkware"),
        ("ja", "革靴", "footwear"),
        ("ja", "トランプ", "other"),
        ("ar", "كوب خزفي", "drinkware"),
        ("nl", "Mok", "other"),
    ],
)
def test_titles_say_their_kind_in_their_own_language(language, title, category):
    """The noun stands last in German and Japanese, also as part of a word; first in Romance languages and Arabic."""
    assert GRAMMARS.category(Facts(title=title, language=language)) == category


@pytest.mark.parametrize("language", sorted(GRAMMARS.languages))
def test_kinds_are_those_of_the_phrases(language):
    """Every language names products of every category, and no word names two."""
    names = GRAMMARS.find(language).kinds.names or GRAMMARS.categories.names
    assert set(names) == set(GRAMMARS.categories.names)
    words = [word for some in names.values() for word in some]
    assert len(set(words)) == len(words)


def test_attributes_go_by_several_names_but_never_by_their_opposite(engine):  # noqa: F811
    """cushioned is soft; what a description denies is not claimed."""
    shoe = Facts(title="Aero", category="footwear", attributes=("cushioned", "not_waterproof"))
    made = write(engine, shoe)
    assert made.facts["copies"][0]["headline"]["facts"] == ["soft"]
    assert made.facts["unused"] == ["not_waterproof"]
    read = GRAMMARS.find("en").read
    assert read("Not dishwasher safe, but handmade") == ["handmade"]
    assert read("A leather-free tote in a linen look; wool strap") == ["wool"]
    assert read("Sole with non-slip grip") == ["grip"]
    assert GRAMMARS.find("de").read("Nicht spülmaschinenfest. Wasserdicht") == ["waterproof"]
    assert GRAMMARS.find("ja").read("防水ではありません") == []


@pytest.mark.parametrize(
    ("language", "description", "stated"),
    [
        ("en", "Oak lamp with soft light", ["wood"]),
        ("de", "Leicht zu reinigen, nur von Hand waschen", []),
        ("de", "Leicht und wasserdicht", ["waterproof", "lightweight"]),
        ("fr", "La batterie se recharge en deux heures", []),
        ("fr", "Savon au bois de santal", []),
        ("it", "Funziona senza pile", []),
        ("pt", "Vestido de malha", []),
        ("ja", "音楽再生に", []),
        ("ar", "ضوء ناعم", []),
    ],
)
def test_words_with_two_meanings_state_nothing(language, description, stated):
    """Easy is not light, washing by hand is not made by hand, soft light is not soft to the touch."""
    assert GRAMMARS.find(language).read(description) == stated


@pytest.mark.parametrize(
    ("facts", "moment", "opens"),
    [
        (Facts(title="Ember", category="lighting", attributes=("sturdy",)), "rain", {"category"}),
        (Facts(title="Fell", category="footwear", attributes=("sturdy",)), "rain", {"sturdy"}),
        (Facts(title="Ferry", category="bag", attributes=("leather",)), "snow", set()),
    ],
)
def test_an_opener_stands_where_it_makes_sense(engine, facts, moment, opens):  # noqa: F811
    """ "Rain again? One more chapter" for a lamp, "Rain again? Ready for real days" for a boot, neither for a tote."""
    copies = write(engine, facts, moment=moment, count=12).facts["copies"]
    opened = [copy["headline"]["facts"] for copy in copies if f"moment:{moment}" in copy["headline"]["facts"]]
    assert {facts[0] for facts in opened} == opens


def test_what_the_moment_makes_pointless_is_told_last(engine):  # noqa: F811
    """A waterproof jacket in the heat is light and recycled first; in the rain it is waterproof."""
    jacket = Facts(title="Moor", category="clothing", attributes=("waterproof", "lightweight", "recycled"))
    for seed in range(6):
        hot = write(engine, jacket, moment="heat", lead=("lightweight", "breathable"), seed=seed)
        assert hot.facts["copies"][0]["body"]["facts"] == ["lightweight", "recycled"]
    assert write(engine, jacket, moment="rain").facts["copies"][0]["headline"]["facts"][0] == "waterproof"


def test_bodies_tell_measures_and_do_not_repeat_what_the_picture_says(engine):  # noqa: F811
    """Contents in some bodies; a weight only of light things; price and rating stand on the creative already."""
    flask = Facts(
        title="Trail",
        category="drinkware",
        attributes=("insulated", "sturdy"),
        measures={"capacity_ml": 600, "weight_g": 340},
        price="34.00",
        rating=Rating(value=4.8, count=612),
    )
    told = {fact for seed in range(12) for fact in write(engine, flask, seed=seed).facts["copies"][0]["body"]["facts"]}
    assert told == {"insulated", "sturdy", "capacity_ml"}
    light = flask.model_copy(update={"attributes": ("lightweight",)})
    assert "weight_g" in {
        fact for seed in range(12) for fact in write(engine, light, seed=seed).facts["copies"][0]["body"]["facts"]
    }
