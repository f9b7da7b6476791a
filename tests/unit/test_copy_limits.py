"""How long copy may be, by the formats of a brief."""

from workflows.brief import Audience, Brief, Copy, Product, Variant
from workflows.copy_limits import copy_limits
from workflows.decision import Decision
from workflows.format import find_formats
from workflows.inputs import angles
from workflows.personalisation import Personal


def limits(*formats):
    found = copy_limits(find_formats(formats))
    return found.headline, found.short_headline, found.call_to_action, found.counting


def test_small_formats_and_fields_limit_the_short_headline_only():
    """Pictures hold 44 letters; Meta's field takes 40, a leaderboard shows 32, Google's field takes 30."""
    assert limits("meta_feed_1x1") == (44, 40, 24, "characters")
    assert limits("meta_feed_1x1", "iab_leaderboard_728x90") == (44, 32, 20, "characters")
    assert limits("iab_mrec_300x250", "google_rda") == (44, 30, 24, "display_width")


def test_readers_are_told_apart_who_get_copy_on_the_same_product():
    """What the client worded itself, and words on another product, are no repetition."""
    image = f"uploads/{'0' * 64}.png"
    mug, coat = Product(id="mug", title="Mug", image=image), Product(id="coat", title="Coat", image=image)
    own = Copy(headline="Mine", call_to_action="Go")
    personal = [
        Personal(
            brief=Brief(product=product, brand="tarnefold", variants=(variant,)),
            variant=variant,
            decision=Decision.model_construct(lead=("grip",), moment=moment),
        )
        for moment, product, words in [("rain", mug, None), ("", mug, own), ("heat", coat, None), ("snow", mug, None)]
        for variant in [Variant(audience=Audience(id="someone"), words=words, seed=7)]
    ]
    assert [[angle.moment for angle in earlier] for earlier in angles(personal)] == [[], ["rain"], [], ["rain"]]
