"""Facts to captions: the canonical sentence, or a looser one as people write them."""

import numpy as np

from services.product.sketch.palette import VOCABULARY

FILLERS = [
    "professional product photography", "advertising backdrop", "high quality", "beautiful", "modern",
    "photo of a scene", "background for an ad", "commercial photo", "empty scene", "premium", "new collection",
    "for the campaign", "shallow depth of field", "bokeh", "4k", "with copy space",
]  # fmt: skip


def canonical(facts: dict[str, str]) -> str:
    """The full sentence in the canonical order of vocabulary.yaml."""
    words = {**facts, "family": VOCABULARY["families"][facts["family"]]["prompt"]}
    return VOCABULARY["canonical"].format(**words)


def _say(rng: np.random.Generator, plain: str, entry: dict, share: float) -> str:
    """The plain word, or with the given probability one of its synonyms."""
    return str(rng.choice(entry["synonyms"])) if rng.random() < share else plain


def loose(facts: dict[str, str], rng: np.random.Generator) -> str:
    """A sentence with synonyms, dropped facts, fillers and another order; the family stays."""
    family = VOCABULARY["families"][facts["family"]]
    colour = _say(rng, facts["colour"], VOCABULARY["colours"][facts["colour"]], 0.35)
    mood = _say(rng, facts["mood"], VOCABULARY["moods"][facts["mood"]], 0.35)
    side = _say(rng, facts["light_side"], VOCABULARY["light_sides"][facts["light_side"]], 0.3)
    position = _say(rng, facts["position"], VOCABULARY["positions"][facts["position"]], 0.3)
    kept = zip((colour, mood + " light" * (rng.random() < 0.7), side, position), (0.85, 0.75, 0.6, 0.7), strict=True)
    parts = [_family(rng, family), *(part for part, share in kept if rng.random() < share)]
    parts += [str(filler) for filler in rng.choice(FILLERS, rng.integers(0, 3))]
    parts += [nonsense(rng)] * (rng.random() < 0.12)
    if rng.random() < 0.4:
        rng.shuffle(parts)
    return str(rng.choice([", ", " ", " with ", ", "])).join(parts)


def nonsense(rng: np.random.Generator) -> str:
    """A made-up name, so that unknown words come to mean nothing."""
    return "".join(rng.choice(list("bdfgklmnprstvz")) + rng.choice(list("aeiouy")) for _ in range(rng.integers(1, 5)))


def _family(rng: np.random.Generator, family: dict) -> str:
    """The family's prompt, half of it, or a synonym."""
    choice = rng.random()
    if choice < 0.45:
        return family["prompt"]
    return str(rng.choice(family["synonyms"] if choice < 0.8 else family["prompt"].split(", ")))


def caption(facts: dict[str, str], rng: np.random.Generator) -> str:
    """Canonical 40 % of the time, else loose."""
    return canonical(facts) if rng.random() < 0.4 else loose(facts, rng)


def swap_sides(facts: dict[str, str]) -> dict[str, str]:
    """The facts of the mirrored picture."""
    mirror = {"left": "right", "right": "left", "centre": "centre"}
    turned = {key: facts[key].rsplit(" ", 1) for key in ("light_side", "position")}
    return {**facts, **{key: f"{start} {mirror[end]}" for key, (start, end) in turned.items()}}
