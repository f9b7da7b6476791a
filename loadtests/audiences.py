"""Synthetic advertisers: endless, seeded briefs over the sample products for synthetic readers.

Number n is the same on every machine. The scene is chosen here, so that its share of new ones is known; the words are
left to the copywriter and follow from the reader's signals.
"""

import random
from pathlib import Path
from typing import Any

import yaml

from workflows.personas import make_persona

SAMPLES = Path(__file__).resolve().parents[1] / "assets" / "samples"
SURFACES = ("wooden table", "white marble table", "mossy rock", "plain podium", "stone ledge", "linen cloth")
PLACES = ("blurred cafe", "blurred garden", "beach and pale sea", "forest clearing", "living room", "night city bokeh")
COLOURS = ("warm beige", "fresh green", "pale blue", "deep blue and amber", "terracotta", "soft grey")
LIGHTS = ("bright morning light", "late afternoon sun", "soft window light from the left", "overcast, gentle light")


def sample_products() -> list[dict[str, Any]]:
    """The products of the sample campaign, each once; ``image`` is relative to ``SAMPLES``."""
    briefs = yaml.safe_load((SAMPLES / "campaign.yaml").read_text())["briefs"]
    return list({brief["product"]["id"]: brief["product"] for brief in briefs}.values())


class Advertiser:
    """Writes brief number n, with ``images`` as product id -> uploaded asset id."""

    def __init__(self, images: dict[str, str], seed: int, new_scene_share: float, formats: list[str]) -> None:
        self._products = [product for product in sample_products() if product["id"] in images]
        self._images = images
        self._seed = seed
        self._new_scene_share = new_scene_share
        self._formats = formats

    def brief(self, number: int) -> dict[str, Any]:
        """A new scene with probability ``new_scene_share``; otherwise one of six known scenes for another reader."""
        dice = random.Random(f"{self._seed}/{number}")
        is_new = dice.random() < self._new_scene_share
        scene_number = number if is_new else dice.randrange(6)
        scene_dice = random.Random(f"{self._seed}/scene/{is_new}/{scene_number}")
        product = scene_dice.choice(self._products)
        return {
            "workflow": "product_ad",
            "product": {**product, "image": self._images[product["id"]]},
            "brand": "tarnefold",
            "formats": self._formats,
            "variants": [{**make_persona(number, self._seed), **_scene(scene_dice)}],
        }


def _scene(dice: random.Random) -> dict[str, Any]:
    words = [dice.choice(options) for options in (SURFACES, PLACES, COLOURS, LIGHTS)]
    return {"scene": ", ".join(words), "seed": dice.randrange(2**31)}
