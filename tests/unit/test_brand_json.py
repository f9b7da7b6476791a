"""Brands from an AdCP brand.json: what is taken, what is chosen, what is refused."""

import io
import json

import numpy as np
import pytest
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from services.compositor.contrast import contrast
from services.errors import InvalidInput, UnknownName
from workflows.brand_json import make_kit, read_brand_json
from workflows.brand_kit import known_families, load_brands
from workflows.brand_logos import make_logos
from workflows.cli.main import app

BRAND = {
    "id": "north_mill",
    "names": [{"de": "Nordmühle"}, {"en": "North Mill"}],
    "tagline": "Bread that keeps",
    "logos": [
        {"url": "https://cdn.example/brand/mill-horizontal.svg", "background": "light-bg", "variant": "full-lockup"}
    ],
    "colors": {"primary": ["#7A2E1D", "#511D12"], "accent": "#E0A93B", "background": "#FBF6EC", "text": "#2A1B14"},
    "fonts": {"primary": "Bricolage Grotesque", "secondary": "Figtree", "font_urls": ["https://cdn.example/a.woff2"]},
    "tone": {
        "voice": "warm",
        "attributes": ["plain", "warm"],
        "dos": ["Name the grain."],
        "donts": ["No health claims."],
    },
    "visual_guidelines": {"graphic_style": {"corner_radius": "8px"}, "logo_placement": {"min_clear_space": "0.5x"}},
    "product_catalog": {"feed_url": "https://north.example/feed.xml"},
}


def house(*brands):
    return {"version": "1.0", "house": {"domain": "north.example", "name": "North"}, "brands": list(brands)}


def write_logo(folder, name="mill-horizontal"):
    logo = Image.new("RGBA", (200, 50))
    ImageDraw.Draw(logo).ellipse((0, 0, 49, 49), fill="#2A1B14")
    logo.save(folder / f"{name}.png")


def test_a_brand_becomes_a_kit():
    """Names, colours, fonts, tone, corners and clear space are taken over; words on colours are chosen to read."""
    kit = make_kit(read_brand_json(house(BRAND)), known_families())
    assert (kit.id, kit.name, kit.fonts.headline, kit.button) == (
        "north_mill",
        "North Mill",
        "Bricolage Grotesque",
        "rounded",
    )
    assert (kit.colours.primary, kit.logos.clear_space, kit.voice.dont) == ("#7A2E1D", 0.5, ("No health claims.",))
    assert contrast(kit.colours.on_primary, kit.colours.primary) >= 4.5
    assert contrast(kit.colours.on_accent, kit.colours.accent) >= 4.5


def test_a_logo_for_one_ground_serves_both(tmp_path):
    """The logo in light ink is the shape of the dark one."""
    write_logo(tmp_path)
    made = make_logos(read_brand_json(house(BRAND)), tmp_path)
    dark, light = (np.asarray(Image.open(io.BytesIO(made[f"logo_{ink}.png"].data))) for ink in ("dark", "light"))
    assert (dark[..., 3] == light[..., 3]).all()
    assert (light[25, 25] == 255).all()
    assert tuple(dark[25, 25]) == (0x2A, 0x1B, 0x14, 255)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"house": "nikeinc.com"}, "points to 'nikeinc.com'"),
        ({"authoritative_location": "https://example.org/brand.json"}, "points to"),
        (house(BRAND | {"colors": {"primary": "red"}}), "brand north_mill colors.primary"),
        (house(BRAND | {"colors": {}}), "colors.primary"),
        ([], "brand.json"),
    ],
)
def test_what_cannot_be_imported_says_where(data, words):
    """A pointer, or a field that does not fit."""
    with pytest.raises(InvalidInput, match=words):
        read_brand_json(data)


def test_a_house_of_brands_asks_which():
    """One sentence with the ids to choose from."""
    with pytest.raises(UnknownName, match="north_mill, south_mill"):
        read_brand_json(house(BRAND, BRAND | {"id": "south_mill"}))
    assert read_brand_json(house(BRAND, BRAND | {"id": "south_mill"}), "south_mill").id == "south_mill"


def test_a_font_that_is_not_here_is_named():
    """Nothing is replaced silently."""
    with pytest.raises(UnknownName, match=r"Trade Gothic.*Outfit"):
        make_kit(read_brand_json(house(BRAND | {"fonts": {"primary": "Trade Gothic"}})), known_families())


def test_colours_that_cannot_be_read_are_refused():
    """Pale words on a pale ground."""
    entry = read_brand_json(house(BRAND | {"colors": {"primary": "#7A2E1D", "text": "#BBBBBB"}}))
    with pytest.raises(InvalidInput, match=r"colors\.text.*1\.\d+.*4\.5"):
        make_kit(entry, known_families())


def test_logos_are_not_fetched(tmp_path):
    """The sentence names the file that is looked for."""
    with pytest.raises(InvalidInput, match=r"mill-horizontal\.png"):
        make_logos(read_brand_json(house(BRAND)), tmp_path)


def test_the_command_writes_a_brand_that_loads(tmp_path):
    """`vitrine brands import` once, and a second time refused."""
    write_logo(tmp_path)
    file = tmp_path / "brand.json"
    file.write_text(json.dumps(house(BRAND)), "utf-8")
    arguments = ["brands", "import", str(file), "--into", str(tmp_path / "brands")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    kit = load_brands(tmp_path / "brands")["north_mill"]
    assert kit.style.primary == "#7A2E1D"
    assert kit.voice.adjectives == ("plain", "warm")
    assert CliRunner().invoke(app, arguments).exit_code == 1
