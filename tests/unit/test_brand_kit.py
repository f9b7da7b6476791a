"""Brand kits: checked when loaded, and changed by a request only within what exists."""

import shutil

import pytest
import yaml
from pydantic import ValidationError

from services.errors import InvalidConfiguration
from workflows.brand_kit import BRANDS, StyleChange, find_brand, load_brands


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fonts": {"headline": "Comic Sans", "body": "Inter"}}, r"tarnefold/brand\.yaml fonts\.headline.*Outfit"),
        ({"logos": {"dark": "logo_dark.png", "light": "gone.png"}}, r"logos\.light.*gone\.png"),
        ({"look": "loud"}, "look"),
    ],
)
def test_a_kit_that_does_not_fit_is_named(tmp_path, change, words):
    """The file, the place and what would do."""
    shutil.copytree(BRANDS / "tarnefold", tmp_path / "tarnefold")
    file = tmp_path / "tarnefold" / "brand.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text("utf-8")) | change), "utf-8")
    with pytest.raises(InvalidConfiguration, match=words):
        load_brands(tmp_path)


def test_a_request_sets_a_font_of_its_own():
    """Only one that exists; the rest stays as the kit says."""
    style = find_brand("tarnefold").style
    change = StyleChange(headline_font="Bricolage Grotesque").model_dump(exclude_none=True)
    assert style.model_copy(update=change).headline_font == "Bricolage Grotesque"
    with pytest.raises(ValidationError, match="Outfit"):
        StyleChange(body_font="Comic Sans")
