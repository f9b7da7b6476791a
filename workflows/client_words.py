"""Words that a client sends, held to the copywriter's rules.

Markup, orders to a machine, and what law or brand forbid are refused in every part, and so is a body without the
sentence that the law asks for.
A claim that is no fact is refused on a badge, which is nothing but a claim; elsewhere a check warns of it.
"""

from collections.abc import Iterator
from functools import cache

from services.copywriter.grammar import Grammars
from services.copywriter.rules import Judge, Rules, country_of, is_instruction, load_rules
from services.copywriter.service import PARTS, CopyRequest, Sentence
from services.copywriter.values import parse_locale, value_sentences
from services.errors import InvalidInput
from services.settings import ASSETS
from workflows.brand_kit import find_brand, load_voice
from workflows.brief import Brief, Copy, Product
from workflows.checks import Check
from workflows.creative import AdCopy

BADGE_LANGUAGE = "en"  # badges speak English in every market: FREE, BEST
ADVICE = "state it among the product's facts (offer, claims, description) or change the words"


def check_client_words(brief: Brief) -> None:
    """Raise for words that may not stand beside one of the products they may be shown with.

    Raises:
        InvalidInput: the part of a variant's copy, or the title of a product, and what is wrong with it.
        UnknownName: copy is left out, and nobody writes the locale's language here.
    """
    grammars, rules = _house_rules()
    if any(variant.words is None for variant in brief.variants):
        grammars.find(brief.language)
    for product in (brief.product, *brief.candidates):
        if is_instruction(product.title, rules):
            raise InvalidInput("product.title", f"{product.title[:60]!r} speaks to a machine; send it without markup")
    for number, variant in enumerate(brief.variants):
        for product in (brief.product, *brief.candidates):
            for part, problem in _refusals(brief, product, variant.words) if variant.words else ():
                raise InvalidInput(f"variants.{number}.copy.{part}", problem)


def check_claims(brief: Brief, written: AdCopy) -> tuple[Check, ...]:
    """A check per part that the client wrote; it warns of a claim that is not in the facts of the brief's product."""
    judge = _judge(brief, brief.product, brief.language)
    problems = {part: judge.problem(text) for part, text in written.by_client.items()}
    return tuple(
        Check(
            id=f"claims.{part}",
            outcome="warned" if problem else "passed",
            value=written.by_client[part],
            limit="the product's facts",
            detail=problem,
        )
        for part, problem in problems.items()
    )


def _refusals(brief: Brief, product: Product, words: Copy) -> Iterator[tuple[str, str]]:
    """Part -> why it may not run."""
    judge = _judge(brief, product, brief.language)
    for part in PARTS:
        if forbidden := judge.forbidden(getattr(words, part)):
            yield part, forbidden
    for line in judge.disclaimers():
        if line not in words.body:
            yield "body", f"it must hold what the law asks for: {line}"
    for language in dict.fromkeys((brief.language, BADGE_LANGUAGE)):
        if problem := _badge_problem(brief, product, words.badge or "", language):
            yield "badge", f"{problem}; {ADVICE}"


def _badge_problem(brief: Brief, product: Product, badge: str, language: str) -> str:
    """Why no offer of the product bears a badge out; empty when one does."""
    shown = [product.model_copy(update={"offer": offer}) for offer in (product.offer, *product.offers.values())]
    problems = [_judge(brief, one, language).problem(badge) for one in shown]
    return problems[0] if all(problems) else ""


def _judge(brief: Brief, product: Product, language: str) -> Judge:
    """The rules in one language, under the law of the brief's country, with the product's size among its facts."""
    grammars, rules = _house_rules()
    own = parse_locale(brief.locale)
    locale = own if language == own.language else parse_locale(language)
    facts = product.facts()
    request = CopyRequest(
        facts=facts.model_copy(update={"category": grammars.category(facts)}),
        brand_name=find_brand(brief.brand).name,
        voice=load_voice(brief.brand, own.language),
        locale=str(locale),
    )
    request = request.model_copy(update={"country": country_of(request, own)})
    values = list(value_sentences(facts, grammars.languages.get(language, grammars.find("en")), locale))
    size = product.size_cm.model_dump(exclude_none=True).values() if product.size_cm else ()
    values.append(Sentence(text=" ".join(f"{side:g}" for side in size), facts=("size_cm",)))
    return Judge(rules, request, locale, values)


@cache
def _house_rules() -> tuple[Grammars, Rules]:
    folder = ASSETS / "copy"
    return Grammars(folder), load_rules(folder / "rules.yaml")
