"""Facts that are values, in words: prices, percentages, dates, counts and measures as CLDR writes them."""

from collections.abc import Iterator

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

from services.copywriter.grammar import Grammar, Phrases
from services.copywriter.service import Facts, Sentence
from services.errors import UnknownName
from services.lines import without_direction_marks

UNITS = {"capacity_ml": "milliliter", "weight_g": "gram", "battery_h": "hour", "height_cm": "centimeter"}


def parse_locale(name: str) -> Locale:
    """The CLDR locale for a name such as de-AT. Raises UnknownName."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        raise UnknownName("locale", name, "CLDR locales such as en, de_AT, pt_BR") from None


def value_sentences(facts: Facts, grammar: Grammar, locale: Locale) -> Iterator[Sentence]:
    """One sentence per value that the facts hold, the most telling first: offer, rating, measures, price."""
    texts = dict(_texts(facts, locale))
    for name, values in texts.items():
        for phrase in _phrases(grammar, name, facts, locale):
            text = phrase.format(**{key: without_direction_marks(value) for key, value in values.items()})
            yield Sentence(text=text, facts=(name,))


def _texts(facts: Facts, locale: Locale) -> Iterator[tuple[str, dict[str, str]]]:
    """Phrase name -> its slots. Digits are Latin in every locale, like those of the price on the creative."""
    offer = facts.offer
    if offer and offer.percent_off:
        percent = format_percent(offer.percent_off / 100, locale=locale)
        if offer.until:
            yield "offer_until", {"percent": percent, "date": format_skeleton("MMMMd", offer.until, locale=locale)}
        else:
            yield "offer", {"percent": percent}
    if offer and offer.free_shipping:
        yield "free_shipping", {}
    if facts.rating:
        value = format_decimal(facts.rating.shown, "0.0#", locale=locale)
        yield "rating", {"rating": value, "count": format_decimal(facts.rating.count, locale=locale)}
    for name, amount in facts.measures.items():
        as_words = name == "battery_h"  # "30 hours", but "350 ml"
        yield name, {"value": format_unit(amount, UNITS[name], "long" if as_words else "short", locale=locale)}
    if facts.price:
        yield "price", {"price": format_currency(facts.price, facts.currency, locale=locale)}


def _phrases(grammar: Grammar, name: str, facts: Facts, locale: Locale) -> Phrases:
    phrases = grammar.values[name]
    if not isinstance(phrases, dict):
        return phrases
    assert facts.rating is not None  # ratings are the only counted fact
    return phrases.get(locale.plural_form(facts.rating.count), phrases["other"])
