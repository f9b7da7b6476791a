"""Rain and heat through the real stack: no scene, no copy; policy and copywriter choose, and it is explained."""

import httpx
import pytest

from services.settings import ASSETS

FACTS = {"category": "footwear", "attributes": ["waterproof", "grip", "lightweight", "breathable"]}
SEATTLE = {"weather": "rain", "temperature_c": 7, "season": "winter", "region": "US-WA"}
ARIZONA = {"weather": "clear", "temperature_c": 38, "season": "summer", "region": "US-AZ"}


@pytest.fixture(scope="module")
def job(stack):
    """One product for two places; the picture is the flask's, the facts are those of a boot."""
    photo = (ASSETS / "samples" / "products" / "flask.png").read_bytes()
    with httpx.Client(base_url=stack.base_url, timeout=90) as client:
        image = client.post("/v1/assets", content=photo, headers={"content-type": "image/png"}).json()["id"]
        brief = {
            "product": {"id": "boot", "title": "Fellrunner", "image": image, "price": "149.00", **FACTS},
            "brand": "tarnefold",
            "formats": ["meta_feed_1x1"],
            "variants": [
                {"audience": {"id": "seattle"}, "signals": SEATTLE},
                {"audience": {"id": "arizona"}, "signals": ARIZONA},
            ],
        }
        made = client.post("/v1/creatives", json=brief, headers={"prefer": "wait=60"}).json()
        assert made["status"] == "succeeded", made
        made["traces"] = client.get(made["urls"]["explanation"]).json()["variants"]
        return made


def test_the_weather_leads_to_scene_and_words(job):
    """Seattle: wet forest, grip and waterproof. Arizona: dry rock in the sun, light and breathable."""
    seattle, arizona = job["traces"]
    assert "forest" in seattle["scene"]["text"]
    assert "midday sun" in arizona["scene"]["text"]
    assert set(seattle["words"]["body"]["facts"]) == {"grip", "waterproof"}
    assert set(arizona["words"]["body"]["facts"]) == {"lightweight", "breathable"}
    assert [rule["name"] for rule in seattle["rules"]] == ["rain"]


def test_creatives_bear_the_explained_words(job):
    """What the explanation says is what the creative says."""
    for trace, creative in zip(job["traces"], job["creatives"], strict=True):
        assert creative["copy_text"]["headline"] == trace["words"]["headline"]["text"]
        assert trace["picture"]["caption"]
