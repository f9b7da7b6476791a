"""Checks of a finished creative: what was promised for its format and its brand, measured, with the limit beside it."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from services.compositor.service import AD_CHOICES_PX, LOGO_CONTRAST, MOST_CLUTTER, NORMAL_TEXT, Canvas
from services.images import EXTENSIONS, ImageRef
from services.product.service import MOST_SHIFT, USABILITY_LIMITS
from services.tryon.service import LEAST_REMOVED
from workflows.brand_kit import BrandKit
from workflows.brief import Copy
from workflows.format import Format

Outcome = Literal["passed", "warned", "failed"]
HEADLINE_FIELDS = ("headline", "title", "card_headline")
PRODUCT_AGREEMENT = {"edge_agreement": 0.9, "print_agreement": 0.9}


class Check(BaseModel):
    """One promise: what it is about, how it came out, what was measured and what is allowed."""

    model_config = ConfigDict(frozen=True)

    id: str
    outcome: Outcome
    value: float | str
    limit: float | str
    detail: str = ""


def check_creative(
    format: Format, canvas: Canvas, image: ImageRef, facts: Mapping[str, Any], kit: BrandKit
) -> tuple[Check, ...]:
    """Every check of one file. Formats of low confidence only warn."""
    found = [*_check_file(canvas, image, facts), *_check_places(canvas, facts), *_check_brand(canvas, facts, kit)]
    return tuple(soften(check) if format.confidence == "low" else check for check in found)


def soften(check: Check) -> Check:
    """A limit that may be wrong warns instead of failing."""
    return check.model_copy(update={"outcome": "warned"}) if check.outcome == "failed" else check


def judge(id: str, holds: bool, value: float | str, limit: float | str, detail: str = "") -> Check:
    """A check that passes or fails."""
    return Check(id=id, outcome="passed" if holds else "failed", value=value, limit=limit, detail=detail)


def _check_file(canvas: Canvas, image: ImageRef, facts: Mapping[str, Any]) -> Iterable[Check]:
    size, wanted = f"{image.width}x{image.height}", f"{canvas.width}x{canvas.height}"
    yield judge("size", size == wanted, size, wanted)
    yield judge("bytes", facts["bytes"] <= canvas.max_bytes, facts["bytes"], canvas.max_bytes)
    kind = EXTENSIONS[image.media_type]
    yield judge("file_type", kind == canvas.file_type, kind, canvas.file_type)


def _check_places(canvas: Canvas, facts: Mapping[str, Any]) -> Iterable[Check]:
    if canvas.shows != "ad":
        return
    boxes = facts["boxes"]
    outside = [box["role"] for box in boxes if not _is_safe(box, canvas)]
    yield judge("safe_zone", not outside, len(outside), 0, ", ".join(outside))
    things = [*boxes, {"role": "product", **facts["product"]}] if facts["product"] else boxes
    pairs = [f"{one['role']} on {other['role']}" for one, other in combinations(things, 2) if _meet(one, other)]
    yield judge("overlap", not pairs, len(pairs), 0, ", ".join(pairs))
    covering = facts["covering"]
    yield judge("faces", not covering, len(covering), 0, f"covered by {', '.join(covering)}" if covering else "")
    corner = {"left": canvas.width - AD_CHOICES_PX[0], "top": 0, "right": canvas.width, "bottom": AD_CHOICES_PX[1]}
    covering = [box["role"] for box in boxes if _meet(box, corner)]
    yield judge("ad_choices_corner", not covering, len(covering), 0, ", ".join(covering))
    busiest = max(facts["clutter"].values(), default=0)
    detail = ", ".join(role for role, clutter in facts["clutter"].items() if clutter > MOST_CLUTTER)
    yield soften(judge("calm_ground", busiest <= MOST_CLUTTER, busiest, MOST_CLUTTER, detail))
    for role, ratio in facts["contrast"].items():
        least = LOGO_CONTRAST if role == "logo" else NORMAL_TEXT
        yield judge(f"contrast.{role}", ratio >= least, ratio, least)


def check_imagery(facts: Mapping[str, Any]) -> tuple[Check, ...]:
    """Product truth and usability of the plates behind a file, the worst of all shapes, or remains of worn clothes.

    Usability and remains only warn.
    """
    proofs, verdicts = list(facts.get("truth", {}).values()), list(facts.get("usability", {}).values())
    found = []
    if proofs:
        exact = all(proof["fidelity"] == "exact" for proof in proofs)
        shift, limit = max(proof["delta_e_max"] for proof in proofs), 0.0 if exact else MOST_SHIFT
        found = [judge("product.delta_e", shift <= limit, shift, limit, "CIE 1976, in the matte core of the plates")]
        found += [_at_least(f"product.{name}", proofs, name, least) for name, least in PRODUCT_AGREEMENT.items()]
    for fault in verdicts[0]["scores"] if verdicts else ():
        score = max(verdict["scores"][fault] for verdict in verdicts)
        found.append(
            soften(judge(f"usability.{fault}", score <= USABILITY_LIMITS[fault], score, USABILITY_LIMITS[fault]))
        )
    if "removed" in facts.get("scores", {}):
        found.append(soften(_at_least("try_on.removed", [facts["scores"]], "removed", LEAST_REMOVED)))
    return tuple(found)


def _at_least(id: str, proofs: Iterable[Mapping[str, Any]], name: str, least: float) -> Check:
    value = min(proof[name] for proof in proofs)
    return judge(id, value >= least, value, least)


def _is_safe(box: Mapping[str, Any], canvas: Canvas) -> bool:
    """One px of rounding is allowed."""
    return bool(
        box["left"] >= canvas.safe_left * canvas.width - 1
        and box["top"] >= canvas.safe_top * canvas.height - 1
        and box["right"] <= (1 - canvas.safe_right) * canvas.width + 1
        and box["bottom"] <= (1 - canvas.safe_bottom) * canvas.height + 1
    )


def _meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    apart = one["right"] <= other["left"] or other["right"] <= one["left"]
    return not (apart or one["bottom"] <= other["top"] or other["bottom"] <= one["top"])


def _check_brand(canvas: Canvas, facts: Mapping[str, Any], kit: BrandKit) -> Iterable[Check]:
    logo = next((box for box in facts["boxes"] if box["role"] == "logo"), None)
    if logo and canvas.shows == "ad":
        width, height = logo["right"] - logo["left"], logo["bottom"] - logo["top"]
        least = min(kit.logos.min_width_px, 0.12 * canvas.width)
        yield judge("brand.logo_width", width >= least, width, round(least), "px; smaller canvases ask for 12 %")
        others = [box for box in facts["boxes"] if box is not logo]
        space = min([_distance(logo, box) for box in others] + [_margin(logo, canvas)])
        yield judge(
            "brand.logo_clear_space", space >= kit.logos.clear_space * height, space, kit.logos.clear_space * height
        )
    for role, families in facts["fonts"].items():
        own = kit.fonts.headline if role in ("headline", "price", "badge") else kit.fonts.body
        foreign = [family for family in families if family != own]
        outcome: Outcome = "warned" if foreign else "passed"
        detail = f"{own} has not all letters" if foreign else ""
        yield Check(id=f"brand.font.{role}", outcome=outcome, value=", ".join(families), limit=own, detail=detail)


def _distance(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    across = max(one["left"] - other["right"], other["left"] - one["right"], 0)
    down = max(one["top"] - other["bottom"], other["top"] - one["bottom"], 0)
    return float(max(across, down))


def _margin(box: Mapping[str, Any], canvas: Canvas) -> float:
    return float(min(box["left"], box["top"], canvas.width - box["right"], canvas.height - box["bottom"]))


def count_letters(text: str, counting: str) -> int:
    """Length as a platform counts it: what a reader sees as one letter is one, or two where East Asian width counts."""
    seen = [letter for letter in text if unicodedata.category(letter) not in ("Mn", "Me", "Cf")]
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in seen)
    return len(seen) + (wide if counting == "double_width" else 0)


def check_fields(format: Format, fields: Mapping[str, str]) -> tuple[Check, ...]:
    """The texts beside the picture against the format's limits; what the feed will cut only warns."""
    found = []
    for name, text in fields.items():
        limit, length = format.text[name], count_letters(text, format.counting)
        if limit.max:
            found.append(judge(f"text.{name}", length <= limit.max, length, limit.max))
        if limit.visible and length > limit.visible:
            detail = "the feed cuts it here"
            found.append(Check(id=f"text.{name}", outcome="warned", value=length, limit=limit.visible, detail=detail))
    return tuple(soften(check) if format.confidence == "low" else check for check in found)


def fill_fields(format: Format, words: Copy, price: str, brand: str) -> dict[str, str]:
    """The words of a variant under the names that the format gives them; those it has no words for are left out.

    Where several words would do, the first that has room.
    """
    headlines = (words.headline, words.short_headline)
    by_name: dict[str, tuple[str, ...]] = {
        **dict.fromkeys(HEADLINE_FIELDS, headlines),
        **dict.fromkeys(("body_text", "description", "primary_text", "intro"), (words.body, *headlines)),
        "long_headline": (words.long_headline, *headlines),
        **dict.fromkeys(("business_name", "advertiser_name", "brand_name"), (brand,)),
        "cta": (words.call_to_action,),
        "price": (price,),
    }
    offered = {name: [text for text in by_name.get(name, ()) if text] for name in format.text}
    return {name: _first_fitting(texts, format, name) for name, texts in offered.items() if texts}


def _first_fitting(texts: Sequence[str], format: Format, name: str) -> str:
    """The first text that the feed shows whole, else the first that is accepted, else the first."""
    for most in (format.text[name].visible, format.text[name].max):
        fitting = [text for text in texts if most and count_letters(text, format.counting) <= most]
        if fitting:
            return fitting[0]
    return texts[0]
