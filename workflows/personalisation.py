"""What one reader of a brief gets: the decision of the policy, and the brief and variant as it leaves them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.errors import InvalidInput
from workflows.brief import Brief, Product, Variant
from workflows.decision import Decision, Ignored, Reader, decide
from workflows.policy import NO_OFFER, find_policy

TELLING = 3  # letters or digits from which a value may give a person away


@dataclass(frozen=True)
class Personal:
    """One variant, personalised: ``brief`` has the chosen product, offer and style, ``variant`` the chosen scene."""

    brief: Brief
    variant: Variant
    decision: Decision


def personalise(brief: Brief, variant: Variant, at: datetime, paused: Collection[str]) -> Personal:
    """Apply the brief's policy to one variant. What the client wrote into the variant stays as it is."""
    policy = find_policy(brief.policy or "", brief.brand)
    reader = Reader(
        audience=variant.audience,
        signals=variant.signals,
        customer=variant.customer,
        consent=variant.signal_consent,
    )
    decision = decide(policy, reader, at, brief.language, paused)
    if variant.scene:
        kept = Ignored(what="scene of the policy", why="the brief gives its own")
        decision = decision.model_copy(update={"scene": variant.scene, "ignored": (*decision.ignored, kept)})
    return apply_decision(brief, variant, decision)


def apply_decision(brief: Brief, variant: Variant, decision: Decision) -> Personal:
    """One variant as a decision, new or recorded, leaves it."""
    product, decision = choose_offer(choose_product(brief, decision), decision)
    decision = decision.model_copy(update={"product": product.id})
    chosen = {"look": brief.style.look or decision.look, "crop": brief.style.crop or decision.crop}
    style = brief.style.model_copy(update=chosen)
    return Personal(
        brief=brief.model_copy(update={"product": product, "style": style}),
        variant=variant.model_copy(update={"scene": decision.scene}),
        decision=decision,
    )


def check_not_too_personal(brief: Brief) -> None:
    """Raise InvalidInput where a variant's own words hold a raw fact of its customer: a name, an address, an amount.

    Copy that is written here cannot: it is made of product facts only. So what stands in the product's title or
    description gives nobody away, and a policy's ``may_say`` lists other exceptions.
    """
    product = f"{brief.product.title} {brief.product.description}".casefold()
    allowed = find_policy(brief.policy or "", brief.brand).may_say
    for number, variant in enumerate(brief.variants):
        copy = variant.words.model_dump().values() if variant.words else ()
        words = " ".join([*filter(None, copy), variant.scene]).casefold()
        attributes = variant.customer.attributes if variant.customer else {}
        for name, value in attributes.items():
            if name not in allowed and _says_value(words, value) and not _says_value(product, value):
                problem = f"copy or scene holds the customer's {name!r}, which is too personal for an ad"
                raise InvalidInput(
                    f"variants.{number}", f"{problem}; leave it out, or allow it in the policy's may_say"
                )


def _says_value(text: str, value: str | bool | float) -> bool:
    """Whether a value of three or more letters or digits stands whole in the text, which is in lower case."""
    raw = str(value).casefold().strip()
    if isinstance(value, bool) or len(raw) < TELLING or raw not in text:
        return False
    return re.search(rf"(?<!\w){re.escape(raw)}(?!\w)", text) is not None


def choose_product(brief: Brief, decision: Decision) -> Product:
    """Of the product and its candidates, the one with most of the attributes to lead with; the earlier at a tie."""

    def fit(product: Product) -> int:
        return len(set(decision.lead) & set(product.attributes))

    return max((brief.product, *brief.candidates), key=fit)


def choose_offer(product: Product, decision: Decision) -> tuple[Product, Decision]:
    """The product with the offer that the decision names; one that it does not have is left out and listed."""
    if decision.offer in ("", *product.offers):
        offer = product.offers.get(decision.offer, product.offer)
        return product.model_copy(update={"offer": offer}), decision
    if decision.offer == NO_OFFER:
        return product.model_copy(update={"offer": None}), decision
    missing = Ignored(what=f"offer {decision.offer}", why=f"product {product.id} has no offer of this name")
    return product, decision.model_copy(update={"offer": "", "ignored": (*decision.ignored, missing)})
