"""Ratings and badges: shown as given, in free places, mirrored with the script, and left out where there is no room."""

import io
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from drawn_plates import STYLE, WORDS, by_key, compose_request
from PIL import Image
from test_ingress import brief, client, scripted, store  # noqa: F401  fixtures

from services.compositor import layout
from services.compositor.artwork import Artwork, Stars
from services.compositor.engine import CompositorEngine
from services.compositor.service import SERVICE, Words
from services.compositor.stars import draw_stars
from services.compositor.template import load_templates
from services.errors import InvalidInput
from services.images import Box
from services.settings import ASSETS
from workflows.brand_kit import load_brands
from workflows.brief import Product
from workflows.checks import check_creative
from workflows.format import load_formats

FORMATS = ("meta_feed_1x1", "meta_story_9x16", "google_display_160x600", "google_display_728x90", "iab_mrec_300x250")
CANVASES = tuple(load_formats()[name].canvases()[0] for name in FORMATS)
LATIN = WORDS.model_copy(update={"stars": 4.5, "rating": "4.5 (1,284)", "badge": "\N{MINUS SIGN}20%"})
ARABIC = Words(
    headline="صباح هادئ يبدأ من هنا", call_to_action="شاهد الكوب", stars=4.5, rating="4.5 (1,284)", badge="جديد"
)
JAPANESE = Words(
    headline="静かな朝は、ここから始まる", call_to_action="マグを見る", stars=4.5, rating="4.5 (12)", badge="20%オフ"
)
LOOKS = ("quiet", "bold", "editorial", "card", "split", "minimal", "poster", "price")


@pytest.fixture(scope="module")
def engine():
    engine = CompositorEngine()
    engine.load(SERVICE.checkpoint(""))
    return engine


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("words", [LATIN, ARABIC, JAPANESE], ids=["en", "ar", "ja"])
def test_they_stand_free_or_not_at_all(engine, words, look):
    """No check of places or contrast fails, and what is not there is said to be left out."""
    style = STYLE.model_copy(update={"look": look})
    request, images = compose_request(*CANVASES, words=words, style=style)
    made = engine.generate(request, images)
    kit = next(iter(load_brands().values()))
    shown = set()
    for canvas in CANVASES:
        facts = made.facts["creatives"][canvas.format]
        checks = check_creative(load_formats()[canvas.format], canvas, made.images[canvas.format], facts, kit)
        about = ("safe_zone", "overlap", "ad_choices_corner", "contrast.rating", "contrast.badge")
        assert [check for check in checks if check.id in about and check.outcome != "passed"] == []
        there = {box["role"] for box in facts["boxes"]} & {"rating", "badge"}
        assert there ^ set(facts["dropped"]) & {"rating", "badge"} == {"rating", "badge"}
        shown |= there
    assert shown == {"rating", "badge"}


def test_an_artwork_with_stars_and_badge_repeats(engine):
    """Byte for byte, like any other."""
    request, images = compose_request(*CANVASES, words=LATIN)
    made = engine.generate(request, images)
    for canvas in CANVASES:
        artwork = Artwork.model_validate(made.facts["artworks"][canvas.format])
        assert engine.repeat(artwork, by_key(request, images)).data == made.images[canvas.format].data


def test_without_rating_and_badge_nothing_is_added(engine):
    """A product that has neither gets no stars and no seal."""
    made = engine.generate(*compose_request(*CANVASES))
    layers = [layer for artwork in made.facts["artworks"].values() for layer in artwork["layers"]]
    assert not {"rating", "badge"} & {layer["role"] for layer in layers}


@pytest.mark.parametrize("turned", [False, True])
def test_stars_are_filled_as_far_as_the_value_says(turned):
    """Half of the fourth star and the fifth are faint; in Arabic counted from the right."""
    stars = Stars(left=10, top=10, size_px=40, count=5, value=3.5, is_turned=turned, colour="#102030")
    box = Box(left=0, top=0, right=260, bottom=60)
    alpha = draw_stars(np.zeros((60, 260, 4), np.uint8), stars, box)[..., 3]
    alpha = alpha[:, ::-1][:, 21:] if turned else alpha
    parts = [alpha[:, round(10 + number * 22.4) :][:, :22] for number in range(10)]
    strongest = [int(part.max()) for part in parts]
    assert min(strongest[:7]) > 240
    assert max(strongest[7:]) < 90


def test_a_single_star_beside_a_low_rating_in_a_narrow_column(engine):
    """Where five stars are too wide the figures say how good it is."""
    request, images = compose_request(CANVASES[2], words=LATIN.model_copy(update={"rating": "2.1 (1,284,000)"}))
    layers = engine.generate(request, images).facts["artworks"]["google_display_160x600"]["layers"]
    rating = next(layer for layer in layers if layer["role"] == "rating")
    assert rating["stars"]["count"] == 1
    assert rating["lines"][0]["text"] == "2.1 (1,284,000)"


def test_figures_run_with_the_script(engine):
    """In Arabic the stars stand right of the figures."""
    request, images = compose_request(CANVASES[1], words=ARABIC)
    layers = engine.generate(request, images).facts["artworks"]["meta_story_9x16"]["layers"]
    rating = next(layer for layer in layers if layer["role"] == "rating")
    assert rating["stars"]["is_turned"]
    assert rating["stars"]["left"] > rating["lines"][0]["left"] + rating["lines"][0]["width"]


def test_a_badge_differs_from_its_ground(engine):
    """In an accent like the ground it takes another colour of the brand."""
    style = STYLE.model_copy(update={"accent": "#F4F4F4"})
    request, images = compose_request(CANVASES[0], words=LATIN, style=style, ground="white")
    made = engine.generate(request, images)
    layers = made.facts["artworks"]["meta_feed_1x1"]["layers"]
    badge = next(layer for layer in layers if layer["role"] == "badge")
    assert badge["plaques"][0]["colour"] == STYLE.primary
    picture = np.asarray(Image.open(io.BytesIO(made.images["meta_feed_1x1"].data)).convert("L"))
    box = badge["box"]
    seal = picture[box["top"] : box["bottom"], box["left"] : box["right"]]
    assert seal.min() < 80
    assert seal.max() > 240


@pytest.mark.parametrize(
    ("locale", "rating", "offer"),
    [
        ("en", "4.67 (1,284)", "\N{MINUS SIGN}20%"),
        ("de", "4,67 (1.284)", "\N{MINUS SIGN}20\N{NO-BREAK SPACE}%"),
        ("ar", "4.67 (1,284)", "\N{MINUS SIGN}20%"),
        ("ja", "4.67 (1,284)", "\N{MINUS SIGN}20%"),
    ],
)
def test_figures_as_the_locale_writes_them(locale, rating, offer):
    """A rating is never rounded up to a better one."""
    product = Product(
        id="mug",
        title="Mug",
        image=f"uploads/{'0' * 64}.png",
        rating={"value": 4.67, "count": 1284},
        offer={"percent_off": 20},
    )
    assert (product.rating_line(locale), product.offer_line(locale)) == (rating, offer)
    assert Product(**{**dict(product), "rating": {"value": 4.999, "count": 3}}).rating_line("en") == "4.99 (3)"
    assert product.model_copy(update={"rating": None, "offer": None}).rating_line(locale) == ""


@pytest.mark.parametrize("name", ["offer", "offers"])
def test_an_offer_that_has_ended_is_not_promised(name):
    """Its last day may still go on somewhere; two days later the brief is refused, by whatever name it goes."""
    offer = {"percent_off": 20, "until": "2026-11-30"}
    product = Product(
        id="mug",
        title="Mug",
        image=f"uploads/{'0' * 64}.png",
        **{name: offer if name == "offer" else {"autumn": offer}},
    )
    product.check_offers(date(2026, 12, 1))
    with pytest.raises(InvalidInput, match="ended on 2026-11-30"):
        product.check_offers(date(2026, 12, 2))


async def test_a_brief_with_an_ended_offer_is_refused(client, brief):  # noqa: F811
    """422 before any work, with the day."""
    brief["product"]["offer"] = {"percent_off": 20, "until": "2020-01-31"}
    answer = await client.post("/v1/creatives", json=brief)
    assert answer.status_code == 422
    assert "2020-01-31" in answer.json()["detail"]


@pytest.mark.parametrize("look", ["quiet", "minimal"])
@pytest.mark.parametrize("ground", ["gradient", "noise"])
def test_feeds_and_stories_show_the_rating(engine, look, ground):
    """Another template of the look has room where the first one has not; a body may go for it, a rating may not."""
    style = STYLE.model_copy(update={"look": look})
    for product in ("square", "tall", "wide"):
        made = engine.generate(
            *compose_request(*CANVASES[:2], words=LATIN, style=style, ground=ground, product=product)
        )
        for name, facts in made.facts["creatives"].items():
            assert "rating" not in facts["dropped"], (name, product, facts["template"])


@pytest.mark.parametrize("look", LOOKS)
def test_no_look_is_left_for_a_rating(engine, look):
    """A bold brand stays bold, even where its layouts have no room for stars."""
    looks = {template.name: template.look for template in load_templates(ASSETS / "templates")}
    style = STYLE.model_copy(update={"look": look})
    for product in ("square", "tall", "wide"):
        found = []
        for words in (LATIN, LATIN.model_copy(update={"rating": "", "stars": 0.0})):
            made = engine.generate(*compose_request(*CANVASES[:2], words=words, style=style, product=product))
            found.append({name: looks[facts["template"]] for name, facts in made.facts["creatives"].items()})
        assert found[0] == found[1]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("words", [LATIN, ARABIC, JAPANESE], ids=["en", "ar", "ja"])
def test_what_fits_fits_at_every_smaller_size(engine, monkeypatch, words, look):
    """Layout relies on it: it looks for the largest size that fits by halving."""
    set_column, seen = layout.set_column, []

    def also_smaller(group, region, setting, dropped):
        placed = set_column(group, region, setting, dropped)
        if placed is not None:
            smaller = [replace(setting, scale=scale) for scale in layout.SCALES if scale < setting.scale]
            seen.extend(set_column(group, region, one, dropped) for one in smaller)
        return placed

    monkeypatch.setattr(layout, "set_column", also_smaller)
    engine.generate(*compose_request(*CANVASES, words=words, style=STYLE.model_copy(update={"look": look})))
    assert len(seen) > 20
    assert None not in seen
